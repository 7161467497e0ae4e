"""Django's settings. What an operator may change comes from dashboard.environment."""

from __future__ import annotations

from datetime import timedelta

from csp.constants import NONE, SELF

from dashboard import environment
from dashboard.environment import BASE_DIR
from dashboard.logs import logging_of

ENVIRONMENT = environment.read_or_stop()

DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
CREDENTIAL_KEYS = ENVIRONMENT.credential_keys
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.csrf_trusted_origins
DATABASES = {"default": ENVIRONMENT.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = ENVIRONMENT.time_zone
WAYS_IN = ENVIRONMENT.ways_in
METRICS_TOKEN = ENVIRONMENT.metrics_token
LOGGING = logging_of(ENVIRONMENT.log_format)

ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"

INSTALLED_APPS = [
    "dashboard",
    "dashboard.accounts",
    "dashboard.audit",
    "appoints",
    "appoints.query",
    "appoints.connections",
    "appoints.access",
    "appoints.snapshots",
    "appoints.saved_views",
    "appoints.alerts",
    "dashboard.accounts.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
]
if WAYS_IN.oidc or WAYS_IN.saml:
    # Before ours, whose admin shows of them what it needs.
    INSTALLED_APPS[:0] = ["allauth.account", "allauth.socialaccount"]

MIDDLEWARE = [
    "dashboard.http.call_stack.CallStackMiddleware",
    "dashboard.http.head.HeadMiddleware",
    # Before all whose time it counts.
    "dashboard.operations.request_record.RequestRecordMiddleware",
    # Before all that reads a header, the address or the scheme.
    "dashboard.http.client_address.ClientAddressMiddleware",
    # Error pages read request.htmx too, whichever of the next fails.
    "django_htmx.middleware.HtmxMiddleware",
    "appoints.api.errors.ErrorsMiddleware",
    # Before all that looks at the host, the scheme or the session.
    "dashboard.operations.health.HealthMiddleware",
    "dashboard.http.unreadable.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dashboard.http.compression.PageCompressionMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "dashboard.http.headers.PolicyMiddleware",
    "dashboard.http.headers.HeadersMiddleware",
    "dashboard.http.unreadable.BodyMiddleware",
    "dashboard.http.concurrency.ConcurrencyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dashboard.accounts.frames.FrameSessionMiddleware",
    # Before all that changes a model: the log tells whose request did it.
    "dashboard.audit.origin.OriginMiddleware",
    "dashboard.accounts.remote_user.RemoteUserMiddleware",
    "dashboard.accounts.sessions.RenewalMiddleware",
    "dashboard.accounts.middleware.PreferencesMiddleware",
    "appoints.pages.masked_address.MaskedAddressMiddleware",
    "dashboard.accounts.sign_in.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]
if WAYS_IN.oidc or WAYS_IN.saml:
    MIDDLEWARE.append("allauth.account.middleware.AccountMiddleware")

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Languages and time. Every person finds a language under its own name, whatever is spoken now.
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("zh-hans", "简体中文"),
    ("es", "Español"),
    ("pt-br", "Português do Brasil"),
    ("ar", "العربية"),
]
# One catalogue for all rooms, so that a word is translated once.
LOCALE_PATHS = [BASE_DIR / "dashboard" / "locale"]
FORMAT_MODULE_PATH = "dashboard.formats"
USE_TZ = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60  # chosen before a sign-in
LANGUAGE_COOKIE_HTTPONLY = True

# Files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "dashboard.http.static.StaticStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# A long pasted list should reach the form, which says what is wrong with it, not a bare 400.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# Ways in
TRUSTED_PROXIES = WAYS_IN.trusted_proxies
REMOTE_USER_HEADER = WAYS_IN.user_header
REMOTE_GROUPS_HEADER = WAYS_IN.groups_header
GROUP_MAP = WAYS_IN.group_map
LOCAL_SIGN_IN = WAYS_IN.local
OIDC = WAYS_IN.oidc
SAML = WAYS_IN.saml

# Sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "dashboard.accounts.backends.PasswordBackend",
]
if REMOTE_USER_HEADER:
    AUTHENTICATION_BACKENDS.append("dashboard.accounts.backends.ProxyBackend")
