"""Commands of ``manage.py``, for who sets an installation up."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence

from dashboard.operations.servers import ROOT, ServerFailed

_RUN = """
import json, sys
from manage import run
for words in json.loads(sys.argv[1]):
    sys.argv = ["manage.py", *words]
    run()
"""


def manage(
    env: Mapping[str, str], *commands: Sequence[str], fails: bool = False
) -> subprocess.CompletedProcess[bytes]:
    """Run commands of ``manage.py`` in one process, which takes long to start, until one fails.

    Raises ServerFailed where one does, unless ``fails``.
    """
    done = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps(commands)],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "dashboard.settings", **env},
        capture_output=True,
        check=False,
    )
    if done.returncode and not fails:
        raise ServerFailed(f"manage.py failed:\n{done.stderr.decode()}")
    return done
