"""A value that must not be seen."""

from __future__ import annotations

from typing import Any, Self


class Secret:
    """Hold a secret so that no repr, log, pickle or debug page shows it.

    Debug pages print the locals of every frame, so the plain text should only ever
    exist inside the expression that needs it: ``secret.reveal()``.
    """

    __slots__ = ("_plain",)

    def __init__(self, plain: str) -> None:
        self._plain = plain

    def reveal(self) -> str:
        """Return the plain text."""
        return self._plain

    def __bool__(self) -> bool:
        return bool(self._plain)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._plain == other._plain

    def __hash__(self) -> int:
        return hash(self._plain)

    def __repr__(self) -> str:
        return "<Secret>"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("a Secret is not pickled")
