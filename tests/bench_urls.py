"""The sandbox site's addresses, and plain views beside them to measure against."""

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

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


@csrf_exempt
def save(request):
    """What Django does with a file by itself."""
    default_storage.delete(default_storage.save("bench/file", request.FILES["file"]))
    return HttpResponse(status=204)


urlpatterns = [path("bench/", plain), path("bench/save/", save), *urls.urlpatterns]
