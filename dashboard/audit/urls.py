from __future__ import annotations

from django.urls import path

from dashboard.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.event_list, name="list"),
    path("export.csv", views.event_csv, name="csv"),
]
