"""What the dashboard relies on besides iSales: sign-in services, webhooks, a scraper."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings

from appoints.alerts.models import Rule
from appoints.doctor.finding import Finding, ok, warning, wrong
from appoints.isales import hosts
from appoints.isales.errors import HostRefused
from dashboard import metrics_folder
from dashboard.accounts.signals import services_examined

SHORT = 32  # characters of METRICS_TOKEN
SOON = timedelta(days=30)


def look() -> Iterator[Finding]:
    """Look at what is set up; each service is asked once and sent nothing."""
    if settings.OIDC:
        yield _openid_connect(settings.OIDC.issuer)
    if settings.SAML:
        yield _saml(settings.SAML.provider)
    yield _metrics()


def look_at_webhooks() -> Iterator[Finding]:
    """Tell of each host that an alert or report calls whether it may be called."""
    addresses = Rule.objects.exclude(url="").values_list("url", flat=True)
    for url in sorted(set(addresses)):
        try:
            hosts.check(settings.WEBHOOK_HOSTS, url, hosts.WEBHOOKS)
        except HostRefused:
            words = f"{urlsplit(url).hostname} may not be called: nothing is sent there."
            yield wrong("webhooks", words, "Name the host in WEBHOOK_HOSTS, or have it changed.")
            return
    yield ok("webhooks", f"{len(addresses)} alerts and reports call hosts that may be called.")


def _openid_connect(issuer: str) -> Finding:
    for _receiver, found in services_examined.send(None):
        if found:
            return wrong("OpenID Connect", found, "")
    return ok("OpenID Connect", f"{issuer} describes itself and has keys.")


def _saml(provider: Mapping[str, Any]) -> Finding:
    texts = provider.get("x509certMulti", {}).get("signing") or [provider["x509cert"]]
    try:
        certificates = [x509.load_der_x509_certificate(b64decode(text)) for text in texts]
    except ValueError:
        words = "the certificate in the metadata of the identity provider cannot be read."
        return wrong("SAML", words, "Take its metadata anew into SAML_METADATA_FILE.")
    ends = max(each.not_valid_after_utc for each in certificates)
    left, day = ends - datetime.now(UTC), f"{ends:%Y-%m-%d}"
    advice = "Take the metadata of the identity provider anew, and restart."
    if left < timedelta():
        # Signatures are checked with it all the same.
        return warning("SAML", f"the provider's certificate ended on {day}.", advice)
    if left < SOON:
        return warning("SAML", f"the provider's certificate ends on {day}.", advice)
    return ok("SAML", f"the provider's certificate is valid until {day}.")


def _metrics() -> Finding:
    token, place = settings.METRICS_TOKEN, metrics_folder.place()
    if not token:
        return ok("metrics", "METRICS_TOKEN is not set: there is no /metrics.")
    if not metrics_folder.takes_files(place):
        words = f"no folder can be made in {place}, so that no server starts."
        return wrong("metrics", words, "Let this account write there.")
    if len(token) < SHORT or len(set(token)) < SHORT // 4:
        words = f"METRICS_TOKEN can be guessed: it has fewer than {SHORT} random characters."
        return warning("metrics", words, "Set a longer one here and at the scraper.")
    return ok("metrics", f"the token is long enough, and {place} takes the counts.")
