"""The settings, HTTPS, proxies and portals."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.checks import ERROR, run_checks

from appoints.doctor.finding import Finding, ok, warning, wrong

WEAK = 50  # characters of SECRET_KEY; Django's own measure
MANY = 65_536  # addresses; nobody has so many proxies
LOCAL = {"localhost", "127.0.0.1", "[::1]"}
SAID_BETTER = {"appoints.W001"}  # the doctor looks at stored secrets itself


def look() -> Iterator[Finding]:
    """Look at what the environment sets; it was valid, or nothing would have started."""
    yield _settings()
    yield _secret_key()
    yield _hosts()
    yield _https()
    yield _proxies()
    yield _portals()
    yield _static_files()


def system_checks() -> Iterator[Finding]:
    """Tell what Django's and our own system checks found; they read the database."""
    for found in run_checks(databases=["default"]):
        if found.is_silenced() or found.id in SAID_BETTER:
            continue
        grade = wrong if found.level >= ERROR else warning
        yield grade("check", f"{found.msg} ({found.id})", found.hint or "")


def _settings() -> Finding:
    if settings.DEBUG:
        words = "DEBUG is on: error pages show the code, and nothing is meant for the public."
        return warning("settings", words, "Unset DEBUG in production.")
    return ok("settings", "every variable of the environment has a valid value.")


def _secret_key() -> Finding:
    key = settings.SECRET_KEY
    if len(key) < WEAK or len(set(key)) < 5 or key.startswith("django-insecure-"):
        words = f"SECRET_KEY can be guessed: it has fewer than {WEAK} random characters."
        advice = "Set a longer one; that ends every session and API token."
        return warning("SECRET_KEY", words, advice)
    return ok("SECRET_KEY", "long enough.")


def _hosts() -> Finding:
    hosts = settings.ALLOWED_HOSTS
    if "*" in hosts:
        words = "any name is answered, and links in e-mails and redirects may lead anywhere."
        return warning("ALLOWED_HOSTS", words, "Name the hosts that people open.")
    if set(hosts) <= LOCAL:
        words = "only this machine's own names are answered."
        return warning("ALLOWED_HOSTS", words, "Set it to the host that people open.")
    return ok("ALLOWED_HOSTS", f"{', '.join(hosts)}.")


def _https() -> Finding:
    if settings.SECURE_SSL_REDIRECT:
        return ok("HTTPS", "pages and cookies go over HTTPS only.")
    words = "off: passwords, cookies and numbers cross the network in plain text."
    return warning("HTTPS", words, "Unset HTTPS=0 and DEBUG once a proxy ends TLS.")


def _proxies() -> Finding:
    networks = settings.TRUSTED_PROXIES
    if not networks:
        words = "none: behind a proxy everybody has the proxy's address, in the log and for limits."
        advice = "Set it to the proxy's addresses; on this machine 127.0.0.1."
        return warning("TRUSTED_PROXIES", words, advice)
    wide = [str(each) for each in networks if each.num_addresses > MANY]
    if wide:
        words = f"{', '.join(wide)}: everybody in it may say who they are and from where."
        return warning("TRUSTED_PROXIES", words, "Name the proxies alone.")
    return ok("TRUSTED_PROXIES", f"{', '.join(map(str, networks))}.")


def _portals() -> Finding:
    portals = settings.FRAME_ANCESTORS
    if not portals:
        return ok("FRAME_ANCESTORS", "none: no other site may frame the list.")
    if plain := [each for each in portals if not each.startswith("https://")]:
        words = f"{', '.join(plain)}: whoever changes that page on its way frames the list."
        return warning("FRAME_ANCESTORS", words, "Name portals by https://.")
    if wide := [each for each in portals if each.startswith("https://*") and each.count(".") < 2]:
        words = f"{', '.join(wide)} lets sites of strangers frame the list."
        return warning("FRAME_ANCESTORS", words, "Name the portals.")
    if not settings.SECURE_SSL_REDIRECT:
        words = "without HTTPS nobody can sign in within the frame of another site."
        return warning("FRAME_ANCESTORS", words, "Serve the dashboard over HTTPS.")
    return ok("FRAME_ANCESTORS", f"{', '.join(portals)}.")


def _static_files() -> Finding:
    # Of a storage that names each file after what it holds; DEBUG's does not.
    if getattr(staticfiles_storage, "hashed_files", None) == {}:
        words = "not collected: no page can be drawn."
        return wrong("static files", words, "Run manage.py collectstatic --no-input.")
    return ok("static files", "collected, or served from the sources.")
