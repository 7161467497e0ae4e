"""nginx before the dashboard, as the operators' example has it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from dashboard.operations.servers import ROOT

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
EXAMPLE = ROOT / "dashboard" / "operations" / "examples" / "nginx.conf"
UPSTREAM = re.compile(r"server 10\.0\.0\.\d+:8000 (.*;)\n")


class Ports(NamedTuple):
    """Where nginx listens."""

    http: int
    https: int


def site(ports: Ports, upstreams: Sequence[str], certificate: tuple[str, str]) -> str:
    """Return the operators' example, for these addresses and files."""
    made = EXAMPLE.read_text()
    rest = UPSTREAM.findall(made)[0]
    made = UPSTREAM.sub("", made, 1)
    made = UPSTREAM.sub("".join(f"server {each} {rest}\n" for each in upstreams), made)
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{ports.http};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{ports.https} ssl;"),
        ("/etc/ssl/calls/certificate.pem", certificate[0]),
        ("/etc/ssl/calls/key.pem", certificate[1]),
    ):
        assert old in made, old
        made = made.replace(old, new)
    return made


def plain(port: int, upstreams: Sequence[str]) -> str:
    """Return a site without TLS."""
    servers = " ".join(f"server {each} max_fails=0;" for each in upstreams)
    return f"""
    upstream calls {{ {servers} }}
    server {{ listen 127.0.0.1:{port}; location / {{
        proxy_pass http://calls; proxy_set_header Host $http_host; proxy_read_timeout 65s;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }} }}"""


def start(folder: Path, site: str, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start nginx with a site; its files lie in the folder."""
    configuration = written(folder, site)
    with (log or folder / "nginx.log").open("ab") as output:
        return subprocess.Popen(
            [program(), "-c", str(configuration), "-e", "stderr"],
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def written(folder: Path, site: str) -> Path:
    """Write a whole configuration with a site."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "nginx.conf"
    path.write_text(CONFIGURATION.format(folder=folder, site=site))
    return path


def program() -> str:
    """Return the path of nginx."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "sh tests/debian.sh nginx"
    return found
