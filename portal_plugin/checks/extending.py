"""A site's own classes in the admin can be found, and stand on ours."""

from collections.abc import Iterator
from difflib import get_close_matches

from django.core.checks import CheckMessage, Error

from ..conf import conf
from .registering import portal_check


@portal_check()
def viewsets_can_be_used() -> Iterator[CheckMessage]:
    from ..admin import replacing  # with all that the admin imports, which no command needs

    for name in conf.admin_viewsets:
        if name not in replacing.OURS:
            close = get_close_matches(name, replacing.OURS, 1)
            known = ", ".join(sorted(replacing.OURS))
            yield Error(
                f"ADMIN_VIEWSETS has a key {name!r} that means nothing.",
                hint=f"Did you mean {close[0]!r}?" if close else f"The keys are: {known}.",
                id="portal_plugin.E023",
            )
            continue
        _found, problem = replacing.look_up(name)
        if problem:
            yield Error(
                f"ADMIN_VIEWSETS[{name!r}] cannot be used: {problem}. The portal's own is shown.",
                hint="Name a subclass of the portal's class by its dotted path, or leave the key"
                " out. docs/extending-the-admin.md has an example.",
                id="portal_plugin.E024",
            )
