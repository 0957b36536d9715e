"""What a reference may be there for, and how the prompt says so."""

from __future__ import annotations

from dataclasses import dataclass

from studio.prompts.words import gettext_noop as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    key: str
    label: str  # a msgid
    phrase: str  # follows "Image 1 " in the prompt, so it is English and never translated
    is_kept: bool = False  # something of the picture itself has to survive, so preservation goals matter


_ROLES = (
    Role(key="base", label=_("Picture to edit"), phrase="is the picture to edit", is_kept=True),
    Role(
        key="product",
        label=_("Product"),
        phrase="is the product; keep its label layout and proportions",
        is_kept=True,
    ),
    Role(key="subject", label=_("Subject"), phrase="is the subject; keep its shape and details", is_kept=True),
    Role(key="identity", label=_("Person, face"), phrase="shows the person; keep the face and identity", is_kept=True),
    Role(key="composition", label=_("Composition"), phrase="sets the composition"),
    Role(key="style", label=_("Style"), phrase="sets the style; take none of its content"),
    Role(key="palette", label=_("Colour palette"), phrase="sets the colour palette; take nothing else from it"),
    Role(key="lighting", label=_("Lighting"), phrase="sets the lighting; take nothing else from it"),
    Role(key="texture", label=_("Material, texture"), phrase="sets the material and texture"),
    Role(key="background", label=_("Background"), phrase="is the background"),
    Role(key="logo", label=_("Logo"), phrase="is the logo; reproduce it exactly", is_kept=True),
    Role(key="pose", label=_("Pose"), phrase="sets the pose; take nothing else from it"),
    Role(key="clothing", label=_("Clothing"), phrase="is the clothing; keep its cut, colours and pattern"),
    Role(key="lettering", label=_("Lettering"), phrase="sets the lettering; use its letterforms, not its words"),
)

ROLES: dict[str, Role] = {role.key: role for role in _ROLES}
