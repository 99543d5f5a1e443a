"""What Wagtail's own log calls a customer: never by a name that the shop has changed or deleted.

It writes down what a row is called at the moment, and keeps that for ever.
"""

from typing import Any

from django.utils.text import capfirst
from wagtail.models import ModelLogEntry

from ..models import Customer


def follow(customer: Customer) -> None:
    """Once it was saved under another name."""
    _call(customer, str(customer))


def forget(customer: Customer) -> None:
    """Once it is deleted: its number is left."""
    _call(customer, f"{capfirst(Customer._meta.verbose_name)} {customer.pk}")


def _call(customer: Customer, label: str) -> None:
    entries: Any = ModelLogEntry.objects
    entries.for_instance(customer).exclude(label=label).update(label=label)
