"""Every address of ours in the admin, by every role: who gets in, and who learns nothing.

``RULES`` has one line for each address: what a GET and what a POST answers to each of ``ROLES``. An
address without a line, and a verb or a bulk action without one, fails the test.

    L  to the page to sign in       0  it does not exist (404)
    -  refused in words, or 403     x  not with this method (405)
    +  answered: the page, a form with errors, or it is done
"""

import re
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.models import GroupApprovalTask, Workflow, WorkflowTask

from portal_plugin.admin import posting
from portal_plugin.models import Comment, Customer, Estimate, LedgerEntry, Order
from portal_plugin.services import listing, previews, proofs, starter
from tests import samples
from tests.factories import (
    customer_factory,
    estimate_factory,
    link_factory,
    order_factory,
    publish,
    user_factory,
)

pytestmark = pytest.mark.django_db

#: The order of the letters. The shop's own editor and manager have rights on its site alone; the
#: foreign ones are another shop's manager, and somebody who may only sign in to the admin.
ROLES = ("anonymous", "nobody", "editor", "manager", "foreigner", "superuser")

TRUSTED = ("manager", "superuser")

ALL = "L+++++"  # an answer that holds nothing but what is the user's own
STAFF = "L-++++"  # who works for a shop, on a page of no row
WRITE = "L0++0+"  # on a row: whoever may write or see it
MANAGE = "L0-+0+"  # on a row: the shop's managers
SUPER = "L----+"
NEVER = "L-----"
GET_ONLY = POST_ONLY = "Lxxxxx"
LOOK = (WRITE, "L0xx0x")

