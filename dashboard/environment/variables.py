"""Variables of the environment, each given as ``NAME`` or as ``NAME_FILE``."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

FLAGS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


def value_of(name: str) -> str:
    """Return what NAME or the file of NAME_FILE holds, without white space around; or ``""``.

    Both at once are refused: whichever won, somebody would change the other one in vain.
    django-environ's FileAwareEnv lets the file win, keeps its newline and answers a missing
    file with a traceback.
    """
    value, path = os.environ.get(name, "").strip(), os.environ.get(f"{name}_FILE", "").strip()
    if value and path:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: keep one of them")
    if not path:
        return value
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE: {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ImproperlyConfigured(f"{name}_FILE: {path} is not UTF-8 text") from error


def list_of(name: str) -> list[str]:
    return [part for part in (part.strip() for part in value_of(name).split(",")) if part]


def flag_of(name: str, *, default: bool) -> bool:
    value = value_of(name).lower()
    if value and value not in FLAGS:
        raise ImproperlyConfigured(f"{name} must be 1 or 0")
    return FLAGS.get(value, default)


def number_of(name: str, default: int, least: int, most: int) -> int:
    value = value_of(name) or str(default)
    if not (value.isascii() and value.isdigit() and least <= int(value[:9]) <= most):
        raise ImproperlyConfigured(f"{name} must be a number from {least} to {most}")
    return int(value)
