"""RunComfy's queue: a request is taken on under an id, asked for until it is finished, and may be cancelled while it
waits. Errors come with an HTTP status or in an answer of 200 with a code of its own; both mean the same.

References make it an edit, at an address of its own: links that the provider fetches, or the files themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from studio.prompts.words import gettext_noop as _
from studio.providers import catalogue, failures, images_api, jobs, replies
from studio.providers.capabilities import Road
from studio.providers.jobs import Stage
from studio.providers.named_sizes import ratio_and_tier
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
    TestResult,
)

SUBMIT_DEADLINE = 100.0
# Up to 64 MiB of references have to get there first.
UPLOAD_DEADLINE = 300.0
CHECK_DEADLINE = 30.0
MAX_BYTES = 8_000_000
# Between the two seconds and the five of the provider's own clients.
POLL_AFTER = 3.0
# More dollars than a picture ever costs: a figure above it is a mistake.
MOST_DOLLARS = 1000

# After a model's name in the catalogue: it is asked with the fields of April 2026, one size and nothing else.
OLDER = "#size"

PASSING = frozenset({408, 409, 429})

NO_CREDIT, BAD_TOKEN, BAD_MODEL = 400002, 400004, 400001
KNOWN = {
    401: failures.BAD_KEY,
    402: failures.NO_CREDIT,
    403: failures.FORBIDDEN,
    404: failures.MODEL_UNKNOWN,
    405: failures.ADDRESS_WRONG,
    413: failures.REQUEST_TOO_LARGE,
    NO_CREDIT: failures.NO_CREDIT,
    BAD_TOKEN: failures.BAD_KEY,
    BAD_MODEL: failures.MODEL_UNKNOWN,
}
PAUSING = frozenset({failures.BAD_KEY, failures.NO_CREDIT, failures.FORBIDDEN})

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_CUT_ID = re.compile(r'"request_id"\s*:\s*"([^"\\]+)"')
_DECIMAL = re.compile(r"[0-9]{1,6}(\.[0-9]{1,12})?")


class RunComfy:
    id: ClassVar[str] = "runcomfy"
    takes_key: ClassVar[bool] = False
    makes_jobs: ClassVar[bool] = True

    def submit(self, request: ImageRequest, account: Account, *, key: str) -> Call | Drawing:
        """Raises ValueError for a size without a name, and for a reference that this model cannot be given."""
        path = _model_path(request.model, edit=bool(request.references))
        inline = any(not reference.url for reference in request.references)
        deadline = UPLOAD_DEADLINE if inline else SUBMIT_DEADLINE
        return _call("POST", account, path, json=_fields(request), deadline=deadline)

    def read(self, reply: Reply, request: ImageRequest) -> Outcome:
        found = _text(reply, "request_id") if 200 <= reply.status < 300 else ""
        if reply.status == 200 and reply.body is None and (cut := _CUT_ID.search(reply.text)):
            found = cut[1]  # the answer broke off behind it, and what it names can be asked for
        if _ID.fullmatch(found):
            return RemoteJob(id=found, poll_after=POLL_AFTER)
        if (problem := _failure(reply)) is not None:
            return problem
        # Taken on perhaps, and nobody can ask for it.
        return Failure(code=failures.UNUSABLE_REPLY, words=_words(reply), billed=Billed.UNKNOWN)

    def check(self, job: RemoteJob, account: Account) -> Call:
        """The result's address tells the state until there is a result: one address for both."""
        return _call("GET", account, f"requests/{jobs.step(job.id)}/result?include_cost=true")

    def read_check(self, reply: Reply, job: RemoteJob) -> Outcome:
        word = _text(reply, "status") if 200 <= reply.status < 300 else ""
        # An answer without a word about the job is about the question; so is "error" with a code beside it.
        if word and not (word == "error" and _code(reply) is not None):
            return _outcome(reply, jobs.stage(word), job)
        problem = _failure(reply)
        if problem is None and tuple(_pictures(jobs.body_of(reply).get("output"))):
            return _finished(reply)  # a result that only states itself
        if problem is None or _number(reply) in PASSING or _number(reply) >= 500:
            return RemoteJob(id=job.id, poll_after=POLL_AFTER)
        code = failures.JOB_GONE if problem.code == failures.MODEL_UNKNOWN else problem.code
        return jobs.still_there(replace(problem, code=code, billed=Billed.UNKNOWN))

    def cancel(self, job: RemoteJob, account: Account) -> Call | None:
        """Stops what waits. What is being made goes on, is charged, and is asked for like any other."""
        return _call("POST", account, f"requests/{jobs.step(job.id)}/cancel")

    def test(self, account: Account) -> Call | None:
        return _call("GET", account, f"models/{_priced()}", deadline=images_api.TEST_DEADLINE)

    def read_test(self, reply: Reply) -> TestResult:
        problem = _failure(reply)
        if problem is None and not isinstance(reply.body, Mapping):
            problem = Failure(code=failures.ADDRESS_WRONG)
        if problem is not None:
            message = problem.words or failures.explain(problem.code).sentence
            return TestResult(passed=False, message=message, code=problem.code)
        message = _("Connected. The provider answered and knows the model.")
        return TestResult(passed=True, message=message, prices=_prices(reply.body))


