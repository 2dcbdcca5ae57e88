"""All settings, read once. Operators: docs/install.md lists each TOUBIB_ variable."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF

from toubib.config import env

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO = env.read_bool("TOUBIB_DEMO")
DEBUG = False
DATA_DIR = env.read_path("TOUBIB_DATA_DIR", Path.cwd() / "var")

SECRET_KEY = env.read_secret("TOUBIB_SECRET_KEY", made_at=DATA_DIR / "secret.key" if DEMO else None)
ENCRYPTION_KEYS_FILE = env.read_path("TOUBIB_ENCRYPTION_KEYS_FILE", DATA_DIR / "encryption.keys")
JOURNAL_HEAD_FILE = env.read_path("TOUBIB_JOURNAL_HEAD_FILE", DATA_DIR / "journal.head")
FILES_DIR = env.read_path("TOUBIB_FILES_DIR", DATA_DIR / "files")
CATALOGUE_DIR = env.read_path("TOUBIB_CATALOGUE_DIR", BASE_DIR / "waiting" / "data")
# The observatory's computed results; the demo shows the invented ones that come with the source.
OBSERVATORY_DIR = env.read_path(
    "TOUBIB_OBSERVATORY_DIR",
    BASE_DIR / "observatory" / "data" / "sample" if DEMO else DATA_DIR / "observatory",
)

PUBLIC_URL = env.read_public_url(
    "TOUBIB_PUBLIC_URL",
    "http://127.0.0.1:8000",
    https_only=not env.read_bool("TOUBIB_ALLOW_HTTP", default=DEMO),
)
HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = env.read_list("TOUBIB_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

DATABASES = {"default": env.read_database("TOUBIB_DATABASE_URL", data_dir=DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Calls: docs/install.md, « Relais ». Where a relay is set the professional's side uses it alone.
TURN_URLS = env.read_urls("TOUBIB_TURN_URLS", schemes=("turn", "turns"))
TURN_SECRET = env.read_secret("TOUBIB_TURN_SECRET", made_at=None) if TURN_URLS else ""
STUN_URLS = env.read_urls("TOUBIB_STUN_URLS", schemes=("stun", "stuns"))

# Messages: the demo keeps them in a page, production names its gateways.
EMAIL_GATEWAY = env.read_dotted(
    "TOUBIB_EMAIL_GATEWAY", "demo" if DEMO else "smtp", words=("smtp", "none", "demo")
)
SMS_GATEWAY = env.read_dotted("TOUBIB_SMS_GATEWAY", "demo" if DEMO else "none", words=("none", "demo"))
# France and its territories; a number elsewhere may be typed for the doctor's call, and gets no SMS.
SMS_COUNTRIES = env.read_calling_codes(
    "TOUBIB_SMS_COUNTRIES", ["+33", "+262", "+508", "+590", "+594", "+596", "+681", "+687", "+689"]
)
EMAIL_HOST = env.read_str("TOUBIB_SMTP_HOST", "localhost")
EMAIL_PORT = env.read_int("TOUBIB_SMTP_PORT", 25, low=1, high=65535)
EMAIL_HOST_USER = env.read_str("TOUBIB_SMTP_USER")
EMAIL_HOST_PASSWORD = env.read_secret("TOUBIB_SMTP_PASSWORD", made_at=None, low=1) if EMAIL_HOST_USER else ""
EMAIL_USE_TLS = env.read_bool("TOUBIB_SMTP_TLS", default=not DEMO)
DEFAULT_FROM_EMAIL = env.read_str("TOUBIB_EMAIL_FROM", "toubib@localhost")

# Documents: docs/documents.md. A trial's server (the demo, or without https) makes a seal of its own.
TRIAL = env.read_bool("TOUBIB_ALLOW_HTTP", default=DEMO)
SEAL_FILE = env.read_path("TOUBIB_SEAL_FILE", DATA_DIR / "seal.pem")
OPERATOR_NAME = env.read_str("TOUBIB_OPERATOR_NAME", "Toubib, démonstration" if DEMO else "Toubib")
OPERATOR_ADDRESS = env.read_str("TOUBIB_OPERATOR_ADDRESS")
OPERATOR_PHONE = env.read_str("TOUBIB_OPERATOR_PHONE", "+33199005678" if DEMO else "")
OPERATOR_EMAIL = env.read_str("TOUBIB_OPERATOR_EMAIL", "contact@exemple.invalid" if DEMO else "")

# Reports to the médecin traitant: docs/mssante.md. The demo invents directory, relay and arc, and sends nothing.
OID_ARC = env.read_oid("TOUBIB_OID_ARC", "2.999.1" if DEMO else "")
STRUCTURE_NUMBER = env.read_structure("TOUBIB_STRUCTURE_NUMBER", "1999999999" if DEMO else "")
FACILITY_TYPE = env.read_str("TOUBIB_FACILITY_TYPE", "SA64")
MSSANTE_GATEWAY = env.read_dotted(
    "TOUBIB_MSSANTE_GATEWAY", "demo" if DEMO else "none", words=("smtp", "none", "demo")
)
MSSANTE_DIRECTORY = env.read_dotted(
    "TOUBIB_MSSANTE_DIRECTORY", "demo" if DEMO else "none", words=("annuaire", "none", "demo")
)
ANNUAIRE_URL = env.read_str("TOUBIB_ANNUAIRE_URL", "https://gateway.api.esante.gouv.fr/fhir/v2")
ANNUAIRE_KEY = (
    env.read_secret("TOUBIB_ANNUAIRE_KEY", made_at=None, low=1) if MSSANTE_DIRECTORY == "annuaire" else ""
)
MSSANTE_MAILBOX = env.read_dotted("TOUBIB_MSSANTE_MAILBOX", "none", words=("none",))
MSSANTE_DOMAINS = env.read_list("TOUBIB_MSSANTE_DOMAINS", ["*.mssante.test" if DEMO else "*.mssante.fr"])
MSSANTE_FROM = env.read_str("TOUBIB_MSSANTE_FROM", "toubib@demo.mssante.test" if DEMO else "")
MSSANTE_NIL = env.read_str("TOUBIB_MSSANTE_NIL", "TOUBIB-DEMO" if DEMO else "")
MSSANTE_HOST = env.read_str("TOUBIB_MSSANTE_HOST", "localhost")
MSSANTE_PORT = env.read_int("TOUBIB_MSSANTE_PORT", 587, low=1, high=65535)
MSSANTE_TLS = env.read_choice("TOUBIB_MSSANTE_TLS", "starttls", among=("starttls", "tls", "none"))
MSSANTE_USER = env.read_str("TOUBIB_MSSANTE_USER")
MSSANTE_PASSWORD = env.read_secret("TOUBIB_MSSANTE_PASSWORD", made_at=None, low=1) if MSSANTE_USER else ""
MSSANTE_CA_FILE = env.read_str("TOUBIB_MSSANTE_CA_FILE")
MSSANTE_CERT_FILE = env.read_str("TOUBIB_MSSANTE_CERT_FILE")
MSSANTE_KEY_FILE = env.read_str("TOUBIB_MSSANTE_KEY_FILE")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "toubib.ground",
    "toubib.ui",
    "toubib.territory",
    "toubib.nomenclature",
    "toubib.directory",
    "toubib.people",
    "toubib.activity",
    "toubib.record",
    "toubib.assistance",
    "toubib.documents",
    "toubib.exchange",
    "toubib.waiting",
    "toubib.billing",
    "toubib.consultation",
    "toubib.kiosk",
    "toubib.rights",
    "toubib.web",
]

MIDDLEWARE = [
    "toubib.config.metrics.count_requests",
    "toubib.config.health.answer_inside",
    "toubib.kiosk.views.state.hear_machines",
    "toubib.config.headers.limit_features",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pages alone: phones; its random padding hides lengths (BREACH)
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "toubib.ui.posting.lead_to_the_page",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "toubib.kiosk.web.keep_to_the_kiosk",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "toubib.config.urls"
WSGI_APPLICATION = "toubib.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "toubib.ui.context.page",
            ],
            "builtins": ["toubib.ui.templatetags.ui"],
        },
    }
]

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.read_path("TOUBIB_STATIC_ROOT", DATA_DIR / "static")
FORM_RENDERER = "toubib.ui.renderer.FormRenderer"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# People
AUTH_USER_MODEL = "people.Account"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # the e-mail is unique by a constraint on its lower case
LOGIN_URL = "/connexion"
LOGIN_REDIRECT_URL = "/mon-espace"
AUTHENTICATION_BACKENDS = ["toubib.people.backends.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Second factors: stored by allauth, asked for by toubib.people. A passkey needs a name, not a bare IP address.
MFA_ADAPTER = "toubib.people.mfa.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
SESSION_ENGINE = "toubib.people.session_store"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_NAME = "toubib_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False  # the scripts read it for the X-CSRFToken header
CSRF_FAILURE_VIEW = "toubib.ui.views.csrf_failure"

# Pages load nothing from elsewhere and carry no inline script.
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_SSL_REDIRECT = False  # nginx does
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.read_choice("TOUBIB_LOG_LEVEL", "INFO", among=LOG_LEVELS)},
    "loggers": {"django.request": {"level": "ERROR"}, "pikepdf": {"level": "WARNING"}},
}
