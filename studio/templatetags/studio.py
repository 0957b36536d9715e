"""Template tags and filters of the studio; listed as builtins, so no template loads them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, ngettext

from studio.services.amounts import money as money
from studio.views import wording

if TYPE_CHECKING:
    from django.forms import BoundField
    from django.template.base import NodeList, Parser, Token
    from django.utils.safestring import SafeString

register = template.Library()

# With ``price`` below this is how pages write money; docs/architecture.md tells the rule.
register.filter("money", money)


@cache
def _sprite() -> str:
    """The vendored icon sheet; its name carries Lucide's version, which only VENDOR.json knows."""
    found = sorted((Path(settings.BASE_DIR) / "static" / "vendor").glob("lucide-*.sprite.svg"))
    return f"vendor/{found[-1].name}" if found else "vendor/lucide.sprite.svg"


class FixedNode(template.Node):
    """What stands between ``{% fixed %}`` and ``{% endfixed %}``, rendered once per language and process.

    It is rendered without the page's context: nothing of a person, a team or a request can get in, so nothing of one
    can be shown to another.
    """

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self.rendered: dict[str | None, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        language = get_language()
        if language not in self.rendered:
            alone = template.Context()
            alone.template = context.template
            self.rendered[language] = self.nodelist.render(alone)
        return self.rendered[language]


@register.tag
def fixed(parser: Parser, _token: Token) -> FixedNode:
    nodelist = parser.parse(("endfixed",))
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(template.base.VariableNode):
        raise template.TemplateSyntaxError("A variable inside {% fixed %} would always be empty.")
    return FixedNode(nodelist)


@register.simple_tag
@lru_cache(maxsize=512, typed=True)  # typed: a label that is escaped already is another one than the same letters
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of the sheet: ``{% icon "search" "sm" %}``. Decoration unless a label is given."""
    return format_html(
        '<svg class="icon {}" {}><use href="{}#i-{}"/></svg>',
        size,
        format_html('role="img" aria-label="{}"', label) if label else format_html('aria-hidden="{}"', "true"),
        static(_sprite()),
        name,
    )


@register.filter
def price(micro_dollars: int | None) -> str:
    """What the catalogue makes us expect: free, or an estimate, which is marked as one wherever it stands."""
    if micro_dollars is None:
        return ""
    return f"~{money(micro_dollars)}" if micro_dollars else gettext("Free")


@register.filter
def ago(moment: datetime | None) -> str:
    """How long ago, in the largest unit that is still true; after a week the date."""
    if moment is None:
        return ""
    passed = timezone.now() - moment
    if passed < timedelta(minutes=1):
        return gettext("just now")
    if passed < timedelta(hours=1):
        minutes = passed // timedelta(minutes=1)
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
    if passed < timedelta(days=1):
        hours = passed // timedelta(hours=1)
        return ngettext("%(n)d hour ago", "%(n)d hours ago", hours) % {"n": hours}
    if passed < timedelta(days=7):
        return ngettext("%(n)d day ago", "%(n)d days ago", passed.days) % {"n": passed.days}
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")


@register.filter
def seconds(length: float | timedelta | None) -> str:
    """A length of time as "31 s" or "2 min 5 s"."""
    if length is None:
        return ""
    whole = round(length.total_seconds() if isinstance(length, timedelta) else length)
    if whole < 60:
        return gettext("%(s)d s") % {"s": whole}
    return gettext("%(m)d min %(s)d s") % {"m": whole // 60, "s": whole % 60}


@register.simple_tag
def elapsed(passed: int) -> SafeString:
    """A length of time that counts on by itself; the script takes its words from here."""
    return format_html(
        '<ps-elapsed data-elapsed="{}" data-seconds="{}" data-minutes="{}">{}</ps-elapsed>',
        passed,
        gettext("%(s)d s"),
        gettext("%(m)d min %(s)d s"),
        seconds(passed),
    )


@register.simple_tag
def next_try(tried: str, wait: int) -> SafeString:
    """How often a call was tried and how long until it is again; it counts down by itself."""
    sentence = wording.sentences(tried, gettext("Next try in %(span)s. Nothing was charged."))
    return format_html(
        '<ps-elapsed data-left="{}" data-seconds="{}" data-minutes="{}" data-over="{}">{}</ps-elapsed>',
        wait,
        sentence % {"span": gettext("%(s)d s")},
        sentence % {"span": gettext("%(m)d min %(s)d s")},
        wording.sentences(tried, gettext("Next try now. Nothing was charged.")),
        sentence % {"span": seconds(wait)},
    )


@register.filter
def told(stored: str) -> str:
    """Messages as they are stored, in the reader's language."""
    return wording.retold(stored)


@register.filter
def ended(said: str) -> str:
    """Somebody's words as a sentence that another one follows."""
    return wording.ended(said)


@register.filter
def control(field: BoundField, extra: str = "") -> SafeString:
    """The field's control in the studio's look. Django ties it to its help and its errors (aria-describedby).

    ``extra`` holds more attributes as "name=value", separated by commas.
    """
    attrs: dict[str, Any] = {"class": f"field-in {field.field.widget.attrs.get('class', '')}".strip()}
    if "placeholder" in field.field.widget.attrs:
        attrs["placeholder"] = ""  # allauth repeats the label there
    for pair in filter(None, (extra or "").split(",")):
        name, _, value = pair.partition("=")
        attrs[name.strip()] = value.strip() or True
    return field.as_widget(attrs=attrs)


@register.filter
def is_select(field: BoundField) -> bool:
    return getattr(field.field.widget, "input_type", "") == "select"


CAPS = {"mod": "Ctrl", "shift": "Shift", "alt": "Alt", "Escape": "Esc", "ArrowLeft": "←", "ArrowRight": "→"}


@register.filter
def keycaps(keys: str) -> list[str]:
    """What stands on the keys of ``"g c"`` or ``"mod+k"``; on a Mac a script turns Ctrl into ⌘."""
    caps = keys.split() if " " in keys else keys.split("+") if len(keys) > 1 else [keys]
    return [CAPS.get(cap, cap.upper() if len(cap) == 1 else cap) for cap in caps]


@register.simple_tag
def caps(keys: str) -> SafeString:
    """The same as markup; a page shows a dozen of the same few."""
    return _caps(keys, get_language())


@lru_cache(maxsize=512, typed=True)
def _caps(keys: str, _language: str | None) -> SafeString:
    return render_to_string("components/caps.html", {"keys": keys})
