"""OpenAI's images API, and every server that speaks it: one synchronous call, one picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from studio.prompts.words import gettext_noop as _
from studio.providers import catalogue, failures, images_api, images_stream, prices
from studio.providers.sizes import AUTO
from studio.providers.values import (
    Account,
    Billed,
    Call,
    Drawing,
    Failure,
    ImageRequest,
    Outcome,
    Picture,
    Pictures,
    RemoteJob,
    Reply,
    TestResult,
)

if TYPE_CHECKING:
    from studio.providers.events import Event

MAX_MODELS = 200


class OpenAI:
    id: ClassVar[str] = "openai"
    takes_key: ClassVar[bool] = False
    makes_jobs: ClassVar[bool] = False

    def submit(self, request: ImageRequest, account: Account, *, key: str) -> Call | Drawing:
        call = images_api.submission(_base_url(account), account, _fields(request), request.references, key=key)
        return images_stream.streamed(call, request.partials)

    def read(self, reply: Reply, request: ImageRequest) -> Outcome:
        if not 200 <= reply.status < 300:
            return _failure(reply, request)
        if (broken := images_stream.broken_off(reply)) is not None:
            return broken
        reply = images_stream.plain(reply)
        found = images_api.pictures(reply.body)
        if not found:
            return images_api.no_picture(reply)
        price = catalogue.model(self.id, request.model).price if request.model else None
        return Pictures(
            pictures=found,
            cost=prices.from_usage(price, reply.body.get("usage")),
            revised_prompt=images_api.revised(reply.body),
        )

    def read_event(self, event: Event) -> Picture | None:
        return images_stream.unfinished(event)

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
        # A large service lists models of every kind; a small server's list is all about pictures.
        pictured = [name for name in names if "image" in name or "dall-e" in name]
        models = tuple(name[:120] for name in (pictured or names)[:MAX_MODELS])
        return TestResult(passed=True, message=_("Connected. The server answered and named its models."), models=models)


def _base_url(account: Account) -> str:
    return catalogue.provider(OpenAI.id).address(account.base_url)


def _failure(reply: Reply, request: ImageRequest) -> Failure:
    """Some local servers have the address for prompts alone, and none for edits."""
    problem = images_api.failure(reply)
    missing = request.references and reply.status in {404, 405} and problem.code == failures.ADDRESS_WRONG
    return replace(problem, code=failures.NO_EDITS) if missing else problem


def _fields(request: ImageRequest) -> dict[str, Any]:
    """Only what was chosen, in one order: these models refuse fields that they do not know.

    A size that is left to the model is left out: its maker's default is to choose, and a local server has one of its
    own and does not know the word.
    """
    fields: dict[str, Any] = {"model": request.model, "prompt": request.prompt, "n": 1}
    size = "" if request.size == AUTO else request.size
    chosen = {"size": size, "quality": request.quality, "output_format": request.format}
    fields |= {name: value for name, value in chosen.items() if value}
    if request.compression is not None and request.format in {"jpeg", "webp"}:
        fields["output_compression"] = request.compression
    return fields
