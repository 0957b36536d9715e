"""The images protocol as a stream: unfinished pictures while it is made, then the picture, or an error.

The last event holds what the plain answer holds, in another place; ``plain`` puts it there, so that one reader does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from studio.providers import failures, images_api, replies
from studio.providers.events import is_stream
from studio.providers.values import Billed, Call, Failure, FormField, Picture, Reply

if TYPE_CHECKING:
    from studio.providers.events import Event

PARTIAL = frozenset({"image_generation.partial_image", "image_edit.partial_image"})
ENDS = frozenset({"image_generation.completed", "image_edit.completed"})
# Errors of the request itself: the same ones as come with a status of their own, here after a good one.
OF_THE_REQUEST = frozenset({"invalid_request_error", "image_generation_user_error"})


def streamed(call: Call, partials: int) -> Call:
    """The same call, asking for so many unfinished pictures; untouched for none."""
    if not partials:
        return call
    if call.json is not None:
        return replace(call, json={**call.json, "stream": True, "partial_images": partials}, ends=ENDS)
    form = list(call.form or ())
    files = next((at for at, part in enumerate(form) if not isinstance(part, FormField)), len(form))
    asked = (FormField(name="stream", value="true"), FormField(name="partial_images", value=str(partials)))
    return replace(call, form=(*form[:files], *asked, *form[files:]), ends=ENDS)


def unfinished(event: Event) -> Picture | None:
    """The picture in an event, where it is one of these; never a link, for nothing is fetched on the way."""
    if event.kind not in PARTIAL or not isinstance(event.body, Mapping):
        return None
    found = replies.picture(event.body.get("b64_json"))
    return None if found is None or found.url else found


def plain(reply: Reply) -> Reply:
    """A streamed answer in the shape of one that was not."""
    body = reply.body
    if not is_stream(reply.headers) or not isinstance(body, Mapping) or "data" in body:
        return reply
    kept = {name: value for name, value in body.items() if name not in {"type", "b64_json"}}
    item = {name: body[name] for name in ("b64_json", "revised_prompt") if name in body}
    return replace(reply, body={**kept, "data": [item]})


def broken_off(reply: Reply) -> Failure | None:
    """The failure that an event told after the call was taken on; None where none did.

    Its status was a good one and work had begun, so nothing in it proves that nothing is charged.
    """
    if not is_stream(reply.headers) or not isinstance(reply.body, Mapping):
        return None
    error = reply.body.get("error")
    if not error and (reply.body.get("type") in ENDS or "b64_json" in reply.body):
        return None
    # Some servers put the error itself where others put an envelope.
    enveloped = reply if error else replace(reply, body={"error": {**reply.body, "type": ""}})
    kind, code = replies.error_of(enveloped)
    said = replies.words(enveloped)
    if {kind, code} & images_api.QUOTA:
        return Failure(code=failures.NO_CREDIT, words=said, billed=Billed.UNKNOWN, pauses=True)
    if {kind, code} & images_api.MODERATION or "safety_violations" in said:
        return Failure(code=failures.REFUSED, words=said, billed=Billed.UNKNOWN)
    if kind in OF_THE_REQUEST and code not in images_api.OVERLOADED:
        return Failure(code=failures.INVALID_REQUEST, words=said, billed=Billed.UNKNOWN)
    return Failure(code=failures.SERVER_ERROR, words=said, billed=Billed.UNKNOWN, unclear=True)
