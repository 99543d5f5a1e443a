"""What can be imported: its columns with the headings they are known by, and which row is which."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ...models import Customer, ItemTemplate, PortalSettings
from ...models.items import TaxCategory
from ...statuses import PaysBy
from .. import listing
from . import cells

#: As many keys as one query asks for.
AT_ONCE = 300


@dataclass(frozen=True)
class Column:
    """``names`` are headings besides the field's own name and its label in each language."""

    name: str
    names: tuple[str, ...] = ()
    read: Callable[[str], Any] = cells.text


@dataclass(frozen=True)
class Part(Column):
    """A column that is a piece of the field ``of``: address books part a name from a first name, a
    street from a town. ``after`` stands between it and the piece before it."""

    of: str = ""
    after: str = " "


class Kind:
    """``known`` holds the rows of a site that a file may be about, the planned ones included."""

    name: str
    model: Any
    columns: Sequence[Column]
    #: In the order in which they make their field, whatever the order in the file.
    parts: Sequence[Part] = ()

    def __init__(self, site: Any):
        self.site = site
        self._by_key: dict[tuple, list] = defaultdict(list)
        self._read_already: set = set()

    @classmethod
    def labels(cls) -> dict[str, str]:
        """Field name to what staff read for it."""
        return {column.name: cls.label(column.name) for column in cls.columns}

    @classmethod
    def label(cls, name: str) -> str:
        return capfirst(str(cls.model._meta.get_field(name).verbose_name))

    @classmethod
    def headings(cls) -> dict[str, Column]:
        """Every heading that is understood, as ``heading`` writes it."""
        found: dict[str, Column] = {}
        for column in cls.columns:
            for code in cells.languages():
                with translation.override(code):
                    found.setdefault(heading(cls.label(column.name)), column)
        for column in (*cls.parts, *cls.columns):
            found |= {heading(name): column for name in (column.name, *column.names)}
        return found

    def blank(self) -> Any:
        return self.model(site=self.site)

    def load(self, found: Sequence[dict[str, Any]]) -> None:
        """Read the rows that these values may be about: a query for so many keys, not for each."""
        raise NotImplementedError

    def keys_of(self, row: Any) -> list[tuple]:
        """What it is known by."""
        raise NotImplementedError

    def find(self, values: dict[str, Any]) -> Any:
        """The row that is meant, or nothing. Raises ``ValidationError`` where it may be several."""
        raise NotImplementedError

    def finish(self, new: Sequence[Any]) -> None:
        """What new rows need before they are saved, beyond what the file says."""

    def saved(self, row: Any, names: Iterable[str]) -> None:
        """What follows from a row that was there and has these fields changed."""

    def change(self, row: Any, values: dict[str, Any]) -> None:
        """In memory; what it is known by may be among them."""
        self._forget(row)
        for name, value in values.items():
            setattr(row, name, value)
        self._keep(row)

    def _keep(self, row: Any) -> None:
        for key in self.keys_of(row):
            self._by_key[key].append(row)

    def _forget(self, row: Any) -> None:
        for key in self.keys_of(row):
            if row in self._by_key[key]:
                self._by_key[key].remove(row)

    def _read(self, rows: Any) -> None:
        for row in rows.filter(site=self.site).order_by("pk"):
            if row.pk not in self._read_already:
                self._read_already.add(row.pk)
                self._keep(row)


