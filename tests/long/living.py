"""A life of an estimate and of what becomes of it: what customers and staff do, by chance."""

import random
from datetime import timedelta
from decimal import Decimal

from django.test import Client
from django.urls import reverse

from portal_plugin import days
from portal_plugin.exceptions import PortalError
from portal_plugin.models import ChangeRequest, DirectLink, SalesDocument
from portal_plugin.services import (
    answering,
    converting,
    links,
    listing,
    on_behalf,
    payments,
    proofs,
    splitting,
    staging,
)
from portal_plugin.statuses import LinkRole, Verdict
from tests import samples
from tests.entering import enter
from tests.factories import (
    estimate_factory,
    fresh,
    line_item,
    link_factory,
    site_factory,
    user_factory,
)


class Life:
    """``told`` is what was done. Each method whose name begins with ``do_`` may be done next."""

    def __init__(self, seed):
        chance = self.chance = random.Random(seed)
        self.told, self.clients, self.typed, self.staff = [], {}, [], user_factory()
        site = site_factory(who_converts=chance.choice(["customer", "customer", "staff"]))
        estimate = estimate_factory(
            [self.some_item(number) for number in range(1, chance.randint(3, 6))],
            site=site,
            approvals_needed=chance.choice(["one", "all"]),
            deposit_percent=chance.choice([0, 30]),
            valid_until=chance.choice([None, days.today() + timedelta(days=5)]),
        )
        self.family = estimate.family
        link_factory(estimate)
        role = chance.choice(list(LinkRole))
        link_factory(estimate, name="Bo", email=f"bo{seed}@example.org", role=role)
        deeds = {name: getattr(self, name) for name in dir(self) if name.startswith("do_")}
        #: Customers do as much as staff.
        self.deeds = list(deeds.items()) + [("do_act", self.do_act)] * (len(deeds) // 2)

    def some_item(self, number):
        kind = self.chance.choice(["fixed", "fixed", "optional", "alternative"])
        return line_item(
            number,
            unit_price=Decimal(self.chance.randint(1, 90000)) / 100,
            is_optional=kind == "optional",
            alternative_group="Back" if kind == "alternative" else "",
            is_selected=self.chance.random() < 0.5,
        )

    def step(self):
        name, do = self.chance.choice(self.deeds)
        try:
            do()
            self.told.append(name)
        except PortalError as refusal:
            self.told.append(f"{name}: {refusal.message}")

    # -- what there is -----------------------------------------------------------------------------

    @property
    def documents(self):
        rows = SalesDocument.objects.filter(family=self.family).order_by("pk")
        return [row.specific for row in rows]

    @property
    def some_document(self):
        """Mostly one that goes on."""
        found = self.documents
        going_on = [document for document in found if not document.converted_at]
        return self.chance.choice(going_on if self.chance.random() < 0.8 else found)

    def one_of(self, found):
        found = list(found)
        return self.chance.choice(found) if found else None

    def some_of(self, found):
        found = list(found)
        return self.chance.sample(found, self.chance.randint(1, len(found))) if found else []

    # -- customers ---------------------------------------------------------------------------------

    def client(self, link):
        if link.pk not in self.clients:
            self.clients[link.pk] = Client()
            enter(self.clients[link.pk], link.document, link)
        return self.clients[link.pk]

    def page(self, link):
        url = reverse("portal_plugin:document", args=[link.document.public_id])
        return self.client(link).get(url, follow=True)

    def do_act(self):
        """Opens the link, presses a button, and sends its form: now, or much later."""
        usable = DirectLink.objects.usable().filter(document__family=self.family)
        link = self.one_of(usable.order_by("pk"))
        shown = link and self.page(link).context
        if not shown or "page_items" not in shown:
            return
        offers = [*shown["document_offers"], *filter(None, [shown["primary"]] * 3)]
        for row in shown["page_items"]:
            offers += [one for one in (row.approve, row.approve, row.decline, *row.quiet) if one]
        offer = self.one_of(one for one in offers if one.name not in ("pay", "upload", "invite"))
        if offer is None:
            return
        form = self.client(link).get(offer.url).context["form"]
        data = dict(filter(None, map(self.typed_into, form)))
        if self.chance.random() < 0.2:
            self.typed.append((link, offer, data))
        else:
            self.told.append(offer.name)
            assert self.client(link).post(offer.url, data).status_code == 303, self.told

    def do_send_what_was_typed(self):
        if self.typed:
            link, offer, data = self.typed.pop(0)
            assert self.client(link).post(offer.url, data).status_code < 500, self.told

    def typed_into(self, field):
        if field.is_hidden:
            return field.html_name, "" if field.value() is None else field.value()
        if field.name == "items":
            return field.html_name, self.some_of(value for value, _name in field.field.choices)
        if field.name.startswith("group_"):
            return field.html_name, self.one_of(value for value, _name in field.field.choices)
        if field.name.startswith("option_") and self.chance.random() < 0.5:
            return None
        is_ticked = type(field.field).__name__ == "BooleanField"
        return field.html_name, "on" if is_ticked else "" if field.name == "email" else "Words"

    # -- staff -------------------------------------------------------------------------------------

    def do_edit(self):
        document = self.some_document
        draft = document.get_latest_revision_as_object()
        rows = list(draft.line_items.all())
        row = self.chance.choice(rows)
        what = self.chance.choice(["price", "add", "remove", "order", "option", "terms", "people"])
        if what == "price":
            row.unit_price = Decimal(self.chance.randint(1, 300))
        elif what == "add":
            rows.append(line_item(len(rows) + 1))
        elif what == "remove" and len(rows) > 1:
            rows.remove(row)
        elif what == "order":
            row.sort_order = len(rows) + 1
        elif what == "option" and not document.is_order:
            row.is_optional = not row.is_optional
        elif what == "terms":
            draft.deposit_percent = self.chance.choice([0, 20, 50])
        elif what == "people":
            draft.approvals_needed = self.chance.choice(["one", "all"])
        draft.line_items = rows
        revision = draft.save_revision(user=self.staff)
        how = self.chance.choice(["publish", "publish", "agreed", "wait"])
        self.told.append(f"{what}, {how}")
        if how == "publish":
            fresh(document).publish(revision, self.staff, skip_permission_checks=True)
        elif how == "agreed":
            on_behalf.publish_agreed(fresh(document), "On the phone", self.staff)

    def do_proof(self):
        document = self.some_document
        key = self.chance.choice(document.lines).key
        picture = samples.upload("front.png", samples.png((self.chance.randint(9, 60), 9)))
        proofs.add_proof_version(document, key, picture, user=self.staff)
        if self.chance.random() < 0.7:
            proofs.send_now(fresh(document), self.staff)

    def do_decide(self):
        document = self.some_document
        keys = self.some_of(document.standing.waiting_keys)
        verdict = self.chance.choice([Verdict.APPROVE, Verdict.APPROVE, Verdict.DECLINE])
        on_behalf.record(document, keys, verdict, "On the phone", self.staff)

    def do_undo(self):
        document = self.some_document
        key = self.one_of(key for key, item in document.standing.items.items() if item.decision)
        on_behalf.take_back(document, key, "A mistake", self.staff)

    def do_confirm(self):
        on_behalf.confirm_change(self.some_document, "On the phone", self.staff)

    def do_close(self):
        found = ChangeRequest.objects.filter(document__family=self.family).order_by("pk")
        if request := self.one_of(found):
            answering.close_change_request(request, "Done", self.staff)

    def do_reply(self):
        comment = answering.reply(self.some_document, "Dear you", self.staff)
        if self.chance.random() < 0.3:
            answering.take_back(comment, self.staff)

    def do_convert(self):
        document = self.some_document
        if document.is_estimate:
            converting.convert(document, takes_all=self.chance.random() < 0.4)
            if rest := converting.rest_of(document):
                link_factory(rest)

    def do_split(self):
        document = self.some_document
        keys = self.some_of(document.standing.waiting_keys)
        link_factory(splitting.split_off(document, keys, self.staff))

    def do_cancel(self):
        if self.chance.random() < 0.3:
            staging.cancel(self.some_document, "No paper", self.staff, money="kept")

    def do_reopen(self):
        staging.reopen(self.some_document, self.staff)

    def do_complete(self):
        staging.complete(self.some_document, self.staff)

    def do_let_run_out(self):
        document, over = self.some_document, days.today() - timedelta(days=1)
        if document.is_estimate and self.chance.random() < 0.5:
            SalesDocument.objects.filter(pk=document.pk).update(valid_until_override=over)
            listing.drain()

    def do_extend(self):
        staging.extend_validity(self.some_document, days.today() + timedelta(days=9), self.staff)

    def do_pay(self):
        document = self.some_document
        if document.is_order and document.balance_due:
            amount = self.chance.choice([document.amount_due, document.balance_due])
            payments.record_offline(document, amount=amount, method="Cash")

    def do_limit(self):
        found = DirectLink.objects.filter(document__family=self.family).order_by("pk")
        links.limit(self.chance.choice(found), self.chance.choice(list(LinkRole)), self.staff)
