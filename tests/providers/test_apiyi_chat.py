"""APIYI's model that is asked as a chat: one message, references within it, and an answer in either shape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.providers import adapter, catalogue, failures, replies, sizes
from studio.providers.apiyi import CHAT
from studio.providers.capabilities import Road
from studio.providers.output import Output
from studio.providers.sizes import RATIOS, TIERS, Impossible
from studio.providers.values import Account, Call, DataURL, Failure, ImageRequest, Pictures, ReferenceFile, Reply
from tests.doubles.apiyi import ALL
from tests.doubles.behaviour import picture
from tests.doubles.provider import Provider
from tests.providers.sending import answer_of

APIYI = adapter("apiyi")
MODEL = ALL + CHAT
ROW = catalogue.model("apiyi", MODEL)


def ordered(references: tuple[ReferenceFile, ...] = ()) -> ImageRequest:
    size = sizes.resolve(ROW, Output(ratio="auto")).value
    return ImageRequest(model=MODEL, prompt=" A tin\n", size=size, format="png", references=references)


def submit(request: ImageRequest, provider: Provider | None = None) -> Call:
    base_url = f"{provider.url('apiyi')}/v1" if provider else ""
    call = APIYI.submit(request, Account(base_url=base_url, key="sk-1"), key="attempt-1")
    assert isinstance(call, Call)
    return call


@pytest.fixture
def double() -> Iterator[Provider]:
    """Not started: it is asked without a socket."""
    provider = Provider(key="sk-1")
    provider.always(width=8, height=8)
    yield provider
    provider.socket.close()


@pytest.fixture
def references(tmp_path: Path) -> tuple[ReferenceFile, ...]:
    made = []
    for number in range(ROW.max_references + 1):
        path = tmp_path / f"{number}.png"
        path.write_bytes(picture(8, 8, f"{number * 99:06x}"))
        made.append(ReferenceFile(path=path, media_type="image/png", bytes=path.stat().st_size, width=8, height=8))
    return tuple(made)


def test_a_prompt_is_one_message_and_nothing_else() -> None:
    call = submit(ordered())
    assert call.url == "https://api.apiyi.com/v1/chat/completions"
    assert call.headers == {"Authorization": "Bearer sk-1", "X-Client-Request-Id": "attempt-1"}
    assert call.json == {"model": ALL, "messages": [{"role": "user", "content": " A tin\n"}]}


def test_references_follow_the_text_in_their_order(references: tuple[ReferenceFile, ...]) -> None:
    message = (submit(ordered(references[:2])).json or {})["messages"][0]
    shown = [DataURL(path=each.path, media_type="image/png") for each in references[:2]]
    assert message["content"] == [
        {"type": "text", "text": " A tin\n"},
        *({"type": "image_url", "image_url": {"url": each}} for each in shown),
    ]


@pytest.mark.parametrize("shape", ["link", "inline", "images"])
def test_each_shape_of_the_answer_is_read(shape: str, double: Provider) -> None:
    double.flavours["apiyi"].chat = shape  # type: ignore[attr-defined]
    outcome = APIYI.read(answer_of(double, submit(ordered(), double)), ordered())
    assert isinstance(outcome, Pictures)
    [found] = outcome.pictures
    assert bool(found.data) is (shape == "inline")
    assert bool(found.url) is (shape != "inline")
    assert outcome.cost == 30_000
    assert double.billed["attempt-1"] == 1


@pytest.mark.parametrize("count", [1, 2, ROW.max_references])
def test_references_arrive_in_order(count: int, references: tuple[ReferenceFile, ...], double: Provider) -> None:
    request = ordered(references[:count])
    reply = answer_of(double, submit(request, double))
    assert isinstance(APIYI.read(reply, request), Pictures), reply.body


def test_one_reference_too_many_is_refused_and_not_billed(
    references: tuple[ReferenceFile, ...], double: Provider
) -> None:
    request = ordered(references)
    assert APIYI.read(answer_of(double, submit(request, double)), request).code == failures.INVALID_REQUEST
    assert not double.billed


@pytest.mark.parametrize("tier", TIERS)
def test_a_shape_is_refused_in_words_before_it_is_sent(tier: str) -> None:
    for ratio in RATIOS:
        with pytest.raises(Impossible, match="chooses the size itself"):
            sizes.resolve(ROW, Output(ratio=ratio, tier=tier))
    assert {str(tile.reason) for tile in sizes.choices(ROW, tier)} == {
        "This model chooses the size itself. Choose Auto, and describe the shape in the prompt."
    }


def test_its_files_go_within_the_json() -> None:
    assert ROW.roads == (Road.DATA_URL,)


@pytest.mark.parametrize("place", ["https://r2cdn.example/x.png?a=b", "data:image/png;base64,AAAA"])
def test_a_place_without_anything_around_it_is_the_picture(place: str) -> None:
    body: Any = {"choices": [{"message": {"role": "assistant", "content": f" {place}\n"}}]}
    outcome = APIYI.read(Reply(status=200, headers={}, body=body), ordered())
    assert isinstance(outcome, Pictures)
    assert outcome.pictures == (replies.picture(place),)


@pytest.mark.parametrize("words", ["Done", "https://a.example and more", "See https://a.example"])
def test_words_are_no_picture(words: str) -> None:
    body: Any = {"choices": [{"message": {"role": "assistant", "content": words}}]}
    assert isinstance(APIYI.read(Reply(status=200, headers={}, body=body), ordered()), Failure)


def test_what_is_written_instead_of_a_picture_is_told() -> None:
    body: Any = {"choices": [{"message": {"role": "assistant", "content": "I cannot draw that."}}]}
    outcome = APIYI.read(Reply(status=200, headers={}, body=body), ordered())
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.words) == (failures.UNUSABLE_REPLY, "I cannot draw that.")
