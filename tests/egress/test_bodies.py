"""Bodies whose length is known before the first byte, and of which a file never takes more memory than a piece."""

from __future__ import annotations

import asyncio
import base64
import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.egress.bodies import PIECE, Body, body_of
from studio.egress.client import NotSent
from studio.providers import failures
from studio.providers.values import Call, DataURL
from tests.doubles.provider import Provider
from tests.egress.paid import call, send


def made(values: dict[str, Any]) -> Body:
    body = body_of(Call(method="POST", url="https://api.example.com/v1", json=values))
    assert body is not None
    return body


def whole(body: Body) -> bytes:
    async def read() -> bytes:
        return b"".join([piece async for piece in body.stream()])

    return asyncio.run(read())


def resolved(value: Any) -> Any:
    """The same with each file written out: what the body must mean."""
    if isinstance(value, DataURL):
        return f"data:{value.media_type};base64,{base64.b64encode(value.path.read_bytes()).decode()}"
    if isinstance(value, dict):
        return {name: resolved(each) for name, each in value.items()}
    return [resolved(each) for each in value] if isinstance(value, list | tuple) else value


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[DataURL]:
    """Of every length that a group of three can end in, around the ends of pieces."""
    folder, found = tmp_path_factory.mktemp("pictures"), []
    for size in (0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 2):
        path = folder / f"{size}.webp"
        path.write_bytes(bytes(number % 251 for number in range(size)))
        found.append(DataURL(path=path, media_type="image/webp"))
    return found


@given(data=st.data())
def test_files_stand_wherever_json_can_hold_a_value(pictures: list[DataURL], data: st.DataObject) -> None:
    leaves = st.sampled_from(pictures) | st.text() | st.integers() | st.booleans() | st.none()
    inner = st.recursive(leaves, lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=3))
    values = data.draw(st.dictionaries(st.text(), inner, max_size=4))
    body = made(values)
    content = whole(body)
    assert json.loads(content) == resolved(values)
    assert content == json.dumps(resolved(values), ensure_ascii=False, separators=(",", ":")).encode()
    assert body.length == len(content)
    assert whole(made(values)) == content


def test_text_that_looks_like_a_file_stays_text(pictures: list[DataURL]) -> None:
    values = {"prompt": '"data:image/png;base64,AAAA" \\" DataURL(path=1)', "image": [pictures[3]]}
    assert json.loads(whole(made(values))) == resolved(values)


def test_a_file_takes_no_more_memory_than_a_piece(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(b"\x89" * 20_000_000)
    body = made({"images": [DataURL(path=path, media_type="image/png")] * 3})

    async def count() -> int:
        return sum([len(piece) async for piece in body.stream()])

    tracemalloc.start()
    try:
        sent = asyncio.run(count())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent == body.length > 80_000_000
    assert most < 4_000_000


def test_it_arrives_with_its_length_and_the_same_bytes_each_time(
    pictures: list[DataURL], provider: Provider, tmp_path: Path
) -> None:
    content = json.loads(whole(made(dict(call(provider.base_url).json or {}))))
    values = content | {"prompt": "A tin 缶", "user": {"files": [pictures[-1], pictures[1]]}}
    for _ in range(2):
        send(replace(call(provider.base_url), json=values), tmp_path, provider)
    first, second = provider.requests
    assert first.header("content-length") == str(len(first.body))
    assert first.header("transfer-encoding") == ""
    assert json.loads(first.body) == resolved(values)
    assert first.body == second.body


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: (path.unlink(), path.mkdir())], ids=["gone", "no file"])
def test_a_file_that_is_not_there_proves_that_nothing_was_sent(
    spoil: Callable[[Path], object], provider: Provider, tmp_path: Path
) -> None:
    path = tmp_path / "reference.png"
    path.write_bytes(b"picture")
    spoil(path)
    values = {"prompt": "A tin", "image": DataURL(path=path, media_type="image/png")}
    with pytest.raises(NotSent) as fault:
        send(replace(call(provider.base_url), json=values), tmp_path / "parts", provider)
    assert fault.value.code == failures.REFERENCE_MISSING
    assert provider.requests == []
