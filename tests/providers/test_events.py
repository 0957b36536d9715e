"""Events are read the same however the bytes are cut, whatever ends their lines, and in little memory."""

from __future__ import annotations

import base64
import itertools
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.providers.events import Event, Events
from studio.providers.values import Spilled

ENDS = ("\n", "\r\n", "\r")
PARTIAL = "image_generation.partial_image"


class Memory:
    def __init__(self, number: int) -> None:
        self.path = Path(f"memory-{number}")
        self.content = b""
        self.closed = False

    def write(self, content: bytes) -> None:
        self.content += content

    def close(self) -> None:
        self.closed = True


def read(content: bytes, cuts: list[int] | None = None) -> list[Event]:
    numbers = itertools.count()
    sinks: list[Memory] = []

    def open_sink() -> Memory:
        sinks.append(Memory(next(numbers)))
        return sinks[-1]

    events = Events(open_sink, threshold=32)
    edges = [0, *sorted(cut % (len(content) + 1) for cut in cuts or []), len(content)]
    found = [event for start, end in itertools.pairwise(edges) for event in events.feed(content[start:end])]
    if (last := events.finish()) is not None:
        found.append(last)
    assert all(sink.closed for sink in sinks)
    return found


def plain(events: list[Event]) -> list[tuple[str, Any]]:
    """With hashes in the place of files."""

    def hashed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: hashed(item) for key, item in value.items()}
        return value.sha256 if isinstance(value, Spilled) else value

    return [(event.name, hashed(event.body)) for event in events]


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """Streams of any events, with anything between them that a server may send."""
    lines: list[str] = []
    for _ in range(draw(st.integers(0, 4))):
        lines += draw(
            st.lists(st.sampled_from([": keep-alive", ":", "", "id: 7", "retry: 10", "nonsense"]), max_size=3)
        )
        if draw(st.booleans()):
            lines.append(draw(st.sampled_from([f"event: {PARTIAL}", f"event:{PARTIAL}", "event"])))
        picture = base64.b64encode(draw(st.binary(min_size=30, max_size=300))).decode()
        body = {"type": PARTIAL, "b64_json": picture, "n": draw(st.integers()), "said": draw(st.text(max_size=5))}
        text = json.dumps(body, ensure_ascii=False, indent=draw(st.sampled_from([None, 1])))
        text = draw(st.sampled_from([text, text[: len(text) // 2], "[DONE]", "", "{}", '{"a":\ud83c}']))
        space = draw(st.sampled_from(["", " "]))
        lines += [f"data:{space}{line}" for line in text.split("\n")]
        lines.append("")
    ends = draw(st.lists(st.sampled_from(ENDS), min_size=len(lines), max_size=len(lines)))
    content = "".join(line + end for line, end in zip(lines, ends, strict=True))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + content.encode("utf-8", "surrogatepass")


@given(streams(), st.lists(st.integers(0, 100_000), max_size=40))
def test_any_pieces_give_the_same_events(content: bytes, cuts: list[int]) -> None:
    whole = plain(read(content))
    assert plain(read(content, cuts)) == whole
    assert plain(read(content, list(range(len(content))))) == whole


@given(
    st.lists(st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=9), min_size=1), max_size=5),
    st.sampled_from(ENDS),
    st.sampled_from([None, 1]),
    st.lists(st.integers(0, 10_000), max_size=20),
)
def test_what_was_sent_is_what_is_read(bodies: list[Any], end: str, indent: int | None, cuts: list[int]) -> None:
    sent = ""
    for number, body in enumerate(bodies):
        data = json.dumps(body, indent=indent).split("\n")
        sent += end.join([f": {number}", f"event: kind-{number}", *(f"data: {line}" for line in data), "", ""])
    found = read(sent.encode(), cuts)
    assert [(event.name, event.body) for event in found] == [(f"kind-{n}", body) for n, body in enumerate(bodies)]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", []),
        (b"\n\r\n\r", []),
        (b": comment\n\n", []),
        (b"event: ping\n\n", []),
        (b"data\n\n", []),
        (b"data:\n\n", []),
        (b"data: [DONE]\n\n", []),
        (b"data:[DONE]\n\n", []),
        (b"event: a\ndata: 1\n\ndata: 2\n\n", [("a", 1), ("", 2)]),
        (b"event: a\nevent: b\ndata: 1\n\n", [("b", 1)]),
        (b"data: [1,\ndata: 2]\n\n", [("", [1, 2])]),
        (b"data:  1\n\n", [("", 1)]),
        (b"dataset: 1\nDATA: 2\n data: 3\n\n", []),
        (b"event: a\ndata: <html>\n\ndata: 1\n\n", [("a", None), ("", 1)]),
        (b"event: a\r\ndata: 1\r\n\r\n", [("a", 1)]),
        (b"event: a\rdata: 1\r\r", [("a", 1)]),
        (b"\xef\xbb\xbfevent: a\ndata: 1\n\n", [("a", 1)]),
        (b"event: a\ndata: 1", [("a", 1)]),  # whole, though the empty line never came
        (b'event: a\ndata: {"b": "c', [("a", None)]),
    ],
)
def test_each_line_means_what_the_standard_says(content: bytes, found: list[tuple[str, Any]]) -> None:
    assert plain(read(content)) == found
    assert plain(read(content, list(range(len(content))))) == found