RULES = {
    "document:list": (STAFF, "L-xxxx"),
    "document:list_results": (STAFF, "L-xxxx"),
    "document:add": (STAFF, STAFF),
    "document:edit": (WRITE, WRITE),
    "document:delete": (MANAGE, MANAGE),
    "document:usage": LOOK,
    "document:history": LOOK,
    "document:history_results": LOOK,
    "document:preview_on_add": (STAFF, STAFF),
    "document:preview_on_edit": (WRITE, WRITE),
    "document:revisions_view": LOOK,
    "document:revisions_revert": (WRITE, WRITE),
    "document:revisions_compare": LOOK,
    "document:revisions_unschedule": (MANAGE, MANAGE),
    "document:unpublish": (MANAGE, MANAGE),
    "document:lock": ("L0-x0x", MANAGE),
    # While a workflow runs only its task may unlock, and Wagtail's own lets nobody.
    "document:unlock": ("L0--0x", "L0--0+"),
    "document:workflow_action": (MANAGE, MANAGE),
    "document:collect_workflow_action_data": (MANAGE, MANAGE),
    "document:confirm_workflow_cancellation": (WRITE, WRITE),
    "document:workflow_history": LOOK,
    "document:workflow_history_detail": LOOK,
    "document:workflow_preview": (MANAGE, "L0xx0x"),
    "choose document:choose": (ALL, GET_ONLY),
    "choose document:choose_results": (ALL, GET_ONLY),
    "choose document:chosen": (WRITE, GET_ONLY),
    "choose document:chosen_multiple": (ALL, GET_ONLY),
    "choose document:create": (NEVER, NEVER),
    "bulk document:delete": (WRITE, WRITE),
    "customer:list": (STAFF, "L-xxxx"),
    "customer:list_results": (STAFF, "L-xxxx"),
    "customer:add": (STAFF, STAFF),
    "customer:edit": (WRITE, WRITE),
    "customer:delete": (MANAGE, MANAGE),
    "customer:usage": LOOK,
    "customer:history": LOOK,
    "customer:history_results": LOOK,
    "choose customer:choose": (ALL, GET_ONLY),
    "choose customer:choose_results": (ALL, GET_ONLY),
    "choose customer:chosen": (WRITE, GET_ONLY),
    "choose customer:chosen_multiple": (ALL, GET_ONLY),
    "choose customer:create": (STAFF, STAFF),
    "bulk customer:delete": (WRITE, WRITE),
    "payments:index": (STAFF, "L-xxxx"),
    "payments:create": (NEVER, NEVER),
    "payments:edit": (NEVER, NEVER),
    "payments:delete": (NEVER, NEVER),
    "payments:inspect": ("L-++-+", "L-xx-x"),
    "activity:index": (STAFF, "L-xxxx"),
    "activity:create": (NEVER, NEVER),
    "activity:edit": (NEVER, NEVER),
    "activity:delete": (NEVER, NEVER),
    "activity:inspect": ("L-++-+", "L-xx-x"),
    "links:index": (STAFF, "L-xxxx"),
    "links:create": (NEVER, NEVER),
    "links:edit": (NEVER, NEVER),
    "links:delete": (NEVER, NEVER),
    "links:inspect": ("L-++-+", "L-xx-x"),
    "portal:overview": LOOK,
    "portal:send": (MANAGE, MANAGE),
    "portal:email_preview": (POST_ONLY, MANAGE),
    "portal:confirm": (MANAGE, MANAGE),
    "portal:pdf": (WRITE, GET_ONLY),
    "portal:file": (WRITE, GET_ONLY),
    "portal:thumb": (WRITE, GET_ONLY),
    "portal:step_done": (POST_ONLY, "L--+-+"),
    "portal:month": (STAFF, "L-xxxx"),
    "portal:import_customers": (STAFF, STAFF),
    "portal:import_item_templates": ("L--+++", "L--+++"),
    "do:reply": (POST_ONLY, WRITE),
    "do:note": (POST_ONLY, WRITE),
    "do:comments-read": (POST_ONLY, WRITE),
    "do:close-request": (POST_ONLY, WRITE),
    "do:on-phone": (POST_ONLY, WRITE),
    "do:undo": (POST_ONLY, WRITE),
    "do:add-proof": (POST_ONLY, WRITE),
    "do:send-proofs": (POST_ONLY, MANAGE),
    "do:add-files": (POST_ONLY, WRITE),
    "do:show-file": (POST_ONLY, MANAGE),
    "do:remove-file": (POST_ONLY, WRITE),
    "do:send-again": (POST_ONLY, MANAGE),
    "do:copy-link": (POST_ONLY, MANAGE),
    "do:stop-link": (POST_ONLY, MANAGE),
    "do:extend-link": (POST_ONLY, MANAGE),
    "do:retry-email": (POST_ONLY, MANAGE),
    "do:convert": (POST_ONLY, MANAGE),
    "do:cancel": (POST_ONLY, MANAGE),
    "do:complete": (POST_ONLY, MANAGE),
    "do:reopen": (POST_ONLY, MANAGE),
    "do:stage": (POST_ONLY, WRITE),
    "do:responsible": (POST_ONLY, WRITE),
    "do:extend-validity": (POST_ONLY, MANAGE),
    # Without a site in the address it leads to the settings of the user's own.
    "settings:edit 2": ("L--+++", "L--+++"),
    "settings:edit 3": ("L--+-+", "L--+-+"),
    # There is no preview of the settings.
    "settings:preview_on_edit 3": ("L--0-0", "L--0-0"),
    # These know no sites: they are for people with rights on all of them. The last one shows only
    # models on which the user has a right on all sites.
    "wagtailadmin_reports:workflow": (SUPER, "L----x"),
    "wagtailadmin_reports:workflow_results": (SUPER, "L----x"),
    "wagtailadmin_reports:workflow_tasks": (SUPER, "L----x"),
    "wagtailadmin_reports:workflow_tasks_results": (SUPER, "L----x"),
    "wagtailadmin_reports:site_history": (ALL, GET_ONLY),
    "wagtailadmin_reports:site_history_results": (ALL, GET_ONLY),
}


