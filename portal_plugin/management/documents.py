"""Documents as an operator names them on the command line."""

from collections.abc import Iterable

from django.core.management.base import CommandError
from django.db.models import Q

from ..models import SalesDocument


def found(names: Iterable[str]) -> list[SalesDocument]:
    """By number, on every site that has it, or by the part of the address. Raises
    ``CommandError``."""
    documents = []
    for name in names:
        same = SalesDocument.objects.filter(Q(number=name) | Q(public_id=name)).order_by("pk")
        if not same:
            raise CommandError(f"There is no document {name}.")
        documents += same
    return documents
