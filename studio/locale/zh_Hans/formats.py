"""Numbers as Chinese readers write them; Django's own format for Chinese would not group digits at all."""

from __future__ import annotations

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
