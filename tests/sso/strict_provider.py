"""npm's ``oidc-provider``, a process of its own, which takes nothing that the standards forbid."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from dashboard.environment import BASE_DIR
from tests.screen import Screen, form_of

SOURCES = Path(__file__).parent / "strict"
INSTALLED = BASE_DIR / ".venv" / "oidc-provider"
BACK = "http://testserver"


class StrictProvider:
    """The provider, and one browser there."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.browser = httpx.Client(base_url=issuer)

    def allow(self, address: str, name: str) -> str:
        """Sign in and agree; return where the provider sends the browser."""
        page = self._follow(self.browser.get(address))
        while isinstance(page, httpx.Response):
            form = Screen(page.text).one("form[method=post]")
            prompt = form.css("[name=prompt]")[0].attributes["value"]
            data = {"prompt": prompt, "login": name, "password": "any"}
            page = self._follow(self.browser.post(form.attributes["action"] or "", data=data))
        return page

    def sign_out(self, address: str) -> str:
        """Agree to a sign-out; return where the provider sends the browser."""
        page = self.browser.get(address)
        data = {**form_of(page.text, "form[method=post]"), "logout": "yes"}
        back = self._follow(self.browser.post("/session/end/confirm", data=data))
        assert isinstance(back, str), back.text
        return back

    def _follow(self, response: httpx.Response) -> httpx.Response | str:
        while response.is_redirect:
            address = response.headers["Location"]
            if address.startswith(BACK):
                return str(address.removeprefix(BACK))
            response = self.browser.get(address)
        assert response.status_code == 200, Screen(response.text).text
        return response


@contextmanager
def running() -> Iterator[StrictProvider]:
    """Run the provider. The test is skipped where there is no node."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("npm's oidc-provider needs node and npm")
    _install()
    with subprocess.Popen(
        ["node", "server.js"], cwd=INSTALLED, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield StrictProvider(process.stdout.readline().strip())
        finally:
            process.kill()


def _install() -> None:
    """Install what the lock pins, once for each lock."""
    kept, lock = INSTALLED / "package-lock.json", SOURCES / "package-lock.json"
    if not (kept.exists() and kept.read_bytes() == lock.read_bytes()):
        shutil.rmtree(INSTALLED, ignore_errors=True)
        shutil.copytree(SOURCES, INSTALLED, ignore=shutil.ignore_patterns("package-lock.json"))
        shutil.copy(lock, INSTALLED / "npm-shrinkwrap.json")
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(npm, cwd=INSTALLED, check=True)
        shutil.copy(lock, kept)
    shutil.copy(SOURCES / "server.js", INSTALLED)
