"""The parts that editors put pages together from."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

# Each is a file in static/website/icons/.
ICONS = [
    ("letters", _("Letters")),
    ("van", _("Van")),
    ("signpost", _("Signpost")),
    ("cards", _("Cards")),
    ("poster", _("Poster")),
    ("leaflet", _("Leaflet")),
]

# Each is a file in static/website/illustrations/.
ILLUSTRATIONS = [
    ("storefront", _("Shop front at dusk")),
    ("channel-letters", _("Illuminated letters")),
    ("van", _("Lettered van")),
    ("wayfinding", _("Signpost and door plate")),
    ("banner", _("Banner on a fence")),
    ("press", _("Printing press with sheets")),
    ("cards", _("Business cards")),
    ("posters", _("Posters on a wall")),
    ("leaflets", _("Folded leaflets")),
    ("labels", _("Labels on jars")),
]


class TeaserBlock(blocks.StructBlock):
    icon = blocks.ChoiceBlock(choices=ICONS, label=_("Icon"))
    title = blocks.CharBlock(max_length=60, label=_("Title"))
    text = blocks.TextBlock(max_length=300, label=_("Text"))

    class Meta:
        icon = "pick"
        label = _("Service in brief")
        template = "website/blocks/teaser.html"


class ServiceBlock(blocks.StructBlock):
    illustration = blocks.ChoiceBlock(choices=ILLUSTRATIONS, label=_("Illustration"))
    title = blocks.CharBlock(max_length=60, label=_("Title"))
    text = blocks.TextBlock(label=_("Text"))
    facts = blocks.ListBlock(blocks.CharBlock(max_length=120), label=_("Good to know"))

    class Meta:
        icon = "list-ul"
        label = _("Service")
        template = "website/blocks/service.html"


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=60, label=_("Title"))
    text = blocks.TextBlock(max_length=300, label=_("Text"))

    class Meta:
        icon = "order"
        label = _("Step")
        template = "website/blocks/step.html"
