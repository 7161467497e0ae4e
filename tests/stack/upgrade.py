"""``make upgrade``: the release before goes on while the new one migrates, and both serve.

The release before is a commit: the one that FROM names, or the last before the newest migration; it
runs on this one's environment, so it must need no other packages.
Exit status 1 where a request failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509

from dashboard.operations.servers import ROOT, Children, end, free_port, wait_for
from tests.certificates import Authority
from tests.stack import isales, nginx
from tests.stack.crowd import Crowd
from tests.stack.installation import PASSWORD, PEOPLE, SERVER, Installation
from tests.stack.visitor import Visitor


def git(*words: str) -> str:
    """Return what git says."""
    done = subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def before() -> str:
    """Return the commit of the release before."""
    newest = git("log", "-1", "--format=%H", "--diff-filter=A", "--", "*/migrations/*.py")
    return git("rev-parse", os.environ.get("FROM") or f"{newest}^")


def served(code: Path, stack: Installation, port: int) -> subprocess.Popen[bytes]:
    """Start the server of a release, whose code lies in a folder."""
    variables = {"PORT": str(port), "WEB_CONCURRENCY": "1", "TRUSTED_PROXIES": "127.0.0.1"}
    with (stack.folder / "server.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, *SERVER, "--log-level", "warning"], cwd=code,
            env={**stack.env, **variables, "HTTPS": "1"},
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def migrated(code: Path, env: dict[str, str]) -> None:
    """Run ``migrate`` and ``collectstatic`` of a release."""
    for words in (["migrate"], ["collectstatic", "--no-input"]):
        line = [sys.executable, "manage.py", *words, "--verbosity", "0"]
        subprocess.run(line, cwd=code, env=env, check=True)


def set_up(code: Path, stack: Installation, base_url: str) -> None:
    """Store connection, team and person by the commands of a release."""
    secret = stack.folder / "stack-secret"
    secret.write_text(isales.SECRET_KEY)
    for words in (
        ["connection", "north", "--base-url", base_url, "--vdn", "1", "--access-key",
         isales.ACCESS_KEY, "--secret-key-file", str(secret), "--max-per-second", "0"],
        ["team", "all", "--name", "All", "--grant", "north"],
        ["shell", "-v", "0", "-c", PEOPLE.format(count=1, password=PASSWORD)],
    ):  # fmt: skip
        line = [sys.executable, "manage.py", *words]
        subprocess.run(line, cwd=code, env=dict(stack.env), check=True, capture_output=True)


def main() -> int:
    """Serve, migrate, serve both, end the old one; count what failed."""
    commit = before()
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        old = folder / "old"
        git("worktree", "add", "--detach", "--quiet", str(old), commit)
        held.callback(git, "worktree", "remove", "--force", str(old))
        simulator = held.enter_context(isales.running(a_day=1500, days=3, latency=0.1))
        stack = Installation.made(folder / "calls")
        database = folder / "calls" / "old.sqlite3"
        stack = replace(stack, env={**stack.env, "DATABASE_URL": f"sqlite:///{database}"})
        migrated(old, dict(stack.env))
        children: Children = {}
        held.callback(end, children)
        ports, front = [free_port(), free_port()], nginx.Ports(free_port(), free_port())
        authority = Authority()
        files = authority.certify(x509.IPAddress(IPv4Address("127.0.0.1")), folder)
        site = nginx.site(front, [f"127.0.0.1:{port}" for port in ports], files)
        children["nginx"] = nginx.start(folder / "nginx", site)
        children["old"] = served(old, stack, ports[0])
        wait_for(ports[0], "/readyz", children)
        set_up(old, stack, simulator.base_url)
        visitor = Visitor(front.https, ca=authority.pem)
        visitor.sign_in()
        with Crowd(visitor) as crowd:
            time.sleep(3)
            migrated(ROOT, dict(stack.env))
            time.sleep(5)  # the old one alone, on the new tables
            children["new"] = served(ROOT, stack, ports[1])
            wait_for(ports[1], "/readyz", children)
            time.sleep(8)  # both
            children["old"].terminate()
            children.pop("old").wait()
            time.sleep(5)
        text = (stack.folder / "server.log").read_text()
        proxy = (folder / "nginx" / "nginx.log").read_text()
    print(f"from {commit[:7]} to {git('rev-parse', '--short', 'HEAD')}: "
          f"{crowd.answers.total()} requests, {len(crowd.failures)} failed, "
          f"{text.count('Traceback')} tracebacks, the slowest {crowd.slowest:.1f} s")  # fmt: skip
    print("\n".join(crowd.failures[:5]))
    if crowd.failures:
        print(proxy[-3000:])  # which upstream failed, and how
    print(text[text.find("Traceback") :][:3000] if "Traceback" in text else "")
    return int(bool(crowd.failures or "Traceback" in text))


if __name__ == "__main__":
    sys.exit(main())
