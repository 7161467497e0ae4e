"""A person's browser, as far as the runs need one: cookies, sign-in, pages, files."""

from __future__ import annotations

import re
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import urlencode

from tests.stack.installation import PASSWORD

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Answer(NamedTuple):
    """``status`` is 0 where no whole answer came; ``text`` then says why."""

    status: int
    headers: dict[str, str]
    text: str


class Visitor:
    """One person at one address; every request has a connection of its own.

    ``ca`` is the authority that signed for an address of HTTPS. ``headers`` go with every request,
    such as those that a proxy would set.
    """

    def __init__(
        self,
        port: int,
        name: str = "person0",
        host: str = "127.0.0.1",
        ca: str = "",
        **headers: str,
    ) -> None:
        self.port, self.name, self.host, self.ca = port, name, host, ca
        self.headers = headers
        self.cookies: dict[str, str] = {}

    def again(self) -> Visitor:
        """Return another browser with the same sign-in."""
        made = Visitor(self.port, self.name, self.host, self.ca, **self.headers)
        made.cookies = dict(self.cookies)
        return made

    def sign_in(self) -> None:
        """Sign in by the form."""
        page = self.get("/accounts/login/")
        token = TOKEN.search(page.text)
        assert token, page
        fields = {"username": self.name, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        answer = self.post("/accounts/login/", fields)
        assert answer.status == 302, answer

    def get(self, path: str, timeout: float = 60.0, **headers: str) -> Answer:
        """Return the answer to a request for a page or file."""
        return self._ask("GET", path, None, headers, timeout)

    def post(self, path: str, fields: dict[str, str], timeout: float = 60.0) -> Answer:
        """Return the answer to a form."""
        token = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode({**token, **fields}), headers, timeout)

    def _connection(self, timeout: float) -> HTTPConnection:
        if not self.ca:
            return HTTPConnection(self.host, self.port, timeout=timeout)
        trusted = ssl.create_default_context(cadata=self.ca)
        return HTTPSConnection(self.host, self.port, timeout=timeout, context=trusted)

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str], timeout: float
    ) -> Answer:
        client = self._connection(timeout)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {**self.headers, **headers, **({"Cookie": cookies} if cookies else {})}
        if method == "POST":
            is_https = self.ca or self.headers.get("X-Forwarded-Proto") == "https"
            sent["Origin"] = f"http{'s' * bool(is_https)}://{self.host}:{self.port}"
        try:
            client.request(method, path, body, sent)
            answer = client.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, HTTPException) as error:
            return Answer(0, {}, f"{type(error).__name__}: {error}")
        finally:
            client.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, dict(answer.headers.items()), text)
