"""The site that a command is told to keep to."""

from django.core.management.base import CommandError
from wagtail.models import Site


def site_of_host(host: str) -> Site:
    found = Site.objects.filter(hostname=host).first()
    if found is None:
        raise CommandError(f"There is no site {host}.")
    return found
