"""What is read out of any answer alike: words, waiting times, base64."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.providers import replies
from studio.providers.values import Picture, Reply

NOW = 1_784_000_000.0


def reply(body: Any = None, text: str = "") -> Reply:
    return Reply(status=400, headers={}, body=body, text=text)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "No.", "type": "x", "param": None, "code": None}}, "No."),
        ({"error": "No."}, "No."),
        ({"error": "server_error", "message": "No."}, "No."),
        ({"error": {"code": "x"}}, ""),
        ({"errors": ["No.", "Never."]}, "No.; Never."),
        ({"errors": [{"message": "No."}]}, "No."),
        ({"message": "No."}, "No."),
        ({"msg": "No."}, "No."),
        ({"detail": "No."}, "No."),
        ({"detail": [{"loc": ["body", "size"], "msg": "No.", "type": "x"}]}, "body.size: No."),
        ({"detail": {"error": {"message": "No."}}}, "No."),
        ("No.", "No."),
        ([{"message": "No."}], "No."),
        ({"error": None}, ""),
        ({"error": []}, ""),
        ({"error": 5}, ""),
        (42, ""),
        ({}, ""),
    ],
)
def test_every_known_envelope_gives_its_words(body: Any, words: str) -> None:
    assert replies.words(reply(body)) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("upstream connect error", "upstream connect error"),
        ("<!DOCTYPE html><h1>502</h1>", ""),
        ("  <html><script>", ""),
        ("<?xml version='1.0'?>", ""),
        ('{"id":"run_1","status":"succ', ""),
        ('  [{"b64_json": "iVBOR', ""),
        ("", ""),
    ],
)
def test_a_page_or_a_document_that_was_cut_off_is_not_repeated_and_a_line_is(text: str, words: str) -> None:
    assert replies.words(reply(text=text)) == words


def test_words_are_one_capped_line_without_tricks() -> None:
    said = replies.clean("a\x00b\r\nc\u202e d\u2028e\ud800 sk-abcdefgh12345 Bearer abcdefgh1234 " + "x" * 2000)
    assert said.startswith("a b c d e sk-… Bearer … xxx")
    assert len(said) == replies.MAX_WORDS
    assert said.endswith("…")


@given(st.text())
def test_cleaning_twice_changes_nothing_more_and_never_fails(text: str) -> None:
    once = replies.clean(text)
    assert len(once) <= replies.MAX_WORDS
    assert "\n" not in once
    once.encode()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "86400"}, 900.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1e309"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "x", "retry-after": "4"}, 4.0),
        ({"retry-after": "Tue, 14 Jul 2026 03:33:50 GMT"}, 30.0),
        ({"retry-after": "Tue, 14 Jul 1026 03:33:50 GMT"}, 0.0),
        ({"retry-after": "Tue, 14 Jul 2099 03:33:50 GMT"}, 900.0),
        ({"retry-after": "Tue, 99 Jul 2099 03:33:50 GMT"}, None),
    ],
)
def test_the_wait_is_read_from_seconds_dates_and_nonsense(headers: dict[str, str], seconds: float | None) -> None:
    assert replies.retry_after(headers, now=NOW) == seconds


@given(st.text(alphabet="0123456789.-+eEinfa TMonJulGT:,", max_size=30))
def test_no_header_gives_an_endless_or_negative_wait(value: str) -> None:
    wait = replies.retry_after({"retry-after": value}, now=NOW)
    assert wait is None or 0 <= wait <= 900


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("aGVsbG8=", b"hello"),
        ("aGVs\nbG8=", b"hello"),
        ("data:image/png;base64,aGVsbG8=", b"hello"),
        ("data:image/png,aGVsbG8=", None),
        ("data:image/png;base64", None),
        ("aGVsbG8", None),
        ("aGVs!bG8=", None),
        ("ä", None),
    ],
)
def test_short_base64_is_decoded_strictly(text: str, content: bytes | None) -> None:
    assert replies.decode(text) == content


@pytest.mark.parametrize("value", [{"url": "https://x.example/a"}, {"b64_json": None, "url": "https://x.example/a"}])
def test_a_picture_may_stand_in_an_object(value: Any) -> None:
    assert replies.picture(value) == Picture(url="https://x.example/a")


@pytest.mark.parametrize("value", [None, "", 5, [], {}, "!!!", True, {"url": {"url": "https://x.example/a"}}])
def test_what_is_no_picture_gives_none(value: Any) -> None:
    assert replies.picture(value) is None


def test_a_link_is_a_picture_that_is_still_to_be_fetched() -> None:
    assert replies.picture("https://cdn.example/x.png") == Picture(url="https://cdn.example/x.png")


@pytest.mark.parametrize("words", ["null", "No.", "None", "undefined", "{}", '"null"', "", "500", "NaN"])
def test_what_tells_nobody_anything_is_not_quoted(words: str) -> None:
    assert replies.telling(words) == ""


@pytest.mark.parametrize("words", ["Try again.", "余额不足", "失败", "Not now", "eu.pictures.example"])
def test_what_tells_something_is_quoted_as_it_is(words: str) -> None:
    assert replies.telling(words) == words
