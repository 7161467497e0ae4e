from __future__ import annotations

from django.urls import path, register_converter

from appoints import addresses, downloads, saved, views

register_converter(addresses.AppointId, "appoint_id")

app_name = "appoints"
urlpatterns = [
    path("", views.appoint_list, name="list"),
    path("export.csv", downloads.export_csv, name="csv"),
    path("export.json", downloads.export_json, name="json"),
    path("export.xlsx", downloads.export_xlsx, name="xlsx"),
    path("<appoint_id:appoint_id>/", views.appoint_detail, name="detail"),
]

saved_views = [
    path("v/<slug:slug>/", saved.open_view, name="open"),
    path("views/", saved.view_list, name="list"),
    path("views/new/", saved.save_new, name="new"),
    path("views/<slug:slug>/", saved.edit, name="edit"),
    path("views/<slug:slug>/update/", saved.update, name="update"),
    path("views/<slug:slug>/default/", saved.make_default, name="default"),
    path("views/<slug:slug>/delete/", saved.delete, name="delete"),
]
