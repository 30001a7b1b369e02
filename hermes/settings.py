"""Django's settings, one block for each concern, read from the environment."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from hermes import admin_look
from hermes.environment import Env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = BASE_DIR / ".data"

env = Env()
Env.read_env(BASE_DIR / ".env")

# -- Django ----------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)


def _development_key() -> str:
    """A key of the checkout's own, so that log-ins survive a restart."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


# Without a key and without DEBUG only what is harmless runs; checks.py refuses the rest.
SECRET_KEY = env("SECRET_KEY", default="") or _development_key()
SECRET_KEY_IS_OWN = bool(env("SECRET_KEY", default=""))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORT = env.int("PORT", default=8000)
SANDBOX_PORT = env.int("SANDBOX_PORT", default=8001)
SITE_URL = env("SITE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")

INSTALLED_APPS = [
    "hermes.apps.HermesConfig",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "pgtrigger",
    "pghistory",
    "axes",
    "csp",
    "companies",
    "contacts",
    "deals",
    "meetings",
    "integrations",
]

MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "hermes.nul_bytes.NulByteMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hermes.slashes.SlashesMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hermes.database_away.DatabaseAwayMiddleware",
    "hermes.history.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "hermes.urls"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "admin:login"
WSGI_APPLICATION = "hermes.wsgi.application"
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
            ]
        },
    }
]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Visitors read the booking page in their language; staff have one.
LOCALE_PATHS = [BASE_DIR / "locale"]
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [path for path in [BASE_DIR / "static"] if path.exists()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# -- PostgreSQL and Valkey -------------------------------------------------------------

if env("DATABASE_URL", default=""):
    DATABASE_URL = env("DATABASE_URL")
else:
    from hermes.embedded import ensure_postgres

    DATABASE_URL = ensure_postgres(DATA_DIR)
DATABASES = {"default": Env.db_url_config(DATABASE_URL)}
# One connection for each thread, kept: a new one for each request costs six times as much.
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# They live in a session, which PgBouncer's transaction mode does not keep.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True

if env("CELERY_BROKER_URL", default=""):
    CELERY_BROKER_URL = env("CELERY_BROKER_URL")
    CACHE_URL = env("CACHE_URL", default="") or CELERY_BROKER_URL
    if not urlsplit(CACHE_URL).scheme.startswith("redis"):
        raise ImproperlyConfigured("CACHE_URL must name a Redis: the broker is none.")
else:
    from hermes.embedded import ensure_valkey

    _valkey = ensure_valkey(DATA_DIR)
    CELERY_BROKER_URL = f"{_valkey}/0"
    CACHE_URL = env("CACHE_URL", default="") or f"{_valkey}/1"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}

# -- E-mail ----------------------------------------------------------------------------

# Through whom e-mails go. In development they are printed; else none are written without it.
EMAIL_URL = env("EMAIL_URL", default="")
vars().update(Env.email_url_config(EMAIL_URL or "consolemail://"))
# Whether guests are written to.
GUEST_MAILS = bool(EMAIL_URL) or DEBUG
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("CALLS_FROM_EMAIL", default=f"calls@{urlsplit(SITE_URL).hostname}")

# -- Celery ----------------------------------------------------------------------------

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "hermes.beat:Scheduler"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Publishing must never hang a request when the broker is away.
if urlsplit(CELERY_BROKER_URL).scheme.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_connect_timeout": 1,
        "socket_timeout": 10,
        "visibility_timeout": 3600,
        "max_retries": 1,
        "interval_start": 0,
        "interval_max": 0.2,
    }
CELERY_BROKER_CONNECTION_TIMEOUT = 1
# Celery closes the database connection after each task unless this says otherwise.
CELERY_DB_REUSE_MAX = 1000

# -- The sync engine -------------------------------------------------------------------

SYNC_LEASE_SECONDS = env.int("SYNC_LEASE_SECONDS", default=120)
SYNC_LOG_DAYS = env.int("SYNC_LOG_DAYS", default=365)

# -- History ---------------------------------------------------------------------------

PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = True

# -- The API ---------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "hermes.api_errors.as_json",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Hermes",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# -- Security --------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "hermes.permissions.PermissionsBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ["UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword"]
]
AXES_FAILURE_LIMIT = 10
AXES_USERNAME_CALLABLE = "hermes.log_ins.name_given"
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# Its greeting at each start would hide what `make run` prints.
AXES_VERBOSE = False
# Its pages are ours: hermes/people_admin.py.
AXES_ENABLE_ADMIN = False
# A plain-HTTP trial behind no proxy has to say so.
USE_HTTPS = env.bool("USE_HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = USE_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if USE_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = USE_HTTPS
SECURE_HSTS_PRELOAD = USE_HTTPS
SESSION_COOKIE_SECURE = USE_HTTPS
CSRF_COOKIE_SECURE = USE_HTTPS
X_FRAME_OPTIONS = "DENY"
DEFAULT_EXCEPTION_REPORTER_FILTER = "hermes.error_pages.HidesKeys"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # The admin's theme is built with Alpine (unfold/layouts/skeleton.html, x-data and
        # the like), which evaluates its attributes. No page has a script of its own inside.
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
        "object-src": ["'none'"],
    }
}

# -- The admin's look ------------------------------------------------------------------

UNFOLD = admin_look.UNFOLD

# -- Operations ------------------------------------------------------------------------

LOG_FORMAT = env("LOG_FORMAT", default="console")
# What a scraper of /metrics shows; without it only a log-in opens that page.
METRICS_TOKEN = env("METRICS_TOKEN", default="")
SENTRY_DSN = env("SENTRY_DSN", default="")
if SENTRY_DSN:
    import sentry_sdk

    # No local variables: a frame's may hold credentials.
    sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False, include_local_variables=False)
LOGGING_CONFIG = None
from hermes.logs import configure as _configure_logs  # noqa: E402

_configure_logs(LOG_FORMAT)

# -- The sandbox: never in production --------------------------------------------------

SANDBOX_ENABLED = env.bool("SANDBOX_ENABLED", default=DEBUG)

# -- Calls, and the outside systems ----------------------------------------------------

from hermes.call_settings import *  # noqa: E402, F403
from hermes.system_settings import *  # noqa: E402, F403
