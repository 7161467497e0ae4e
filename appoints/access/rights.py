"""The rights that roles give; a role is a group with some of them."""

from __future__ import annotations

EXPORT_FILES = "access.export_files"
SEE_NUMBERS = "access.see_numbers"
REVEAL_NUMBER = "access.reveal_number"
