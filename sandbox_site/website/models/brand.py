"""What makes one shop's website look and read like that shop's."""

import zlib

from django.core.validators import FileExtensionValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from ..colours import is_hex_colour, readable_on

# Only fonts that are on people's machines already: nothing is loaded from elsewhere.
HEADING_FONTS = {
    "sans": '"Avenir Next", Avenir, "Segoe UI", "Helvetica Neue", Arial, sans-serif',
    "serif": '"Iowan Old Style", "Palatino Linotype", Palatino, Georgia, "DejaVu Serif", serif',
}


def colour_field(label, default):
    return models.CharField(label, max_length=7, default=default, validators=[is_hex_colour])


@register_setting(icon="tag")
class Brand(BaseSiteSetting):
    """One row per Wagtail site; `for_request` keeps it on the request."""

    name = models.CharField(_("name"), max_length=80)
    tagline = models.CharField(_("tagline"), max_length=120, blank=True)
    logo = models.FileField(
        _("logo"),
        upload_to="brand",
        blank=True,
        validators=[FileExtensionValidator(["svg", "png", "webp"])],
        help_text=_("A square SVG, PNG or WebP. It stands beside the name."),
    )
    brand_colour = colour_field(_("brand colour"), "#b4430f")
    dark_colour = colour_field(_("dark colour"), "#1d2733")
    accent_colour = colour_field(_("accent colour"), "#f2b33d")
    paper_colour = colour_field(_("background colour"), "#fbf7f0")
    heading_font = models.CharField(
        _("headings"),
        max_length=10,
        default="sans",
        choices=[("sans", _("Without serifs")), ("serif", _("With serifs"))],
    )
    hero_ground = models.CharField(
        _("ground at the top of the home page"),
        max_length=10,
        default="dark",
        choices=[("dark", _("Dark")), ("paper", _("Background colour"))],
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("email"), blank=True)
    address = models.TextField(_("address"), blank=True)
    opening_hours = models.TextField(
        _("opening hours"),
        blank=True,
        help_text=_("One line per row: the days, a vertical bar, the times."),
    )
    footer_text = models.TextField(_("text in the footer"), blank=True)

    panels = [
        MultiFieldPanel(
            [FieldPanel("name"), FieldPanel("tagline"), FieldPanel("logo")], heading=_("Name")
        ),
        MultiFieldPanel(
            [
                FieldPanel("brand_colour"),
                FieldPanel("dark_colour"),
                FieldPanel("accent_colour"),
                FieldPanel("paper_colour"),
                FieldPanel("heading_font"),
                FieldPanel("hero_ground"),
            ],
            heading=_("Look"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("phone"),
                FieldPanel("email"),
                FieldPanel("address"),
                FieldPanel("opening_hours"),
                FieldPanel("footer_text"),
            ],
            heading=_("Contact"),
        ),
    ]

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")

    def __str__(self) -> str:
        return self.name

    @property
    def css_variables(self) -> dict[str, str]:
        """Custom properties for `:root`, by name."""
        return {
            "--brand": self.brand_colour,
            "--on-brand": readable_on(self.brand_colour),
            "--brand-dark": self.dark_colour,
            "--on-dark": readable_on(self.dark_colour),
            "--accent": self.accent_colour,
            "--on-accent": readable_on(self.accent_colour),
            "--paper": self.paper_colour,
            "--font-heading": HEADING_FONTS[self.heading_font],
            "--radius": "10px" if self.heading_font == "sans" else "2px",
        }

    @property
    def css_version(self) -> str:
        """Changes with the look, so that browsers may keep the stylesheet until then."""
        return f"{zlib.crc32(repr(self.css_variables).encode()):08x}"

    @property
    def phone_link(self) -> str:
        """The phone number as RFC 3966 has it: digits, with the plus in front."""
        return "tel:" + "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")

    @property
    def opening_rows(self) -> list[tuple[str, str]]:
        """Pairs of days and times."""
        lines = [line.partition("|") for line in self.opening_hours.splitlines() if line.strip()]
        return [(days.strip(), times.strip()) for days, _bar, times in lines]
