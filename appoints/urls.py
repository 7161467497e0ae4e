from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

app_name = "appoints"


def appoint_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [path("", appoint_list, name="list")]
