"""A connection as a person fills it in; the service judges it, and the key is never shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from studio.services.connections import MAX_CALLS_AT_ONCE
from studio.views.wording import key_end, sentences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.models import Connection
    from studio.providers.capabilities import Provider


class ConnectionForm(forms.Form):
    """Asks only for what this provider has: the built-in one has neither address nor key."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("As your team sees it, such as “Client account”.")
    )
    base_url = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=300,
        widget=forms.URLInput(attrs={"spellcheck": "false", "autocapitalize": "none", "dir": "ltr"}),
    )
    key = forms.CharField(
        label=_("Key"),
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )
    concurrency = forms.IntegerField(
        label=_("Calls at once"),
        min_value=1,
        max_value=MAX_CALLS_AT_ONCE,
        initial=8,
        help_text=_("More calls wait their turn. Stay within what the account allows."),
    )

    def __init__(self, *args: Any, provider: Provider, connection: Connection | None = None, **kwargs: Any) -> None:
        self.provider, self.connection = provider, connection
        names = ("name", "base_url", "concurrency")
        kwargs["initial"] = {name: getattr(connection, name) for name in names} if connection else {}
        super().__init__(*args, **kwargs)
        if not provider.own_address:
            del self.fields["base_url"]
        elif provider.base_url:
            self.fields["base_url"].help_text = _("Empty means %(address)s. A server of your own works too.") % {
                "address": provider.base_url
            }
        if provider.is_built_in:
            del self.fields["key"]
        else:
            self.fields["key"].help_text = self._key_help()

    def _key_help(self) -> str:
        if self.connection is None or not self.connection.key_last4:
            return gettext("Kept encrypted and never shown again; only its last four characters are.")
        keep, moved = gettext("Leave it empty to keep the key."), ""
        if end := key_end(self.connection):
            keep = gettext("Leave it empty to keep the key that ends in %(end)s.") % {"end": end}
        if self.provider.own_address:
            moved = gettext("If you change the address to another server, the key is erased.")
        return sentences(keep, moved)

    def ask_for_the_key_again(self) -> None:
        """It never goes back to the page, so a form that was refused comes back without it."""
        if self.data.get("key") and "key" in self.fields:
            self.add_error("key", gettext("Type the key again."))

    def add_errors(self, errors: Mapping[str, str]) -> None:
        """What the service refused, each at its field."""
        for name, sentence in errors.items():
            self.add_error(name if name in self.fields else None, sentence)
