"""Icons, money and times as templates write them."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone, translation

from studio.templatetags.studio import ago, keycaps, money, price, seconds

ROOT = Path(__file__).resolve().parent.parent.parent
SHEET = next((ROOT / "static" / "vendor").glob("lucide-*.sprite.svg")).read_text()


def named_icons() -> set[str]:
    in_templates = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    in_code = [path.read_text() for path in (ROOT / "studio" / "views").glob("*.py")]
    found = re.findall(r"""{%\s*icon\s+["']([\w-]+)["']""", "\n".join(in_templates))
    return {*found, *re.findall(r'icon="([\w-]+)"', "\n".join(in_code))}


@pytest.mark.parametrize("name", sorted(named_icons()))
def test_every_icon_that_is_named_is_in_the_sheet(name: str) -> None:
    assert f'id="i-{name}"' in SHEET


def test_an_icon_is_decoration_unless_it_has_a_label() -> None:
    plain = Template('{% icon "check" "sm" %}').render(Context())
    assert 'aria-hidden="true"' in plain
    assert 'class="icon sm"' in plain
    labelled = Template('{% icon "check" label=name %}').render(Context({"name": '"><b>'}))
    assert 'role="img"' in labelled
    assert "<b>" not in labelled


@pytest.mark.parametrize(
    ("micro_dollars", "text"),
    [
        (0, "$0.00"),
        (40_000, "$0.04"),
        (5_000, "$0.005"),
        (6_250, "$0.0063"),
        (9_999, "$0.01"),
        (41_500, "$0.04"),
        (3, "$0.0001"),
        (190_000, "$0.19"),
        (1_234_567_890, "$1,234.57"),
        (None, ""),
    ],
)
def test_money_has_the_digits_that_a_price_needs(micro_dollars: int | None, text: str) -> None:
    assert money(micro_dollars) == text


@pytest.mark.parametrize(("micro_dollars", "text"), [(0, "Free"), (41_500, "~$0.04"), (None, "")])
def test_what_is_only_expected_is_marked(micro_dollars: int | None, text: str) -> None:
    assert price(micro_dollars) == text


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1, seconds=30), "1 minute ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_times_are_told_in_the_largest_unit(passed: timedelta, text: str) -> None:
    assert ago(timezone.now() - passed) == text


def test_old_times_are_dates() -> None:
    assert str(timezone.now().year - 1) in ago(timezone.now().replace(month=1, day=1) - timedelta(days=30))


@pytest.mark.parametrize(("length", "text"), [(31, "31 s"), (125.4, "2 min 5 s"), (None, ""), (0.2, "0 s")])
def test_lengths_are_told_in_seconds_and_minutes(length: float | None, text: str) -> None:
    assert seconds(length) == text


@pytest.mark.parametrize(
    ("keys", "caps"), [("g c", ["G", "C"]), ("mod+k", ["Ctrl", "K"]), ("+", ["+"]), ("shift+1", ["Shift", "1"])]
)
def test_keys_are_written_as_they_stand_on_the_caps(keys: str, caps: list[str]) -> None:
    assert keycaps(keys) == caps


def test_fixed_markup_is_rendered_once_for_each_language() -> None:
    page = Template('{% fixed %}{% translate "Gallery" %}{% endfixed %}')
    english = page.render(Context())
    with translation.override("zh-hans"):
        chinese = page.render(Context())
    assert english == "Gallery"
    assert chinese not in {"", english}
    assert page.render(Context()) == english


def test_nothing_of_a_request_gets_into_fixed_markup() -> None:
    page = Template("{% fixed %}{% if name %}Hello{% endif %}{% firstof name 'nobody' %}{% endfixed %}")
    assert page.render(Context({"name": "Ada"})) == "nobody"
    with pytest.raises(TemplateSyntaxError, match="always be empty"):
        Template("{% fixed %}{{ name }}{% endfixed %}")
