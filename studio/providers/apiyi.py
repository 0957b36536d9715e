"""APIYI's gateway: the images protocol for three models, of which two are not the maker's own service.

The relay of the maker's service takes quality and format. The two other models take neither, cost the same whatever the
size, and answer with a link or with base64 behind a data: prefix; both are read whatever was asked for. One of them can
also be asked as a chat: it is a model of its own in the catalogue, and the studio's name for it ends in ``#chat``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from studio.prompts.words import gettext_noop as _
from studio.providers import catalogue, failures, images_api, prices, replies
from studio.providers.capabilities import Model, PriceKind
from studio.providers.sizes import AUTO
from studio.providers.values import (
    Account,
    Billed,
    Call,
    DataURL,
    Drawing,
    Failure,
    ImageRequest,
    Outcome,
    Picture,
    Pictures,
    ReferenceFile,
    RemoteJob,
    Reply,
    Spilled,
    TestResult,
)

# After a model's name in the catalogue: it is asked at the chat's address, which knows a text, pictures and no size.
CHAT = "#chat"

# The provider publishes no codes for an empty account; these are those of the open gateway that it descends from.
QUOTA = frozenset({"insufficient_user_quota", "pre_consume_token_quota_failed"})
# So is this one, which comes with 503: nothing behind the gateway offers the model to this key, so nothing was asked.
NOT_OFFERED = "model_not_found"
GATEWAY = "shell_api_error"
# What the gateway says when references are too large for it, in place of saying so.
TOO_LARGE = "Unknown error"
# Answers that are about the account or the pace, whatever else their bodies say.
PLAIN = frozenset({401, 402, 403, 413, 429})

# Short, so that a text full of brackets is read once and not once per bracket.
_LINK = re.compile(r"(!?)\[[^\[\]]{0,300}\]\(\s*<?([^\s()<>]+)")


class Apiyi:
    id: ClassVar[str] = "apiyi"
    takes_key: ClassVar[bool] = False
    makes_jobs: ClassVar[bool] = False

    def submit(self, request: ImageRequest, account: Account, *, key: str) -> Call | Drawing:
        """Raises ValueError for a model whose fields nobody knows."""
        row = _row(request.model)
        if row is None:
            raise ValueError(f"{self.id} has no model {request.model!r}.")
        base_url = _base_url(account)
        if request.model.endswith(CHAT):
            return images_api.posted(base_url, "chat/completions", account, _conversation(request), key=key)
        return images_api.submission(base_url, account, _fields(request, row), request.references, key=key)

    def read(self, reply: Reply, request: ImageRequest) -> Outcome:
        if not 200 <= reply.status < 300:
            return _failure(reply, request)
        found = images_api.pictures(reply.body) or tuple(_in_chat(reply.body))
        if not found:
            return _no_picture(reply, request)
        cost = _cost(request.model, reply.body.get("usage"))
        return Pictures(pictures=found, cost=cost, revised_prompt=images_api.revised(reply.body))

    def check(self, job: RemoteJob, account: Account) -> Call:
        raise NotImplementedError("This provider answers at once; there is nothing to ask for.")

    def read_check(self, reply: Reply, job: RemoteJob) -> Outcome:
        return Failure(code=failures.UNEXPECTED, billed=Billed.UNKNOWN)

    def cancel(self, job: RemoteJob, account: Account) -> Call | None:
        return None

    def test(self, account: Account) -> Call | None:
        return images_api.listing(_base_url(account), account)

    def read_test(self, reply: Reply) -> TestResult:
        names = images_api.names_in(reply)
        if isinstance(names, TestResult):
            return names
        # The gateway names hundreds of models of every kind; the others could not be used here.
        models = tuple(name for name in catalogue.provider(self.id).models if name.removesuffix(CHAT) in names)
        return TestResult(passed=True, message=_("Connected. The server answered and named its models."), models=models)


def _base_url(account: Account) -> str:
    return catalogue.provider(Apiyi.id).address(account.base_url)


def _conversation(request: ImageRequest) -> dict[str, Any]:
    """One message: the prompt, and behind it the references in their order."""
    content: str | list[Any] = request.prompt
    if request.references:
        shown = [{"type": "image_url", "image_url": {"url": _shown(each)}} for each in request.references]
        content = [{"type": "text", "text": request.prompt}, *shown]
    return {"model": request.model.removesuffix(CHAT), "messages": [{"role": "user", "content": content}]}


def _shown(reference: ReferenceFile) -> str | DataURL:
    return reference.url or DataURL(path=reference.path, media_type=reference.media_type)


def _fields(request: ImageRequest, row: Model) -> dict[str, Any]:
    """Only what the model takes.

    ``n`` is never sent: one of the models bills each picture that is asked for, and makes one.
    """
    fields: dict[str, Any] = {"model": request.model, "prompt": request.prompt}
    if request.size and request.size != AUTO:  # left out, every one of them chooses for itself
        fields["size"] = request.size
    if not row.qualities:
        # Which of the two is the default has changed: say it. Base64 needs no second call to a host of somebody else.
        return fields | {"response_format": "b64_json"}
    chosen = {"quality": request.quality, "output_format": request.format}
    fields |= {name: value for name, value in chosen.items() if value}
    if request.compression is not None and request.format in {"jpeg", "webp"}:
        fields["output_compression"] = request.compression
    return fields


def _row(model: str) -> Model | None:
    return catalogue.provider(Apiyi.id).models.get(model)


def _cost(model: str, usage: Any) -> int | None:
    row = _row(model)
    price = row.price if row is not None else None
    if price is not None and price.kind is PriceKind.FLAT:
        return price.each
    return prices.from_usage(price, usage)


def _in_chat(body: Any) -> Iterator[Picture]:
    """The pictures of an answer in the shape of the chat endpoint, where they are links in a text; a long text that
    shows one has been put into a file as that picture."""
    yield from (found for text in _contents(body) if isinstance(text, Spilled) and (found := replies.picture(text)))
    said = [text.strip() for text in _said(body)]
    links = [link for text in said for link in _LINK.findall(text)]
    shown = [target for mark, target in links if mark] or [target for _mark, target in links]
    shown = shown or [text for text in said if len(text.split()) == 1]  # the place itself, and nothing around it
    for target in dict.fromkeys(shown):
        if (picture := replies.picture(target)) is not None and (picture.url or target.startswith("data:image/")):
            yield picture


def _said(body: Any) -> Iterator[str]:
    return (text for text in _contents(body) if isinstance(text, str))


def _contents(body: Any) -> Iterator[Any]:
    """What the messages of a chat hold: mostly texts."""
    choices = body.get("choices") if isinstance(body, Mapping) else None
    for choice in choices if isinstance(choices, list) else ():
        message = choice.get("message") if isinstance(choice, Mapping) else None
        yield message.get("content") if isinstance(message, Mapping) else None


def _no_picture(reply: Reply, request: ImageRequest) -> Failure:
    if _stated(reply) is not None or _is_oversized(reply, request):
        return _failure(reply, request)
    problem = images_api.no_picture(reply)
    # Without a picture, what the model wrote is its reason.
    said = "" if problem.words else replies.clean(" ".join(_said(reply.body)))
    return replace(problem, words=said) if said else problem


def _failure(reply: Reply, request: ImageRequest) -> Failure:
    """An error's HTTP status may be milder than the one in its body, and its type is no help at all."""
    _kind, code = replies.error_of(reply)
    if code in QUOTA:
        return Failure(code=failures.NO_CREDIT, words=replies.words(reply), pauses=True)
    if code == NOT_OFFERED:
        return Failure(code=failures.MODEL_UNKNOWN, words=replies.words(reply))
    if _is_oversized(reply, request):
        billed = Billed.NO if 400 <= reply.status < 500 else Billed.UNKNOWN
        unclear = reply.status >= 500
        return Failure(code=failures.REQUEST_TOO_LARGE, words=replies.words(reply), billed=billed, unclear=unclear)
    stated = _stated(reply)
    return images_api.failure(reply if stated is None else replace(reply, status=stated))


def _stated(reply: Reply) -> int | None:
    """The status in the body, where that of the answer says less."""
    stated = reply.body.get("status_code") if isinstance(reply.body, Mapping) else None
    if reply.status >= 300 and reply.status != 400:
        return None
    return stated if isinstance(stated, int) and 400 <= stated < 600 else None


def _is_oversized(reply: Reply, request: ImageRequest) -> bool:
    error = reply.body.get("error", reply.body) if isinstance(reply.body, Mapping) else None
    return (
        bool(request.references)
        and reply.status not in PLAIN
        and isinstance(error, Mapping)
        and error.get("type") == GATEWAY
        and TOO_LARGE in (error.get("localized_message"), error.get("message"))
    )
