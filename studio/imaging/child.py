"""The far side of the sandbox: one job in on standard input, one answer out, under the limits that came with it."""

from __future__ import annotations

import errno
import json
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]


# Nobody waits for these as one waits for a proof or an upload: calls that are open go first.
IN_THE_BACKGROUND = frozenset({"renditions"})


def main() -> int:
    job = json.load(sys.stdin)
    if job["op"] in IN_THE_BACKGROUND and hasattr(os, "nice"):
        os.nice(19)
    limit(job["limits"])
    json.dump(answer(job["op"], job["arguments"]), sys.stdout)
    return 0


def limit(limits: Mapping[str, int]) -> None:
    """Each limit by itself: some systems know fewer of them, and fewer are better than none."""
    if resource is None:
        return
    for name, value in limits.items():
        try:
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
        except (AttributeError, ValueError, OSError):
            continue


def answer(op: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Imports only now, under the limits. What is not the picture's fault leaves as an exception."""
    from studio.imaging.inspect import BadPicture

    try:
        return {"result": OPERATIONS[op](arguments)}
    except BadPicture as bad:
        return {"bad": {"code": bad.code, "params": bad.params}}
    except MemoryError:
        return {"bad": {"code": "too_heavy", "params": {}}}
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        return {"bad": {"code": "too_heavy", "params": {}}}


def _inspect(arguments: Mapping[str, Any]) -> dict[str, Any]:
    from studio.imaging.inspect import RESULT, UPLOAD, inspect

    return inspect(arguments["path"], caps=RESULT if arguments.get("result") else UPLOAD).to_json()


def _clean(arguments: Mapping[str, Any]) -> dict[str, Any]:
    from studio.imaging.clean import clean

    return clean(arguments["source"], arguments["target"]).to_json()


def _renditions(arguments: Mapping[str, Any]) -> dict[str, Any]:
    from studio.imaging.renditions import make

    return asdict(make(arguments["source"], {int(edge): path for edge, path in arguments["targets"].items()}))


def _reference(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """An upload in one go: clean copy and thumb from one decode."""
    from studio.imaging.clean import rebuilt, save
    from studio.imaging.inspect import UPLOAD, inspect
    from studio.imaging.renditions import cascade

    original = inspect(arguments["source"])
    pixels, name = rebuilt(arguments["source"], caps=UPLOAD)
    facts = save(pixels, arguments["clean"], name)
    renditions = cascade(pixels, {arguments["edge"]: arguments["thumb"]})
    return {"original": original.to_json(), "clean": facts.to_json(), "colour": renditions.colour}


def _fit(arguments: Mapping[str, Any]) -> dict[str, Any]:
    from studio.imaging.fit import fit

    facts = fit(arguments["source"], arguments["target"], most=arguments["most"], formats=arguments["formats"])
    return facts.to_json()


def _proof(arguments: Mapping[str, Any]) -> dict[str, Any]:
    from studio.imaging.proof import draw

    facts: dict[str, Any] = draw(arguments["request"], arguments["target"]).to_json()
    return facts


OPERATIONS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "inspect": _inspect,
    "clean": _clean,
    "renditions": _renditions,
    "reference": _reference,
    "fit": _fit,
    "proof": _proof,
}

if __name__ == "__main__":
    sys.exit(main())
