"""A site's own viewsets in the place of ours, by the setting ``ADMIN_VIEWSETS``."""

import logging

from django.utils.module_loading import import_string

from ..conf import conf
from . import viewsets
from .item_templates import ItemTemplateViewSet
from .stages import StageViewSet

logger = logging.getLogger(__name__)

#: Those that can be replaced, by the name that the setting uses.
OURS = {
    "estimates": viewsets.EstimateViewSet,
    "orders": viewsets.OrderViewSet,
    "customers": viewsets.CustomerViewSet,
    "stages": StageViewSet,
    "item_templates": ItemTemplateViewSet,
}


def viewset(name: str) -> type:
    """The class that is registered under that name. A wrong path keeps ours, so that the site
    starts and its checks can say what is wrong."""
    found, problem = look_up(name)
    if problem:
        logger.error("ADMIN_VIEWSETS[%r] cannot be used: %s.", name, problem)
    return found


def look_up(name: str) -> tuple[type, str]:
    """The class, and what is wrong with the path in the setting where something is."""
    ours, paths = OURS[name], conf.admin_viewsets
    path = paths.get(name) if isinstance(paths, dict) else None
    if not path:
        return ours, ""
    if not isinstance(path, str):
        return ours, "it is no dotted path"
    try:
        found = import_string(path)
    except ImportError as error:
        return ours, str(error)
    if not (isinstance(found, type) and issubclass(found, ours)):
        return ours, f"it is no subclass of {ours.__module__}.{ours.__name__}"
    return found, ""
