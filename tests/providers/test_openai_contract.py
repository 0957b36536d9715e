"""OpenAI's contract and that of the servers which speak it: every size, references in order, each way to answer."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.providers import adapter, catalogue, failures, sizes
from studio.providers.output import Output
from studio.providers.sizes import RATIOS, Impossible
from studio.providers.values import (
    Account,
    Billed,
    Call,
    Failure,
    ImageRequest,
    Picture,
    Pictures,
    ReferenceFile,
    Reply,
)
from tests.doubles.behaviour import picture
from tests.doubles.provider import Provider
from tests.providers.sending import answer_of, received

OPENAI = adapter("openai")
MODEL = catalogue.model("openai", "gpt-image-2")
REQUEST = ImageRequest(model="gpt-image-2", prompt="A tin", size="1024x1024", quality="low", format="png")
PICTURE = base64.b64encode(b"picture").decode()
# What these models refuse or what would be paid for in vain.
NEVER = {"input_fidelity", "response_format", "style", "user", "background", "mask"}


def submit(request: ImageRequest, provider: Provider) -> Call:
    call = OPENAI.submit(request, Account(base_url=provider.base_url, key="sk-1"), key="attempt-1")
    assert isinstance(call, Call)
    return call


def read(status: int, body: Any = None, text: str = "") -> Any:
    return OPENAI.read(Reply(status=status, headers={}, body=body, text=text), REQUEST)


@pytest.fixture(scope="module")
def double() -> Iterator[Provider]:
    """Not started: it is asked without a socket."""
    provider = Provider(key="sk-1")
    provider.always(width=8, height=8)
    yield provider
    provider.socket.close()


@pytest.fixture
def references(tmp_path: Path) -> tuple[ReferenceFile, ...]:
    made = []
    for number in range(MODEL.max_references + 1):
        path = tmp_path / f"{number}.png"
        path.write_bytes(picture(8, 8, f"{number * 99:06x}"))
        made.append(ReferenceFile(path=path, media_type="image/png", bytes=path.stat().st_size, width=8, height=8))
    return tuple(made)


@pytest.mark.parametrize("quality", MODEL.qualities)
def test_every_size_is_taken_at_every_quality(quality: str, double: Provider) -> None:
    double.billed.clear()
    outputs = [Output(ratio=ratio, tier=tier) for tier in MODEL.sizes.tiers for ratio in RATIOS] + [
        Output(ratio="auto")
    ]
    for output in outputs:
        size = sizes.resolve(MODEL, output).value
        call = submit(replace(REQUEST, size=size, quality=quality), double)
        assert isinstance(OPENAI.read(answer_of(double, call), REQUEST), Pictures), output
        assert (call.json or {}).get("size", "auto") == size
    assert double.billed["attempt-1"] == len(outputs) == 31


# Mostly edges in steps that may be taken, and around the limits.
EDGES = st.integers(1, 250).map(lambda steps: 16 * steps) | st.integers(1, 4000) | st.sampled_from([3840, 2160, 2161])


@given(EDGES, EDGES)
def test_exact_pixels_are_taken_or_refused_before_they_are_sent(double: Provider, width: int, height: int) -> None:
    """The rules of the catalogue are the double's, which are the provider's: never stricter and never looser."""
    asked = Output(ratio="", width=width, height=height)
    try:
        size = sizes.resolve(MODEL, asked).value
    except Impossible:
        size = ""
    reply = answer_of(double, submit(replace(REQUEST, size=size or f"{width}x{height}"), double))
    assert (reply.status == 200) is bool(size)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_every_format_is_taken_with_the_compression_that_it_has(kind: str, double: Provider) -> None:
    for compression in (None, 0, 100):
        request = replace(REQUEST, format=kind, compression=compression)
        assert isinstance(OPENAI.read(answer_of(double, submit(request, double)), request), Pictures)


@pytest.mark.parametrize("count", [1, 2, MODEL.max_references])
def test_references_arrive_in_order(count: int, references: tuple[ReferenceFile, ...], double: Provider) -> None:
    request = replace(REQUEST, references=references[:count])
    call = submit(request, double)
    assert isinstance(OPENAI.read(answer_of(double, call), request), Pictures)
    sent = received(call)
    assert [part.content for part in sent.files] == [reference.path.read_bytes() for reference in references[:count]]
    assert not NEVER & sent.fields.keys()


def test_one_reference_too_many_is_refused_and_not_billed(
    references: tuple[ReferenceFile, ...], double: Provider
) -> None:
    double.billed.clear()
    request = replace(REQUEST, references=references)
    assert OPENAI.read(answer_of(double, submit(request, double)), request).code == failures.INVALID_REQUEST
    assert not double.billed


def test_what_these_models_refuse_is_never_sent(double: Provider) -> None:
    fields = received(submit(replace(REQUEST, compression=50, format="webp"), double)).fields
    assert not NEVER & fields.keys()
    assert fields["n"] == 1


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 504, 524])
def test_an_answer_that_proves_nothing_is_unclear(status: int) -> None:
    outcome = read(status)
    assert (outcome.unclear, outcome.not_accepted, outcome.billed) == (True, False, Billed.UNKNOWN)


@pytest.mark.parametrize("code", ["server_is_overloaded", "slow_down"])
def test_overload_that_is_declared_is_clear(code: str) -> None:
    outcome = read(503, {"error": {"message": "Later.", "type": "rate_limit_error", "code": code}})
    assert (outcome.unclear, outcome.not_accepted, outcome.code) == (False, True, failures.BUSY)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 413, 415, 422, 429, 302])
def test_a_refusal_is_clear(status: int) -> None:
    assert not read(status).unclear


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "No.", "code": "moderation_blocked"}},
        {"data": [], "error": {"message": "No.", "type": "content_policy_violation"}},
        {"message": "Rejected: safety_violations=[violence]"},
    ],
)
def test_a_refusal_inside_a_success_is_one(body: Any) -> None:
    outcome = read(200, body)
    assert (outcome.code, outcome.billed, outcome.unclear) == (failures.REFUSED, Billed.UNKNOWN, False)


# Each server's good answer, as its own documents and routes show it.
@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"created": 1, "output_format": "png", "data": [{"b64_json": PICTURE}]}, Picture(data=b"picture")),
        (
            {
                "id": "7",
                "created": 1,
                "data": [{"url": "http://127.0.0.1:8080/generated-images/b64.png"}],
                "usage": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0},
            },
            Picture(url="http://127.0.0.1:8080/generated-images/b64.png"),
        ),
        (
            {"created": 1, "data": [{"b64_json": PICTURE, "url": None, "revised_prompt": None}]},
            Picture(data=b"picture"),
        ),
        ({"data": [{"b64_json": PICTURE, "file_path": "/out/1.png"}]}, Picture(data=b"picture")),
    ],
    ids=["sd-server", "LocalAI", "vLLM-Omni", "SGLang"],
)
def test_a_local_servers_picture_is_read_and_costs_nothing_that_it_says(body: Any, found: Picture) -> None:
    assert read(200, body) == Pictures(pictures=(found,), cost=None)


@pytest.mark.parametrize(
    ("status", "body", "code", "words"),
    [
        (400, {"error": "prompt required"}, failures.INVALID_REQUEST, "prompt required"),
        (500, {"error": "server_error", "message": "out of memory"}, failures.SERVER_ERROR, "out of memory"),
        (400, {"detail": "size"}, failures.INVALID_REQUEST, "size"),
        (
            422,
            {"detail": [{"loc": ["body", "n"], "msg": "too large", "type": "x"}, {"loc": ["body"], "msg": "y"}]},
            failures.INVALID_REQUEST,
            "body.n: too large; body: y",
        ),
        (503, {"detail": "Engine is not ready"}, failures.BUSY, "Engine is not ready"),
        (
            500,
            {"error": {"code": 500, "message": "could not load model", "type": ""}},
            failures.SERVER_ERROR,
            "could not load model",
        ),
        (404, {"error": {"code": 404, "message": "Resource not found"}}, failures.ADDRESS_WRONG, "Resource not found"),
        (429, {"error": "queue full"}, failures.RATE_LIMITED, "queue full"),
    ],
)
def test_a_local_servers_error_is_read(status: int, body: Any, code: str, words: str) -> None:
    outcome = read(status, body)
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.words) == (code, words)


@pytest.mark.parametrize("status", [404, 405])
def test_a_server_without_an_address_for_edits_takes_no_references(
    status: int, references: tuple[ReferenceFile, ...]
) -> None:
    missing = Reply(status=status, headers={}, body={"error": {"code": status, "message": "Resource not found"}})
    assert OPENAI.read(missing, replace(REQUEST, references=references[:1])).code == failures.NO_EDITS
    assert OPENAI.read(missing, REQUEST).code == failures.ADDRESS_WRONG
    unknown = replace(missing, body={"error": {"message": "The model does not exist.", "code": "model_not_found"}})
    assert OPENAI.read(unknown, replace(REQUEST, references=references[:1])).code == failures.MODEL_UNKNOWN


def test_a_size_left_to_a_local_server_is_not_put_in_a_word_that_it_does_not_know(double: Provider) -> None:
    assert "size" not in (submit(replace(REQUEST, size="auto"), double).json or {})
