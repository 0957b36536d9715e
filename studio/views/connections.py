"""The team's connections: add, change, test, pause, resume, delete. Owners change them; the others read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studio.forms.connections import ConnectionForm
from studio.models import Connection
from studio.providers import catalogue
from studio.services import breaker, budgets, connections
from studio.services.permissions import Action, allows
from studio.templatetags.studio import money, seconds
from studio.views import offers
from studio.views.access import StudioRequest, member
from studio.views.wording import connection_name, key_end, provider_name, retold, sentences

if TYPE_CHECKING:
    from django.http import HttpResponse


@dataclass(frozen=True)
class Line:
    """A connection with what the catalogue adds; a provider may have left it while its rows remain."""

    connection: Connection
    is_used: bool
    standing: budgets.Standing | None = None  # its budget

    @property
    def name(self) -> str:
        return connection_name(self.connection)

    @property
    def provider(self) -> str:
        return provider_name(self.connection.provider)

    @property
    def address(self) -> str:
        known = catalogue.providers().get(self.connection.provider)
        return self.connection.base_url or (known.base_url if known else "")

    @property
    def is_built_in(self) -> bool:
        known = catalogue.providers().get(self.connection.provider)
        return known is not None and known.is_built_in

    @property
    def key_end(self) -> str:
        return key_end(self.connection)

    @property
    def balance(self) -> str:
        """What is left in the account, as the provider told it last."""
        return money(self.connection.balance)

    @property
    def prices(self) -> list[str]:
        """What a picture costs by each model, as the provider told it, where the catalogue does not know."""
        told = self.connection.found_prices.items()
        words = _("%(model)s: %(price)s a picture")
        return [words % {"model": model, "price": money(each)} for model, each in told if self._has_no_price(model)]

    def _has_no_price(self, model: str) -> bool:
        try:
            return catalogue.model(self.connection.provider, model).price is None
        except (catalogue.UnknownModel, catalogue.UnknownProvider):
            return False

    @property
    def rate(self) -> str:
        """The provider's own limit, which the studio keeps to."""
        known = catalogue.providers().get(self.connection.provider)
        if known is None or known.rate is None:
            return ""
        words = ngettext(
            "At most %(n)d request in %(span)s for each key, progress checks included",
            "At most %(n)d requests in %(span)s for each key, progress checks included",
            known.rate.requests,
        )
        return words % {"n": known.rate.requests, "span": seconds(known.rate.seconds)}

    @property
    def failed(self) -> str:
        """How near it is to pausing itself."""
        count = self.connection.failed_in_a_row
        if count < 2 or self.connection.paused_at is not None:
            return ""
        words = ngettext(
            "%(n)d call in a row came to nothing; after %(limit)d it pauses itself.",
            "%(n)d calls in a row came to nothing; after %(limit)d it pauses itself.",
            count,
        )
        return words % {"n": count, "limit": breaker.LIMIT}


@member(Action.VIEW)
@require_safe
def connection_list(request: StudioRequest) -> HttpResponse:
    rows = Connection.objects.for_team(request.team)
    used = set(rows.used().values_list("pk", flat=True))
    standings = {standing.budget.connection_id: standing for standing in budgets.standings(request.team)}
    lines = [Line(connection, connection.pk in used, standings.get(connection.pk)) for connection in rows]
    return render(request, "connections/list.html", {"lines": lines, **_rights(request)})


