"""Everything that is stored has an end or a bound."""

from __future__ import annotations

from django.apps import apps

# Every model, by what keeps it from growing for ever; see "What is kept" in the operator's guide.
ENDS = {
    "purge drops it past its time": {
        "accounts.Session", "accounts.Token", "admin.LogEntry", "alerts.Delivery",
        "alerts.Incident", "audit.Event", "axes.AccessAttempt", "axes.AccessLog",
        "query.AgentList", "snapshots.SharedPage", "snapshots.Snapshot",
    },
    "goes with the row that it belongs to": {
        "accounts.FrameSession", "accounts.Preferences", "axes.AccessAttemptExpiration",
        "connections.Lookup", "connections.Slot", "saved_views.PersonColumns",
        "saved_views.PersonDefault", "saved_views.TeamDefault", "snapshots.Chunk",
        "snapshots.Pin",
    },
    "people keep it, each a bounded number or by hand": {
        "access.Grant", "accounts.Team", "accounts.User", "alerts.Rule", "auth.Group",
        "connections.Connection", "saved_views.SavedView",
    },
    "the code says how many there are": {"auth.Permission", "contenttypes.ContentType"},
    "never written: AXES_ENABLE_ACCESS_FAILURE_LOG is off": {"axes.AccessFailureLog"},
}  # fmt: skip


def test_no_model_grows_for_ever() -> None:
    known = {label for labels in ENDS.values() for label in labels}
    assert {model._meta.label for model in apps.get_models()} == known
