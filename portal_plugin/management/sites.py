"""The site that a command is told to keep to."""

from django.core.management.base import CommandError
from wagtail.models import Site


def site_of_host(host: str) -> Site:
    """``host`` as ``shop.example`` or ``shop.example:8000``. Two shops may share a host and differ
    in their port: neither is taken for the other."""
    name, _colon, port = host.partition(":")
    found = Site.objects.filter(hostname=name)
    if port:
        found = found.filter(port=int(port) if port.isdecimal() else 0)
    rows = list(found[:2])
    if not rows:
        raise CommandError(f"There is no site {host}.")
    if len(rows) > 1:
        raise CommandError(f"Several sites have the host {host}. Name its port, too: {host}:80")
    return rows[0]
