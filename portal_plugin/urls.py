"""The addresses of the portal. Mount them above Wagtail's catch-all, outside ``i18n_patterns``."""

app_name = "portal_plugin"

urlpatterns: list = []
