"""Run in the new site: furnish the shop, publish an estimate and an order, print their links.

The port of the site is the first argument.
"""

import sys
from decimal import Decimal

from django.contrib.auth import get_user_model
from wagtail.models import Site

from portal_plugin.models import Customer, Estimate, LineItem, Order, PortalSettings
from portal_plugin.services import links, terms


def furnish(port):
    site = Site.objects.get()
    site.hostname, site.port = "localhost", port
    site.save()
    PortalSettings.objects.create(
        site=site, shop_name="Schilder Nord", brand_colour="#0f766e", language="de"
    )
    for kind in ("estimate", "order"):
        terms.add(site, "de", kind, "Wir drucken, was Sie freigegeben haben.")
    return site


def publish(model, customer, user):
    document = model(site=customer.site, customer=customer, language="de", currency="EUR")
    document.title = "Fensterschild"
    document.line_items = [
        LineItem(sort_order=n, name=name, quantity=Decimal(2), unit_price=Decimal("49.90"))
        for n, name in enumerate(["Schild, matt", "Folie"])
    ]
    document.save()
    document.save_revision(user=user).publish(user=user, skip_permission_checks=True)
    link = links.ensure_link(document, customer=customer)
    return links.link_url(link, links.make_token(link))


staff = get_user_model().objects.create_superuser("staff@example.org", "password")
shop = furnish(int(sys.argv[-1]))
lena = Customer.objects.create(site=shop, name="Lena Holm", email="lena@example.org")
for kind in (Estimate, Order):
    print(publish(kind, lena, staff))
