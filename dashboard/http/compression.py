"""Compression of pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from gzip import GzipFile
from io import BytesIO
from secrets import randbelow

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

# Django's middleware takes 6 of 9, for a list of calls a ninth of all the time that its page takes:
# this takes two fifths of that, and a fifth more bytes.
LEVEL = 2
SHORT = 200  # bytes, not worth it
PADDING = 100  # random bytes at most, which hide a page's length (BREACH)
ACCEPTED = re.compile(r"\bgzip\b")


class PageCompressionMiddleware:
    """Compress pages.

    Files are not compressed: a workbook is compressed already, and a large CSV over an intranet
    takes longer to compress than to send.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponse) and _is_page(response):
            patch_vary_headers(response, ("Accept-Encoding",))
            if ACCEPTED.search(request.headers.get("Accept-Encoding", "")):
                _compress(response)
        return response


def _is_page(response: HttpResponse) -> bool:
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    return is_html and "Content-Encoding" not in response and len(response.content) >= SHORT


def _compress(response: HttpResponse) -> None:
    compressed = BytesIO()
    # A file name is what a gzip file may have and nobody reads: Django pads pages with it, too.
    with GzipFile("a" * randbelow(PADDING), "wb", LEVEL, compressed, mtime=0) as file:
        file.write(response.content)
    response.content = compressed.getvalue()
    response.headers["Content-Length"] = str(len(response.content))
    response.headers["Content-Encoding"] = "gzip"
