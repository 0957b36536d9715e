"""A prompt as one text: opened from a file, byte for byte, and handed out as it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from studio.prompts import tree
from studio.prompts.kinds import kind_of
from studio.prompts.render import render
from studio.providers.output import Output
from studio.services import prompts
from studio.services.permissions import Action
from studio.views.access import StudioRequest, get_prompt, member
from studio.views.uploads import was_cut

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpResponseBase

    from studio.models import Prompt


@require_POST
@member(Action.WRITE)
def prompt_file(request: StudioRequest, prompt: int) -> HttpResponseBase:
    """The file's text becomes the prompt, whatever its line ends; what was there is set aside."""
    row = get_prompt(request, prompt)
    try:
        text = _text_of(request.FILES.get("file"), too_large=was_cut(request))
    except Unreadable as error:
        messages.error(request, str(error))
    else:
        # The page that sends the file may save its last words in the same moment: they are set aside as well.
        while isinstance(_opened(row, text), prompts.Behind):
            row.refresh_from_db()
    return redirect("prompt-compose", team=request.team.slug, prompt=row.pk)


def _opened(row: Prompt, text: str) -> prompts.Saved | prompts.Behind:
    return prompts.save_draft(
        prompt=row,
        recipe=replace(row.recipe, kind=kind_of(text), body=text),
        output=Output.from_json(row.draft.get("output", {})),
        base_number=row.draft_number,
        aside=prompts.set_aside(row, tab=prompts.Tab()) if row.recipe.body else None,
    )


class Unreadable(ValueError):
    """This file holds no prompt; the message is one translated sentence with a next step."""


def _text_of(upload: UploadedFile[Any] | None, *, too_large: bool) -> str:
    if too_large or (upload is not None and (upload.size or 0) > tree.MAX_BYTES):
        raise Unreadable(_("The file is larger than 200 KB, which no model takes. Choose a shorter one."))
    if upload is None:
        raise Unreadable(_("No file arrived. Choose a text or JSON file."))
    content = upload.read()
    if b"\x00" in content:
        raise Unreadable(_("The file holds a null character, so it is no text. Save it as UTF-8 text and try again."))
    try:
        text: str = content.decode()
    except UnicodeDecodeError as error:
        words = {"n": error.start + 1}
        raise Unreadable(
            _("The file is not UTF-8: byte %(n)d belongs to no character. Save it as UTF-8 and try again.") % words
        ) from None
    if not text.strip():
        raise Unreadable(_("The file is empty. Choose another one."))
    return text


@require_GET
@member(Action.VIEW)
def prompt_text(request: StudioRequest, prompt: int) -> HttpResponse:
    """The draft as it would be sent."""
    text = render(get_prompt(request, prompt).recipe).text
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


urlpatterns = [
    path("prompts/<int:prompt>/file/", prompt_file, name="prompt-file"),
    path("prompts/<int:prompt>/text/", prompt_text, name="prompt-text"),
]
