"""Every address of ours in the admin, by every role: who gets in, and who learns nothing.

Who is refused is refused at each address, by each method. What is answered is a page, and slow: the
manager asks for all of an estimate's; what the editor may open and send as well they only send, and
the superuser, who is signed in for nearly all other tests of the admin, asks for what no manager
may. An order's pages are those of an estimate.
"""

import re
from dataclasses import dataclass
from functools import cache

import pytest
from django.contrib.messages import get_messages
from django.db import connection, transaction
from django.urls import URLPattern, get_resolver, reverse
from wagtail.admin.views.bulk_action.registry import bulk_action_registry

from portal_plugin.admin import posting
from portal_plugin.models import Customer, Estimate, Order

from .permission_rules import ROLES, RULES
from .walked_shop import CANARY, world

__all__ = ["world"]
pytestmark = pytest.mark.django_db

TRUSTED = ("manager", "superuser")
OUTSIDERS = ("anonymous", "nobody", "foreigner")


def test_no_address_is_without_a_rule_and_no_rule_without_an_address():
    named = {place.name for place in places()}
    assert named - RULES.keys() == set(), "write a line in RULES for these"
    assert RULES.keys() - named == set(), "these are gone"


def test_no_form_of_staff_can_be_sent_from_another_site():
    """Django looks at where every form comes from, where no view says that it does not."""
    admin = next(p for p in get_resolver().url_patterns if "wagtail.admin" in str(p))
    ours = [(view, of) for view, _names, of in walk(admin, (), ()) if is_ours(view, of)]
    assert len(ours) > 50
    assert [view for view, of in ours if getattr(of, "csrf_exempt", False)] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_a_role_as_its_rule_says(role, world):
    client = world.clients[role]
    wrong = []
    for place in places():
        for method, expected in asked(place, role):
            found, told = ask(client, method, place.url(world))
            if found != expected:
                wrong.append(f"{method} {place.name}: {found}, expected {expected}")
            if told and (role in OUTSIDERS or "broken" in told):
                wrong.append(f"{method} {place.name}: {told}")
    assert not wrong, "\n".join(wrong)


def asked(place, role):
    """The methods that the role comes with, each with the letter for its answer."""
    expected = letters(place, role)
    if role in OUTSIDERS:
        return expected
    if place.model is Order:
        return [] if role in TRUSTED else [pair for pair in expected if pair[1] != "+"]
    managers = letters(place, "manager")
    if role == "superuser":
        return [pair for pair in expected if pair[1] != "+" or pair not in managers]
    if role == "editor" and expected == managers == [("get", "+"), ("post", "+")]:
        return expected[1:]
    return expected


def letters(place, role):
    column = ROLES.index(role)
    return list(zip(("get", "post"), (told[column] for told in RULES[place.name]), strict=True))


# -- asking ----------------------------------------------------------------------------------------


def ask(client, method, url):
    """The letter for what came back, and what is wrong with it whoever asked. Nothing stays."""
    client.cookies.pop("messages", None)
    said_to_database = []

    def listen(execute, sql, *rest):
        said_to_database.append(sql)
        return execute(sql, *rest)

    with transaction.atomic(), connection.execute_wrapper(listen):
        response = getattr(client, method)(url)
        found = letter(response)
        said = b"".join(response) if response.streaming else response.content
        transaction.set_rollback(True)
    if is_page(response) and f'{CANARY}"' in said.decode():
        return found, "is broken by what a customer wrote"
    if CANARY.encode() in said:
        return found, "tells of another shop"
    if found != "+" and any(map(is_write, said_to_database)):
        return found, "refuses, and writes all the same"
    return found, ""


def is_page(response):
    return response.headers.get("Content-Type", "").startswith("text/html")


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
    if name == "pk" and place.name.startswith("portal_"):
        return world.set_up[place.name.removeprefix("portal_").partition(":")[0]].pk
    if name in ("revision_id", "revision_id_a"):
        return document.live_revision_id
    if name == "task_state_id":
        return document.current_workflow_task_state.pk
    if place.name == "portal:invoice":
        document = world.documents[Order]
    made = {
        "pk": lambda: world.site.pk if place.name.startswith("settings") else document.pk,
        "site_id": lambda: world.site.pk,
        "revision_id_b": lambda: document.latest_revision_id,
        "workflow_state_id": lambda: document.current_workflow_state.pk,
        "task_id": lambda: document.current_workflow_task.pk,
        "action_name": lambda: "approve",
        "step": lambda: "brand",
        "kind": lambda: "estimate",
        "key": lambda: document.lines[0].key,
        "entry_id": lambda: (world.refund if place.name == "portal:owed" else world.entry).pk,
        "change": lambda: "owe",
        "submission_key": lambda: world.decided.client_key,
        "public_id": lambda: world.invoice.public_id,
        "file_id": lambda: world.proof.public_id,
        "page": lambda: 1,
        "instance_pk": lambda: registered(place.name, world).pk,
    }
    return made[name]()


def registered(name, world):
    """A row of the register that the place belongs to."""
    document = world.documents[Order]
    return {
        "payments": world.entry,
        "invoices": world.invoice,
        "activity": document.activities.first(),
        "links": document.links.first(),
    }[name.split(":")[0]]


#: Estimates and orders have the same rules.
KINDS = {"estimate": "document", "order": "document"}
MODELS = {"estimate": Estimate, "order": Order, "customer": Customer}
REPORTS = ("workflow", "workflow_tasks", "site_history")
SETTINGS = (("app_name", "portal_plugin"), ("model_name", "portalsettings"))


@cache
def places():
    """Found in the URLconf; what Wagtail keeps under one address for all models is unfolded."""
    return list(found_places())


def found_places():
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
