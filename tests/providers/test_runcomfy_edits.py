"""RunComfy's edits: references in their order, by link or within the JSON, by the fields of either schema."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.providers import adapter, catalogue, failures, sizes
from studio.providers.capabilities import Road
from studio.providers.output import Output
from studio.providers.runcomfy import OLDER, SUBMIT_DEADLINE
from studio.providers.sizes import RATIOS, Impossible
from studio.providers.values import Account, Call, DataURL, ImageRequest, Pictures, ReferenceFile, RemoteJob
from tests.doubles.behaviour import picture
from tests.doubles.provider import Provider
from tests.providers.sending import answer_of

RUNCOMFY = adapter("runcomfy")
NEWER_MODEL, OLDER_MODEL = "openai/gpt-image-2", f"openai/gpt-image-2{OLDER}"
MOST = 10


def ordered(model: str, references: tuple[ReferenceFile, ...], output: Output | None = None) -> ImageRequest:
    row = catalogue.model("runcomfy", model)
    size = sizes.resolve(row, output or Output())
    return ImageRequest(model=model, prompt="A tin", size=size.value, references=references)


def submit(request: ImageRequest, base_url: str = "") -> Call:
    call = RUNCOMFY.submit(request, Account(base_url=base_url, key="t-1"), key="attempt-1")
    assert isinstance(call, Call)
    return call


def fields(request: ImageRequest) -> dict[str, Any]:
    return dict(submit(request).json or {})


@pytest.fixture
def files(tmp_path: Path) -> tuple[ReferenceFile, ...]:
    """One more than it takes, each of another colour."""
    made = []
    for number in range(MOST + 1):
        path = tmp_path / f"{number}.png"
        path.write_bytes(picture(8, 8, f"{number * 99:06x}"))
        made.append(ReferenceFile(path=path, media_type="image/png", bytes=path.stat().st_size, width=8, height=8))
    return tuple(made)


@pytest.fixture
def links(files: tuple[ReferenceFile, ...]) -> tuple[ReferenceFile, ...]:
    return tuple(replace(each, url=f"https://studio.example/r/{n}") for n, each in enumerate(files))


@pytest.fixture
def double() -> Iterator[Provider]:
    """Not started: it is asked without a socket."""
    provider = Provider(key="t-1")
    provider.always(width=8, height=8)
    yield provider
    provider.socket.close()


def test_links_are_sent_in_their_order(links: tuple[ReferenceFile, ...]) -> None:
    call = submit(ordered(NEWER_MODEL, links[:2], Output(ratio="16:9", tier="2K")))
    assert call.url == "https://model-api.runcomfy.net/v1/models/openai/gpt-image-2/edit"
    assert call.deadline == SUBMIT_DEADLINE
    assert call.json == {
        "prompt": "A tin",
        "images": ["https://studio.example/r/0", "https://studio.example/r/1"],
        "aspect_ratio": "16:9",
        "resolution": "2k",
    }


def test_the_older_schema_is_sent_links_and_a_size(links: tuple[ReferenceFile, ...]) -> None:
    sent = fields(ordered(OLDER_MODEL, links[:1], Output(ratio="2:3", tier="1K")))
    assert sent == {"prompt": "A tin", "images": ["https://studio.example/r/0"], "size": "1024_1536"}


def test_a_size_that_is_left_to_the_model(links: tuple[ReferenceFile, ...]) -> None:
    auto = Output(ratio="auto")
    assert fields(ordered(OLDER_MODEL, links[:1], auto))["size"] == "auto"
    assert "aspect_ratio" not in fields(ordered(NEWER_MODEL, links[:1], auto))
    assert [*fields(ordered(OLDER_MODEL, (), auto))] == [*fields(ordered(NEWER_MODEL, (), auto))] == ["prompt"]


def test_what_has_no_address_is_sent_itself(files: tuple[ReferenceFile, ...], links: tuple[ReferenceFile, ...]) -> None:
    call = submit(ordered(NEWER_MODEL, (links[0], files[1])))
    inline = DataURL(path=files[1].path, media_type="image/png")
    assert (call.json or {})["images"] == ["https://studio.example/r/0", inline]
    assert call.deadline > SUBMIT_DEADLINE


def test_a_model_that_only_fetches_is_not_paid_without_an_address(files: tuple[ReferenceFile, ...]) -> None:
    with pytest.raises(ValueError, match="no address"):
        submit(ordered(OLDER_MODEL, files[:1]))


@pytest.mark.parametrize("count", [1, 2, MOST])
@pytest.mark.parametrize(
    ("model", "road"), [(NEWER_MODEL, Road.LINK), (NEWER_MODEL, Road.DATA_URL), (OLDER_MODEL, Road.LINK)]
)
def test_references_arrive_in_order(
    model: str,
    road: Road,
    count: int,
    files: tuple[ReferenceFile, ...],
    links: tuple[ReferenceFile, ...],
    double: Provider,
) -> None:
    double.flavours["runcomfy"].older = model == OLDER_MODEL  # type: ignore[attr-defined]
    chosen = (links if road is Road.LINK else files)[:count]
    request = ordered(model, chosen)
    account = Account(base_url=double.url("runcomfy"), key="t-1")
    job = RUNCOMFY.read(answer_of(double, submit(request, account.base_url)), request)
    assert isinstance(job, RemoteJob)
    told = [RUNCOMFY.read_check(answer_of(double, RUNCOMFY.check(job, account)), job) for _ in range(3)]
    assert isinstance(told[-1], Pictures)
    assert double.billed["A tin"] == 1
    made = double.flavours["runcomfy"].made[job.id].fields["images"]  # type: ignore[attr-defined]
    assert len(set(made)) == count
    assert made == ([each.url for each in chosen] if road is Road.LINK else [inline(each) for each in chosen])


def inline(reference: ReferenceFile) -> str:
    return f"data:image/png;base64,{base64.b64encode(reference.path.read_bytes()).decode()}"


@pytest.mark.parametrize("model", [NEWER_MODEL, OLDER_MODEL])
def test_one_too_many_is_refused_and_not_billed(model: str, links: tuple[ReferenceFile, ...], double: Provider) -> None:
    double.flavours["runcomfy"].older = model == OLDER_MODEL  # type: ignore[attr-defined]
    request = ordered(model, links)
    outcome = RUNCOMFY.read(answer_of(double, submit(request, double.url("runcomfy"))), request)
    assert (outcome.code, outcome.words) == (failures.INVALID_REQUEST, "images takes 1 to 10.")
    assert not double.billed


@pytest.mark.parametrize("model", [NEWER_MODEL, OLDER_MODEL])
def test_every_size_on_offer_is_taken_by_an_edit(
    model: str, links: tuple[ReferenceFile, ...], double: Provider
) -> None:
    double.flavours["runcomfy"].older = model == OLDER_MODEL  # type: ignore[attr-defined]
    row = catalogue.model("runcomfy", model)
    taken = 0
    for output in [Output(ratio=r, tier=t) for t in row.sizes.tiers for r in RATIOS] + [Output(ratio="auto")]:
        try:
            request = ordered(model, links[:1], output)
        except Impossible:
            continue
        taken += isinstance(
            RUNCOMFY.read(answer_of(double, submit(request, double.url("runcomfy"))), request), RemoteJob
        )
    assert taken == len(row.sizes.table) + 1


def test_the_caps_leave_room_for_the_rest_of_the_request() -> None:
    """They are of files as they are sent, which is a third larger than they are."""
    row = catalogue.model("runcomfy", NEWER_MODEL)
    assert row.max_reference_bytes <= 6 * 1024 * 1024
    assert row.max_references_bytes is not None
    assert row.max_references_bytes + 4 * row.max_prompt + 10_000 < 64 * 1024 * 1024
