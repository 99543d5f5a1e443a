from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal_plugin"
    label = "portal_plugin"
    verbose_name = _("Customer portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from . import actions, checks, receivers, tasks  # noqa: F401

        # A site's own actions, in whichever of its apps, after ours: so they stand after ours.
        autodiscover_modules("portal_actions")
        receivers.connect()
