"""RunAPI: references in the provider's storage, and edits that name them in their order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.providers import adapter, catalogue, failures
from studio.providers.capabilities import Road
from studio.providers.output import Output
from studio.providers.sizes import resolve
from studio.providers.values import Account, Call, ImageRequest, Pictures, ReferenceFile, RemoteJob
from tests.doubles.provider import Provider
from tests.doubles.runapi import RunAPI
from tests.providers.sending import answer_of
from tests.providers.uploading import drawn, uploaded

RUNAPI = adapter("runapi")
MODEL = catalogue.model("runapi", "gpt-image-2")


@pytest.fixture
def account(provider: Provider) -> Account:
    provider.key = "k-12345678"
    return Account(base_url=provider.url("runapi"), key=provider.key)


@pytest.fixture
def double(provider: Provider) -> RunAPI:
    found = provider.flavours["runapi"]
    assert isinstance(found, RunAPI)
    return found


def request_of(references: tuple[ReferenceFile, ...], size: str = "1024x1024") -> ImageRequest:
    return ImageRequest(model="gpt-image-2", prompt="The tin of image 1", size=size, references=references)


def edit(provider: Provider, account: Account, request: ImageRequest, key: str = "attempt-1") -> Any:
    call = RUNAPI.submit(request, account, key=key)
    assert isinstance(call, Call)
    return RUNAPI.read(answer_of(provider, call), request)


def test_references_go_to_the_storage_first() -> None:
    assert MODEL.roads[0] is Road.UPLOAD
    assert MODEL.max_references == 16


@pytest.mark.parametrize("count", [1, 2, 16])
def test_an_edit_names_its_references_in_their_order(
    provider: Provider, double: RunAPI, account: Account, tmp_path: Path, count: int
) -> None:
    drawings = [drawn(tmp_path, number) for number in range(count)]
    request = request_of(uploaded(provider, account, *drawings))

    job = edit(provider, account, request)

    assert isinstance(job, RemoteJob)
    fields = double.made["task_edit_" + job.id.rpartition("_")[2]].fields.copy()
    files = [provider.files[url.rpartition("/")[2]][0] for url in fields.pop("source_image_urls")]
    assert files == [reference.path.read_bytes() for reference in drawings]
    assert fields == {
        "model": "gpt-image-2",
        "prompt": "The tin of image 1",
        "aspect_ratio": "1:1",
        "output_resolution": "1k",
    }
    assert provider.billed == {"attempt-1": 1}  # uploads are free
    while isinstance(job, RemoteJob):  # and the id alone says where it is asked for
        job = RUNAPI.read_check(answer_of(provider, RUNAPI.check(RemoteJob(id=job.id), account)), job)
    assert isinstance(job, Pictures)
    assert job.cost == 60_000


@pytest.mark.parametrize(("ratio", "tier"), [*sorted(MODEL.sizes.table), ("auto", "")])
def test_an_edit_comes_in_every_size(
    provider: Provider, account: Account, tmp_path: Path, ratio: str, tier: str
) -> None:
    size = resolve(MODEL, Output(ratio=ratio, tier=tier)).value
    references = uploaded(provider, account, drawn(tmp_path, 1))
    assert isinstance(edit(provider, account, request_of(references, size)), RemoteJob)


def test_a_reference_that_is_nowhere_is_not_left_out_in_silence(account: Account, tmp_path: Path) -> None:
    there = replace(drawn(tmp_path, 1), url="https://file.runapi.ai/temp/1.png")
    with pytest.raises(ValueError, match="uploaded"):
        RUNAPI.submit(request_of((there, drawn(tmp_path, 2))), account, key="k")


def test_the_double_refuses_what_the_provider_would(provider: Provider, account: Account, tmp_path: Path) -> None:
    [reference] = uploaded(provider, account, drawn(tmp_path, 1))
    gone = replace(reference, url=f"http://{provider.address}/files/nothing.png")
    private = replace(reference, url="http://10.0.0.1/x.png")
    for references in ((reference,) * 17, (gone,), (reference, private)):
        outcome = edit(provider, account, request_of(references))
        assert (outcome.code, outcome.unclear) == (failures.INVALID_REQUEST, False)
    assert not provider.billed


def test_the_same_key_with_other_addresses_is_unclear_and_never_billed_twice(
    provider: Provider, account: Account, tmp_path: Path
) -> None:
    drawing = drawn(tmp_path, 1)
    request = request_of(uploaded(provider, account, drawing))
    first = edit(provider, account, request)
    assert edit(provider, account, request) == first
    outcome = edit(provider, account, request_of(uploaded(provider, account, drawing)))
    assert (outcome.code, outcome.unclear) == (failures.SERVER_ERROR, True)
    assert provider.billed == {"attempt-1": 1}
