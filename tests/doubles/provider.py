"""A provider on this machine: strict about OpenAI's contract, scriptable in its faults, and it counts what it bills.

In a test: ``with Provider() as provider: provider.next(status=503)``, or the fixture ``provider`` of tests/conftest.py.
From a shell: ``python -m tests.doubles.provider --port 8900`` and the control addresses in tests/doubles/control.py.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import socket
import sys
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from tests.doubles import contract, control, streams
from tests.doubles.behaviour import FAULTS, MEDIA_TYPES, Behaviour, answer, reply_to
from tests.doubles.contract import Refusal
from tests.doubles.flavours import FLAVOURS
from tests.doubles.jobs import Jobs
from tests.doubles.wire import Recorded, head_of, read_body, read_head

TURNS = 10
MODELS = ("gpt-image-2", "gpt-image-2-mini")


class Provider:
    def __init__(self, *, key: str = "", host: str = "127.0.0.1", port: int = 0, keep: bool = True) -> None:
        self.key = key  # empty: any caller is welcome
        self.keep = keep  # bodies of the requests; switch off where thousands are measured
        self.requests: list[Recorded] = []
        self.billed: Counter[str] = Counter()  # submissions taken on, by idempotency or request key, else by prompt
        self.script: list[Behaviour] = []
        self.default = Behaviour()
        self.files: dict[str, tuple[bytes, str]] = {}
        self.open = 0
        self.peak = 0
        self.jobs = Jobs(self)
        self.flavours = {name: make(self) for name, make in FLAVOURS.items()}
        self.socket = socket.create_server((host, port), backlog=2048)
        self.host, self.port = self.socket.getsockname()[:2]
        self.released = False
        self._started = threading.Event()

    # For tests

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def base_url(self) -> str:
        return f"http://{self.address}/v1"

    def url(self, flavour: str) -> str:
        """Where the double is another provider; see tests/doubles/flavours.py."""
        return f"http://{self.address}/{flavour}"

    @property
    def allow(self) -> frozenset[str]:
        return frozenset({self.address})

    @property
    def submissions(self) -> list[Recorded]:
        return [request for request in self.requests if request.method == "POST" and "/images/" in request.path]

    def next(self, **behaviour: Any) -> None:
        """How the next request (that matches) is answered; the first of several that fit wins."""
        self.script.append(Behaviour(**behaviour))

    def always(self, **behaviour: Any) -> None:
        self.default = Behaviour(**behaviour)

    def release(self) -> None:
        """Everything that is held, now and later, goes on."""
        self.released = True
        self._loop.call_soon_threadsafe(self._gate.set)

    def step(self, count: int = 1) -> None:
        """So many more events of streams that are stepped."""
        for _ in range(count):
            self._loop.call_soon_threadsafe(self._steps.release)

    def reset(self) -> None:
        self.requests.clear()
        self.billed.clear()
        self.script.clear()
        self.default = Behaviour()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        self._started.wait(timeout=10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)

    # The server
    async def _run(self) -> None:
        self._loop, self._stop, self._gate = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        self._steps = asyncio.Semaphore(0)
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        server = await asyncio.start_server(self._connected, sock=self.socket, limit=1 << 20, backlog=2048)
        self._started.set()
        await self._stop.wait()
        server.close()
        # Also those whose caller does not read, and those that were accepted in this very moment and are served only
        # some turns of the loop from now; a socket closes a turn after it was let go.
        for _ in range(TURNS):
            for task in list(self._tasks):
                task.cancel()
            for writer in list(self._writers):
                writer.transport.abort()
            await asyncio.sleep(0)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def serve_forever(self) -> None:
        asyncio.run(self._run())

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.peak = max(self.peak, self.open)
        try:
            while (head := await read_head(reader)) is not None and await self._one(head, reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the caller went away; what it had sent is recorded
        finally:
            self.open -= 1
            with contextlib.suppress(OSError):
                writer.close()
                await writer.wait_closed()
            self._writers.discard(writer)

    async def _one(self, head: Recorded, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection may be used again."""
        if head.path.startswith("/_"):
            request = await read_body(reader, head)
            await self._say(writer, 200, control.answer(self, request))
            return True
        if self._next_is(head, "close_before_body"):
            self.requests.append(head)
            return False
        request = await read_body(reader, head)
        self.requests.append(request if self.keep else replace(request, body=b"", parts=()))
        try:
            return await self._route(request, writer)
        except Refusal as refusal:
            await self._say(writer, refusal.status, refusal.body)
            return True

    async def _route(self, request: Recorded, writer: asyncio.StreamWriter) -> bool:
        path = request.path.split("?")[0]
        if path.startswith("/files/"):
            return await self._file(path, writer)
        name, _, rest = path.strip("/").partition("/")
        if (flavour := self.flavours.get(name)) is not None:
            body, behaviour = flavour.answer(request, f"/{rest}")
            return await self._answer(writer, behaviour, _bytes(body))
        contract.check_key(request, self.key)
        match request.method, path:
            case "GET", "/v1/models":
                behaviour = self._take("models")
                listing = {"object": "list", "data": [{"id": model, "object": "model"} for model in MODELS]}
                body = listing if behaviour.body is None and behaviour.status < 400 else behaviour.body
                return await self._answer(writer, behaviour, _bytes(body))
            case "POST", "/v1/images/generations":
                return await self._submission(request, contract.check_generation(request), writer)
            case "POST", "/v1/images/edits":
                return await self._submission(request, contract.check_edit(request), writer)
        if path.startswith("/v1/jobs"):
            body, behaviour = self.jobs.answer(request, path.removeprefix("/v1/jobs"))
            return await self._answer(writer, behaviour, _bytes(body))
        raise Refusal(404, f"Invalid URL ({request.method} {path})")

    async def _submission(self, request: Recorded, fields: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        body, behaviour = self.taken_on(request, fields)
        if fields.get("stream") and not behaviour.fault and behaviour.status == 200:
            return await streams.send(writer, behaviour, fields, self._steps.acquire)
        return await self._answer(writer, behaviour, body)

    def taken_on(self, request: Recorded, fields: dict[str, Any]) -> tuple[bytes, Behaviour]:
        """What is said to a submission whose fields are right, and how; counted here if it is billed."""
        behaviour = self._take(fields["prompt"])
        if behaviour.counts:
            self.billed[request.key] += 1
        if behaviour.body is not None or behaviour.status >= 400:
            return _bytes(behaviour.body), behaviour
        return reply_to(fields, behaviour, self.link), behaviour

    def link(self, content: bytes, kind: str) -> str:
        """The address under which a picture can be fetched without a key."""
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.{kind}"
        self.files[name] = (content, MEDIA_TYPES[kind])
        return f"http://{self.address}/files/{name}"

    async def _file(self, path: str, writer: asyncio.StreamWriter) -> bool:
        behaviour = self._take("files")
        if behaviour.status != 200:
            return await self._answer(writer, behaviour, _bytes(behaviour.body))
        if (found := self.files.get(path.removeprefix("/files/"))) is None:
            raise Refusal(404, "No such file.")
        return await self._answer(writer, behaviour, found[0], found[1])

    async def _answer(
        self, writer: asyncio.StreamWriter, behaviour: Behaviour, body: bytes, media_type: str = "application/json"
    ) -> bool:
        if behaviour.held:
            await self._gate.wait()
        if behaviour.delay:
            await asyncio.sleep(behaviour.delay)
        match behaviour.fault:
            case "close_after_body":
                return False
            case "reset_after_body":
                linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
                return False
            case "accept_then_silent":
                await asyncio.sleep(3600)
        async for piece in answer(behaviour, body, media_type):
            writer.write(piece)
            await writer.drain()
        return behaviour.fault not in {"short_body"}

    async def _say(self, writer: asyncio.StreamWriter, status: int, body: Any) -> None:
        content = _bytes(body)
        writer.write(head_of(status, {"Content-Type": "application/json", "Content-Length": str(len(content))}))
        writer.write(content)
        await writer.drain()

    def _next_is(self, head: Recorded, fault: str) -> bool:
        """Faults that strike before the body cannot look at the prompt: they take the next submission."""
        if head.method != "POST" or not self.script or self.script[0].fault != fault:
            return self.default.fault == fault and head.method == "POST"
        self._use(0)
        return True

    def _take(self, prompt: str) -> Behaviour:
        for index, behaviour in enumerate(self.script):
            if behaviour.match in prompt and (behaviour.match or prompt not in {"models", "files"}):
                return self._use(index)
        return self.default if prompt not in {"models", "files"} else Behaviour()

    def _use(self, index: int) -> Behaviour:
        behaviour = self.script[index]
        if behaviour.times == 1:
            del self.script[index]
        elif behaviour.times > 1:
            self.script[index] = replace(behaviour, times=behaviour.times - 1)
        return behaviour


def _bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def main() -> None:
    parser = argparse.ArgumentParser(description="A free stand-in for an OpenAI-compatible image provider.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8900, help="0 takes a free one")
    parser.add_argument("--key", default="", help="refuse callers without this key")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that each picture takes")
    parser.add_argument("--bytes", type=int, default=0, help="pad each picture to this many bytes")
    faults = sorted(FAULTS - {""})
    parser.add_argument("--fault", default="", choices=faults, metavar="FAULT", help=f"one of {', '.join(faults)}")
    parser.add_argument("--forget", action="store_true", help="do not keep request bodies")
    parser.add_argument("--port-file", type=Path, help="write the port here once it listens")
    chosen = parser.parse_args()
    provider = Provider(key=chosen.key, host=chosen.host, port=chosen.port, keep=not chosen.forget)
    provider.always(delay=chosen.delay, bytes=chosen.bytes, fault=chosen.fault)
    if chosen.port_file:
        chosen.port_file.with_suffix(".new").write_text(str(provider.port))
        chosen.port_file.with_suffix(".new").replace(chosen.port_file)
    sys.stdout.write(f"{provider.base_url}  (STUDIO_EGRESS_ALLOW={provider.address})\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        provider.serve_forever()


if __name__ == "__main__":
    main()
