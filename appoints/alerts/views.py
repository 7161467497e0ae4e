"""The pages of alerts and reports: list, set up, change, pause, delete, try."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appoints.access.scope import Scope, scope_of
from appoints.alerts import incidents, offered, trial, words
from appoints.alerts.contexts import (
    AlertListContext,
    DeleteRuleContext,
    MessageLine,
    RuleFormContext,
    RuleLine,
    SecretContext,
)
from appoints.alerts.forms import FORMS, RuleForm
from appoints.alerts.models import Delivery, Incident, Rule
from appoints.alerts.questions import asked_within
from appoints.connections import timestamps
from dashboard.accounts.administrators import administrators
from dashboard.accounts.requests import SignedInRequest
from dashboard.notify import email

PER_PAGE = 50  # messages
IDLE = timedelta(minutes=5)  # after which somebody should look whether notify runs


@require_safe
def alert_list(request: SignedInRequest) -> HttpResponse:
    """Show the person's alerts and reports, and what became of their messages."""
    rules = list(request.user.rules.all())
    scope = scope_of(request.user)
    begun = Incident.objects.filter(rule__in=rules, ended=None).values_list("rule", "began")
    since = dict(begun)
    sent = Delivery.objects.filter(rule__person=request.user).select_related("rule__person")
    page = Paginator(sent, PER_PAGE).get_page(request.GET.get("page"))
    question = request.GET.copy()
    question.pop("page", None)
    with timezone.override(request.preferences.zone):
        return AlertListContext(
            lines=[_line(request, rule, scope, since.get(rule.pk)) for rule in rules],
            kinds=Rule.Kind.choices,
            address=question.urlencode(),
            asked=offered.address_words(request, question) if question else "",
            sent=[MessageLine(each, words.result(each)) for each in page],
            page=page,
            email_is_set_up=email.is_set_up(),
            has_address=bool(request.user.email),
            idle=any(_is_idle(rule) for rule in rules),
            administrators=administrators(),
        ).response(request)


def _line(request: SignedInRequest, rule: Rule, scope: Scope, since: datetime | None) -> RuleLine:
    found = asked_within(scope, rule, request.preferences)
    channels = [str(Delivery.Channel(each).label) for each in rule.channels]
    return RuleLine(
        rule,
        words.condition(rule),
        found.words if found else None,
        ", ".join(channels),
        words.quiet_hours(rule),
        since,
        words.trouble(rule),
    )


def _is_idle(rule: Rule) -> bool:
    """Tell whether an alert should have been checked long ago."""
    if rule.is_report or rule.paused or timestamps.recent(rule.created, IDLE):
        return False
    return not timestamps.recent(rule.checked_at, IDLE)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, kind: str) -> HttpResponse:
    """Set up an alert or a report of a kind, for what the address asks. Raises Http404."""
    if kind not in FORMS:
        raise Http404
    scope = scope_of(request.user)
    if scope.is_empty:
        return HttpResponseRedirect(reverse("appoints:list"))  # which says whom to ask
    rule = Rule(person=request.user, kind=kind)
    question = offered.question_at_hand(request, scope, kind)
    if question is None:
        return HttpResponseRedirect(f"{reverse('appoints:list')}?{request.GET.urlencode()}")
    rule.keep(question)
    return _set_up(request, rule, scope)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, slug: str) -> HttpResponse:
    """Change an alert or a report."""
    return _set_up(request, _own(request, slug), scope_of(request.user))


def _set_up(request: SignedInRequest, rule: Rule, scope: Scope) -> HttpResponse:
    is_new = rule.pk is None
    posted = request.POST if request.method == "POST" else None
    choices = offered.choices(request, scope, rule)
    form = FORMS[rule.kind](posted, instance=rule, offered=choices)
    if form.is_valid() and _take_question(request, scope, form) and form.stored():
        return _stored(request, rule)
    return RuleFormContext(
        form=form,
        kind=Rule.Kind(rule.kind).label,
        is_report=rule.is_report,
        new=is_new,
        zone=request.preferences.zone.key,
        webhooks="url" in form.fields,
    ).response(request, status=400 if form.errors else 200)


def _take_question(request: SignedInRequest, scope: Scope, form: RuleForm) -> bool:
    """Let the rule ask what is chosen in a valid form; tell whether that can be asked."""
    rule = form.instance
    if asks := form.cleaned_data["asks"]:
        question = offered.question_of(request, scope, rule, asks)
        if question is None:
            form.add_error("asks", _("This cannot be asked any more; choose something else."))
            return False
        rule.keep(question)
    rule.language = get_language() or ""
    rule.site = request.build_absolute_uri("/")[:200]
    return True


def _stored(request: SignedInRequest, rule: Rule) -> HttpResponse:
    messages.success(request, _("“%s” is saved.") % rule)
    if rule.url and not rule.secret:
        return SecretContext(rule=rule, secret=rule.renew_secret()).response(request)
    return redirect("alerts:list")


@require_POST
def secret(request: SignedInRequest, slug: str) -> HttpResponse:
    """Make a new secret for a webhook, and show it once. Raises Http404 without one."""
    rule = _own(request, slug)
    if not rule.url:
        raise Http404
    return SecretContext(rule=rule, secret=rule.renew_secret()).response(request)


@require_POST
def pause(request: SignedInRequest, slug: str) -> HttpResponse:
    """Pause an alert or a report, or let it go on."""
    rule = _own(request, slug)
    rule.paused = "off" not in request.POST
    rule.since = timezone.now()
    rule.save(update_fields=["paused", "since"])
    if rule.paused:
        incidents.forget(rule)
        messages.success(request, _("“%s” is paused.") % rule)
    else:
        messages.success(request, _("“%s” goes on.") % rule)
    return redirect("alerts:list")


@require_POST
def send(request: SignedInRequest, slug: str) -> HttpResponse:
    """Send one message now, and say what became of it."""
    rule = _own(request, slug)
    try:
        made = trial.send(rule)
    except trial.TooManyTrials:
        messages.error(request, _("As many messages as a day may have are sent."))
        return redirect("alerts:list")
    for each in made:
        channel = Delivery.Channel(each.channel).label
        if each.status == Delivery.Status.SENT:
            messages.success(request, _("Sent: %s") % channel)
        else:
            told = {"channel": channel, "why": words.result(each)}
            messages.error(request, _("Not sent: %(channel)s. %(why)s") % told)
    return redirect("alerts:list")


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest, slug: str) -> HttpResponse:
    """Ask whether an alert or a report may go, and delete it."""
    rule = _own(request, slug)
    if request.method == "POST":
        rule.delete()
        messages.success(request, _("“%s” is deleted.") % rule)
        return redirect("alerts:list")
    return DeleteRuleContext(rule=rule).response(request)


def _own(request: SignedInRequest, slug: str) -> Rule:
    return get_object_or_404(request.user.rules.select_related("person"), slug=slug)
