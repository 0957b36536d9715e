"""A provider that only answers: it notes when each request arrived, waits, and sends bytes made beforehand."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import threading
import time
from typing import Self

from tests.doubles.behaviour import picture

CHUNK = 256 * 1024


class Replies:
    def __init__(self, *, seconds: float = 0.0, base64_bytes: int = 0, together: int = 1) -> None:
        """``together``: no answer begins before so many requests are open, so that all arrive in the same moment."""
        self.seconds = seconds
        self.together = together
        self.arrived: dict[str, float] = {}  # request id → when its last byte was here
        self.open = self.peak = 0
        content = base64.b64encode(picture(1024, 1024, "336699", at_least=base64_bytes * 3 // 4)).decode()
        body = json.dumps({"created": 1, "data": [{"b64_json": content}]}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._answer = memoryview(head.encode() + body)

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(ready)), daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def _run(self, ready: threading.Event) -> None:
        self._loop, self._stop, self._full = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=4096)
        self.port: int = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await self._stop.wait()
            # Not waiting for calls that are still held open.
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gone = (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)
        with contextlib.suppress(*gone):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            await reader.readexactly(int(headers.get("content-length", "0")))
            self.arrived[headers.get("x-client-request-id", "")] = time.monotonic()
            self.open += 1
            self.peak = max(self.peak, self.open)
            if self.open >= self.together:
                self._full.set()
            try:
                await self._full.wait()
                await asyncio.sleep(self.seconds)
                for start in range(0, len(self._answer), CHUNK):
                    writer.write(self._answer[start : start + CHUNK])
                    await writer.drain()
            finally:
                self.open -= 1
        writer.close()
