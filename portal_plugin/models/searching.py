"""Documents that hold some words, found as quickly among a million as among a hundred."""

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import Case, Count, OuterRef, Q, Subquery, Value, When, Window
from django.db.models.lookups import IsNull

from ..letters import sought
from . import trigrams
from .customers import MOST_WORDS, Contact, Customer, customers_with
from .items import LineItem

#: As many hits as are asked for by their ids.
FEW = 500
#: Words are common that stand in more than ``COMMON`` of the ``FIRST`` rows of a list.
FIRST, COMMON = 500, 25


class SearchedQuerySet(models.QuerySet):
    #: Of what was searched for and is common: the ids of those that come first, in their order …
    first_ids: tuple[int, ...] = ()
    #: … and the list that was searched in.
    searched = None
    #: How many rows these are, where it was found out on the way.
    known_count: int | None = None

    def search(self, text, *, exact_first=False):
        """Each word stands somewhere: in the number, title, customer's order number or items, or in
        a name, company, phone or email of the customer or a contact. In the order that it has, but
        with ``exact_first`` for the document whose number is just the text.

        Looks at once: what matches little is then counted, sorted and shown without looking through
        the tables again. What matches much, all of which would be gathered and sorted for any page,
        knows its ``first_ids``.
        """
        text = sought(text)
        words = text.split()[:MOST_WORDS]
        number = text if exact_first else ""
        if not words:
            return self
        if trigrams.are_as_compared(words, self.db):
            first_ids = self._among_first(words)
            if len(first_ids) > COMMON:
                return self._which_begins_with(first_ids, words, number)
        rare, ids, has_number = self._rarest(words, number)
        if rare:
            others = [word for word in words if word != rare]
            return self.filter(pk__in=ids)._which_hold(others)._with_first(number)
        found, number = self._with_all(words), number if has_number else ""
        return self._counted(found, number) if len(words) > 1 else found._with_first(number)

    def count(self):
        return super().count() if self.known_count is None else self.known_count

    def page(self, start, end):
        """A slice of it, in its order."""
        if end > len(self.first_ids):
            return self[start:end]
        return self.searched.filter(pk__in=self.first_ids[start:end])

    def _among_first(self, words) -> tuple[int, ...]:
        """Ids of the first rows of the list that hold all words, each row looked at by itself: it
        costs the same however many rows there are, and however many of them hold the words."""
        first = self.values("pk")[:FIRST]
        found = self.model._default_manager.filter(pk__in=first)._which_hold(words)
        if self.query.order_by:
            found = found.order_by(*self.query.order_by)
        return tuple(found.values_list("pk", flat=True))

    def _which_begins_with(self, first_ids, words, number):
        found = self._with_all(words)
        if self._has_number(number):
            return found._with_first(number)
        found.first_ids, found.searched = first_ids, self
        return found

    def _with_all(self, words):
        """From the indexes, and what is too short for one by a look at the rows that hold the
        rest."""
        indexed = _indexed(words)
        found = self
        for word in indexed:
            found = found.filter(pk__in=_ids_with(word))
        return found._which_hold([word for word in words if word not in indexed])

    def _counted(self, found, number):
        """Each of several words is common, but few rows may hold them all: gathered once, they are
        counted and, where they are few, known by their ids."""
        counted = found.order_by().annotate(in_all=Window(Count("pk")))
        few = list(counted.values_list("pk", "in_all")[: FEW + 1])
        if len(few) <= FEW:
            found = self.filter(pk__in=[pk for pk, _all in few])
        found = found._with_first(number)
        found.known_count = few[0][1] if few else 0
        return found

    def _which_hold(self, words):
        """Of few rows, by a look at each."""
        found = self
        for word in words:
            as_compared = trigrams.are_as_compared([word], self.db)
            found = found.filter(_holds(word) if as_compared else Q(pk__in=_ids_with(word)))
        return found

    def _rarest(self, words, number) -> tuple[str, list[int], bool]:
        """The word that the fewest documents hold, with their ids, those of other lists included;
        no word where each is held by more than ``FEW``. And whether the number is there. Nothing
        but indexes is looked at, and that once."""
        indexed = _indexed(words)
        asked = [_ids_with(word)[: FEW + 1] for word in indexed]
        if number:
            asked.append(self._of_number(number).order_by().values_list("pk")[:1])
        found = [[] for _ in [*indexed, number]]
        for place, pk in _together(asked, self.db):
            found[place].append(pk)
        ids, rare = min(zip(found, indexed, strict=False), key=lambda pair: len(pair[0]))
        is_rare = len(ids) <= FEW
        return (rare, ids, bool(found[-1])) if is_rare else ("", [], bool(found[-1]))

    def _has_number(self, number) -> bool:
        return bool(number) and self._of_number(number).exists()

    def _of_number(self, number):
        return self.filter(number__in={number, number.upper()})

    def _with_first(self, number):
        if not number:
            return self
        is_first = Case(When(number__in={number, number.upper()}, then=Value(0)), default=Value(1))
        return self.order_by(is_first, *self.query.order_by)


def _ids_with(word):
    """Of all documents that hold the word; one that holds it twice is there twice."""
    from .documents import SalesDocument

    documents = SalesDocument.objects.order_by()
    return (
        trigrams.holding(documents, word)
        .values_list("pk")
        .union(
            documents.filter(customer__in=customers_with(word)).values_list("pk"),
            trigrams.holding(LineItem.objects.order_by(), word).values_list("document"),
            all=True,
        )
        .order_by()
    )


def _holds(word) -> Q:
    """Asked of each row by itself: nobody may first gather all items or customers that hold the
    word, as the databases do for what they could compare with a list."""
    items = LineItem.objects.filter(trigrams.any_of("lineitem", word), document=OuterRef("pk"))
    customer = Customer.objects.filter(trigrams.any_of("customer", word), pk=OuterRef("customer"))
    contacts = Contact.objects.filter(
        trigrams.any_of("contact", word), customer=OuterRef("customer")
    )
    return trigrams.any_of("salesdocument", word) | Q(
        *(_has_one(rows) for rows in (items, customer, contacts)), _connector=Q.OR
    )


def _indexed(words) -> list[str]:
    """Those that are in indexes; where all are too short, the first, which no index can spare."""
    return [word for word in words if len(word) >= trigrams.LETTERS] or words[:1]


def _together(querysets, using) -> list[tuple[int, int]]:
    """Of querysets of ids, each with a limit of its own: place among them and id, in one query."""
    parts, values = [], []
    for place, rows in enumerate(querysets):
        try:
            sql, params = rows.query.get_compiler(using=using).as_sql()
        except EmptyResultSet:  # of a list in which this user sees nothing
            continue
        parts.append(f"SELECT {place} AS place, few.* FROM ({sql}) AS few")
        values += params
    with connections[using].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return cursor.fetchall()


def _has_one(rows):
    return IsNull(Subquery(rows.order_by().values("pk")[:1]), False)