def test_every_event_names_its_own_files() -> None:
    picture = base64.b64encode(b"x" * 60).decode()
    body = json.dumps({"b64_json": picture})
    found = read(f"data: {body}\n\ndata: {{}}\n\ndata: {body}\n\ndata: {body[:-20]}\n\n".encode())
    assert [event.paths for event in found] == [(Path("memory-0"),), (), (Path("memory-1"),), (Path("memory-2"),)]
    assert found[3].body is None


@pytest.mark.parametrize(
    ("name", "body", "kind", "is_error"),
    [
        ("a", {"type": "b"}, "b", False),
        ("a", {}, "a", False),
        ("a", None, "a", False),
        ("", {"type": 7}, "", False),
        ("error", {"message": "x"}, "error", True),
        ("", {"type": "error"}, "error", True),
        ("", {"error": {"message": "x"}}, "", True),
        ("a", {"error": None}, "a", False),
    ],
)
def test_kinds_and_errors(name: str, body: Any, kind: str, is_error: bool) -> None:
    event = Event(name=name, body=body)
    assert (event.kind, event.is_error) == (kind, is_error)


def test_the_secret_is_taken_out_of_every_event() -> None:
    events = Events(lambda: Memory(0), secret="canary-1")
    [event] = events.feed(b'data: {"error": {"message": "Wrong key canary-1"}}\n\n')
    assert event.body == {"error": {"message": "Wrong key [key]"}}


def test_memory_stays_flat_however_large_a_picture_is() -> None:
    class Nowhere(Memory):
        def write(self, content: bytes) -> None:
            pass

    piece = base64.b64encode(bytes(48 * 1024))

    def pieces() -> Iterator[bytes]:
        yield b'data: {"b64_json":"'
        for _ in range(300):  # 19 MB
            yield piece
        yield b'"}\n\n'

    events = Events(lambda: Nowhere(0))
    tracemalloc.start()
    found = [event for each in pieces() for event in events.feed(each)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found[0].body["b64_json"].bytes == 300 * 48 * 1024
    assert peak < 1_000_000


def test_a_flood_of_names_and_comments_is_not_kept() -> None:
    events = Events(lambda: Memory(0))
    tracemalloc.start()
    for start in (b"", b"event: ", b": "):
        events.feed(start)
        for _ in range(100):
            assert events.feed(b"x" * 50_000) == []
        events.feed(b"\n")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
    assert [event.body for event in events.feed(b"data: 1\n\n")] == [1]
