"""Which way the tests send: anymail's test backend, or SMTP to a server of ours."""

import django

ANYMAIL = "anymail.backends.test.EmailBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def send_by(settings, backend, *, port=0, timeout=5):
    """Django's own test setup replaces the backend of the settings; this puts one back."""
    if django.VERSION >= (6, 1):
        options = {"host": "127.0.0.1", "port": port, "timeout": timeout} if port else {}
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
        return
    settings.EMAIL_BACKEND = backend
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.EMAIL_TIMEOUT = timeout


def use_tls(settings):
    if django.VERSION >= (6, 1):
        options = {**settings.MAILERS["default"]["OPTIONS"], "use_tls": True}
        settings.MAILERS = {"default": {**settings.MAILERS["default"], "OPTIONS": options}}
    else:
        settings.EMAIL_USE_TLS = True