if OIDC:
    AUTHENTICATION_BACKENDS.append("dashboard.accounts.backends.OpenIdConnectBackend")
if SAML:
    AUTHENTICATION_BACKENDS.append("dashboard.accounts.backends.SamlBackend")
PASSWORD_HASHERS = [
    "dashboard.accounts.password_hasher.Argon2idHasher",
    # Of passwords hashed before, which a sign-in hashes anew.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]
SESSION_ENGINE = "dashboard.accounts.session_store"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_CLIENT_IP_CALLABLE = "dashboard.audit.origin.address_of"
AXES_HANDLER = "dashboard.accounts.failed_sign_ins.Handler"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
# Of one token, over all workers.
API_PER_MINUTE = ENVIRONMENT.numbers["API_PER_MINUTE"]
# How long the log of who looked at, took and changed what is kept.
AUDIT_KEPT_FOR = timedelta(days=ENVIRONMENT.numbers["AUDIT_DAYS"])
CSRF_FAILURE_VIEW = "dashboard.accounts.views.form_refused"

# Security
if ENVIRONMENT.https:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
# Whether other names below this host, or browsers' built-in lists, are bound to HTTPS too is a
# decision about the whole domain, not about this service.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Portals that may show /embed/, and nothing else, in a frame.
FRAME_ANCESTORS = ENVIRONMENT.frame_ancestors

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Bootstrap's form controls and Django's admin draw their icons from data: addresses.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Messages
EMAIL = ENVIRONMENT.email
# That a webhook may call; without any, none may.
WEBHOOK_HOSTS = ENVIRONMENT.webhook_hosts

# Reserved calls
# That a connection may call; none is any but link-local addresses and clouds' metadata.
ISALES_HOSTS = ENVIRONMENT.isales_hosts
NUMBERS = ENVIRONMENT.numbers
# How far the preset "overdue" looks back.
APPOINTS_OVERDUE_DAYS = NUMBERS["OVERDUE_DAYS"]
# How far from its time a call may begin and yet be on time.
APPOINTS_PUNCTUAL = timedelta(minutes=NUMBERS["PUNCTUAL_MINUTES"])
APPOINTS_LATE_GRACE = timedelta(minutes=NUMBERS["LATE_GRACE_MINUTES"])
# How long before its time a call may be booked, where iSales filters by the time of booking.
APPOINTS_BOOKING_HORIZON = timedelta(days=NUMBERS["BOOKING_HORIZON_DAYS"])
APPOINTS_FRESH_FOR = timedelta(seconds=NUMBERS["FRESH_SECONDS"])
APPOINTS_KEPT_FOR = timedelta(hours=NUMBERS["KEEP_HOURS"])
# Of a whole result; above it iSales' own pages are browsed.
APPOINTS_MOST_ROWS = NUMBERS["MOST_ROWS"]
# Of a person, over all workers; loads beyond these wait.
APPOINTS_LOADS_PER_PERSON = NUMBERS["LOADS_PER_PERSON"]
APPOINTS_REVEALS_PER_MINUTE = NUMBERS["REVEALS_PER_MINUTE"]
# Threads of a worker that load, and more that fetch; each has a connection to the database.
APPOINTS_LOADERS = 5
APPOINTS_SHARED_FETCHERS = 6
# Of all results together in the database; above it those go that nobody asked for longest.
APPOINTS_MOST_KEPT_ROWS = 20 * APPOINTS_MOST_ROWS
APPOINTS_MOST_BYTES = 128 * 2**20  # of frames that a worker keeps in memory
APPOINTS_PAGE_WAIT = 2.5  # seconds that a page waits for its first rows
APPOINTS_REST_WAIT = 0.5  # … for the rest, once these have come
APPOINTS_NEWER_WAIT = 0.25  # … for newer rows, where the last load took no longer
APPOINTS_FILE_WAIT = 50.0  # seconds that a file does
# Files of a worker that wait at once, of its 48 threads: pages are to go on.
APPOINTS_FILES_WAITING = 40
