"""Every address of reserved calls."""

from __future__ import annotations

from django.urls import include, path, register_converter

from appoints.alerts import views as alert_views
from appoints.api import answers, document, insight, reference
from appoints.display import addresses
from appoints.pages import choices, columns, detail, embed, export, list, reveal, wallboard
from appoints.pages.insight import files, page
from appoints.saved_views import views

register_converter(addresses.AppointId, "appoint_id")

appoints = [
    path("", list.ListPage.as_view(), name="list"),
    path("export.csv", export.CsvFile.as_view(), name="csv"),
    path("export.json", export.JsonFile.as_view(), name="json"),
    path("export.xlsx", export.XlsxFile.as_view(), name="xlsx"),
    path("<appoint_id:appoint_id>/reveal/", reveal.RevealPage.as_view(), name="reveal"),
    path("<appoint_id:appoint_id>/", detail.DetailPage.as_view(), name="detail"),
]

api = [
    path("v1/appoints/", answers.RowsAnswer.as_view(), name="appoints"),
    path("v1/summary/", answers.SummaryAnswer.as_view(), name="summary"),
    path("v1/insight/<slug:section>/", insight.InsightAnswer.as_view(), name="insight"),
    path("v1/openapi.json", document.DocumentView.as_view(), name="document"),
    path("", reference.reference, name="reference"),
]

insight_pages = [
    path("", page.InsightPage.as_view(), name="index"),
    path("report/", page.ReportPage.as_view(), name="report"),
    path("<slug:section>/", page.SectionPage.as_view(), name="section"),
    path("<slug:section>/export.csv", files.SectionFile.as_view(), name="csv"),
]

saved_views = [
    path("v/<slug:slug>/", views.open_view, name="open"),
    path("views/", views.view_list, name="list"),
    path("views/new/", views.save_new, name="new"),
    path("views/<slug:slug>/", views.edit, name="edit"),
    path("views/<slug:slug>/update/", views.update, name="update"),
    path("views/<slug:slug>/default/", views.make_default, name="default"),
    path("views/<slug:slug>/delete/", views.delete, name="delete"),
]

alerts = [
    path("", alert_views.alert_list, name="list"),
    path("new/<slug:kind>/", alert_views.new, name="new"),
    path("<slug:slug>/", alert_views.edit, name="edit"),
    path("<slug:slug>/delete/", alert_views.delete, name="delete"),
    path("<slug:slug>/pause/", alert_views.pause, name="pause"),
    path("<slug:slug>/secret/", alert_views.secret, name="secret"),
    path("<slug:slug>/send/", alert_views.send, name="send"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("", include((saved_views, "views"))),
    path("alerts/", include((alerts, "alerts"))),
    path("api/", include((api, "api"))),
    path("appoints/", include((appoints, "appoints"))),
    path("choices/<str:name>/", choices.ChoicesPage.as_view(), name="choices"),
    path("columns/", columns.columns, name="columns"),
    path("embed/", embed.EmbedPage.as_view(), name="embed"),
    path("insight/", include((insight_pages, "insight"))),
    path("wallboard/", wallboard.Wallboard.as_view(), name="wallboard"),
]
