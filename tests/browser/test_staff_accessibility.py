"""Every screen of staff: axe finds nothing wrong in what is ours, in light and in dark, and on a
phone nothing is cut off."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal_plugin.models import (
    ChangeRequest,
    Comment,
    Customer,
    Estimate,
    InternalNote,
    ItemTemplate,
    LedgerEntry,
    Order,
    Stage,
)
from portal_plugin.services import payments, previews, proofs
from tests import factories, samples
from tests.admin import pages
from tests.looking import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Wagtail's forms name their row in an element that is no heading of the first level; that is
#: Wagtail's own header, and not ours to mend.
OF_WAGTAIL = {"page-has-heading-one": {"enabled": False}}
FORMS = {"new estimate", "edit", "new customer", "edit a customer"}


DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 780}

#: All screens in one test would keep one worker busy when the others are done.
PARTS = 4

#: What another colour scheme can change.
COLOURS = ["color-contrast", "link-in-text-block"]


@pytest.fixture
def boss():
    return factories.user_factory()


@pytest.fixture
def admin(signed_in, boss):
    return signed_in(boss)


@pytest.fixture
def estimate(boss):
    """With a proof, a decision that the draft takes back, messages, a request and a link."""
    document = factories.estimate_factory(items=3)
    first, second, _third = document.lines
    picture = SimpleUploadedFile("front.png", samples.png(), "image/png")
    proofs.add_proof_version(document, second.key, picture, label="Front", user=boss)
    previews.drain()
    factories.approve(document, [first.key], boss)
    Comment.objects.create(document_id=document.pk, text="When is it ready?")
    ChangeRequest.objects.create(
        document_id=document.pk, item_key=second.key, number=1, text="Darker"
    )
    InternalNote.objects.create(document_id=document.pk, text="A regular", staff=boss)
    factories.link_factory(document)
    draft = Estimate.objects.get()
    rows = draft.lines
    rows[0].description = "On blue"
    draft.line_items = rows
    draft.save_revision(user=boss)
    return Estimate.objects.get()


@pytest.fixture
def addresses(estimate):
    """Of every screen, with something on it."""
    site = estimate.site
    stage = Stage.objects.create(
        site=site,
        name="Printing and finishing in the large hall behind the old yard",
        customer_name="In production",
    )
    template = ItemTemplate.objects.create(site=site, name="A1 poster", unit_price=12)
    order = factories.order_factory(items=1, stage=stage)
    payments.record_offline(order, amount=Decimal(10))
    entry = LedgerEntry.objects.get()
    gone = payments.refund_outside(entry, amount=Decimal(2), reason="Crooked")
    of_estimate, of_order = f"?id={estimate.pk}&next=/", f"?id={order.pk}&next=/"
    bulk = "/admin/bulk/portal_plugin/{}/{}/{}".format
    return {
        "home": "/admin/",
        "estimates": pages.url(Estimate, "list"),
        "orders": pages.url(Order, "list"),
        "customers": pages.url(Customer, "list"),
        "inbox": reverse("portal_admin:inbox"),
        "overview": pages.overview(estimate),
        "overview of an order": pages.overview(order),
        "new estimate": pages.url(Estimate, "add"),
        "edit": pages.url(Estimate, "edit", estimate.pk),
        "edit a customer": pages.url(Customer, "edit", estimate.customer_id),
        "send": reverse("portal_admin:send", args=[estimate.pk]),
        "confirm": reverse("portal_admin:confirm", args=[estimate.pk]),
        "stages": reverse("portal_stages:index"),
        "a stage": reverse("portal_stages:edit", args=[stage.pk]),
        "item templates": reverse("portal_item_templates:index"),
        "an item template": reverse("portal_item_templates:edit", args=[template.pk]),
        "terms": reverse("portal_terms:index"),
        "settings": f"/admin/settings/portal_plugin/portalsettings/{site.pk}/",
        "send several": bulk("estimate", "portal-send", of_estimate),
        "remind several": bulk("estimate", "portal-remind", of_estimate),
        "cancel several": bulk("order", "portal-cancel", of_order),
        "stage of several": bulk("order", "portal-stage", of_order),
        "payments": "/admin/portal/payments/",
        "activity": "/admin/reports/portal-activity/",
        "direct links": "/admin/reports/portal-links/",
        "invoices": "/admin/portal/invoices/",
        "month": reverse("portal_admin:month"),
        "bookkeeping": reverse("portal_admin:bookkeeping"),
        "to explain": reverse("portal_admin:to_explain"),
        "import customers": reverse("portal_admin:import_customers"),
        "import item templates": reverse("portal_admin:import_item_templates"),
        "sample": reverse("portal_admin:sample"),
        "refund": reverse("portal_admin:refund", args=[entry.pk]),
        "correct": reverse("portal_admin:correct", args=[entry.pk]),
        "owed": reverse("portal_admin:owed", args=[gone.pk, "owe"]),
        "assign several": bulk("order", "portal-assign", of_order),
        "mark several as paid": bulk("order", "portal-paid", of_order),
        "papers of several": bulk("order", "portal-pdfs", of_order),
        "new customer": pages.url(Customer, "add"),
        "new stage": reverse("portal_stages:add"),
        "history": pages.url(Estimate, "history", estimate.pk),
    }


#: Fields and cells that reach over the side of a phone, and names that are broken into syllables.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  const ours = ".portal-admin-listing :is(td, th), .portal-admin-bulk *, .portal-admin-more *";
  const over = [...document.querySelectorAll(`main :is(${ours})`)].filter((node) => {
    const box = node.getBoundingClientRect();
    const scrolls = node.closest(".portal-admin-scroll");
    return !scrolls && box.width > 1 && (box.right > width + 1 || box.left < -1);
  });
  const narrow = [...document.querySelectorAll(".portal-admin-listing td.title")].filter(
    (node) => node.getBoundingClientRect().width < width / 2
  );
  return [...over, ...narrow].map((node) => node.outerHTML.slice(0, 160));
}"""


def too_wide(page):
    """Wagtail's menu takes a moment to fold away where the window becomes narrow."""
    for _attempt in range(20):
        if not (found := page.evaluate(TOO_WIDE)):
            break
        page.wait_for_timeout(100)
    return found


def wrong(page, name):
    """What is wrong with an open screen, by where it is seen."""
    found = {"light": violations(page, rules=OF_WAGTAIL if name in FORMS else {})}
    page.emulate_media(color_scheme="dark")
    found["dark"] = violations(page, runOnly=COLOURS)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    found["phone"] = too_wide(page)
    page.set_viewport_size(DESK)
    return {where: what for where, what in found.items() if what}


@pytest.mark.parametrize("part", range(PARTS))
def test_the_screens_of_staff(admin, site_server, addresses, part):
    found = {}
    for name, address in list(addresses.items())[part::PARTS]:
        answer = admin.goto(site_server.url + address)
        assert answer.status == 200, name
        admin.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        found[name] = wrong(admin, name)
    assert {name: what for name, what in found.items() if what} == {}
