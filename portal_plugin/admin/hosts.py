"""Whether direct links lead to where staff are: a new Wagtail site says ``localhost`` and port 80,
and nobody notices before the first link leads nowhere."""

from dataclasses import dataclass

from django.http.request import split_domain_port
from django.urls import reverse


@dataclass(frozen=True)
class Elsewhere:
    """``there``: what links begin with; ``here``: where staff are; ``url``: the site's host and
    port in the admin, empty for whoever may not change them."""

    there: str
    here: str
    url: str


def elsewhere(request, sites) -> Elsewhere | None:
    """The first of the sites whose links cannot be meant; None where none is known to be wrong.

    A site with another name than the admin's is none of them: shops share an admin.
    """
    for site in sites:
        if _is_wrong(site, request):
            may_change = request.user.has_perm("wagtailcore.change_site")
            return Elsewhere(
                there=site.root_url,
                here=f"{request.scheme}://{request.get_host()}",
                url=reverse("wagtailsites:edit", args=[site.pk]) if may_change else "",
            )
    return None


def _is_wrong(site, request) -> bool:
    host, port = split_domain_port(request.get_host())
    if site.hostname.lower() != host:
        return _is_local(site.hostname.lower()) and not _is_local(host)
    if port:
        return port != str(site.port)
    # Without the header that SECURE_PROXY_SSL_HEADER names, Django does not see a proxy's https.
    return site.port not in ((443,) if request.is_secure() else (80, 443))


def _is_local(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "[::1]") or host.endswith(".localhost")
