from __future__ import annotations

from django.urls import path

from appoints import downloads, views

app_name = "appoints"
urlpatterns = [
    path("", views.appoint_list, name="list"),
    path("export.csv", downloads.export_csv, name="csv"),
    path("export.json", downloads.export_json, name="json"),
    path("export.xlsx", downloads.export_xlsx, name="xlsx"),
    path("<path:appoint_id>/", views.appoint_detail, name="detail"),
]