@member(Action.MANAGE_CONNECTIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def connection_create(request: StudioRequest) -> HttpResponse:
    """First the provider, then what that provider asks for; the provider stays in the address."""
    provider = catalogue.providers().get(request.GET.get("provider", ""))
    if provider is None:
        return render(request, "connections/form.html", {"offers": offers.offers()})
    return _form(request, ConnectionForm(request.POST or None, provider=provider))


@member(Action.MANAGE_CONNECTIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def connection_edit(request: StudioRequest, connection: int) -> HttpResponse:
    found = _get(request, connection)
    provider = catalogue.providers().get(found.provider)
    if provider is None:
        raise Http404
    form = ConnectionForm(request.POST or None, provider=provider, connection=found)
    return _form(request, form)


@member(Action.MANAGE_CONNECTIONS)
@require_POST
def connection_test(request: StudioRequest, connection: int) -> HttpResponse:
    found = _get(request, connection)
    connections.test(found)
    return _row(request, found, part="tested")


@member(Action.MANAGE_CONNECTIONS)
@require_POST
def connection_pause(request: StudioRequest, connection: int) -> HttpResponse:
    found = _get(request, connection)
    connections.pause(connection=found, reason=request.POST.get("reason", "").strip())
    return _row(request, found)


@member(Action.MANAGE_CONNECTIONS)
@require_POST
def connection_resume(request: StudioRequest, connection: int) -> HttpResponse:
    found = _get(request, connection)
    connections.resume(connection=found)
    return _row(request, found)


@member(Action.MANAGE_CONNECTIONS)
@require_POST
def connection_delete(request: StudioRequest, connection: int) -> HttpResponse:
    found = _get(request, connection)
    name = connection_name(found)
    if connections.delete(connection=found):
        messages.success(request, _("%(name)s is deleted.") % {"name": name})
    else:
        messages.error(request, _("Pictures were made with %(name)s, so it stays. Pause it instead.") % {"name": name})
    return redirect("connection-list", team=request.team.slug)


def _get(request: StudioRequest, pk: int) -> Connection:
    return get_object_or_404(Connection.objects.for_team(request.team), pk=pk)


def _rights(request: StudioRequest) -> dict[str, Any]:
    return {"may_manage": allows(request.membership.role, Action.MANAGE_CONNECTIONS)}


def _row(request: StudioRequest, connection: Connection, *, part: str = "row") -> HttpResponse:
    """The changed row for htmx; without it the whole list again."""
    if not request.htmx:
        return redirect("connection-list", team=request.team.slug)
    connection.refresh_from_db()
    is_used = Connection.objects.used().filter(pk=connection.pk).exists()
    line = Line(connection, is_used, budgets.of_connection(connection))
    return render(request, f"connections/list.html#{part}", {"line": line, **_rights(request)})


def _form(request: StudioRequest, form: ConnectionForm) -> HttpResponse:
    if form.is_bound and form.is_valid() and _save(request, form):
        return redirect("connection-list", team=request.team.slug)
    status = 200
    if form.is_bound:
        status = 422
        form.ask_for_the_key_again()
    return render(request, "connections/form.html", {"form": form, "connection": form.connection}, status=status)


def _save(request: StudioRequest, form: ConnectionForm) -> bool:
    """Whether it was saved; what the service refuses is said at its field."""
    try:
        saved = connections.save(
            team=request.team,
            user=request.user,
            connection=form.connection,
            provider=form.provider.id,
            **form.cleaned_data,
        )
    except connections.Invalid as refused:
        form.add_errors(refused.errors)
        return False
    if connections.key_was_erased(saved):
        is_saved = _("%(name)s is saved.") % {"name": saved.name}
        messages.error(request, sentences(is_saved, retold(saved.test_message)))
        return True
    said = _("%(name)s is saved. Test it to see whether it works.")
    if form.provider.is_built_in:
        said = _("%(name)s is saved.")
    messages.success(request, said % {"name": saved.name})
    return True


urlpatterns: list[URLPattern] = [
    path("connections/", connection_list, name="connection-list"),
    path("connections/new/", connection_create, name="connection-create"),
    path("connections/<int:connection>/", connection_edit, name="connection-edit"),
    path("connections/<int:connection>/test/", connection_test, name="connection-test"),
    path("connections/<int:connection>/pause/", connection_pause, name="connection-pause"),
    path("connections/<int:connection>/resume/", connection_resume, name="connection-resume"),
    path("connections/<int:connection>/delete/", connection_delete, name="connection-delete"),
]
