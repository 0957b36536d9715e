"""What every adapter reads out of an answer alike: the words of an error, how long to wait, pictures in base64."""

from __future__ import annotations

import base64
import binascii
import math
import re
import time
import unicodedata
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from studio.prompts.scripts import TURNING
from studio.providers.values import Picture, Reply, Spilled

MAX_WORDS = 500
MAX_WAIT = 900.0
# What looks like a credential is not repeated, whoever said it.
_SECRET = re.compile(r"(?i)\b(bearer\s+|(?:sk|pk|rk|api|key|token)[-_])[\w\-.*]{6,}")
# A document that was cut off, or that nobody asked for: it says nothing to a person.
_MARKUP = re.compile(r"(?i)^\s*(<!doctype|<html|<\?xml|[{\[])")
# What a program says in place of words.
_SILENT = frozenset({"null", "none", "nil", "undefined", "nan", "true", "false"})


def words(reply: Reply) -> str:
    """The provider's own message from any of the known envelopes: cleaned, capped, and plain text for ever."""
    if reply.body is None:
        return "" if _MARKUP.match(reply.text) else clean(reply.text)
    return clean(_message(reply.body))


def telling(words: str) -> str:
    """The same words, or nothing for "null", "No." and their like: what is quoted has to tell a person something."""
    bare = words.strip(" .!\"'").casefold()
    return "" if bare in _SILENT or (bare.isascii() and sum(map(str.isalpha, bare)) < 3) else words


def clean(text: str) -> str:
    kept = (
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character
        for character in text[: 8 * MAX_WORDS]
        # A provider's words must not re-order our page.
        if character not in TURNING and unicodedata.category(character) != "Cs"
    )
    line = " ".join("".join(kept).split())
    line = _SECRET.sub(r"\1…", line)
    return line if len(line) <= MAX_WORDS else line[: MAX_WORDS - 1] + "…"


def _message(body: Any) -> str:
    if isinstance(body, str):
        return body
    if isinstance(body, list):
        return "; ".join(filter(None, (_message(item) for item in body[:5])))
    if not isinstance(body, Mapping):
        return ""
    if "msg" in body and isinstance(body.get("loc"), list):  # a validation error of FastAPI
        return f"{'.'.join(str(step) for step in body['loc'])}: {body['msg']}"
    error = body.get("error")
    if isinstance(error, str) and isinstance(body.get("message"), str):
        return str(body["message"])
    candidates = (error, *(body.get(name) for name in ("message", "detail", "errors", "msg")))
    return next((found for value in candidates if value and (found := _message(value))), "")


def error_of(reply: Reply) -> tuple[str, str]:
    """The type and the code in an error envelope, either empty."""
    error = reply.body.get("error") if isinstance(reply.body, Mapping) else None
    if not isinstance(error, Mapping):
        return "", ""
    kind, code = error.get("type"), error.get("code")
    return kind if isinstance(kind, str) else "", code if isinstance(code, str) else ""


def retry_after(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Seconds to wait, from milliseconds, seconds or a date; None where the header is missing or nonsense."""
    seconds = _number(headers.get("retry-after-ms"))
    if seconds is not None:
        return min(seconds / 1000, MAX_WAIT)
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is None and value:
        seconds = _until(value, time.time() if now is None else now)
    return None if seconds is None else min(seconds, MAX_WAIT)


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _until(date: str, now: float) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def picture(value: Any) -> Picture | None:
    """A picture from what stands in its place: decoded already, base64 with or without its prefix, a link, or an
    object that holds one of these under its usual name."""
    if isinstance(value, Mapping):
        inner = (value.get(name) for name in ("b64_json", "url"))
        return next((found for each in inner if not isinstance(each, Mapping) and (found := picture(each))), None)
    if isinstance(value, Spilled):
        return Picture(spilled=value) if value.bytes else None
    if not isinstance(value, str) or not value:
        return None
    if value.startswith(("https://", "http://")):
        return Picture(url=value)
    data = decode(value)
    return Picture(data=data) if data else None


def decode(text: str) -> bytes | None:
    """Strict base64; Python's default would skip what does not belong and hide a damaged picture."""
    if text.startswith("data:"):
        head, comma, text = text.partition(",")
        if not comma or not head.endswith(";base64"):
            return None
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
