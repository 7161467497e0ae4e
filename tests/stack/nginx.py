"""nginx before the dashboard."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log stderr error;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""
SITE = """
upstream calls {{ {servers} }}
server {{
    listen {address}:{port};
    location / {{
        proxy_pass http://calls;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_read_timeout 60s;
    }}
}}
"""


def site(address: str, port: int, upstreams: Sequence[str]) -> str:
    """Return a site that passes requests on to any of the upstreams."""
    servers = " ".join(f"server {each} max_fails=0;" for each in upstreams)
    return SITE.format(address=address, port=port, servers=servers)


def start(folder: Path, site: str, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start nginx with a site; its files lie in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, site=site))
    with (log or folder / "nginx.log").open("ab") as written:
        return subprocess.Popen(
            [program(), "-c", str(folder / "nginx.conf"), "-e", "stderr"],
            stdout=written,
            stderr=written,
            start_new_session=True,
        )


def program() -> str:
    """Return the path of nginx."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "sh tests/debian.sh nginx"
    return found
