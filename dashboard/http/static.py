"""Static files named by a hash of their content, so that browsers may keep them for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Not Django's support_js_module_import_aggregation: it reads every script that is installed, and
# fails at types in the comments of htmx.
IMPORT = r"""(?P<matched>(?P<before>\b(?:from|import) )"(?P<url>\./[\w-]+\.js)";)"""


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Storage that rewrites the ``import`` statements of our scripts too."""

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((IMPORT, '%(before)s"%(url)s";'),)),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A page asks for thirty, which stay while a worker lives.
        self._url_of: Callable[[str, bool], str] = cache(super().url)

    def url(self, name: str, force: bool = False) -> str:
        """Return the address of a file."""
        return self._url_of(name, force)

    def compress_files(self, paths: set[str]) -> Iterator[tuple[str, str]]:
        """Compress what pages ask for: no file under its plain name, none that is there minified.

        The others took five sixths of the time.
        """
        wanted = {
            hashed for name, hashed in self.hashed_files.items() if not self._is_minified(name)
        }
        yield from super().compress_files(paths & wanted)

    def _is_minified(self, name: str) -> bool:
        path = PurePosixPath(name)
        return str(path.with_suffix(f".min{path.suffix}")) in self.hashed_files
