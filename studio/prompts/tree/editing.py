"""Writes one leaf or one key of somebody's JSON anew, and leaves every other character as it is."""

from __future__ import annotations

from studio.prompts.tree.faults import CONSTANTS, NUMBER, Invalid, Refused, about_word, code
from studio.prompts.tree.reading import CONTAINERS, Form, Node, parse
from studio.prompts.tree.texts import SURROGATE, TEXT, is_all_ascii, quoted, rewritten
from studio.prompts.words import gettext_noop as _

_EMPTY = {Form.OBJECT: "{}", Form.ARRAY: "[]"}


def with_text(source: str, path: str, text: str) -> str:
    """The leaf as a text; of a text, only the characters that differ. Raises KeyError, Refused or Invalid."""
    node = _leaf(source, path)
    sendable(text)
    if node.form is Form.TEXT:
        return replaced(source, node.start, node.end, rewritten(source, node.start, node.end, text))
    return replaced(source, node.start, node.end, quoted(text, in_ascii=is_all_ascii(source)))


def with_literal(source: str, path: str, literal: str) -> str:
    """The leaf as a number, true, false or null, exactly as typed. Raises KeyError, Refused or Invalid."""
    node = _leaf(source, path)
    if literal not in CONSTANTS and not NUMBER.fullmatch(literal):
        raise _no_literal(literal, _("This is neither a number nor true, false or null."))
    return replaced(source, node.start, node.end, literal)


def typed_into(source: str, node: Node, typed: str) -> str:
    """The characters of one leaf after this was typed into it: a text stays a text; a number, true, false or null may
    become another of them, or a text in quotation marks. Raises Refused. The rest of the source is not read."""
    if node.form is Form.TEXT:
        sendable(typed)
        return rewritten(source, node.start, node.end, typed)
    if typed not in CONSTANTS and not NUMBER.fullmatch(typed) and not TEXT.fullmatch(typed):
        raise _no_literal(typed, _("This is neither a number nor true, false or null."))
    return typed


def with_value(source: str, path: str, text: str, form: Form) -> str:
    """The leaf in this form. An object or an array can only be an empty one: its text is empty then."""
    if form is Form.TEXT:
        return with_text(source, path, text)
    node = _leaf(source, path)
    if node.form is form and node.value == text:
        return source
    return replaced(source, node.start, node.end, written(source, text, form))


def written(source: str, text: str, form: Form) -> str:
    """A new value, as this source would write it."""
    if form is Form.TEXT:
        sendable(text)
        return quoted(text, in_ascii=is_all_ascii(source))
    if form is Form.NUMBER:
        if not NUMBER.fullmatch(text):
            raise _no_literal(text, _("This is no number."))
        return text
    if text not in ({""} if form in CONTAINERS else {"", form.value}):
        raise Refused(_("Choose Text or Number to write something here."))
    return _EMPTY.get(form, form.value)


def replaced(source: str, start: int, end: int, new: str) -> str:
    """The source with something else between these places, read once more: an edit may make it too long or too deep."""
    result = source[:start] + new + source[end:]
    try:
        parse(result)
    except Invalid as error:
        raise Refused(error.message, error.params) from error
    return result


def sendable(text: str) -> None:
    if half := SURROGATE.search(text):
        message = _("This text holds half of a character (%(code)s), which cannot be sent.")
        raise Refused(message, {"code": code(half.group())})


def absent(key: str, siblings: tuple[Node, ...]) -> None:
    sendable(key)
    if any(node.key == key for node in siblings):
        raise Refused(_("The name “%(key)s” is there already."), {"key": key})


def _leaf(source: str, path: str) -> Node:
    node = parse(source).at(path)
    if not node.is_leaf:
        raise Refused(_("This holds other values: change those instead."))
    return node


def _no_literal(text: str, otherwise: str) -> Refused:
    """What the reader would say of this word, unless it would only ask for quotation marks."""
    message, params = about_word(text)
    return Refused(message, params) if params else Refused(otherwise)
