"""What a person sets for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from studio.models import User
from studio.models.users import Theme


def languages() -> list[tuple[str, str]]:
    """Each in its own words: somebody lost in a foreign language still finds theirs."""
    return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


if TYPE_CHECKING:
    UserForm = forms.ModelForm[User]
else:
    UserForm = forms.ModelForm  # generic in the type stubs alone


class PreferencesForm(UserForm):
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme.choices, widget=forms.RadioSelect)
    single_keys = forms.BooleanField(label=_("Single-key shortcuts"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=languages)

    class Meta:
        model = User
        fields = ["theme", "single_keys"]