class Customers(Kind):
    """A customer is known by the email address, and where there is none by name and company."""

    name = "customers"
    model = Customer
    columns = (
        Column(
            "name", ("customer", "full name", "contact", "Kunde", "Kundenname", "Ansprechpartner")
        ),
        Column("company", ("organisation", "organization", "Firma", "Unternehmen")),
        Column("email", ("e-mail", "mail", "email address", "E-Mail-Adresse", "Mailadresse")),
        Column(
            "phone",
            (
                *("telephone", "phone number", "mobile", "business phone"),
                *("Telefon", "Telefonnummer", "Tel", "Telefon geschäftlich"),
            ),
        ),
        Column("address", ("postal address", "Adresse", "Anschrift")),
        Column("tax_number", ("vat id", "vat number", "tax id", "USt-IdNr", "Steuernummer")),
        Column("language", ("Sprache",), cells.language),
        Column("currency", ("Währung",), cells.currency),
        Column("pays_by", ("payment method", "Zahlungsart"), cells.one_of(PaysBy.choices)),
        Column("payment_days", ("Zahlungsziel", "payment terms"), cells.days_to_pay),
        Column("notes", ("note", "Notizen", "Notiz", "Bemerkung"), cells.text),
    )

    parts = (
        Part("first_name", ("given name", "forename", "Vorname"), of="name"),
        Part("last_name", ("family name", "surname", "Nachname", "Familienname"), of="name"),
        Part(
            "street",
            (
                *("street address", "business street", "Straße geschäftlich"),
                *("Straße", "Straße und Hausnummer", "Straße Nr", "Straße Hausnummer"),
            ),
            of="address",
        ),
        Part(
            "postcode",
            (
                *("zip", "zip code", "postal code", "business postal code"),
                *("PLZ", "Postleitzahl", "Postleitzahl geschäftlich"),
            ),
            of="address",
            after="\n",
        ),
        Part("city", ("town", "business city", "Ort", "Stadt", "Ort geschäftlich"), of="address"),
    )

    def load(self, found: Sequence[dict[str, Any]]) -> None:
        rows = Customer.objects.real().alias(in_lower=Lower("email"))
        for emails in in_batches(values.get("email") for values in found):
            # Databases do not agree on the small letters of ü: what is written alike is found, too.
            lower = [email.lower() for email in emails]
            self._read(rows.filter(Q(email__in=emails) | Q(in_lower__in=lower)))
        for names in in_batches(values.get("name") for values in found):
            self._read(rows.filter(name__in=names))

    def keys_of(self, row: Any) -> list[tuple]:
        return [
            ("name", row.name, row.company),
            *([("email", row.email.lower())] if row.email else []),
        ]

    def find(self, values: dict[str, Any]) -> Any:
        email = values.get("email", "").lower()
        same = self._by_key[("email", email)] if email else []
        if not same:
            known = self._by_key[("name", values.get("name"), values.get("company", ""))]
            same = [row for row in known if not (email and row.email)]
        return only(
            same, _("Several customers have this name or email address. Change it by hand.")
        )

    def saved(self, row: Customer, names: Iterable[str]) -> None:
        if "payment_days" in names:
            listing.days_to_pay_changed(row)


class ItemTemplates(Kind):
    """An item template is known by its name."""

    name = "item_templates"
    model = ItemTemplate
    columns = (
        Column("name", ("item", "article", "product", "Artikel", "Produkt", "Bezeichnung", "Name")),
        Column("description", ("details", "text", "Beschreibung")),
        Column("unit", ("Einheit",)),
        Column("unit_price", ("price", "net price", "Preis", "Einzelpreis"), cells.price),
        Column("tax_rate", ("tax", "vat", "tax rate", "MwSt", "USt", "Steuersatz"), cells.number),
        Column("tax_category", ("tax category",), cells.one_of(TaxCategory.choices)),
        Column("price_includes_tax", ("gross", "brutto"), cells.truth),
        Column("is_active", ("active", "aktiv"), cells.truth),
    )

    def blank(self) -> ItemTemplate:
        shop = PortalSettings.of(self.site)
        usual = {"tax_rate": shop.tax_rate, "price_includes_tax": shop.prices_include_tax}
        return ItemTemplate(site=self.site, **usual)

    def load(self, found: Sequence[dict[str, Any]]) -> None:
        for names in in_batches(values.get("name") for values in found):
            self._read(ItemTemplate.objects.filter(name__in=names))

    def keys_of(self, row: Any) -> list[tuple]:
        return [("name", row.name)]

    def find(self, values: dict[str, Any]) -> Any:
        same = self._by_key[("name", values.get("name"))]
        return only(same, _("Several item templates have this name. Change it by hand."))

    def finish(self, new: Sequence[Any]) -> None:
        """At the end of the shop's list, in the order of the file."""
        first = ItemTemplate.objects.next_position(self.site)
        for position, row in enumerate(new, first):
            row.position = position


KINDS = {kind.name: kind for kind in (Customers, ItemTemplates)}


def only(rows: Sequence[Any], otherwise: str) -> Any:
    if len(rows) > 1:
        raise ValidationError(otherwise)
    return rows[0] if rows else None


def heading(text: str) -> str:
    """Without what people write differently: case, blanks, dashes, brackets, dots."""
    return re.sub(r"[\W_]+", "", text).casefold()


def in_batches(values: Iterable[Any]) -> Iterable[list]:
    found = sorted({value for value in values if value})
    return (found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE))
