"""Who the shop works for."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from ..letters import sought
from ..statuses import PaysBy
from . import trigrams
from .shop import country_code

#: More words than this find nothing that fewer do not, and each is a look through the tables.
MOST_WORDS = 6


class CustomerQuerySet(models.QuerySet):
    def of_site(self, site):
        return self.filter(site=site)

    def real(self):
        """Without those of sample documents."""
        return self.filter(is_sample=False)

    def search(self, text):
        """Each word stands in a name, company, phone or email of the customer or a contact."""
        found = self
        for word in sought(text).split()[:MOST_WORDS]:
            found = found.filter(pk__in=customers_with(word))
        return found


def customers_with(word):
    """Ids of the customers of all shops that hold the word, or have a contact that does."""
    contacts = trigrams.holding(Contact.objects.order_by(), word).values("customer")
    named = trigrams.holding(Customer.objects.order_by(), word).values("pk")
    return named.union(contacts, all=True).order_by()


class Customer(ClusterableModel):
    """A person or a company of one shop. Only the name is required."""

    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("name"), max_length=200)
    company = models.CharField(_("company"), max_length=200, blank=True)
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    address = models.TextField(_("address"), blank=True)
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[country_code],
        help_text=_("For e-invoices. Empty: the shop's own."),
    )
    tax_number = models.CharField(_("tax number"), max_length=50, blank=True)
    language = models.CharField(_("language"), max_length=15, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    pays_by = models.CharField(_("pays by"), max_length=10, choices=PaysBy.choices, blank=True)
    payment_days = models.PositiveSmallIntegerField(_("days to pay"), null=True, blank=True)
    gets_reminders = models.BooleanField(
        _("gets reminders"),
        default=True,
        help_text=_(
            "Of the day to answer by and of instalments. Untick it for whoever wants none: all "
            "other emails go on."
        ),
    )
    notes = models.TextField(
        _("internal notes"), blank=True, help_text=_("Never shown to the customer.")
    )
    #: Whoever tries a sample document out, in the part of its customer.
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [models.Index(fields=["site", "name"], name="portal_customer_site_name")]

    def __str__(self):
        return f"{self.name} · {self.company}" if self.company else self.name


class Contact(Orderable):
    """One of several people at a customer who may get a direct link."""

    customer = ParentalKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    gets_documents = models.BooleanField(_("gets estimates and orders"), default=True)

    class Meta(Orderable.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self):
        return self.name
