"""Whether the site's base template can hold the portal's pages, as far as reading it can tell.

``portal_doctor`` renders it; a base may raise, or leave a block out, for some pages alone.
"""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error, Warning
from django.template import TemplateDoesNotExist, TemplateSyntaxError

from ..conf import conf
from ..services.diagnosis import template_blocks
from .registering import portal_check

HINT = (
    "Add the block to your base template. Where it has the same under another name, write a small"
    " template that extends it and says which block is which, and name that in"
    ' PORTAL_PLUGIN["BASE_TEMPLATE"]: six lines, in the README under "Make it yours".'
)
#: A block of ours to what a page lacks when its surroundings are not in the base.
SUPPORTING = {"portal_css": "its style sheets", "portal_js": "its scripts"}


@portal_check()
def base_template_is_found() -> Iterator[CheckMessage]:
    try:
        template_blocks.compiled(conf.base_template)
    except TemplateDoesNotExist as error:
        missing = str(error) or conf.base_template
        yield Warning(
            f"There is no template {missing!r}: customers see the portal without your site's"
            " header and footer.",
            hint='Name your site\'s base in PORTAL_PLUGIN["BASE_TEMPLATE"], such as "layout.html".',
            id="portal_plugin.W001",
        )
    except (TemplateSyntaxError, OSError, UnicodeDecodeError) as error:
        yield Error(
            f"The base template {conf.base_template!r} cannot be read: {_first_line(error)}.",
            hint="Mend what the message names; until then customers see the portal without your"
            " site's header and footer.",
            id="portal_plugin.E004",
        )


def _first_line(error: Exception) -> str:
    """Django goes on with a list of every tag that there is."""
    text = str(error).partition(". Did you forget")[0]
    return text.partition(". Must be one of")[0].splitlines()[0].rstrip(".:")


@portal_check()
def base_template_has_the_blocks() -> Iterator[CheckMessage]:
    """Those that ``portal_plugin/base.html`` fills, be it ours or the site's own."""
    try:
        missing = template_blocks.missing_blocks()
    except (TemplateDoesNotExist, TemplateSyntaxError, OSError, UnicodeDecodeError):
        return
    for name, inner in missing.items():
        if "portal_body" in inner:
            yield Error(
                f"The base template has no block {name!r}: portal pages would be empty.",
                hint=HINT,
                id="portal_plugin.E005",
            )
        for ours, what in SUPPORTING.items():
            if ours in inner:
                yield Warning(
                    f"The base template has no block {name!r}: the portal is without {what}.",
                    hint=HINT,
                    id="portal_plugin.W002",
                )
