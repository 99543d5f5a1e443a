"""Real rows for tests, made the way staff make them: written as a draft, then published."""

import itertools
import uuid
from decimal import Decimal

from django.contrib.auth import get_user_model
from wagtail.models import Locale, Page, Site
from wagtail.signal_handlers import disable_reference_index_auto_update

from portal_plugin.models import Customer, Estimate, LineItem, Order, PortalSettings, SalesDocument
from portal_plugin.services import links, on_behalf, terms
from portal_plugin.statuses import Verdict

from .moulds import poured

_count = itertools.count(1)
#: Wagtail's index of what refers to what would take a fifth of the time; pages of staff keep it.
unindexed = disable_reference_index_auto_update
TERMS = "We print what you approved. Colours may differ slightly from your screen."


@poured
def site_factory(hostname="localhost", **values):
    """The site of that host, ready to publish: terms for both kinds, a shop name, bank details."""
    site = Site.objects.filter(hostname=hostname).first()
    if site is None:
        root = Page.objects.filter(depth=2).first() or _root_page()
        is_first = not Site.objects.filter(is_default_site=True).exists()
        site = Site.objects.create(hostname=hostname, root_page=root, is_default_site=is_first)
    defaults = {
        "shop_name": "Northline Signs",
        "email": "shop@northline.example",
        "mailbox": "office@northline.example",
        "phone": "+49 30 1234567",
        "bank_details": "Northline Signs\nIBAN DE02 1203 0000 0000 2020 51",
    }
    is_ready = PortalSettings.objects.filter(site=site).exclude(shop_name="").exists()
    if not is_ready or values:
        PortalSettings.objects.update_or_create(site=site, defaults=defaults | values)
    if not is_ready:
        for kind in ("estimate", "order"):
            terms.add(site, "en", kind, TERMS)
    return site


def _root_page():
    """Databases that were flushed between tests have lost the rows of Wagtail's migrations."""
    Locale.objects.get_or_create(language_code="en")
    return Page.objects.first() or Page.add_root(title="Root", slug="root")


@poured
def customer_factory(site=None, **values):
    number = next(_count)
    values = {"name": f"Customer {number}", "email": f"customer{number}@example.org"} | values
    site = site or site_factory()
    with unindexed():
        return Customer.objects.create(site=site, **values)


@poured
def user_factory(**values):
    number = next(_count)
    values = {
        "username": f"staff{number}",
        "email": f"staff{number}@northline.example",
        "is_superuser": True,
        "is_staff": True,
        "first_name": "Robin",
        "last_name": f"Staff {number}",
    } | values
    user = get_user_model()(**values)
    user.set_password("password")
    user.save()
    return user


def line_item(number=1, **values):
    values = {
        "name": f"A{number} poster",
        "description": "Matt, 170 g",
        "quantity": Decimal(2),
        "unit_price": Decimal("50"),
        "tax_rate": Decimal("19"),
    } | values
    return LineItem(sort_order=number, **values)


def _document(model, items, published, values):
    site = values.pop("site", None) or site_factory()
    customer = values.pop("customer", None) or customer_factory(site)
    rows = items if isinstance(items, list) else [line_item(n + 1) for n in range(items)]
    values = {"language": "en", "currency": "EUR", "title": "Window sign"} | values
    document = model(site=site, customer=customer, **values)
    document.line_items = rows
    with unindexed():
        document.save()
    return publish(document) if published else document


@poured
def estimate_factory(items=3, published=True, **values):
    return _document(Estimate, items, published, values)


@poured
def order_factory(items=3, published=True, **values):
    return _document(Order, items, published, values)


def publish(document, user=None):
    """Save a draft of the document as it stands in memory, and publish it."""
    with unindexed():
        document.save_revision(user=user).publish(user=user, skip_permission_checks=True)
    return fresh(document)


def fresh(row):
    """As another request reads it."""
    return type(row).objects.get(pk=row.pk)


def break_document(document):
    """As a half-restored database has it: what makes it an estimate or an order is gone."""
    rows = type(document.specific).objects.filter(pk=document.pk)
    rows._raw_delete(rows.db)


def another(document):
    """A row that a module's tests share, at an address of its own: files that a test left under the
    old one stay there, because only rows are taken back."""
    SalesDocument.objects.filter(pk=document.pk).update(public_id=uuid.uuid4())
    return fresh(document)


@poured
def approve(document, keys=None, user=None):
    """Staff record the customer's yes to all items, or to ``keys``; returns the document anew."""
    keys = keys if keys is not None else document.standing.waiting_keys
    on_behalf.record(document, keys, Verdict.APPROVE, "On the phone", user or user_factory())
    return fresh(document)


@poured
def link_factory(document, **values):
    return links.ensure_link(document, customer=document.customer, **values)
