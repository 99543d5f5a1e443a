"""One document by its number in the address, for whoever may see it."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from ..models import Estimate, Order, SalesDocument
from . import sites


def find(request, pk, action=None):
    """The estimate or order. A document of a site that is not the user's does not exist; without
    the right for ``action`` it raises ``PermissionDenied``."""
    base = SalesDocument.objects.filter(pk=pk).only("pk", "kind").first()
    model = Order if base is not None and base.is_order else Estimate
    related = ("site", "customer", "current_version", "latest_revision", "stage", "responsible")
    document = model.objects.select_related(*related).filter(pk=pk).first()
    if document is None or not _may_see(request.user, document):
        raise Http404
    if action is not None and not sites.may(request.user, action, document):
        raise PermissionDenied
    return document


def _may_see(user, document):
    if sites.is_hidden_sample(user, document):
        return False
    policy = sites.policy(type(document))
    return policy.user_has_any_permission_for_instance(user, sites.ANY, document)
