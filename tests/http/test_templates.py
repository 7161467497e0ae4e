from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from django.conf import settings

COMPILED = """
import dashboard.wsgi
from django.template import engines
[loader] = engines["django"].engine.template_loaders
print(*loader.get_template_cache)
"""


def test_a_server_has_compiled_its_templates_before_the_first_request() -> None:
    done = subprocess.run([sys.executable, "-c", COMPILED], capture_output=True, check=True)
    folder = Path(settings.BASE_DIR) / "templates"
    own = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    assert {"appoints/list.html", "registration/login.html"} <= own
    assert own <= set(done.stdout.decode().split())
