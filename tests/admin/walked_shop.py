"""The shop whose addresses are walked: one row of everything, written by hostile customers."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Workflow, WorkflowTask

from portal_plugin.models import (
    ChangeRequest,
    Comment,
    ItemTemplate,
    LedgerEntry,
    Order,
    PortalSettings,
    Stage,
    Submission,
    TermsText,
)
from portal_plugin.services import (
    files,
    invoices,
    listing,
    on_behalf,
    payments,
    previews,
    proofs,
    staging,
    starter,
)
from tests import samples
from tests.factories import (
    customer_factory,
    estimate_factory,
    link_factory,
    order_factory,
    publish,
    site_factory,
    user_factory,
)

from .permission_rules import ROLES

#: On the rows of the shop: whoever is not of it must read it nowhere.
CANARY = "Canary"
#: What customers write of themselves. It closes whatever it stands in.
HOSTILE = f"{CANARY}\"'></title></textarea></script>--><{CANARY} onfocus=alert(1)>{{{{ 7 }}}}"


@pytest.fixture(scope="module")
def world(make_once):
    return make_once(lambda: shops(site_factory(), site_factory("shop-b.localhost")))


def shops(only_site, other_site):
    """One row of everything, of the first shop; the second has a customer of its own."""
    customer = customer_factory(only_site, name=f"{HOSTILE} Kim", company=f"{HOSTILE} Ltd")
    customer_factory(other_site)
    documents = [
        make(site=only_site, customer=customer, title=f"{HOSTILE} sign")
        for make in (estimate_factory, order_factory)
    ]
    staging.ensure_stages(only_site)
    set_up = {
        "stages": Stage.objects.filter(site=only_site).first(),
        "item_templates": ItemTemplate.objects.create(site=only_site, name=f"{HOSTILE} plate"),
        "terms": TermsText.objects.filter(site=only_site).first(),
    }
    world = SimpleNamespace(site=only_site, customer=customer, documents={}, set_up=set_up)
    for document in documents:
        link = link_factory(document, name=f"{HOSTILE} Kim", email="kim@example.org")
        say_everything(document, link)
        listing.refresh(document)
        world.documents[type(document)] = publish(document)
    world.proof = proofs.add_proof_version(
        documents[0], documents[0].lines[0].key, samples.upload("a.png", samples.png((40, 30)))
    )
    previews.drain()
    last = documents[0].lines[-1].key
    on_behalf.record(documents[0], [last], "decline", "Phone", user_factory())
    Submission.objects.update(name=HOSTILE, note=HOSTILE, user_agent=HOSTILE)
    world.decided = Submission.objects.get()
    world.entry = LedgerEntry.objects.create(
        document=documents[1],
        kind="offline",
        amount=10,
        currency="EUR",
        note=HOSTILE,
        occurred_at=timezone.now(),
    )
    PortalSettings.objects.filter(site=only_site).update(invoicing="staff")
    world.invoice = invoices.issue(world.documents[Order])
    world.refund = payments.refund_outside(world.entry, amount=Decimal(5), reason=HOSTILE)
    world.clients = {role: signed_in(role, only_site, other_site) for role in ROLES}
    for document in world.documents.values():
        in_workflow(document)
    return world


def say_everything(document, link):
    said = {"document": document, "link": link, "author_name": HOSTILE}
    Comment.objects.create(text=HOSTILE, **said)
    ChangeRequest.objects.create(
        document_id=document.pk, link=link, number=1, text=HOSTILE, reply=HOSTILE, state="done"
    )
    files.store(document, samples.upload(f"{HOSTILE}.png", samples.png((4, 3))), link=link)


def signed_in(role, site, other_site):
    client = Client()
    if role == "anonymous":
        return client
    user = user_factory(is_superuser=role == "superuser")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    if role in ("editor", "manager", "foreigner"):
        editors, managers = starter.ensure_groups(other_site if role == "foreigner" else site)
        user.groups.add(editors if role == "editor" else managers)
    client.force_login(user)
    return client


def in_workflow(document):
    """Waits for the shop's managers."""
    workflow, is_new = Workflow.objects.get_or_create(name="Four eyes")
    if is_new:
        task = GroupApprovalTask.objects.create(name="A manager looks")
        task.groups.add(starter.ensure_groups(document.site)[1])
        WorkflowTask.objects.create(workflow=workflow, task=task)
    workflow.start(document, None)
