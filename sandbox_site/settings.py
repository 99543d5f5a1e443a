"""Settings of the sandbox site, as `wagtail start` lays them out, with the portal installed.

Environment variables that matter: `SANDBOX_DATA` (folder for everything that is written),
`SANDBOX_PORT`, `STRIPE_STANDIN_PORT`, `SANDBOX_DEBUG` (`0` switches DEBUG off) and
`SANDBOX_SECRET_KEY`.
"""

import os
from pathlib import Path

import django

BASE_DIR = Path(__file__).resolve().parent.parent

DATA_DIR = Path(os.environ.get("SANDBOX_DATA") or BASE_DIR / ".demo").resolve()
# SQLite does not make the folder of its file.
DATA_DIR.mkdir(parents=True, exist_ok=True)
SANDBOX_PORT = int(os.environ.get("SANDBOX_PORT") or 8000)
STRIPE_STANDIN_PORT = int(os.environ.get("STRIPE_STANDIN_PORT") or 8001)

DEBUG = os.environ.get("SANDBOX_DEBUG", "1") == "1"
# Good for loopback only; a real site takes its key from the environment.
SECRET_KEY = os.environ.get("SANDBOX_SECRET_KEY") or "django-insecure-sandbox-on-loopback-only"
ALLOWED_HOSTS = ["localhost", ".localhost", "127.0.0.1", "testserver"]

INSTALLED_APPS = [
    "sandbox_site.website",
    "sandbox_site.mailbox",
    # The customer portal, after the site's own apps so that the site's templates win.
    "portal_plugin",
    "wagtail.contrib.settings",
    "wagtail_modeladmin",
    "anymail",
    # Wagtail and Django.
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sandbox_site.website.middleware.SiteLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "sandbox_site.urls"
WSGI_APPLICATION = "sandbox_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "db.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            # Writers queue up at the start; in the default mode they fail half-way.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Languages: the shops' pages are English and German; customers are written to in Arabic, too.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
WAGTAIL_I18N_ENABLED = True
WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("de", "Deutsch")]

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    # Customers' files: outside MEDIA_ROOT, readable by the site's own user alone.
    "portal": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": DATA_DIR / "portal",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Mail goes into a folder that /__mail/ shows.
MAILBOX_DIR = DATA_DIR / "mails"
DEFAULT_FROM_EMAIL = "Northline Signs <hello@northline.example>"
SERVER_EMAIL = "website@northline.example"
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "sandbox_site.mailbox.backend.MailboxBackend"}}
else:
    EMAIL_BACKEND = "sandbox_site.mailbox.backend.MailboxBackend"

WAGTAIL_SITE_NAME = "Northline Signs & Blattwerk Druck"
#: The demo works without a network: nobody is asked for pictures of people.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILADMIN_BASE_URL = f"http://127.0.0.1:{SANDBOX_PORT}"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "pptx", "rtf", "txt", "xlsx", "zip"]

PORTAL_PLUGIN = {
    "STRIPE_SECRET_KEY": "sk_test_standin",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_standin",
    "STRIPE_WEBHOOK_SECRETS": ["whsec_standin"],
    "STRIPE_API_BASE": f"http://127.0.0.1:{STRIPE_STANDIN_PORT}",
    "STRIPE_SCRIPT_URL": f"http://127.0.0.1:{STRIPE_STANDIN_PORT}/v3/",
    "STRICT_CSP": True,
}
