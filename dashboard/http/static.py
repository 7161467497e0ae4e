"""Static files under names that tell their content, so that browsers may keep them for ever."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Django's own support_js_module_import_aggregation reads every script that is installed, and
# stumbles over types in the comments of htmx.
IMPORT = r"""(?P<matched>(?P<before>\b(?:from|import) )"(?P<url>\./[\w-]+\.js)";)"""


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Names them in the ``import`` statements of our scripts too."""

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((IMPORT, '%(before)s"%(url)s";'),)),
    )
