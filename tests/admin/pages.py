"""Addresses and form data of the admin's pages, as a browser would send them."""

import re

from django.test import Client
from django.urls import reverse

#: The headers of a page that saves by itself.
AUTOSAVE = {"accept": "application/json"}


def url(model, name, *args):
    return reverse(model.snippet_viewset.get_url_name(name), args=args)


def overview(document):
    return reverse("portal_admin:overview", args=[document.pk])


def do(document, verb):
    return reverse("portal_admin:do", args=[document.pk, verb])


def browser_of(user):
    """Which is asked for the token that a form carries; pytest's ``client`` is not."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def token_of(page, address):
    """What the form that is sent to the address carries, as data of that form."""
    form = page.partition(f'action="{address}"')[2].partition("</form>")[0]
    name = "csrfmiddlewaretoken"
    return {name: re.search(rf'name="{name}" value="(\w+)"', form).group(1)}


def posted(form, values):
    """What a browser sends of the form where the values are typed."""
    shown = {name: form[name].value() for name in form.fields if name != "logo"}
    filled = {n: v for n, v in shown.items() if v not in (None, "") and v is not False}
    return {**filled, **values}


def formset(prefix, rows, initial=0):
    data = {
        f"{prefix}-TOTAL_FORMS": len(rows),
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }
    for number, row in enumerate(rows):
        row = {"id": "", "ORDER": number + 1, "DELETE": "", "key": "", **row}
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def item(**values):
    return {
        "name": "A1 poster",
        "description": "",
        "quantity": "2",
        "unit": "",
        "unit_price": "50",
        "tax_rate": "19",
        "tax_category": "S",
        "discount_percent": "0",
        "discount_amount": "0",
        "is_selected": "on",
        **values,
    }


def document(customer, items, initial=0, **values):
    """What the edit page of a document posts."""
    data = {
        "customer": customer.pk if customer else "",
        "title": "Window sign",
        "language": "en",
        "currency": "EUR",
        "introduction": "",
        "closing": "",
        "valid_until": "",
        "delivery_on": "",
        "delivery_text": "",
        "purchase_order_number": "",
        "deposit_percent": "0",
        "deposit_amount": "0",
        "pays_by": "",
        "payment_days": "",
        "discount_percent": "0",
        "discount_amount": "0",
        "shipping_amount": "0",
        "shipping_tax_rate": "0",
        **values,
    }
    return data | formset("line_items", items, initial)


def rows_of(draft):
    """The items of a draft as the page posts them back, unchanged."""
    return [
        item(
            id=row.pk or "",
            key=str(row.key),
            name=row.name,
            description=row.description,
            quantity=str(row.quantity),
            unit_price=str(row.unit_price),
            tax_rate=str(row.tax_rate),
        )
        for row in draft.lines
    ]


def post(client, draft, items, initial=0, headers=None, **values):
    """Send what the edit page of the draft sends."""
    data = document(draft.customer, items, initial, **values)
    return client.post(url(type(draft), "edit", draft.pk), data, headers=headers or {})
