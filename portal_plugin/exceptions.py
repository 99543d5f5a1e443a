"""What the portal says no with. The docstring of each class is the sentence a person reads."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop


class PortalError(Exception):
    """A refusal with nothing written. ``message`` is a whole, translated sentence.

    Subclasses set ``sentence`` (marked with ``gettext_noop``) and may set ``status``, the HTTP
    status that a view answers with, and ``wait``, the seconds after which trying again may help.
    ``fields`` maps form field names to sentences, for refusals that belong beside one field.
    """

    sentence = gettext_noop("This cannot be done now.")
    status = 409
    wait = 0

    def __init__(self, message="", *, fields=None):
        self.message = message or _(self.sentence)
        self.fields = fields or {}
        super().__init__(self.message)


class StaleDocument(PortalError):
    """The shop changed this after you opened the page."""

    sentence = gettext_noop("The shop changed this after you opened the page.")

    def __init__(self, message="", *, changes=None, since=None):
        """``changes``: key of each changed item to the hash that the page showed of it. ``since``:
        number of the version that the page showed, where what is payable changed after it."""
        super().__init__(message)
        self.changes = dict(changes or {})
        self.since = since


class StaleProof(StaleDocument):
    """The shop sent a new version of the proof."""

    sentence = gettext_noop(
        "The shop sent a new version of this proof after you opened the page. "
        "Your points are still here. Please look whether they still hold, and send them again."
    )


class NotAvailable(PortalError):
    """This is no longer possible."""

    sentence = gettext_noop("This is no longer possible for this document.")


class DepositMissing(NotAvailable):
    """The stage needs the deposit, and it is not paid."""

    sentence = gettext_noop(
        "The deposit is not paid yet, and this stage needs it. Write a note that says why the "
        "order goes on without it."
    )


class NotForThisLink(NotAvailable):
    """The shop gave this person's link fewer rights."""

    sentence = gettext_noop("Your link lets you look at this, but not do it.")


class WrongCode(PortalError):
    """This is not the code of the email."""

    sentence = gettext_noop("This is not the code from the newest email. Please look again.")
    status = 403


class TermsChanged(StaleDocument):
    """The terms were changed after you opened the page."""

    sentence = gettext_noop(
        "The terms were changed after you opened the page. Please read the new text."
    )


class OrderChanged(StaleDocument):
    """What an answer orders is not what the page showed: others answered or chose meanwhile."""

    sentence = gettext_noop(
        "Somebody answered or chose something here after you opened the page, so this would now "
        "order something else. Please look at it once more."
    )


class PublishRefused(PortalError):
    """The document cannot go out to the customer yet."""

    sentence = gettext_noop("This document cannot go out to the customer yet.")


class EvidenceIsKept(PortalError):
    """What a customer decided or paid is kept."""

    sentence = gettext_noop(
        "This document was published. It can be cancelled, but not deleted or unpublished."
    )


class AlreadyConverted(PortalError):
    """An order was already made from this estimate."""

    sentence = gettext_noop("An order was already made from this estimate.")


class FileRefused(PortalError):
    """This file cannot be taken."""

    sentence = gettext_noop("This file cannot be taken.")
    status = 400


class UnreadableForm(PortalError):
    """The form arrived broken, or with more in it than this site takes at once."""

    sentence = gettext_noop(
        "This form could not be read: it is broken, or too much was sent at once. "
        "Nothing was saved."
    )
    status = 400


class FileTooLarge(FileRefused):
    """This file is too large."""

    sentence = gettext_noop("This file is too large.")
    status = 413


class UploadConflict(PortalError):
    """Somebody else sends the same upload, or another piece of it is wanted."""

    sentence = gettext_noop("This piece does not follow what arrived so far.")


class UploadIsOver(PortalError):
    """This upload took too long."""

    sentence = gettext_noop("This upload took too long. Please choose the file again.")
    status = 410


class FileWaits(PortalError):
    """This file is still being checked."""

    sentence = gettext_noop("This file is still being checked for viruses. Please try again later.")


class FileIsGone(PortalError):
    """The storage has lost this file."""

    sentence = gettext_noop("This file is missing. Please ask the shop to send it again.")
    status = 404


class ProofIsDamaged(PortalError):
    """The file of a proof is not the one that was uploaded."""

    sentence = gettext_noop(
        "Something is wrong with the picture of this proof. Nothing was saved. "
        "The shop has been told and will send it again."
    )


class StorageUnreadable(PortalError):
    """The storage does not answer."""

    sentence = gettext_noop("The files cannot be read right now. Please try again in some minutes.")
    status = 503


class FileIsDamaged(PortalError):
    """The stored bytes are not those that were stored."""

    sentence = gettext_noop("This file is damaged. The shop has been told.")


class StorageUnavailable(PortalError):
    """The disk is full or the storage is away; nothing was kept."""

    sentence = gettext_noop("The file could not be stored. Please try again in some minutes.")
    status = 507


class NobodyKnows(PortalError):
    """The database went away before it said whether it kept what was sent."""

    sentence = gettext_noop(
        "Something went wrong on our side, and we do not know whether this was saved. "
        "Please load the page again and look before you send it once more."
    )
    status = 503
    wait = 30


class CannotBeShown(PortalError):
    """The database does not answer."""

    sentence = gettext_noop(
        "This page cannot be shown right now. Please try again in some minutes."
    )
    status = 503
    wait = 30


class TooManyRequests(PortalError):
    """Too many attempts in a short time."""

    sentence = gettext_noop("There were too many attempts in a short time. Please try again later.")
    status = 429
    wait = 60 * 60


class TooManyWrongLinks(TooManyRequests):
    """Too many addresses that open nothing, from one place within a minute."""

    wait = 60


class PaymentUnavailable(PortalError):
    """Paying online is not possible right now."""

    sentence = gettext_noop("Paying online is not possible right now. You have not been charged.")
    status = 503


class RenderUnavailable(PortalError):
    """The PDF cannot be made on this server."""

    sentence = gettext_noop("The PDF cannot be made on this server.")
    status = 503


class Misconfigured(PortalError):
    """A setting is wrong; staff and checks are told which."""

    sentence = gettext_noop("This part of the portal is not set up.")
    status = 503
