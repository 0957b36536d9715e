"""Every word that a person reads is translated: the files are whole and fresh, and no page says English by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.template.base import Lexer, TokenType
from django.utils import translation

from tools.messages import LOCALES, ROOT, Message, collect, in_catalogue

TEMPLATES = ROOT / "templates"
LANGUAGES = sorted(path.name for path in LOCALES.glob("*/LC_MESSAGES"))
FILES = [path / "django.po" for path in sorted(LOCALES.glob("*/LC_MESSAGES"))]
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[.\d]*[a-zA-Z%]")

# Stands for a tag or a variable of a template.
MARK = "\ufffc"
# What is the same in every language.
NAMES = frozenset({"Prompt Studio", "Ctrl K", "Ctrl Enter", "Ctrl", "Enter", "Esc", "v"})
SPOKEN = frozenset({"alt", "aria-label", "aria-description", "content", "placeholder", "title"})


@pytest.fixture(scope="module")
def used() -> dict[Message, list[str]]:
    return collect()


def words_of(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_every_message_in_use_is_translated(path: Path, used: dict[Message, list[str]]) -> None:
    known = {(entry.msgid, entry.msgid_plural, entry.msgctxt): entry for entry in polib.pofile(str(path))}
    missing = [message for message in used if (message.words, message.plural, message.context) not in known]
    assert missing == [], "run make messages, then translate"
    assert [entry.msgid for entry in known.values() if entry.fuzzy or not all(words_of(entry))] == []


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_translation_outlives_its_message(path: Path, used: dict[Message, list[str]]) -> None:
    wanted = {(message.words, message.context) for message in used}
    assert [entry.msgid for entry in polib.pofile(str(path)) if (entry.msgid, entry.msgctxt) not in wanted] == []


@pytest.mark.parametrize("path", FILES, ids=str)
def test_translations_fill_in_the_same_values(path: Path) -> None:
    wrong = []
    for entry in polib.pofile(str(path)):
        if "%(" not in entry.msgid + entry.msgid_plural:
            continue
        wanted = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        wrong += [entry.msgid for words in words_of(entry) if sorted(PLACEHOLDER.findall(words)) != wanted]
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=str)
def test_translations_keep_the_markup(path: Path) -> None:
    tags = re.compile(r"<[^>]+>")
    wrong = [
        entry.msgid
        for entry in polib.pofile(str(path))
        for words in words_of(entry)
        if tags.findall(words) != tags.findall(entry.msgid)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=str)
def test_the_compiled_file_is_the_readable_one(path: Path) -> None:
    source, compiled = polib.pofile(str(path)), polib.mofile(str(path.with_suffix(".mo")))
    assert {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in compiled} == {
        (e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in source
    }, "run make messages"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_chinese_uses_its_own_punctuation(path: Path) -> None:
    """A half-width comma or full stop between Chinese characters is what gives a careless translation away."""
    han = "[\u4e00-\u9fff]"
    careless = re.compile(rf"{han} ?[,;:!?](?!\w)|{han}\.(?:$|\s)|{han} {han}")
    found = [words for entry in polib.pofile(str(path)) for words in words_of(entry) if careless.search(words)]
    assert found == []


def test_django_reads_the_compiled_file() -> None:
    with translation.override("zh-hans"):
        assert translation.gettext("Compose") == "创作"
        assert translation.ngettext("%(n)d take", "%(n)d takes", 2) % {"n": 2} == "2 张"


def test_what_a_model_is_for_is_translated_like_its_name() -> None:
    source = 'label = "Maker"\n[[models]]\nlabel = "Brush"\nhint = "For posters."\n[fallback]\nlabel = "Another"'
    assert [message.words for message in in_catalogue(source)] == ["Maker", "Brush", "For posters.", "Another"]


class Untranslated(HTMLParser):
    """Collects what a template says outside its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag.strip(MARK) in {"script", "svg"}
        for name, value in attrs:
            if name in SPOKEN and tag != "meta":
                self.take(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in {"script", "svg"}

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.take(data)

    def take(self, text: str) -> None:
        self.found += [
            part
            for each in text.split(MARK)
            if re.search(r"[A-Za-z]", part := each.strip(" \n·.,:()")) and part not in NAMES
        ]


def without_tags(source: str) -> Iterator[str]:
    """The text of a template; a mark stands where a tag or a variable was. Comments and translated blocks are gone."""
    inside = ""
    for token in Lexer(source).tokenize():
        name = token.contents.split()[0] if token.token_type is TokenType.BLOCK else ""
        if inside:
            inside = "" if name == f"end{inside}" else inside
        elif name in {"blocktranslate", "comment"}:
            inside = name
        elif token.token_type is TokenType.TEXT:
            yield token.contents
        elif token.token_type is not TokenType.COMMENT:
            yield MARK


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_templates_say_nothing_untranslated(path: Path) -> None:
    source = path.read_text()
    reader = Untranslated()
    reader.feed("".join(without_tags(source)))
    assert reader.found == []
    assert re.findall(r"""{%[^%]*\b(?:label|help|title|what|name)=["'][A-Za-z][^"']*["'][^%]*%}""", source) == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.txt")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_letters_say_nothing_untranslated(path: Path) -> None:
    reader = Untranslated()
    reader.take("".join(without_tags(path.read_text())))
    assert reader.found == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("static/studio/js/*.js")), ids=lambda path: path.name)
def test_scripts_take_their_words_from_the_page(path: Path) -> None:
    code = re.sub(r"/\*.*?\*/|//[^\n]*|\$\{[^}]*\}", "", path.read_text(), flags=re.DOTALL)
    sentences = re.findall(r"""["'`][A-Z][a-z']+(?: [a-z]+)+[^"'`]*["'`]""", code)
    assigned = re.findall(
        r"""\.(?:textContent|innerText|title|ariaLabel|placeholder)\s*=\s*["'`][^"'`]*[A-Za-z]""", code
    )
    labelled = re.findall(r"""setAttribute\(\s*["'](?:aria-label|title|placeholder)["'],\s*["'`][A-Za-z]""", code)
    assert sentences + assigned + labelled == []
