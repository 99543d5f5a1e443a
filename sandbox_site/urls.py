"""Addresses of the sandbox site; Wagtail's catch-all comes last."""

from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import include, path
from django.views.defaults import page_not_found, server_error
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from sandbox_site.website.views import brand_css

urlpatterns = [
    path("django-admin/", admin.site.urls),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("brand.css", brand_css, name="brand_css"),
    path("__mail/", include("sandbox_site.mailbox.urls")),
    path("portal/", include("portal_plugin.urls")),
]

if settings.DEBUG:
    urlpatterns += static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)
    # DEBUG replaces the error pages by Django's own; here they can be looked at.
    urlpatterns += [
        path("__404/", page_not_found, {"exception": Exception("Page not found")}),
        path("__500/", server_error),
    ]

urlpatterns += [path("", include(wagtail_urls))]
