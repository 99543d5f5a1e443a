"""The one shape of a customer action: is it offered, what does it ask, do it, what came of it.

A new action is a subclass in a module of its own and a template
``portal_plugin/actions/<name>.html``. Locking, the second look under the lock, the entry in the
history, the mails and the signal happen here, once; HTTP happens in one view.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .. import faults
from ..exceptions import NotAvailable, NotForThisLink, PortalError
from ..models import PortalSettings, Submission
from ..models.documents import lock
from ..services import activity, listing, notifications
from ..services.presentation import people
from ..services.presentation.document import item_name
from ..statuses import LinkRole
from . import matrix
from .forms import ActionForm
from .outcomes import Done


class Scope(Enum):
    """What an action may be about."""

    DOCUMENT = "document"
    ITEM = "item"
    BOTH = "both"


@dataclass(frozen=True)
class Invalid:
    """The form has something to say; nothing was written."""

    form: ActionForm


class Action:
    """Something that a customer can do to a document, or to one of its items."""

    #: Module, address, template, activity verb and kind of email.
    name: ClassVar[str]
    #: The button's text, exactly as the customer reads it.
    label: ClassVar[Any]
    #: The dialog's heading, and the text of its only full button.
    title: ClassVar[Any] = ""
    submit_label: ClassVar[Any] = _("Send")
    #: The verb of the table in ``matrix``.
    verb: ClassVar[str]
    scope: ClassVar[Scope] = Scope.BOTH
    form_class: ClassVar[type[ActionForm]] = ActionForm
    needs_role: ClassVar[str] = LinkRole.LOOK
    #: The ``conf`` property that says how often in an hour one link may do it.
    limit: ClassVar[str | None] = None
    #: Whether its button stands with the document's, the item's, or nowhere by itself.
    is_offered: ClassVar[bool] = True
    #: How the button opens: ``dialog`` or ``pay`` (a dialog of its own).
    opens: ClassVar[str] = "dialog"
    #: Fields of its form that say yes to what the page shows.
    ticks: ClassVar[tuple[str, ...]] = ()
    #: How its form is sent; files need ``multipart/form-data``.
    enctype: ClassVar[str] = ""

    #: A word of the link that led to its form, such as ``mistake``.
    why: str = ""
    #: Whether it binds the customer, who may have to type a code first.
    binds: ClassVar[bool] = False
    #: Names of actions whose code counts for this one, too, as long as it does, for whatever item.
    shares_code: ClassVar[tuple[str, ...]] = ()
    #: Whether what came of it has a receipt.
    has_receipt: ClassVar[bool] = False

    def __init__(self, visit, item_key=None):
        self.visit = visit
        self.item_key = item_key

    @property
    def document(self):
        return self.visit.document

    @cached_property
    def item(self):
        """The ``ItemStanding`` of the item it is about, or ``None``."""
        return self.document.standing.items.get(self.item_key)

    @cached_property
    def item_name(self):
        return item_name(self.document, self.item_key) if self.item_key else ""

    @property
    def url(self):
        """Its address: a page of its own, and where its form is sent."""
        kwargs = {"public_id": self.document.public_id, "action": self.name}
        if self.item_key:
            kwargs["item_key"] = self.item_key
        return reverse("portal_plugin:action", kwargs=kwargs)

    # -- what a subclass says ---------------------------------------------------------------------

    @property
    def at_stake(self) -> Decimal:
        """Of one that binds: the amount that it is about, in the document's currency."""
        return Decimal(0)

    def bound_to(self, form) -> Any:
        """Of one that binds: what exactly the valid form is about, so that a code by email counts
        for nothing else. Of what ``canonical`` can write; empty where the action alone says it."""
        return None

    def is_available(self) -> bool:
        """Whether the customer may do it now. Asked for the button, and again under the lock."""
        return self.is_allowed

    def refusal(self) -> NotAvailable:
        """What is said where it is not available."""
        return NotAvailable()

    def initial(self) -> dict[str, Any]:
        return {}

    @property
    def button_label(self) -> Any:
        """What its form's one full button says."""
        return self.submit_label

    def untick(self, data, error) -> None:
        """Take out of ``data``, a copy of what was posted, the ticks that do not stand any more
        after the ``StaleDocument`` error."""
        for name in self.ticks:
            data.pop(name, None)

    def context(self, form) -> dict[str, Any]:
        """What the action's template needs besides the form."""
        return {}

    def prepare(self, form) -> None:
        """Slow work before the lock: store a file, look into it. Keep what it made on the form."""

    def discard(self, form) -> None:
        """Undo ``prepare``, as far as it came: it raised, or the transaction was refused."""

    def perform(self, form, submission):
        """Do it, inside the transaction. ``self.document`` was read under the lock."""
        raise TypeError(f"{type(self).__name__} does not say what it does")

    def finish(self, outcome):
        """After the commit, outside any transaction: call whoever is slow."""
        return outcome

    def replay(self, submission):
        """The outcome of a submission that arrived before."""
        return Done(submission.message, document=self.document)

    def facts(self, form) -> dict[str, Any]:
        """What the history and the mails keep of it: ids, amounts and words, no personal data."""
        return {"item": str(self.item_key)} if self.item_key else {}

    def history_facts(self, submission) -> dict[str, Any]:
        """What the history keeps besides."""
        return {}

    def is_news(self, form) -> bool:
        """Whether what ``perform`` did goes into the history and is told. Not what was there."""
        return True

    # -- what every action does alike -------------------------------------------------------------

    @property
    def is_allowed(self) -> bool:
        """The table, the link's rights, and whether the item is one of this document's."""
        if not self.fits_scope or not self.visit.may(self.needs_role):
            return False
        return matrix.allows(self.document, self.verb)

    @property
    def fits_scope(self) -> bool:
        if self.item_key is None:
            return self.scope != Scope.ITEM
        known = {line.key for line in self.document.lines}
        return self.scope != Scope.DOCUMENT and self.item_key in known

    def why_not(self) -> NotAvailable:
        """What is said to whoever may not do it, or not any more."""
        if self.visit.link is not None and not self.visit.may(self.needs_role):
            return NotForThisLink(people.who_may(self.document, self.needs_role))
        return self.refusal()

    def form(self, data=None, files=None) -> ActionForm:
        return self.form_class(
            data, files, initial=self.initial(), visit=self.visit, item_key=self.item_key
        )

    def run(self, data, files=None):
        """Validate, lock, look again, do it once. Returns an outcome or ``Invalid``.

        Raises ``PortalError`` with nothing written.
        """
        if not self.visit.can_act or not self.visit.may(self.needs_role):
            raise self.why_not()
        form = self.form(data, files)
        earlier = self._earlier(form)
        if earlier is not None:
            return self.finish(self.replay(earlier))
        if not self.is_available():
            raise self.why_not()
        if not form.is_valid():
            return Invalid(form)
        asked_for = self._stake()
        try:
            self.prepare(form)
            faults.reach("act.prepared")
            outcome = self._run_locked(form, asked_for)
        except BaseException:
            self.discard(form)
            raise
        faults.reach("act.committed")
        return self.finish(outcome)

    def _stake(self) -> Decimal | None:
        """What a code by email is asked for; ``None`` where none ever is."""
        shop = PortalSettings.of(self.document.site) if self.binds else None
        return self.at_stake if shop is not None and shop.asks_codes else None

    def _run_locked(self, form, asked_for):
        with transaction.atomic():
            fresh = lock(self.document)
            action = type(self)(self.visit.again(fresh), self.item_key)
            earlier = action._earlier(form)
            if earlier is not None:
                self.discard(form)
                return action.replay(earlier)
            if not action.is_available():
                raise action.why_not()
            form.visit = action.visit
            stake = action._stake()
            submission = action._submit(form)
            outcome = action.perform(form, submission)
            if stake is not None and (asked_for is None or stake > asked_for):
                # Whether a code was due was told from less than it has come to be about.
                raise PortalError(_("Please load the page again."))
            if isinstance(outcome, Done):
                Submission.objects.filter(pk=submission.pk).update(message=outcome.message)
            if action.is_news(form):
                action._tell(form, submission)
            faults.reach("act.before_commit")
            return outcome

    def _earlier(self, form):
        """The submission with this form's key. Keys are looked up within the document alone: those
        of another document are unknown here."""
        try:
            key = form.key()
        except ValidationError:
            return None
        found = Submission.objects.filter(
            document=self.document.pk, client_key=key, action=self.name, link=self.visit.link
        )
        return found.first()

    def _submit(self, form):
        key = form.key()
        if Submission.objects.filter(document=self.document.pk, client_key=key).exists():
            # Of another form, or by another link: nothing to repeat, and nothing to add to.
            raise PortalError(_("Please load the page again."))
        values = {"name": self.visit.name, "email": self.visit.email} | form.recorded()
        return Submission.objects.create(
            document_id=self.document.pk,
            client_key=key,
            action=self.name,
            link=self.visit.link,
            address=self.visit.address,
            user_agent=self.visit.user_agent[:300],
            **values,
        )

    def _enter(self, facts, submission):
        data = {**facts, **self.history_facts(submission)}
        activity.record(
            self.document, self.name, link=self.visit.link, data=data, submission=submission
        )

    def _tell(self, form, submission):
        facts = self.facts(form)
        link = self.visit.link
        self._enter(facts, submission)
        listing.refresh(self.document)
        notifications.customer_acted(
            self.document, self.name, link=link, submission=submission, facts=facts
        )
