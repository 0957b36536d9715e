"""What bears a line of text, named before the verb: "The boat's bow reads", "with a small sign that says"."""

from __future__ import annotations

import re
from typing import NamedTuple

from studio.prompts.proposal.quotations import TEXT_NOUNS
from studio.prompts.proposal.vocabulary import BODY_WORDS, EDITS, word_set


class Bearer(NamedTuple):
    start: int  # in the original, where the words for it begin
    placement: str


_VERB = (
    r"(?:(?:that|which|clearly|now|is|are)\s+)*(?:reads?|reading|says?|saying|spells?(?:\s+out)?|states?|labell?ed|"
    r"inscribed|(?:bears|carries|displays?|shows?|has)\s+(?:the\s+)?(?:words?|texts?|phrase|inscription|name))"
    r"(?:\s+with)?[\s:,]*$"
)
_DETERMINER = r"(?:the|an?|its|his|her|their|one|another|each|every|two|three)"
_WORD = r"[\w'’/-]+"
# A whole clause may name any bearer; within one, only a thing that is made to bear text.
_CLAUSE = re.compile(
    rf"(?:(?:and|while|with|plus|featuring)\s+)?(?P<bearer>{_DETERMINER}\s+(?:{_WORD}\s+){{0,9}}?{_WORD}"
    rf"|(?:{_WORD}\s+){{0,3}}?(?:{TEXT_NOUNS}))\s+{_VERB}",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    rf"\s(?:with|and|featuring|showing|plus|has|have|including)\s+"
    rf"(?P<bearer>{_DETERMINER}\s+(?:[\w'’/-]+\s+){{0,5}}?(?:{TEXT_NOUNS})"
    rf"(?:\s+(?:on|above|over|in|at|behind|of)\s+(?:{_WORD}\s+){{0,4}}?{_WORD})?)\s+{_VERB}",
    re.IGNORECASE,
)
_MERE_TEXT = re.compile(
    r"(?:the |an? )?(?:texts?|words?|wording|lettering|letters|writing|inscription|typography) "
    r"(?=on |above |at |in |over )",
    re.IGNORECASE,
)
_TITLE = re.compile(r"headline|title|subtitle|subheadline|tagline|slogan|caption|heading|message|quote", re.IGNORECASE)
_FOREIGN = BODY_WORDS | EDITS | word_set("with whose that which who while featuring is are has have says reads it")
_BREAK = re.compile(r"[.!?;:,。，；：\n]\s*|[—–]\s*")


def bearer(original: str, floor: int, end: int, *, is_cut: bool) -> Bearer | None:
    """The words that end at a quotation; ``is_cut`` where ``floor`` may be in the middle of a clause."""
    breaks = [found.end() for found in _BREAK.finditer(original, floor, end) if original[found.end() : end].strip()]
    start = breaks[-1] if breaks else floor
    while start < end and original[start].isspace():
        start += 1
    is_opening = not original[:start].strip()
    found = None
    if (breaks or not is_cut) and not is_opening:
        found = _CLAUSE.fullmatch(original, start, end)
    if found is None or _is_foreign(found["bearer"]):
        found = _WITHIN.search(original, start, end)
    if found is None or _is_foreign(found["bearer"]):
        return None
    first = found.start()
    while original[first].isspace():
        first += 1
    return Bearer(first, _placement(" ".join(found["bearer"].split())))


def _is_foreign(words: str) -> bool:
    return bool(_FOREIGN.intersection(words.lower().split()))


def _placement(words: str) -> str:
    first, _, rest = words.partition(" ")
    words = f"{first.lower()} {rest}" if re.fullmatch(_DETERMINER, first, re.IGNORECASE) else words
    if mere := _MERE_TEXT.match(words):
        return words[mere.end() :]
    last = words.split()[-1]
    if _TITLE.fullmatch(last):
        return f"as {words}"
    return f"on {words}"
