"""The form that gives a view its name, its audience, and its place as a default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from appoints.forms.fields import Boxes
from appoints.forms.keeping import NoRoom, stored
from appoints.saved_views.models import MOST, PersonDefault, SavedView, TeamDefault
from dashboard.accounts.forms import Unremembered
from dashboard.accounts.models import Team, User

if TYPE_CHECKING:  # Django's own classes take type arguments in their stubs only
    ModelForm = forms.ModelForm[SavedView]
else:
    ModelForm = forms.ModelForm

Audience = SavedView.Audience
TOO_MANY = _("You have %d views, as many as one person can keep: delete one first.")
SAME_NAME = _("You have a view of this name already.")


class NamingForm(Unremembered, ModelForm):
    """``instance`` has its owner, whose teams are offered; without teams there is no such choice.

    A team's default may be set by the owner of a view that the team sees.
    """

    own_default = forms.BooleanField(
        label=_("My default view"),
        help_text=_("It opens when you come to the dashboard."),
        required=False,
    )
    team_default = forms.BooleanField(
        label=_("The team's default view"),
        help_text=_(
            "In place of the one so far, it opens for everybody in the team who chose no default "
            "of their own."
        ),
        required=False,
    )

    class Meta:
        model = SavedView
        fields = ("name", "audience", "team")
        widgets = {
            "name": forms.TextInput({"autofocus": True}),
            "audience": Boxes,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.of(self.instance.owner)
        if teams:
            self._offer(teams)
        else:
            del self.fields["team"], self.fields["team_default"]
            self.fields["audience"].choices = [  # type: ignore[attr-defined]
                choice for choice in Audience.choices if choice[0] != Audience.TEAM
            ]
        if self.instance.pk:
            self.initial["own_default"] = self._own_defaults().exists()
            self.initial["team_default"] = self.instance.team_defaults.exists()

    def _offer(self, teams: Any) -> None:
        field: Any = self.fields["team"]
        field.queryset = teams
        field.empty_label = _("none")
        if len(teams) == 1:
            self.initial.setdefault("team", None)
            field.initial = teams[0]
            self.initial["team"] = self.initial["team"] or teams[0].pk

    def clean_name(self) -> str:
        """Refuse a second view of the same name."""
        name = str(self.cleaned_data["name"])
        others = SavedView.objects.changeable_by(self.instance.owner).exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise ValidationError(SAME_NAME)
        return name

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if cleaned.get("audience") != Audience.TEAM:
            cleaned["team"] = None
            if cleaned.get("team_default"):
                self.add_error("team_default", _("Only a team's view can be its default."))
        elif cleaned.get("team_default") and self._decides_for_all(cleaned.get("team")):
            words = _("The default view of a team of everybody is set in the administration.")
            self.add_error("team_default", words)

    def _decides_for_all(self, team: Team | None) -> bool:
        """Tell whether the view would newly open for whoever can sign in."""
        if team is None or not team.everybody:
            return False
        return not TeamDefault.objects.filter(team=team, view=self.instance.pk).exists()

    def stored(self) -> bool:
        """Store the view of a valid form; otherwise the form knows what is wrong."""
        return stored(self, SAME_NAME)

    def save(self, commit: bool = True) -> SavedView:
        """Store the view and its places as a default."""
        with transaction.atomic():
            if self.instance.pk is None:
                self._make_room()
            view = super().save(commit)
            if self.cleaned_data["own_default"]:
                PersonDefault.objects.update_or_create(person=view.owner, defaults={"view": view})
            else:
                self._own_defaults().delete()
            if view.audience != Audience.EVERYBODY:
                view.team_defaults.exclude(team=view.team).delete()
            if self.cleaned_data.get("team_default"):
                TeamDefault.objects.update_or_create(team=view.team, defaults={"view": view})
            elif view.audience == Audience.TEAM:
                view.team_defaults.all().delete()
        return view

    def _make_room(self) -> None:
        # The lock lets one form at a time count.
        owner = User.objects.select_for_update(no_key=True).get(pk=self.instance.owner_id)
        if SavedView.objects.filter(owner=owner).count() >= MOST:
            raise NoRoom(TOO_MANY % MOST)

    def _own_defaults(self) -> Any:
        return self.instance.person_defaults.filter(person=self.instance.owner)
