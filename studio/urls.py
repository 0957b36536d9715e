"""All addresses. Each noun's views carry their own patterns."""

from __future__ import annotations

from django.urls import include, path

from studio.views import (
    accounts,
    connections,
    gallery,
    generations,
    health,
    images,
    links,
    palette,
    partials,
    preferences,
    prompts,
    proposals,
    pulse,
    references,
    rules,
    shell,
    spending,
    texts,
)

team_patterns = [
    *shell.team_urlpatterns,
    *preferences.urlpatterns,
    *palette.urlpatterns,
    *prompts.urlpatterns,
    *proposals.urlpatterns,
    *texts.urlpatterns,
    *rules.urlpatterns,
    *references.urlpatterns,
    *generations.urlpatterns,
    *partials.urlpatterns,
    *gallery.urlpatterns,
    *images.urlpatterns,
    *connections.urlpatterns,
    *spending.urlpatterns,
    *pulse.urlpatterns,
]

urlpatterns = [
    *health.urlpatterns,
    *shell.urlpatterns,
    *accounts.urlpatterns,
    *links.urlpatterns,
    path("t/<slug:team>/", include(team_patterns)),
]

handler400 = "studio.views.errors.bad_request"
handler403 = "studio.views.errors.permission_denied"
handler404 = "studio.views.errors.not_found"
handler429 = "studio.views.errors.too_many"
handler500 = "studio.views.errors.server_error"