def _call(
    method: str,
    account: Account,
    path: str,
    *,
    json: Mapping[str, Any] | None = None,
    deadline: float = CHECK_DEADLINE,
) -> Call:
    # The provider names its address without the version; whoever typed that as well meant the same.
    base_url = catalogue.provider(RunComfy.id).address(account.base_url).removesuffix("/v1")
    return Call(
        method=method,
        url=images_api.url_of(base_url, f"v1/{path}"),
        headers=images_api.headers_of(account),
        json=json,
        deadline=deadline,
        max_bytes=MAX_BYTES,
    )


def _model_path(model: str, *, edit: bool) -> str:
    return f"models/{model.removesuffix(OLDER)}/{'edit' if edit else 'text-to-image'}"


def _priced() -> str:
    """The model that the free test asks about, by the name under which the provider sells it."""
    first = next(iter(catalogue.provider(RunComfy.id).models))
    return _model_path(first, edit=False).removeprefix("models/")


def _prices(body: Any) -> dict[str, int]:
    """What a picture costs at least, by our models' ids: quality and resolution may change it, nobody says how."""
    if body.get("price_unit") != "output" or body.get("model_id") != _priced():
        return {}
    price = _micro(body.get("base_price_usd"))
    asked = next(iter(catalogue.provider(RunComfy.id).models)).removesuffix(OLDER)
    alike = [each for each in catalogue.provider(RunComfy.id).models if each.removesuffix(OLDER) == asked]
    return dict.fromkeys(alike, price) if price is not None else {}


def _fields(request: ImageRequest) -> dict[str, Any]:
    """Only what the profile knows: another field is refused."""
    fields: dict[str, Any] = {"prompt": request.prompt}
    if request.references:
        # The first is the picture to be changed, the others help.
        fields["images"] = [_image(reference, request.model) for reference in request.references]
    if request.model.endswith(OLDER):
        return fields | _older_size(request)
    if request.size and request.size != AUTO:  # left out, an edit is given the ratio of its first reference
        ratio, tier = ratio_and_tier(RunComfy.id, request.size)
        fields |= {"aspect_ratio": ratio, "resolution": tier.lower()}
    chosen = {"quality": request.quality, "output_format": request.format}
    return fields | {name: value for name, value in chosen.items() if value}


def _older_size(request: ImageRequest) -> dict[str, str]:
    """Only an edit knows the word for a size that is left to the model."""
    if request.size and request.size != AUTO:
        return {"size": request.size.replace("x", "_")}
    return {"size": AUTO} if request.references else {}


def _image(reference: ReferenceFile, model: str) -> str | DataURL:
    if reference.url:
        return reference.url
    if Road.DATA_URL not in catalogue.model(RunComfy.id, model).roads:
        raise ValueError("This model fetches its references, and this one has no address.")
    return DataURL(path=reference.path, media_type=reference.media_type)


