"""A picture that is drawn on this machine: the layout proof, in a child process and not in the loop."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from studio.imaging import sandbox
from studio.imaging.inspect import BadPicture
from studio.providers import failures
from studio.providers.values import Failure, ImageRequest, Picture, Pictures, Spilled
from studio.worker import receive

if TYPE_CHECKING:
    from studio.worker.floor import Floor


async def draw(request: ImageRequest, floor: Floor) -> Pictures | Failure:
    """Nothing leaves this machine, so nothing is marked as sent, and after a crash it is simply drawn again."""
    target = receive.part()
    try:
        await sandbox.run_async("proof", request=plain(request), target=target)
    except (BadPicture, sandbox.SandboxFailed) as error:
        target.unlink(missing_ok=True)
        return Failure(code=failures.UNEXPECTED, words=str(error))
    sha256 = await floor.thread(lambda: receive.digest(target))
    drawn = Spilled(path=target, bytes=target.stat().st_size, sha256=sha256)
    return Pictures(pictures=(Picture(spilled=drawn),), cost=0)


def plain(request: ImageRequest) -> dict[str, Any]:
    """The request as lists, dictionaries and strings, to travel to the child."""
    values = {name: getattr(request, name) for name in ("model", "prompt", "size", "width", "height", "quality")}
    values |= {name: getattr(request, name) for name in ("format", "compression", "take")}
    return values | {
        "recipe": request.recipe.to_json(),
        "references": [asdict(reference) for reference in request.references],
    }
