"""Which documents a list shows. Every selection reads what is kept on the row, so that it stays as
quick with a million rows."""

from datetime import timedelta

from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from .. import days
from ..letters import sought
from ..money import ZERO
from ..statuses import DocumentKind, DocumentState, Verdict, WaitingFor
from .conversation import ChangeRequest, Comment
from .customers import Customer
from .decimals import exact
from .decisions import Decision
from .payments import LedgerEntry
from .searching import SearchedQuerySet


def is_out(path="") -> Q:
    """What a customer may see at all. For rows that hang on a document ``path`` leads to it:
    ``document__``."""
    return Q(**{f"{path}live": True, f"{path}current_version__isnull": False})


class ListedQuerySet(SearchedQuerySet):
    def waiting_longer_than(self, days):
        """For us or for the customer, without a break."""
        since = timezone.now() - timedelta(days=days)
        return self.exclude(waiting_for=WaitingFor.NOBODY).filter(waiting_since__lt=since)

    def unpaid(self):
        """Something is left to pay; nobody pays for what was cancelled."""
        return self.filter(listed_balance__gt=0, cancelled_at=None)

    def payment_overdue(self):
        """The days to pay, counted from when the order first went out, are over."""
        return self.unpaid().filter(listed_due_on__lt=days.today())

    def ready_to_start(self):
        """Approved, nothing to be paid first, and in no stage yet: nobody has begun."""
        return self.filter(
            listed_state=DocumentState.APPROVED, listed_deposit_due=0, stage__isnull=True
        )

    def past_validity(self):
        """Their last valid day is over, in the site's time zone."""
        return self._with_last_day().filter(last_day__lt=days.today())

    def run_out(self):
        """Estimates whose last day is over since their lists were written: nothing happened to
        them, so that nothing has written them anew."""
        open_states = [
            DocumentState.WAITING,
            DocumentState.PARTLY_APPROVED,
            DocumentState.CHANGES_REQUESTED,
        ]
        open_ones = self.filter(is_out(), kind=DocumentKind.ESTIMATE, listed_state__in=open_states)
        return open_ones.past_validity()

    def within_validity(self):
        """All others."""
        found = self._with_last_day()
        return found.filter(Q(last_day=None) | Q(last_day__gte=days.today()))

    def _with_last_day(self):
        return self.annotate(last_day=Coalesce("valid_until_override", "valid_until"))

    def without_questions(self):
        """The customer neither wrote nor asked for anything that waits for an answer."""
        return self.filter(~_is_asked(), ~_is_requested())

    def half_approved(self):
        """Some item was approved, and the rest was left open."""
        states = [DocumentState.PARTLY_APPROVED, DocumentState.EXPIRED]
        return self.filter(
            Exists(Decision.objects.filter(document=OuterRef("pk"), verdict=Verdict.APPROVE)),
            listed_state__in=states,
        )

    def with_unanswered(self):
        """``has_unanswered``: the customer wrote or asked for something, and nobody answered."""
        asked = _is_asked() | _is_requested() & Q(cancelled_at=None)
        return self.annotate(
            has_unanswered=Case(When(asked, then=Value(True)), default=Value(False))
        )

    def with_paid(self):
        """``listed_paid``: what the ledger says is paid, for lists that are read from end to
        end."""
        sums = LedgerEntry.objects.filter(document=OuterRef("pk")).order_by().values("document")
        kept = exact(Sum(F("amount") - F("surcharge")))
        paid = Subquery(sums.annotate(sum=kept).values("sum"))
        return self.annotate(listed_paid=Coalesce(paid, Value(ZERO)))

    def of_customer(self, text):
        """Whose customer's name or company holds the text."""
        text = sought(text)
        named = Q(name__icontains=text) | Q(company__icontains=text)
        return self.filter(customer__in=Customer.objects.filter(named).order_by().values("pk"))


def _is_asked():
    return Exists(Comment.objects.unanswered().filter(document=OuterRef("pk")))


def _is_requested():
    return Exists(ChangeRequest.objects.open().filter(document=OuterRef("pk")))