def _outcome(reply: Reply, stage: Stage, job: RemoteJob) -> Outcome:
    match stage:
        case Stage.DONE:
            return _finished(reply)
        case Stage.CANCELLED:
            # Only what waits can be cancelled, so nothing was made; unless a cost is stated all the same.
            charged = _micro(reply.body.get("cost")) is not None
            return Failure(code=failures.CANCELLED, billed=Billed.YES if charged else Billed.NO)
        case Stage.FAILED:
            return _job_failed(reply)
    return RemoteJob(id=job.id, poll_after=POLL_AFTER)


def _finished(reply: Reply) -> Outcome:
    found = tuple(_pictures(reply.body.get("output")))
    if not found:
        return Failure(code=failures.UNUSABLE_REPLY, words=_words(reply), billed=Billed.YES)
    return Pictures(pictures=found, cost=_micro(reply.body.get("cost")))


def _pictures(output: Any) -> Iterator[Picture]:
    """Under ``images`` or ``image``, sometimes both for the same picture."""
    if not isinstance(output, Mapping):
        return
    listed = output.get("images")
    links = [*(listed if isinstance(listed, list) else ()), output.get("image")]
    seen: list[Picture] = []
    for link in links:
        picture = replies.picture(link)
        if picture is not None and picture not in seen:
            seen.append(picture)
            yield picture


def _micro(dollars: Any) -> int | None:
    """Zero is no figure: nothing here is free, so it was not reckoned yet."""
    if isinstance(dollars, str) and _DECIMAL.fullmatch(dollars):
        dollars = float(dollars)
    if isinstance(dollars, bool) or not isinstance(dollars, int | float):
        return None
    return round(dollars * 1_000_000) if 0 < dollars < MOST_DOLLARS else None


def _job_failed(reply: Reply) -> Failure:
    said = _words(reply)
    refused = bool({*replies.error_of(reply)} & images_api.MODERATION) or "safety_violations" in said
    # Nobody says whether work that came to nothing is charged, but for a cost that is stated.
    billed = Billed.UNKNOWN if _micro(reply.body.get("cost")) is None else Billed.YES
    return Failure(code=failures.REFUSED if refused else failures.JOB_FAILED, words=said, billed=billed)


def _failure(reply: Reply) -> Failure | None:
    """What an error means, or None where the answer is none."""
    number = _number(reply)
    if 200 <= number < 300:
        return None
    code = _code(reply)
    said = _words(reply)
    if number == 429:
        wait = replies.retry_after(reply.headers)
        return Failure(code=failures.RATE_LIMITED, words=said, not_accepted=True, retry_after=wait)
    if number >= 500 or number in PASSING:
        ours = failures.BUSY if number == 503 else failures.SERVER_ERROR
        return Failure(code=ours, words=said, billed=Billed.UNKNOWN, unclear=True)
    wrong = failures.ADDRESS_WRONG if number < 400 else failures.INVALID_REQUEST
    ours = KNOWN.get(code or 0) or KNOWN.get(number, wrong)
    return Failure(code=ours, words=said, pauses=ours in PAUSING)


def _number(reply: Reply) -> int:
    """The status of an answer: its own, or of a success the one that its error code begins with."""
    code = _code(reply)
    if code is None or not 200 <= reply.status < 300:
        return reply.status
    status = code // 1000 if code >= 100_000 else code
    return status if 400 <= status < 600 else 500


def _code(reply: Reply) -> int | None:
    code = reply.body.get("error_code") if isinstance(reply.body, Mapping) else None
    if isinstance(code, str) and code.isascii() and code.isdecimal() and len(code) < 10:
        code = int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) and code > 0 else None


def _words(reply: Reply) -> str:
    said = _text(reply, "error_message")
    return replies.clean(said) if said else replies.words(reply)


def _text(reply: Reply, name: str) -> str:
    value = reply.body.get(name) if isinstance(reply.body, Mapping) else None
    return value if isinstance(value, str) else ""
