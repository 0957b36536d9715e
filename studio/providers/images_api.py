"""The images protocol that several providers share: one synchronous call, as JSON or as a form with the references.

An adapter says which fields it sends and where; how they are sent, and what an answer means, is here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studio.imaging.formats import EXTENSIONS, MEDIA_TYPES
from studio.providers import failures, replies
from studio.providers.values import (
    Account,
    Billed,
    Call,
    Failure,
    FormField,
    FormFile,
    Picture,
    ReferenceFile,
    Reply,
    TestResult,
)

# The slowest answers take ten minutes, and whoever hangs up before the answer pays for it all the same. It stays below
# the time that a stop of the studio waits for open calls.
DEADLINE = 640.0
TEST_DEADLINE = 15.0

QUOTA = frozenset(
    {
        "insufficient_quota",
        "billing_hard_limit_reached",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
    }
)
MODERATION = frozenset({"moderation_blocked", "content_policy_violation"})
# The words with which the service declares that it took nothing on, so that the same call may be sent again.
OVERLOADED = frozenset({"server_is_overloaded", "slow_down"})

EXTENSION_OF = {media_type: EXTENSIONS[name] for name, media_type in MEDIA_TYPES.items()}


def submission(
    base_url: str, account: Account, fields: Mapping[str, Any], references: Sequence[ReferenceFile], *, key: str
) -> Call:
    """The paid call: JSON without references, else a form in which the files follow the fields in their order."""
    if not references:
        return posted(base_url, "images/generations", account, fields, key=key)
    values = tuple(FormField(name=name, value=str(value)) for name, value in fields.items())
    files = tuple(_file(number, reference) for number, reference in enumerate(references, start=1))
    return posted(base_url, "images/edits", account, form=values + files, key=key)


def posted(
    base_url: str,
    path: str,
    account: Account,
    json: Mapping[str, Any] | None = None,
    *,
    form: tuple[FormField | FormFile, ...] | None = None,
    key: str,
) -> Call:
    # For the provider's support desk alone: it is no idempotency key, and nothing is repeated because of it.
    headers = headers_of(account) | ({"X-Client-Request-Id": key} if key else {})
    return Call(method="POST", url=url_of(base_url, path), headers=headers, json=json, form=form, deadline=DEADLINE)


def listing(base_url: str, account: Account) -> Call:
    """Asks which models there are: free, and it proves the key."""
    return Call(
        method="GET",
        url=url_of(base_url, "models"),
        headers=headers_of(account),
        deadline=TEST_DEADLINE,
        max_bytes=4_000_000,
    )


def url_of(base_url: str, path: str) -> str:
    return f"{base_url.rstrip('/')}/{path}"


def headers_of(account: Account) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.key}"} if account.key else {}


def _file(number: int, reference: ReferenceFile) -> FormFile:
    """References are told apart by their order, so the names say nothing but the number."""
    extension = EXTENSION_OF.get(reference.media_type, "png")
    return FormFile(
        name="image[]", filename=f"image-{number}.{extension}", media_type=reference.media_type, path=reference.path
    )


def pictures(body: Any) -> tuple[Picture, ...]:
    items = _items(body)
    return tuple(picture for picture in map(replies.picture, items) if picture)


def revised(body: Any) -> str:
    """The prompt as the provider rewrote it, where it says so."""
    texts = (item.get("revised_prompt") for item in _items(body))
    return next((text for text in texts if isinstance(text, str) and text), "")


def _items(body: Any) -> list[Mapping[str, Any]]:
    data = body.get("data") if isinstance(body, Mapping) else None
    return [item for item in data if isinstance(item, Mapping)] if isinstance(data, list) else []


def no_picture(reply: Reply) -> Failure:
    """Answered with success and without a picture: it may well have been paid for, so nothing is sent again."""
    kind, code = replies.error_of(reply)
    said = replies.words(reply)
    if {kind, code} & MODERATION or "safety_violations" in said:
        return Failure(code=failures.REFUSED, words=_with_categories(reply, said), billed=Billed.UNKNOWN)
    said = said if isinstance(reply.body, Mapping) else ""
    return Failure(code=failures.UNUSABLE_REPLY, words=said, billed=Billed.YES)


def failure(reply: Reply) -> Failure:
    kind, code = replies.error_of(reply)
    said = replies.words(reply)
    if {kind, code} & QUOTA or reply.status == 402:
        return Failure(code=failures.NO_CREDIT, words=said, pauses=True)
    if {kind, code} & MODERATION or "safety_violations" in said:
        return Failure(code=failures.REFUSED, words=_with_categories(reply, said))
    if reply.status == 429 or code in OVERLOADED:
        ours = failures.RATE_LIMITED if reply.status == 429 else failures.BUSY
        return Failure(code=ours, words=said, not_accepted=True, retry_after=replies.retry_after(reply.headers))
    if reply.status >= 500 or reply.status in {408, 409}:
        ours = failures.BUSY if reply.status == 503 else failures.SERVER_ERROR
        return Failure(code=ours, words=said, billed=Billed.UNKNOWN, unclear=True)
    ours = _refusals(reply.status, code, said)
    return Failure(code=ours, words=said, pauses=reply.status in {401, 403})


def _refusals(status: int, code: str, said: str) -> str:
    if status in {404, 405}:
        about_model = code == "model_not_found" or "model" in said.lower()
        return failures.MODEL_UNKNOWN if about_model else failures.ADDRESS_WRONG
    if status < 400:
        return failures.ADDRESS_WRONG
    known = {401: failures.BAD_KEY, 403: failures.FORBIDDEN, 413: failures.REQUEST_TOO_LARGE}
    return known.get(status, failures.INVALID_REQUEST)


def _with_categories(reply: Reply, said: str) -> str:
    error = reply.body.get("error") if isinstance(reply.body, Mapping) else None
    details = error.get("moderation_details") if isinstance(error, Mapping) else None
    listed = details.get("categories") if isinstance(details, Mapping) else None
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    return replies.clean(f"{said} ({', '.join(names)})") if names else said


def names_in(reply: Reply) -> tuple[str, ...] | TestResult:
    """The models that a listing names, or why it is none."""
    if not 200 <= reply.status < 300:
        problem = failure(reply)
        code = failures.ADDRESS_WRONG if problem.code == failures.MODEL_UNKNOWN else problem.code
        message = problem.words or failures.explain(code).sentence
        return TestResult(passed=False, message=message, code=code)
    data = reply.body.get("data") if isinstance(reply.body, Mapping) else None
    if not isinstance(data, list):
        code = failures.ADDRESS_WRONG
        return TestResult(passed=False, message=failures.explain(code).sentence, code=code)
    return tuple(item["id"] for item in data if isinstance(item, Mapping) and isinstance(item.get("id"), str))
