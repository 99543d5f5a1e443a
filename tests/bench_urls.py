"""The sandbox site's addresses, and plain views beside them to measure against."""

import hashlib

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from portal_plugin.models import Customer, LineItem, PortalSettings
from portal_plugin.models.storage import secure
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
def save(request, is_kept):
    """What Django does with a file by itself; and with its hash taken and the disk waited for."""
    upload = request.FILES["file"]
    if is_kept:
        sha256 = hashlib.sha256()
        for chunk in upload.chunks():
            sha256.update(chunk)
        upload.seek(0)
    name = default_storage.save("bench/file", upload)
    if is_kept:
        secure(default_storage, name)
    default_storage.delete(name)
    return HttpResponse(status=204)


urlpatterns = [
    path("bench/", plain),
    path("bench/save/", save, {"is_kept": False}),
    path("bench/keep/", save, {"is_kept": True}),
    *urls.urlpatterns,
]
