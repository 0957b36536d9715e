"""The settings page: what a person sets for themselves, and who else is in the team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings as config
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from studio.forms.preferences import PreferencesForm
from studio.services.permissions import Action
from studio.views.access import StudioRequest, member

if TYPE_CHECKING:
    from django.http import HttpResponse

YEAR = 365 * 24 * 3600


@member(Action.VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: StudioRequest) -> HttpResponse:
    """Preferences belong to the person, so every role may change their own."""
    language = {"language": translation.get_language()}
    form = PreferencesForm(request.POST or None, instance=request.user, initial=language)
    if request.method == "POST" and form.is_valid():
        return _keep(request, form)
    members = request.team.memberships.select_related("user").order_by("user__username")
    status = 422 if form.is_bound else 200
    return render(request, "shell/settings.html", {"form": form, "members": members}, status=status)


def _keep(request: StudioRequest, form: PreferencesForm) -> HttpResponse:
    form.save()
    language = form.cleaned_data["language"]
    with translation.override(language):
        messages.success(request, _("Settings saved."))
    response = redirect("settings", team=request.team.slug)
    # A cookie and not a column: the sign-in page speaks the language too.
    response.set_cookie(
        config.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax", httponly=True, secure=config.STUDIO_HTTPS
    )
    return response


urlpatterns: list[URLPattern] = [path("settings/", settings, name="settings")]
