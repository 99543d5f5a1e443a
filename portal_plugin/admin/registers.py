"""Where the registers of payments, invoices, activity and links are found, if they can be had.

They are the only part that needs wagtail-modeladmin; without it everything else works.
"""

from functools import cache
from importlib.util import find_spec

from django.apps import apps


def can_be_had() -> bool:
    return apps.is_installed("wagtail_modeladmin") and find_spec("wagtail_modeladmin") is not None


@cache
def instances() -> dict:
    """Place ("group" or "reports") to the registers that are shown there."""
    if not can_be_had():
        return {}
    from .register_classes import ActivityRegister, InvoiceRegister, LinkRegister, PaymentRegister

    return {
        "group": [PaymentRegister(), InvoiceRegister()],
        "reports": [ActivityRegister(), LinkRegister()],
    }


def register() -> None:
    for registers in instances().values():
        for each in registers:
            each.register_with_wagtail()


def menu_items(place: str) -> list:
    return [each.get_menu_item() for each in instances().get(place, [])]
