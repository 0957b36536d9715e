"""The streaming reader agrees with json.loads whatever the document and however it is cut, and stays small."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.providers.spill import MAX_SPILLS, Malformed, Spill
from studio.providers.values import Spilled


class Memory:
    """A sink that keeps what it gets."""

    made: list[Memory]

    def __init__(self) -> None:
        self.path = Path("memory")
        self.content = b""
        self.closed = False

    def write(self, content: bytes) -> None:
        self.content += content

    def close(self) -> None:
        self.closed = True


def parse(document: bytes, cuts: list[int] | None = None, **options: Any) -> tuple[Any, list[bytes]]:
    sinks: list[Memory] = []

    def open_sink() -> Memory:
        sinks.append(Memory())
        return sinks[-1]

    spill = Spill(open_sink, **{"threshold": 32} | options)
    edges = [0, *sorted(cut % (len(document) + 1) for cut in cuts or []), len(document)]
    for start, end in itertools.pairwise(edges):
        spill.feed(document[start:end])
    found = spill.finish()
    assert all(sink.closed for sink in sinks)
    return found, [sink.content for sink in sinks]


def pictured(content: bytes) -> str:
    return base64.b64encode(content).decode()


SHORT = st.text(max_size=2)  # its escaped form stays below the threshold
TEXTS = SHORT | st.text().map("é{}".format)  # of any length, and never the beginning of a picture
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
PICTURES = st.binary(min_size=40, max_size=400)
DOCUMENTS = st.recursive(
    LEAVES | PICTURES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SHORT, inner, max_size=4),
    max_leaves=12,
)


def with_texts(value: Any) -> Any:
    if isinstance(value, bytes):
        return pictured(value)
    if isinstance(value, list):
        return [with_texts(item) for item in value]
    return {key: with_texts(item) for key, item in value.items()} if isinstance(value, dict) else value


def with_hashes(value: Any) -> Any:
    """Both sides in one form: a picture is its hash."""
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, Spilled):
        return value.sha256
    if isinstance(value, list):
        return [with_hashes(item) for item in value]
    return {key: with_hashes(item) for key, item in value.items()} if isinstance(value, dict) else value


@given(
    DOCUMENTS,
    st.lists(st.integers(0, 100_000), max_size=30),
    st.booleans(),
    st.sampled_from([None, 1]),
    st.booleans(),
)
def test_any_document_in_any_pieces_reads_like_the_ordinary_way(
    document: Any, cuts: list[int], ascii_only: bool, indent: int | None, slashes: bool
) -> None:
    text = json.dumps(with_texts(document), ensure_ascii=ascii_only, indent=indent)
    if slashes:
        text = text.replace("/", "\\/")
    found, _ = parse(text.encode("utf-8", "surrogatepass"), cuts)
    assert with_hashes(found) == with_hashes(document)


@given(st.binary(min_size=100, max_size=2000), st.lists(st.integers(0, 10_000), max_size=40))
def test_every_way_to_write_base64_gives_the_same_bytes(content: bytes, cuts: list[int]) -> None:
    plain = pictured(content)
    lines = "\\n".join(plain[at : at + 76] for at in range(0, len(plain), 76))
    for text in (
        plain,
        lines,
        plain.replace("/", "\\/"),
        plain.replace("=", "\\u003d").replace("+", "\\u002B"),
        f"data:image/png;base64,{plain}",
        f"data:image\\/png;base64,{lines}\\r\\n",
    ):
        found, contents = parse(b'{"data":[{"b64_json":"%b"}]}' % text.encode(), cuts)
        assert contents == [content]
        assert found["data"][0]["b64_json"].bytes == len(content)


@pytest.mark.parametrize("size", (28, 32, 36))
def test_a_text_spills_from_the_threshold_on_and_not_before(size: int) -> None:
    found, contents = parse(b'["%b"]' % (b"A" * size))
    assert bool(contents) == isinstance(found[0], Spilled) == (size > 32)


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_cut_base64_is_refused(lost: int) -> None:
    with pytest.raises(Malformed):
        parse(b'["%b"]' % pictured(b"x" * 99)[:-lost].encode())


@pytest.mark.parametrize(
    "text",
    [
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==AAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!A",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\\\\/A",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\\AAA",
        'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\\"AAA',
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\\u0000",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAÄ",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=A===AAAA",
    ],
)
def test_a_picture_that_is_damaged_later_on_is_refused(text: str) -> None:
    for cuts in ([], list(range(60))):
        with pytest.raises(Malformed):
            parse(b'["%b"]' % text.encode(), cuts)


@pytest.mark.parametrize(
    "text",
    [
        "This is a long text and no picture at all.",
        "AAAA====AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "data:image/png,AAAAAAAAAAAAAAAAAAAA",
        "-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_",
        "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ",
        "\\u30b3\\u30fc\\u30d2\\u30fc \\ud83d\\ude00 AAAAAAAAAAAAAAAAA",
        '\\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\\"',
    ],
)
def test_a_long_text_is_a_text(text: str) -> None:
    document = b'["%b"]' % text.encode()
    for cuts in ([], list(range(60))):
        assert parse(document, cuts) == (json.loads(document), [])


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{",
        b'{"a":1',
        b'"abc',
        b'"abc\\',
        b"<html lang=\"en\"><p class='x'>Bad gateway</p></html>",
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999999999999]x",
        b'["\xff\xfe"]',
        b"[" * 65 + b"]" * 65,
        b"[" * 500_000,
        b'{"a":' * 200_000,
        b'{"a":1}{"b":2}',
        b"[" + b"9" * 5000 + b"]",
        b'["a\nb"]',
    ],
)
def test_what_is_not_json_that_we_take_is_refused(document: bytes) -> None:
    for cuts in ([], [1, 2, 3, 7, 100]):
        with pytest.raises(Malformed):
            parse(document, cuts)


@pytest.mark.parametrize("before", ["![image](", "这是图片：\n\n![](<", 'Here "it" is [](x) ![a]('])
@pytest.mark.parametrize("after", [")", ">) 完成", ' "title") ![more](data:image/png;base64,QUJD)'])
@pytest.mark.parametrize("slash", ["/", "\\/"])
def test_a_long_text_that_shows_a_picture_is_that_picture(before: str, after: str, slash: str) -> None:
    content = bytes(range(256)) * 40
    text = f"{before}data:image/png;base64,{pictured(content)}{after}"
    document = json.dumps({"content": text, "next": [1]}, ensure_ascii=False).replace("/", slash).encode()
    for cuts in ([], [40, 90, 100, 101], [*range(0, len(document), 97)], [len(document) - 4, len(document) - 30]):
        found, sinks = parse(document, cuts, threshold=128)
        assert isinstance(found["content"], Spilled)
        assert (found["next"], sinks) == ([1], [content])


def test_a_small_picture_in_a_long_text_stays_text() -> None:
    text = f"![image](data:image/png;base64,QUJD) {'and so on ' * 90}"
    assert parse(json.dumps([text]).encode(), threshold=128) == ([text], [])


def test_a_picture_in_a_text_is_decoded_strictly() -> None:
    damaged = f"![image](data:image/png;base64,{pictured(bytes(900))}!?QUJD)"
    with pytest.raises(Malformed):
        parse(json.dumps([damaged]).encode(), threshold=128)


def test_nesting_is_counted_outside_texts_and_not_by_brackets_beside_each_other() -> None:
    document = {"a": [[], {}, "[[[[[[[[["] * 100}
    assert parse(json.dumps(document).encode())[0] == document


def test_all_that_is_no_picture_is_capped() -> None:
    with pytest.raises(Malformed):
        parse(b"[" + b"1," * 5000 + b"1]", max_skeleton=5000)


def test_pictures_are_counted() -> None:
    one = b'"%b"' % pictured(b"x" * 30).encode()
    with pytest.raises(Malformed):
        parse(b"[" + b",".join([one] * (MAX_SPILLS + 1)) + b"]")


def test_a_picture_in_the_place_of_a_name_is_refused() -> None:
    with pytest.raises(Malformed):
        parse(b'{"%b":1}' % pictured(b"x" * 30).encode())


def test_the_secret_is_taken_out_of_every_text() -> None:
    spill = Spill(Memory)
    spill.feed(b'{"error":{"message":"Incorrect key canary-1, canary-1","n":[1,"canary-1"]}}')
    assert spill.finish(secret="canary-1") == {"error": {"message": "Incorrect key [key], [key]", "n": [1, "[key]"]}}


def test_memory_stays_flat_however_large_the_picture_is() -> None:
    class Nowhere(Memory):
        def write(self, content: bytes) -> None:
            pass

    piece = pictured(bytes(48 * 1024)).encode()
    spill = Spill(Nowhere)
    spill.feed(b'{"data":[{"b64_json":"')
    tracemalloc.start()
    for _ in range(300):  # 19 MB
        spill.feed(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    spill.feed(b'"}]}')
    assert spill.finish()["data"][0]["b64_json"].bytes == 300 * 48 * 1024
    assert peak < 1_000_000
