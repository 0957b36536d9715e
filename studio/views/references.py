"""References: uploads of one picture at a time, and the files that browsers may see of them."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from studio.models import Reference
from studio.services import references
from studio.services.permissions import Action
from studio.storage import files
from studio.views import fields, serving
from studio.views.access import StudioRequest, member
from studio.views.uploads import was_cut

# The original is not among them: it may carry what its owner did not mean to share.
VARIANTS = ("thumb", "clean")
PLAIN = "text/plain; charset=utf-8"


@require_POST
@member(Action.WRITE)
def upload(request: StudioRequest) -> HttpResponseBase:
    """The picture's tile for the brief, or one sentence that says why it was refused."""
    picture = request.FILES.get("files")
    if was_cut(request):
        return _refused(references.too_large())
    if picture is None:
        return _refused(_("No picture arrived. Choose a PNG, JPEG or WebP file."))
    try:
        row = references.store(team=request.team, user=request.user, upload=picture)
    except references.Refused as refusal:
        return _refused(str(refusal))
    number = request.POST.get("number", "")
    tile = fields.reference(row, int(number) if number.isdecimal() and len(number) < 4 else 1)
    context = {"reference": tile | {"is_last": True}, "sheet": {"roles": fields.roles()}, "may_write": True}
    return render(request, "references/_reference.html", context)


def _refused(sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=422, content_type=PLAIN)


@require_GET
@member(Action.VIEW)
def file(request: StudioRequest, reference: int, variant: str) -> HttpResponseBase:
    """Rebuilt from pixels, never the bytes that somebody uploaded."""
    row = get_object_or_404(Reference.objects.for_team(request.team), pk=reference)
    if variant not in VARIANTS:
        raise Http404
    name = row.thumb if variant == "thumb" else row.cleaned
    extension = name.rpartition(".")[2]
    media_type = f"image/{'jpeg' if extension in {'jpg', 'jpeg'} else extension}"
    try:
        return serving.file_response(
            request, files.path(name), etag=f"{row.sha256}-{variant}", media_type=media_type, cache=serving.FOR_EVER
        )
    except FileNotFoundError:
        raise Http404 from None


urlpatterns = [
    path("references/", upload, name="reference-upload"),
    path("references/<int:reference>/<slug:variant>/", file, name="reference-file"),
]
