"""The product's settings as the tests run them: production's, on a database of their own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ.update(
    {
        "SECRET_KEY": "tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
        "CREDENTIAL_KEYS": "dGVzdHMtb25seS0wMTIzNDU2Nzg5LWFiY2RlZmdoaWo=",
        "DEBUG": "0",
        "HTTPS": "0",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "TIME_ZONE": "UTC",
    }
)
# Another database than SQLite: tests/postgresql.sh names one.
elsewhere = os.environ.get("TESTS_DATABASE_URL")
for name in (
    "DATABASE_URL", "FRAME_ANCESTORS", "CSRF_TRUSTED_ORIGINS", "ISALES_HOSTS", "TRUSTED_PROXIES",
    "EMAIL_URL", "WEBHOOK_HOSTS",
    "REMOTE_USER_HEADER", "REMOTE_GROUPS_HEADER", "GROUP_MAP", "LOCAL_SIGN_IN",
    "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME", "OIDC_GROUPS_CLAIM",
    "LOG_FORMAT", "METRICS_TOKEN", "PROMETHEUS_MULTIPROC_DIR",
    "SAML_METADATA", "SAML_METADATA_FILE", "SAML_ENTITY_ID", "SAML_NAME",
):  # fmt: skip
    os.environ.pop(name, None)
# With a company's sign-in services: tests/sso.
if os.environ.get("TESTS_SSO"):
    os.environ.update(
        {
            "OIDC_ISSUER": "https://id.example",
            "OIDC_CLIENT_ID": "dashboard",
            "OIDC_CLIENT_SECRET": "word-of-the-dashboard",
            "OIDC_NAME": "Example ID",
            "SAML_METADATA_FILE": str(Path(__file__).parent / "sso" / "metadata.xml"),
        }
    )

if elsewhere:
    os.environ["DATABASE_URL"] = elsewhere

from dashboard.settings import *  # noqa: E402, F403
from dashboard.settings import DATABASES, STORAGES  # noqa: E402

# A file, so that threads and live servers share it; one per run, so that runs do not meet; in
# memory where that takes files, for each test waits for the disk otherwise.
if not elsewhere:
    memory = Path("/dev/shm")
    folder = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    file = folder / f"reserved-calls-tests-{os.getpid()}.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": str(file)}
# Without collectstatic there is no manifest.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
