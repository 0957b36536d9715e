"""JSON prompts: somebody's own JSON, kept byte for byte, in which every leaf can be read and changed by itself."""

from __future__ import annotations

from studio.prompts.tree.editing import typed_into, with_literal, with_text, with_value
from studio.prompts.tree.faults import Invalid, Refused
from studio.prompts.tree.growing import with_added, without
from studio.prompts.tree.reading import MAX_BYTES, MAX_DEPTH, Form, Node, Tree, decoded_offsets, parse, pointer

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "Form",
    "Invalid",
    "Node",
    "Refused",
    "Tree",
    "decoded_offsets",
    "parse",
    "pointer",
    "typed_into",
    "with_added",
    "with_literal",
    "with_text",
    "with_value",
    "without",
]
