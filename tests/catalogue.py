"""A catalogue of translations (.po) as it is read by people: entry by entry."""

from __future__ import annotations

import re
from ast import literal_eval
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.operations.servers import ROOT

FOLDER = ROOT / "dashboard" / "locale"
# %(name)s and %s of Python, {name} of scripts.
PLACE = re.compile(r"%(?:\(\w+\))?[sd]|\{\w+\}")


@dataclass
class Entry:
    """A message: ``texts`` are its translations, one for each form of the plural."""

    flags: set[str] = field(default_factory=set)
    context: str = ""
    source: str = ""
    plural: str = ""
    texts: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, str]:
        return self.context, self.source, self.plural

    @property
    def is_complete(self) -> bool:
        return all(self.texts) and not self.flags & {"fuzzy", "obsolete"}

    def misplaced(self) -> list[str]:
        """Return the translations that fill in something else than the source does.

        A plural's form for a certain number, "one day" say, need not repeat it.
        """
        wanted = sorted(PLACE.findall(self.source))
        most = sorted(PLACE.findall(self.plural or self.source))
        allowed = [wanted, most]
        found = [text for text in self.texts if text]
        if not self.plural:
            return [text for text in found if sorted(PLACE.findall(text)) != wanted]
        fits = [text for text in found[-1:] if sorted(PLACE.findall(text)) not in allowed]
        extra = [text for text in found if set(PLACE.findall(text)) - {*wanted, *most}]
        return fits + [text for text in extra if text not in fits]


def path_of(language: str) -> Path:
    """Return the catalogue of a language by its name in a folder, ``pt_BR``."""
    return FOLDER / language / "LC_MESSAGES" / "django.po"


def read(path: Path) -> list[Entry]:
    """Return the entries of a catalogue, the header first."""
    blocks = re.split(r"\n{2,}", path.read_text(encoding="utf-8").strip())
    return [_entry(block) for block in blocks]


def _entry(block: str) -> Entry:
    entry = Entry()
    said: dict[str, list[str]] = {}
    keyword = ""
    for line in block.splitlines():
        if line.startswith("#~"):
            entry.flags.add("obsolete")
        elif line.startswith("#,"):
            entry.flags |= {flag.strip() for flag in line[2:].split(",")}
        elif line.startswith('"'):
            said[keyword].append(literal_eval(line))
        elif not line.startswith("#"):
            keyword, text = line.split(" ", 1)
            said[keyword] = [literal_eval(text)]
    whole = {keyword: "".join(parts) for keyword, parts in said.items()}
    entry.context = whole.get("msgctxt", "")
    entry.source = whole.get("msgid", "")
    entry.plural = whole.get("msgid_plural", "")
    entry.texts = [text for keyword, text in whole.items() if keyword.startswith("msgstr")]
    return entry
