"""All settings. Few variables, safe defaults; every variable is described in docs/settings.md (a test compares)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from studio import env

BASE_DIR = Path(__file__).resolve().parent.parent

# Where all state lives. Deleting this folder is a fresh start.
STUDIO_DATA = Path(env.text("STUDIO_DATA", str(BASE_DIR / "var"))).absolute()

DEBUG = env.flag("STUDIO_DEBUG")
SECRET_KEY = env.secret("SECRET_KEY", kept_in=STUDIO_DATA / "keys" / "secret-key")
STUDIO_PUBLIC_URL = env.text("STUDIO_PUBLIC_URL").rstrip("/")
ALLOWED_HOSTS = list(env.words("STUDIO_HOSTS")) or ["127.0.0.1", "localhost", "[::1]"]
# Under its public address it always answers: providers fetch references from there.
ALLOWED_HOSTS += [host for host in env.host_of(STUDIO_PUBLIC_URL) if host not in ALLOWED_HOSTS]
CSRF_TRUSTED_ORIGINS = [STUDIO_PUBLIC_URL] if STUDIO_PUBLIC_URL else []
STUDIO_HTTPS = STUDIO_PUBLIC_URL.startswith("https://")

# Operator's exceptions to the private-address guard: exact host:port, for engines on the operator's own machines.
STUDIO_EGRESS_ALLOW = env.words("STUDIO_EGRESS_ALLOW")
# Operator's additions to the hosts that finished pictures are fetched from: host, or *.example.com for all below it.
STUDIO_RESULT_HOSTS = env.words("STUDIO_RESULT_HOSTS")

# What connections' keys are encrypted with, newest first; without it, a file in STUDIO_DATA/keys made at first need.
STUDIO_KEYS = env.words("STUDIO_KEYS")

# A folder of the operator's own catalogue files, read after the shipped ones: a newer model or price is data alone.
STUDIO_CATALOGUE = env.text("STUDIO_CATALOGUE")

INSTALLED_APPS = [
    "studio",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "django_q",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "studio.middleware.HtmxRedirectMiddleware",
    "studio.middleware.PrivatePagesMiddleware",
]

ROOT_URLCONF = "studio.urls"
WSGI_APPLICATION = "studio.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "studio.templatetags.studio",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studio.views.shell.shell",
            ],
        },
    },
]

DATABASES = {"default": env.database(env.text("DATABASE_URL"), sqlite_file=STUDIO_DATA / "studio.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Throttles count in the cache: a table, so that every process counts together, until Redis is named.
REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "studio_cache"}
    )
}

AUTH_USER_MODEL = "studio.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "studio.forms.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "studio.views.accounts.AccountAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
STUDIO_OPEN_SIGNUP = env.flag("STUDIO_OPEN_SIGNUP")

# Without a mail server nobody can be written to, and a forgotten password is not offered to be mended. Letters would
# hold sign-in links, so they go nowhere rather than into the log.
_mail = env.mail_server("EMAIL_URL")
STUDIO_MAIL = _mail is not None
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _mail else 'dummy'}.EmailBackend"
_mail = _mail or env.MailServer()
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.host, _mail.port, _mail.user, _mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL, EMAIL_TIMEOUT = _mail.starttls, _mail.tls, 10
DEFAULT_FROM_EMAIL = env.text("STUDIO_MAIL_FROM", "Prompt Studio <studio@localhost>")

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db" if REDIS_URL else "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = STUDIO_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if STUDIO_HTTPS else "studio-session"
CSRF_COOKIE_NAME = "__Host-csrf" if STUDIO_HTTPS else "studio-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "studio.views.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if STUDIO_HTTPS else 0
# What the proxy says of a visitor: how it came, and its address, by which guessing passwords is slowed down. Without
# the latter all visitors would be one.
STUDIO_BEHIND_PROXY = env.flag("STUDIO_BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if STUDIO_BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if STUDIO_BEHIND_PROXY else 0

SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # frame-ancestors below says more than X-Frame-Options
    "security.W005",  # other names under the operator's domain are not ours to bind
    "security.W008",  # the proxy that speaks TLS redirects
    "security.W021",  # a preload list is the operator's own decision
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "report-uri": ["/csp-report/"],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "studio" / "locale"]
FORMAT_MODULE_PATH = "studio.locale"
TIME_ZONE = env.text("TZ", "UTC")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = STUDIO_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = STUDIO_DATA / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(MEDIA_ROOT)}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Uploads: refused by length before a byte reaches the disk (docs/decisions).
STUDIO_UPLOAD_MAX_BYTES = env.number("STUDIO_UPLOAD_MAX_MB", 20, least=1) * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["studio.views.uploads.CappedUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# A page of a tree, a field for each placeholder and six for each row of a proposal are more than Django's 1000.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 30_000

# The queue is a doorbell: it carries ids, and rows are the truth. See docs/architecture.md.
Q_CLUSTER = {
    "name": "studio",
    "orm": "default",
    "broker_class": "studio.queue.PumpFirst",
    "workers": 3,
    "queue_limit": 3,
    "bulk": 1,
    "poll": 0.2,
    "timeout": 600,
    "retry": 700,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,
    # No cache of this name: without one django-q2 keeps no statistics, which it would write twice a second.
    "cache": "none",
    "catch_up": False,
    "label": "Studio",
}

# How many calls one worker keeps open at once; how often it says that it lives (after four missed beats another one
# takes over); how long a stop waits for open calls whose pictures cannot be asked for again.
STUDIO_IN_FLIGHT = env.number("STUDIO_IN_FLIGHT", 1000, least=1)
STUDIO_BEAT_SECONDS = env.number("STUDIO_BEAT_SECONDS", 3, least=1)
STUDIO_DRAIN_SECONDS = env.number("STUDIO_DRAIN_SECONDS", 660)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "studio": {"level": env.one_of("STUDIO_LOG_LEVEL", "INFO", "DEBUG", "WARNING", "ERROR")},
        # A page that is not there is nobody's emergency, and addresses may hold a sign-in link.
        "django.request": {"level": "ERROR"},
        # They log whole URLs and headers; keys must never reach a log.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "django-q": {"level": "WARNING"},
    },
}
