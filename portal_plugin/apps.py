from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal_plugin"
    label = "portal_plugin"
    verbose_name = _("Customer portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from . import actions, receivers, tasks  # noqa: F401

        receivers.connect()
