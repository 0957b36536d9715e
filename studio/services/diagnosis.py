"""What a connection's test that failed tells: what is wrong, the provider's own words in quotes, and what to do next.

As message ids, one to a line, so that each reader gets them translated; lines that are none stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.prompts.words import gettext_noop as _
from studio.providers import catalogue, failures

if TYPE_CHECKING:
    from studio.models import Connection
    from studio.providers.capabilities import Provider
    from studio.providers.values import TestResult

__all__ = ["KEY_ERASED", "LONGEST", "lines"]

LONGEST = 300  # characters that are stored
ENDS = (".", "!", "?", "…", "。", "！", "？")
KEY_ERASED = "\n".join((_("The key was erased, because the address moved to another host."), _("Paste it again.")))

_ANSWERED = _("The server answered:")
_PASTE_AGAIN = _("Edit the connection and paste the key again.")
_PASTE_ONE = _("The connection has no key: edit it and paste one.")
_PATH = _("The address may need its path. The provider's own is:")
_COMPARE = failures.explain(failures.ADDRESS_WRONG).step
_LATER = _("Nothing was charged. Test it again in a few minutes.")

# What a test asks for is not what somebody wrote, so there is nothing else that they could change.
_ABOUT_THE_ADDRESS = {failures.ADDRESS_WRONG, failures.MODEL_UNKNOWN, failures.INVALID_REQUEST}


def lines(result: TestResult, connection: Connection) -> str:
    """At most LONGEST characters: it is the provider's words that are cut. ``result`` has a code, and as its message
    the provider's words or our own sentence for the code. Raises UnknownProvider."""
    explanation = failures.explain(result.code)
    steps = _steps(result.code, connection, catalogue.provider(connection.provider))
    if result.message in ("", explanation.sentence):
        return "\n".join((explanation.sentence, *steps))
    room = LONGEST - sum(len(line) + 1 for line in (explanation.sentence, _ANSWERED, *steps)) - len("“”.")
    words = " ".join(result.message.split())
    words = words if len(words) <= room else words[: room - 1] + "…"
    quoted = f"“{words}”" if words.endswith(ENDS) else f"“{words}”."
    return "\n".join((explanation.sentence, _ANSWERED, quoted, *steps))


def _steps(code: str, connection: Connection, known: Provider) -> tuple[str, ...]:
    if code == failures.BAD_KEY:
        return (_PASTE_AGAIN if connection.key_ciphertext else _PASTE_ONE,)
    if code in _ABOUT_THE_ADDRESS:
        is_elsewhere = known.address(connection.base_url) != known.address("")
        return (_PATH, known.base_url) if is_elsewhere and known.base_url else (_COMPARE,)
    step = failures.explain(code).step
    is_of_a_paid_call = step != failures.explain(code, free=True).step
    return (_LATER,) if is_of_a_paid_call else (step,)
