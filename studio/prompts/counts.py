"""How long a prompt is, as a person would count it."""

from __future__ import annotations

import re

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3041-\u3096\u309d-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
# One Chinese character or kana, or one run of anything else that is neither space nor one of these; hyphens and
# apostrophes do not end a word, and a run counts when a letter or digit is in it.
_WORD = re.compile(f"[{_HAN}{_KANA}]|[^\\s{_HAN}{_KANA}—–/、。，；：（）「」“”]+")


def words(text: str) -> int:
    """Words between spaces; each Chinese character and each kana counts as one, as word processors do."""
    return sum(1 for match in _WORD.finditer(text) if any(character.isalnum() for character in match.group()))


def characters(text: str) -> int:
    """Code points, which is what providers limit."""
    return len(text)
