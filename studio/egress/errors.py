"""What can go wrong on the way out, told apart by what it proves: nothing was sent, or nobody knows.

    EgressError
    ├── NotSent             no byte of the request left: the same call may be made again
    │   └── BlockedCall     the address may not be called
    │       └── StrangeHost of a fetch: nobody has said that pictures come from there
    └── Ambiguous           the request may have been taken on: a paid one is never repeated
        ├── DeadlinePassed
        ├── ConnectionLost
        ├── TooLarge
        ├── NotStored       the disk would not take the picture
        └── ResultGone      of a fetch: the picture is not there any more

A message never holds a header, a key or a query: these errors are logged and shown.
"""

from __future__ import annotations

from studio.providers import failures


class EgressError(Exception):
    """``code`` is one of studio.providers.failures."""

    code: str = failures.UNEXPECTED

    def __init__(self, code: str = "", detail: str = "") -> None:
        self.code = code or self.code
        self.detail = detail
        sentence = failures.explain(self.code).sentence
        super().__init__(f"{sentence} ({detail})" if detail else sentence)


class NotSent(EgressError):
    code = failures.UNREACHABLE


class BlockedCall(NotSent):
    code = failures.BLOCKED_ADDRESS


class StrangeHost(BlockedCall):
    """``host`` is its name alone, which the operator needs to know; the rest of the link opens the picture."""

    code = failures.RESULT_HOST

    def __init__(self, host: str) -> None:
        self.host = host[:253]
        super().__init__(detail=self.host)


class Ambiguous(EgressError):
    code = failures.CONNECTION_LOST


class ConnectionLost(Ambiguous):
    code = failures.CONNECTION_LOST


class DeadlinePassed(Ambiguous):
    code = failures.TIMEOUT


class TooLarge(Ambiguous):
    code = failures.TOO_LARGE


class NotStored(Ambiguous):
    code = failures.NOT_STORED


class ResultGone(Ambiguous):
    code = failures.RESULT_GONE
