"""Answers without a body, where just the head is asked for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase


class HeadMiddleware:
    """Leave out the body where the method is HEAD: gunicorn logs a warning for each that it drops.

    What watches a server may ask so every second.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method != "HEAD":
            return response
        if isinstance(response, HttpResponse):
            response.content = b""
        elif isinstance(response, StreamingHttpResponse):
            # What was to be sent is closed with the response.
            response.streaming_content = ()
        return response
