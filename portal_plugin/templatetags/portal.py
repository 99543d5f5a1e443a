"""What the portal's templates need beyond Django's own tags."""

import re
from datetime import datetime
from itertools import zip_longest

from django import forms, template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from .. import days

register = template.Library()

#: Ends where a sentence would: a full stop or bracket after an address is not part of it.
_ADDRESS = re.compile(r"(https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]}])")
#: Between two tags; a space on one line is one that is meant. Only one way leads to the line's end:
#: it takes no longer for a thousand empty lines of a customer's.
_INDENTATION = re.compile(r">[^\S\n]*\n\s*<")
_LINK = '<a class="portal-link" href="{}" rel="noopener noreferrer nofollow ugc">{}</a>'


@register.filter
def initials(name: str) -> str:
    """At most two letters, for the small circle beside a message."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:]))


@register.filter
def linked(text: str) -> SafeString:
    """What a person wrote, escaped; only addresses that begin with http or https become links."""
    parts = _ADDRESS.split(text)
    pairs = zip_longest(parts[::2], parts[1::2], fillvalue="")
    return format_html_join(
        "", "{}{}", ((plain, format_html(_LINK, a, a) if a else "") for plain, a in pairs)
    )


@register.filter
def keeping(text: str, number: str) -> SafeString:
    """``text`` with the ``number`` in it as one, if there is one yet: a browser breaks a line at
    each hyphen."""
    if not number:
        return conditional_escape(text)
    before, found, after = text.partition(number)
    return format_html('{}<bdi class="portal-whole">{}</bdi>{}', before, found, after)


@register.filter(expects_localtime=True)
def moment(when: datetime | None) -> str:
    """Date and time, short, in the active language; nothing for nothing."""
    return days.day_and_time(when, is_short=True) if when else ""


@register.filter
def is_tick(field: forms.BoundField) -> bool:
    """Whether the field is one box to tick, whose label stands beside it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.simple_tag(takes_context=True)
def short(context: template.Context, url: str) -> str:
    """``url`` from where the page is: with 10 items the whole path alone would be 2 KB of it. The
    admin's preview is at another place than the page."""
    request = getattr(context, "request", None)
    if getattr(request, "is_preview", False):
        return url
    return url.removeprefix(request.path) if request and url != request.path else url


class UnindentedNode(template.Node):
    """Markup is half the size without its indentation. Django's own ``spaceless`` takes the space
    between two words as well, where each has a tag of its own."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist  # Django looks here for the blocks that other templates fill

    def render(self, context: template.Context) -> SafeString:
        return mark_safe(_INDENTATION.sub("><", self.nodelist.render(context).strip()))


@register.tag("unindented")
def do_unindented(parser: template.base.Parser, token: template.base.Token) -> UnindentedNode:
    nodelist = parser.parse(("endunindented",))
    parser.delete_first_token()
    return UnindentedNode(nodelist)


class KeptNode(template.Node):
    """What stands inside, from where it is kept (``kept``), or drawn now and then kept there."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        kept = context.get("kept")
        if kept is None:
            return self.nodelist.render(context)
        if kept.html is not None:
            return mark_safe(kept.html)
        html = self.nodelist.render(context)
        kept.keep(html, nonce=context["csp_nonce"], is_settled=context["view"].is_settled)
        return html


@register.tag("kept")
def do_kept(parser: template.base.Parser, token: template.base.Token) -> KeptNode:
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist)


@register.simple_tag
def portal_widget(field: forms.BoundField) -> SafeString:
    """The field's input with the portal's class on it; Django adds what describes it."""
    attrs = {"class": "portal-box" if is_tick(field) else "portal-input"}
    if isinstance(field.field.widget, forms.Select):
        attrs["class"] += " portal-select"
    if isinstance(field.field.widget, forms.EmailInput):
        attrs["dir"] = "ltr"  # else its signs change places where the page runs the other way
    return field.as_widget(attrs=attrs)
