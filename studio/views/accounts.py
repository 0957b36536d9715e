"""Signing in: allauth's views in our own look, the one-time link of a first start, and the theme."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from allauth.account import views as allauth
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import URLPattern, path, re_path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from studio.models import SignInLink, User
from studio.models.users import Theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """allauth's rules and words where the studio's differ."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("User name and password do not match. Try again."),
        "email_password_mismatch": _("E-mail address and password do not match. Try again."),
        # allauth counts five tries in five minutes, and none of those that it turns away.
        "too_many_login_attempts": _(
            "Too many wrong passwords. Wait five minutes, then try again. If this studio runs on your own machine, "
            "start it again instead: it prints a new sign-in link."
        ),
        "username_blacklisted": _("This user name cannot be used. Choose another one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.STUDIO_OPEN_SIGNUP)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("home")

    def format_email_subject(self, subject: str) -> str:
        return f"Prompt Studio: {subject}"


def safe_next(request: HttpRequest) -> str:
    """Where the form says to go on, if that is one of our own addresses."""
    wanted = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if allowed else resolve_url("home")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at the link does not use it up: mail scanners and previews look too. The button does, once."""
    link = SignInLink.objects.open(token)
    if link is None or not link.user.is_active or (request.method == "POST" and not link.use()):
        return render(request, "account/link_gone.html", status=410)
    if request.method != "POST":
        return render(request, "account/sign_in.html", {"person": link.user})
    login(request, link.user, backend=BACKEND)
    return redirect("home" if link.user.has_usable_password() else "account_set_password")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Saved at once from any page; the script has already shown it."""
    chosen = request.POST.get("theme")
    if chosen not in Theme.values:
        return HttpResponseBadRequest()
    User.objects.filter(pk=cast("User", request.user).pk).update(theme=chosen)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return HttpResponseRedirect(safe_next(request))


def by_mail(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """An address that is there only where letters can be sent."""

    @wraps(view)
    def found(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.STUDIO_MAIL:
            raise Http404
        return view(request, *args, **kwargs)

    return found


# Only what the studio uses of allauth: no address book of e-mails, no codes, no social accounts.
urlpatterns: list[URLPattern] = [
    path("start/<str:token>/", sign_in, name="sign-in"),
    path("theme/", theme, name="theme"),
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/signup/", allauth.signup, name="account_signup"),
    path("accounts/password/change/", allauth.password_change, name="account_change_password"),
    path("accounts/password/set/", allauth.password_set, name="account_set_password"),
    path("accounts/password/reset/", by_mail(allauth.password_reset), name="account_reset_password"),
    path("accounts/password/reset/done/", by_mail(allauth.password_reset_done), name="account_reset_password_done"),
    path(
        "accounts/password/reset/key/done/",
        by_mail(allauth.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        by_mail(allauth.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
]
