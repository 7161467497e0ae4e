"""Static files named by a hash of their content, so that browsers may keep them for ever."""

from __future__ import annotations

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
