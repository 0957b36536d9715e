"""Receives large answers in a process of its own, so that its peak memory is nobody else's.

``python -m bench.receiving streamed|naive ADDRESS COUNT`` prints the peak in MB and the processor time in seconds.
"""

from __future__ import annotations

import asyncio
import base64
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from studio.providers.values import Call


async def streamed(address: str, count: int, folder: Path) -> None:
    from studio.egress import client

    async def one() -> None:
        reply = await client.send(call(address), spill_to=folder, allow=frozenset({address}))
        reply.body["data"][0]["b64_json"].path.unlink()

    await asyncio.gather(*(one() for _ in range(count)))


async def naive(address: str, count: int, folder: Path) -> None:
    import httpx

    async with httpx.AsyncClient(timeout=600, limits=httpx.Limits(max_connections=None)) as client:

        async def one(number: int) -> None:
            reply = await client.post(call(address).url, json=dict(call(address).json or {}))
            content = base64.b64decode(json.loads(reply.content)["data"][0]["b64_json"])
            path = folder / f"{number}.png"
            path.write_bytes(content)
            path.unlink()

        await asyncio.gather(*(one(number) for number in range(count)))


def call(address: str) -> Call:
    fields = {"model": "gpt-image-2", "prompt": "A coffee tin", "size": "1024x1024"}
    return Call(method="POST", url=f"http://{address}/v1/images/generations", json=fields)


def main(way: str, address: str, count: str) -> None:
    work = {"streamed": streamed, "naive": naive}[way]
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(work(address, int(count), Path(folder)))
    print(f"{peak():.1f} {time.process_time():.2f}")


def peak() -> float:
    """In MB. Linux counts ru_maxrss on from the process that started this one; its own high-water mark does not."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