def test_no_address_is_without_a_rule_and_no_rule_without_an_address():
    named = {place.name for place in places()}
    assert named - RULES.keys() == set(), "write a line in RULES for these"
    assert RULES.keys() - named == set(), "these are gone"


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_a_role_as_its_rule_says(role, world):
    column = ROLES.index(role)
    client = world.clients[role]
    wrong = []
    for place in places():
        if place.model is Order and role in TRUSTED:
            continue  # what they may do with an estimate: the pages are the same, and slow
        for method, expected in zip(("get", "post"), RULES[place.name], strict=True):
            found, told = ask(client, method, place.url(world))
            if found != expected[column]:
                wrong.append(f"{method} {place.name}: {found}, expected {expected[column]}")
            if told and role in OUTSIDERS:
                wrong.append(f"{method} {place.name}: {told}")
    assert wrong == []


# -- the shop that is walked -----------------------------------------------------------------------

#: On the rows of the shop: whoever is not of it must read it nowhere.
CANARY = "Canary"
OUTSIDERS = ("anonymous", "nobody", "foreigner")


@pytest.fixture
def world(only_site, other_site):
    """One row of everything, of the first shop; the second has a customer of its own."""
    customer = customer_factory(only_site, name=f"{CANARY} Kim", company=f"{CANARY} Ltd")
    customer_factory(other_site)
    documents = [
        make(site=only_site, customer=customer, title=f"{CANARY} sign")
        for make in (estimate_factory, order_factory)
    ]
    world = SimpleNamespace(site=only_site, customer=customer, documents={}, file=None)
    for document in documents:
        link = link_factory(document, name=f"{CANARY} Kim", email="kim@example.org")
        Comment.objects.create(document=document, link=link, text=f"{CANARY} song")
        listing.refresh(document)
        world.documents[type(document)] = publish(document)
    world.proof = proofs.add_proof_version(
        documents[0], documents[0].lines[0].key, samples.upload("a.png", samples.png((40, 30)))
    )
    previews.drain()
    world.entry = LedgerEntry.objects.create(
        document=documents[1],
        kind="offline",
        amount=10,
        currency="EUR",
        note=CANARY,
        occurred_at=timezone.now(),
    )
    world.clients = {role: signed_in(role, only_site, other_site) for role in ROLES}
    for document in world.documents.values():
        in_workflow(document)
    return world


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


# -- asking ----------------------------------------------------------------------------------------


def ask(client, method, url):
    """The letter for what came back, and what is wrong with it whoever asked. Nothing stays."""
    client.cookies.pop("messages", None)
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        response = getattr(client, method)(url)
        found = letter(response)
        said = b"".join(response) if response.streaming else response.content
        transaction.set_rollback(True)
    if CANARY.encode() in said:
        return found, "tells of another shop"
    if found != "+" and any(is_write(query["sql"]) for query in queries):
        return found, "refuses, and writes all the same"
    return found, ""


def letter(response):
    if response.status_code in (404, 405):
        return {404: "0", 405: "x"}[response.status_code]
    if response.status_code == 403:
        return "-"
    if response.status_code == 302 and response.url.startswith(reverse("wagtailadmin_login")):
        return "L"
    said = [str(message) for message in get_messages(response.wsgi_request)]
    is_refused = any("do not have permission" in message for message in said)
    return "-" if is_refused and response.status_code == 302 else "+"


def is_write(sql):
    return sql.startswith(("INSERT", "UPDATE", "DELETE")) and "portal_plugin_" in sql


# -- the addresses ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """``name`` is the key in ``RULES``; ``view`` and ``kwargs`` make the address."""

    name: str
    view: str
    names: tuple = ()
    fixed: tuple = ()
    query: str = ""
    model: type | None = None

    def url(self, world):
        fixed = dict(self.fixed)
        kwargs = {name: fixed.get(name) or value(name, self, world) for name in self.names}
        return reverse(self.view, kwargs=kwargs) + self.query.format(pk=row(self, world).pk)


def row(place, world):
    if place.model is Customer:
        return world.customer
    return world.documents.get(place.model) or world.documents[Estimate]


