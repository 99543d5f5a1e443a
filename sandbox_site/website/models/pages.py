"""The three kinds of page that both shops are made of."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from ..blocks import ILLUSTRATIONS, ServiceBlock, StepBlock, TeaserBlock


class HomePage(Page):
    hero_title = models.CharField(_("headline"), max_length=120)
    hero_text = models.TextField(_("text below the headline"))
    hero_illustration = models.CharField(
        _("illustration"), max_length=30, choices=ILLUSTRATIONS, default="storefront"
    )
    teasers_title = models.CharField(_("title above the services"), max_length=120)
    teasers = StreamField([("teaser", TeaserBlock())], blank=True, verbose_name=_("services"))
    steps_title = models.CharField(_("title above the steps"), max_length=120, blank=True)
    steps = StreamField([("step", StepBlock())], blank=True, verbose_name=_("steps"))
    about_title = models.CharField(_("title of the text about the shop"), max_length=120)
    about = RichTextField(_("about the shop"), features=["bold", "italic", "link", "ul"])

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("hero_title"), FieldPanel("hero_text"), FieldPanel("hero_illustration")],
            heading=_("At the top"),
        ),
        FieldPanel("teasers_title"),
        FieldPanel("teasers"),
        FieldPanel("steps_title"),
        FieldPanel("steps"),
        FieldPanel("about_title"),
        FieldPanel("about"),
    ]
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["website.ServicesPage", "website.ContactPage"]
    template = "website/home_page.html"

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")


class ServicesPage(Page):
    introduction = models.TextField(_("introduction"))
    services = StreamField([("service", ServiceBlock())], verbose_name=_("services"))

    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("services")]
    parent_page_types = ["website.HomePage"]
    subpage_types = []
    template = "website/services_page.html"

    class Meta:
        verbose_name = _("services page")
        verbose_name_plural = _("services pages")


class ContactPage(Page):
    introduction = models.TextField(_("introduction"))
    directions = RichTextField(_("how to find us"), features=["bold", "italic", "link", "ul"])

    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("directions")]
    parent_page_types = ["website.HomePage"]
    subpage_types = []
    template = "website/contact_page.html"

    class Meta:
        verbose_name = _("contact page")
        verbose_name_plural = _("contact pages")
