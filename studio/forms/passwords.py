"""Django's rule for the length of a password, in words that are translated: its own lack the Chinese."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("This password is too short. Use at least %(least)d characters.") % {"least": self.min_length}