def value(name, place, world):
    """What stands in the address for one of its names."""
    document = row(place, world)
    if name in ("revision_id", "revision_id_a"):
        return document.live_revision_id
    if name == "task_state_id":
        return document.current_workflow_task_state.pk
    made = {
        "pk": lambda: world.site.pk if place.name.startswith("settings") else document.pk,
        "site_id": lambda: world.site.pk,
        "revision_id_b": lambda: document.latest_revision_id,
        "workflow_state_id": lambda: document.current_workflow_state.pk,
        "task_id": lambda: document.current_workflow_task.pk,
        "action_name": lambda: "approve",
        "step": lambda: "brand",
        "file_id": lambda: world.proof.public_id,
        "instance_pk": lambda: registered(place.name, world).pk,
    }
    return made[name]()


def registered(name, world):
    """A row of the register that the place belongs to."""
    document = world.documents[Order]
    return {
        "payments": world.entry,
        "activity": document.activities.first(),
        "links": document.links.first(),
    }[name.split(":")[0]]


#: Estimates and orders have the same rules.
KINDS = {"estimate": "document", "order": "document"}
MODELS = {"estimate": Estimate, "order": Order, "customer": Customer}
REPORTS = ("workflow", "workflow_tasks", "site_history")
SETTINGS = (("app_name", "portal_plugin"), ("model_name", "portalsettings"))


def places():
    """Found in the URLconf; what Wagtail keeps under one address for all models is unfolded."""
    admin = next(p for p in get_resolver().url_patterns if "wagtail.admin" in str(p))
    for view, names, callback in walk(admin, (), ()):
        if view == "wagtail_bulk_action":
            yield from bulk_places(view)
        elif view == "portal_admin:do":
            for verb in posting.VERBS:
                yield Place(f"do:{verb}", view, names, (("verb", verb),))
        elif view.startswith("wagtailsettings:"):
            yield Place(f"settings:{view.split(':')[1]} {len(names)}", view, names, SETTINGS)
        elif is_ours(view, callback):
            yield place_of(view, names)


def walk(resolver, spaces, names):
    for pattern in resolver.url_patterns:
        own = (*pattern.pattern.converters, *pattern.pattern.regex.groupindex)
        found = tuple(dict.fromkeys([*names, *own]))
        if isinstance(pattern, URLPattern):
            yield ":".join([*spaces, pattern.name or ""]), found, pattern.callback
        else:
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from walk(pattern, inner, found)


def is_ours(view, callback):
    """By its name, by where its view is written, or a report that may name rows of ours."""
    space, _, name = view.rpartition(":")
    is_report = space == "wagtailadmin_reports" and name.removesuffix("_results") in REPORTS
    return is_report or "portal" in view or callback.__module__.startswith("portal_plugin")


def place_of(view, names):
    space, _, name = view.rpartition(":")
    if "_modeladmin_" in name:
        register, _, name = name.partition("_modeladmin_")
        return Place(f"{re.split('[-_]', register)[-1]}:{name}", view, names)
    for start, sort in (("wagtailsnippets_", ""), ("wagtailsnippetchoosers_", "choose ")):
        if space.startswith(start):
            kind = space.removeprefix(f"{start}portal_plugin_")
            query = "?id={pk}" if name == "chosen_multiple" else ""
            key = f"{sort}{KINDS.get(kind, kind)}:{name}"
            return Place(key, view, names, query=query, model=MODELS.get(kind))
    return Place(view.replace("portal_admin:", "portal:"), view, names)


def bulk_places(view):
    for kind, model in MODELS.items():
        fixed = (("app_label", "portal_plugin"), ("model_name", kind))
        for action in bulk_action_registry.get_bulk_actions_for_model("portal_plugin", kind):
            name = action.action_type
            yield Place(
                f"bulk {KINDS.get(kind, kind)}:{name}",
                view,
                ("app_label", "model_name", "action"),
                (*fixed, ("action", name)),
                "?id={pk}",
                model,
            )
