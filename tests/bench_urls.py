"""The sandbox site's addresses, and a plain view beside them to measure against."""

from django.shortcuts import render
from django.urls import path

from portal_plugin.models import Customer, LineItem, PortalSettings
from sandbox_site import urls


def plain(request):
    """What a site's own page of ten rows does: three queries, and the site's base."""
    context = {
        "shop": PortalSettings.objects.first(),
        "customer": Customer.objects.first(),
        "items": list(LineItem.objects.order_by("pk")[:10]),
    }
    return render(request, "bench/plain.html", context)


urlpatterns = [path("bench/", plain), *urls.urlpatterns]
