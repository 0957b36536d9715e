"""APIYI: each model is sent what it takes and nothing else, and references keep their order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.providers import adapter, catalogue, failures, sizes
from studio.providers.apiyi import CHAT
from studio.providers.output import Output
from studio.providers.sizes import RATIOS
from studio.providers.values import (
    Account,
    Call,
    Failure,
    FormField,
    FormFile,
    ImageRequest,
    Pictures,
    ReferenceFile,
    RemoteJob,
    Reply,
)
from tests.doubles.apiyi import ALL, OFFICIAL, VIP, VIP_FILE_BYTES, VIP_SIZES
from tests.doubles.behaviour import picture
from tests.doubles.provider import Provider
from tests.providers.sending import answer_of, received

APIYI = adapter("apiyi")
ACCOUNT = Account(base_url="https://b.apiyi.example/v1", key="sk-1")
MODELS = (OFFICIAL, ALL, VIP)
ALL_CHAT = ALL + CHAT


def ordered(model: str, **fields: Any) -> ImageRequest:
    return ImageRequest(model=model, prompt=" A tin\n", **{"size": "1280x1280", **fields})


def submit(request: ImageRequest, account: Account = ACCOUNT, key: str = "") -> Call:
    call = APIYI.submit(request, account, key=key)
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
    """Sixteen pictures, each of another colour."""
    made = []
    for number in range(16):
        path = tmp_path / f"{number}.png"
        path.write_bytes(picture(8, 8, f"{number * 99:06x}"))
        made.append(ReferenceFile(path=path, media_type="image/png", bytes=path.stat().st_size, width=8, height=8))
    return tuple(made)


def test_the_relay_takes_quality_and_format() -> None:
    request = ordered(OFFICIAL, quality="low", format="webp", compression=0)
    assert list((submit(request).json or {}).items()) == [
        ("model", OFFICIAL),
        ("prompt", " A tin\n"),
        ("size", "1280x1280"),
        ("quality", "low"),
        ("output_format", "webp"),
        ("output_compression", 0),
    ]
    assert "output_compression" not in (submit(ordered(OFFICIAL, format="png", compression=80)).json or {})


@pytest.mark.parametrize("model", [ALL, VIP])
def test_the_others_take_neither_and_are_told_how_to_answer(model: str) -> None:
    request = ordered(model, quality="low", format="png", compression=80)
    assert list((submit(request).json or {}).items()) == [
        ("model", model),
        ("prompt", " A tin\n"),
        ("size", "1280x1280"),
        ("response_format", "b64_json"),
    ]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("size", ["", "auto"])
def test_a_size_that_is_left_to_the_model_is_not_sent(model: str, size: str) -> None:
    assert "size" not in (submit(ordered(model, size=size)).json or {})


def test_a_model_that_left_the_catalogue_is_not_asked() -> None:
    with pytest.raises(ValueError, match="gone"):
        submit(ordered("gone"))


def test_the_call_goes_to_the_gateway_that_was_given() -> None:
    call = submit(ordered(VIP), key="attempt-1")
    assert call.url == "https://b.apiyi.example/v1/images/generations"
    assert call.headers == {"Authorization": "Bearer sk-1", "X-Client-Request-Id": "attempt-1"}
    assert 600 < call.deadline < 660  # longer than its slowest answer, and within a stop of the studio
    bare = Account(base_url="https://b.apiyi.com")
    assert submit(ordered(VIP), bare).url == "https://b.apiyi.com/v1/images/generations"
    assert submit(ordered(VIP), Account(base_url="")).url == "https://api.apiyi.com/v1/images/generations"


def test_references_keep_their_order() -> None:
    files = tuple(
        ReferenceFile(path=Path(f"{n}"), media_type=kind, bytes=1, width=1, height=1)
        for n, kind in enumerate(("image/jpeg", "image/png"))
    )
    call = submit(ordered(VIP, references=files))
    assert call.url == "https://b.apiyi.example/v1/images/edits"
    assert call.form == (
        FormField(name="model", value=VIP),
        FormField(name="prompt", value=" A tin\n"),
        FormField(name="size", value="1280x1280"),
        FormField(name="response_format", value="b64_json"),
        FormFile(name="image[]", filename="image-1.jpg", media_type="image/jpeg", path=Path("0")),
        FormFile(name="image[]", filename="image-2.png", media_type="image/png", path=Path("1")),
    )


@pytest.mark.parametrize("model", MODELS)
def test_every_size_on_offer_is_taken(model: str, double: Provider) -> None:
    row = catalogue.model("apiyi", model)
    outputs = [Output(ratio=ratio, tier=tier) for tier in row.sizes.tiers for ratio in RATIOS] + [Output(ratio="auto")]
    for output in outputs:
        request = ordered(model, size=sizes.resolve(row, output).value, format=row.formats[0])
        reply = answer_of(double, submit(request, Account(base_url=f"{double.url('apiyi')}/v1", key="sk-1")))
        assert isinstance(APIYI.read(reply, request), Pictures), (output, reply.body)
    assert double.billed[" A tin\n"] == len(outputs)


def test_the_thirty_sizes_are_the_providers_own() -> None:
    assert {f"{width}x{height}" for width, height in catalogue.model("apiyi", VIP).sizes.table.values()} == VIP_SIZES


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("count", [1, 2, None])
def test_references_arrive_in_order(
    model: str, count: int | None, references: tuple[ReferenceFile, ...], double: Provider
) -> None:
    chosen = references[: count or catalogue.model("apiyi", model).max_references]
    request = ordered(model, size="", references=chosen)
    call = submit(request, Account(base_url=f"{double.url('apiyi')}/v1", key="sk-1"))
    reply = answer_of(double, call)
    assert isinstance(APIYI.read(reply, request), Pictures), reply.body
    assert [part.content for part in received(call).files] == [each.path.read_bytes() for each in chosen]


@pytest.mark.parametrize("model", MODELS)
def test_one_reference_too_many_is_refused_and_not_billed(
    model: str, references: tuple[ReferenceFile, ...], double: Provider
) -> None:
    most = catalogue.model("apiyi", model).max_references
    request = ordered(model, size="", references=(*references, *references)[: most + 1])
    reply = answer_of(double, submit(request, Account(base_url=f"{double.url('apiyi')}/v1", key="sk-1")))
    assert APIYI.read(reply, request).code == failures.INVALID_REQUEST
    assert not double.billed


def test_what_the_catalogue_says_of_references() -> None:
    rows = catalogue.provider("apiyi").models
    assert (rows[OFFICIAL].max_references, rows[OFFICIAL].many_references) == (16, 5)
    assert rows[VIP].max_reference_bytes == VIP_FILE_BYTES


def test_the_targets_of_one_model_stay_within_what_it_honours() -> None:
    rules = catalogue.model("apiyi", ALL).sizes
    assert rules.tiers == ("1K",)
    assert all(512 <= max(pixels) <= 1536 for pixels in rules.table.values())


def test_a_wrong_key_is_refused_by_the_double(double: Provider) -> None:
    call = submit(ordered(VIP), Account(base_url=f"{double.url('apiyi')}/v1", key="sk-2"))
    outcome = APIYI.read(answer_of(double, call), ordered(VIP))
    assert outcome == Failure(code=failures.BAD_KEY, words="Invalid token.", pauses=True)
    assert not double.billed


def test_the_free_test_names_the_models_that_can_be_used(double: Provider) -> None:
    call = APIYI.test(Account(base_url=f"{double.url('apiyi')}/v1", key="sk-1"))
    assert call is not None
    assert call.method == "GET"
    result = APIYI.read_test(answer_of(double, call))
    assert (result.passed, result.models) == (True, (OFFICIAL, ALL, ALL_CHAT, VIP))
    refused = APIYI.read_test(Reply(status=401, headers={}, body={"error": {"message": "Invalid token."}}))
    assert (refused.passed, refused.code, refused.message) == (False, failures.BAD_KEY, "Invalid token.")


def test_what_a_synchronous_provider_cannot_do_is_not_offered() -> None:
    job = RemoteJob(id="x")
    assert APIYI.cancel(job, ACCOUNT) is None
    assert not APIYI.takes_key
    assert isinstance(APIYI.read_check(Reply(status=200, headers={}), job), Failure)
    with pytest.raises(NotImplementedError):
        APIYI.check(job, ACCOUNT)
