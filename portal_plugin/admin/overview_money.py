"""The money of an order on its overview: what adds up, what was booked, what can be recorded."""

from uuid import uuid4

from django.utils.translation import gettext as _

from .. import days
from ..money import format_money, typed_money
from ..services.presentation.plan import next_label, plan_rows
from . import money_rows, paying, sites
from .words import language_of_admin


def amounts(document):
    """Labels and amounts from the total to what is due, for a document that was ever out."""
    if document.current_version_id is None:
        return []
    rows = [(_("Total"), document.totals.total)]
    if document.is_order:
        if document.taken_off and not document.cancelled_at:
            rows.append((_("Taken off the price"), document.taken_off))
        rows.append((_("Paid"), document.received))
        if document.refunded:
            rows.append((_("Refunded"), document.refunded))
        if document.charged_back:
            rows.append((_("Taken back by the bank"), document.charged_back))
        rows.append((_("Balance due"), document.balance_due))
        if document.overpaid:
            rows.append((_("Paid too much"), document.overpaid))
        instalment = document.next_instalment
        if instalment:
            rows.append((next_label(document), instalment.left))
        elif document.deposit_due:
            rows.append((_("Deposit due"), document.deposit_due))
    language, currency = language_of_admin(), document.priced_in
    return [(label, format_money(amount, currency, language)) for label, amount in rows]


def bookings(document, user):
    """Every booking with what can be done about it, for an order that has any."""
    if not document.is_order or document.current_version_id is None:
        return {}
    currency = document.totals.currency
    surplus, due = document.overpaid, document.refund_due
    return {
        "money": money_rows.money_rows(document, user),
        "refunds": money_rows.refund_rows(document),
        "plan": plan_rows(document, lambda amount: money_rows.show(amount, currency)),
        "disputes": money_rows.dispute_rows(document),
        "surplus": money_rows.show(surplus, currency) if surplus and not due else "",
        "refund_due": money_rows.show(due, currency) if due else "",
    }


def payment(document, user, typed):
    """The fields of a payment to be written down, or what was typed there and refused."""
    may_record = sites.may(user, "record_payment", document)
    if not (may_record and document.is_order and document.current_version_id):
        return None
    today = days.today().isoformat()
    given = typed if typed and typed["verb"] == "record-payment" else {}
    due = document.amount_due or document.balance_due
    return {
        "amount": typed_money(due, document.totals.currency) if due else "",
        "day": today,
        **given,
        "currency": document.totals.currency,
        "key": uuid4(),
        "today": today,
        "words_used": paying.words_used(document.site_id),
    }
