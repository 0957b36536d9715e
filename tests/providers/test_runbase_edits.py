"""RunBase: edits that name public addresses in their order, against a double that fetches each of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.providers import adapter, catalogue, failures
from studio.providers.capabilities import Road
from studio.providers.output import Output
from studio.providers.sizes import resolve
from studio.providers.values import Account, Call, Failure, ImageRequest, Pictures, ReferenceFile, RemoteJob
from tests.doubles.behaviour import picture
from tests.doubles.provider import Provider
from tests.doubles.runbase import RunBase
from tests.providers.sending import answer_of
from tests.providers.uploading import drawn

RUNBASE = adapter("runbase")
MODEL = catalogue.model("runbase", "openai/gpt-image-2")


@pytest.fixture
def account(provider: Provider) -> Account:
    provider.key = "k-12345678"
    return Account(base_url=f"{provider.url('runbase')}/api/v1", key=provider.key)


@pytest.fixture
def double(provider: Provider) -> RunBase:
    found = provider.flavours["runbase"]
    assert isinstance(found, RunBase)
    return found


def linked(provider: Provider, folder: Path, count: int) -> tuple[ReferenceFile, ...]:
    """References that lie at addresses of this machine."""
    drawings = [drawn(folder, number) for number in range(count)]
    return tuple(replace(each, url=provider.link(each.path.read_bytes(), "png")) for each in drawings)


def request_of(references: tuple[ReferenceFile, ...], size: str = "1024x1024") -> ImageRequest:
    return ImageRequest(model=MODEL.id, prompt="The tin of image 1", size=size, references=references)


def edit(provider: Provider, account: Account, request: ImageRequest) -> Any:
    call = RUNBASE.submit(request, account, key="")
    assert isinstance(call, Call)
    return RUNBASE.read(answer_of(provider, call), request)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_an_edit_names_its_references_in_their_order(
    provider: Provider, double: RunBase, account: Account, tmp_path: Path, count: int
) -> None:
    references = linked(provider, tmp_path, count)

    job = edit(provider, account, request_of(references))

    assert job == RemoteJob(id="run_1", poll_after=4.0)
    urls = double.made["run_1"].fields["image_urls"]
    assert urls == [reference.url for reference in references]
    assert len(set(urls)) == count
    assert double.taken == 5
    while isinstance(job, RemoteJob):
        job = RUNBASE.read_check(answer_of(provider, RUNBASE.check(job, account)), job)
    assert isinstance(job, Pictures)


@pytest.mark.parametrize(("ratio", "tier"), sorted(MODEL.sizes.table))
def test_an_edit_comes_in_every_size(
    provider: Provider, account: Account, tmp_path: Path, ratio: str, tier: str
) -> None:
    size = resolve(MODEL, Output(ratio=ratio, tier=tier)).value
    assert isinstance(edit(provider, account, request_of(linked(provider, tmp_path, 1), size)), RemoteJob)


def test_there_is_one_road_and_no_reference_is_left_out_in_silence(
    provider: Provider, account: Account, tmp_path: Path
) -> None:
    assert MODEL.roads == (Road.LINK,)
    references = (*linked(provider, tmp_path, 1), drawn(tmp_path, 2))
    with pytest.raises(ValueError, match="public addresses"):
        RUNBASE.submit(request_of(references), account, key="")


def test_the_double_refuses_what_the_provider_would(
    provider: Provider, double: RunBase, account: Account, tmp_path: Path
) -> None:
    [reference] = linked(provider, tmp_path, 1)
    gone = replace(reference, url=f"http://{provider.address}/files/nothing.png")
    closed = replace(reference, url="http://127.0.0.1:9/x.png")
    private = replace(reference, url="https://studio.example/x.png")
    large = replace(reference, url=provider.link(picture(16, 16, "2f6f5e", "png", 4_000_001), "png"))
    no_picture = replace(reference, url=provider.link(b"<html>", "png"))
    for references in ((reference,) * 5, (gone,), (closed,), (reference, private), (large,), (no_picture,)):
        outcome = edit(provider, account, request_of(references))
        assert isinstance(outcome, Failure)
        assert (outcome.code, outcome.unclear) == (failures.INVALID_REQUEST, False)
    assert (double.made, double.taken) == ({}, 0)


def test_an_address_of_another_server_of_this_machine_is_fetched(
    provider: Provider, double: RunBase, account: Account, tmp_path: Path
) -> None:
    with Provider() as elsewhere:
        references = linked(elsewhere, tmp_path, 2)
        assert isinstance(edit(provider, account, request_of(references)), RemoteJob)
        assert [request.path for request in elsewhere.requests] == [
            reference.url.removeprefix(f"http://{elsewhere.address}") for reference in references
        ]
