"""The site's mail backend, whatever it is: one letter in, a provider's id or one of two errors out.

The message is sent with plain ``send()``: which server, which account and how long to wait for it
are the site's settings, in the old spelling or in Django 6.1's ``MAILERS``.
"""

import smtplib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr, quote
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives

try:
    from anymail.exceptions import (
        AnymailAPIError,
        AnymailError,
        AnymailRecipientsRefused,
        AnymailUnsupportedFeature,
    )
except ImportError:
    # A backend that is not anymail's raises none of these.
    AnymailAPIError = AnymailError = AnymailRecipientsRefused = AnymailUnsupportedFeature = ()

#: HTTP answers of a provider that say nothing about the letter: our key, our rate, our patience.
PASSING_STATUSES = frozenset({401, 402, 403, 408, 409, 425, 429})
#: Replies of a mail server's about itself or our account, not about the letter (RFC 5321, 3.8; RFC
#: 4954, 6): it shuts down, or wants us to sign in, or to do so otherwise.
ABOUT_THE_SERVER = frozenset({421, 530, 534, 535, 538})
#: What smtplib names when the server does not offer what the site's settings ask for.
ABOUT_THE_SETTINGS = ("STARTTLS", "AUTH")
LEFT_TO_RIGHT_MARK = "\u200e"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
#: Writes letters where the process writes everything else.
CONSOLE = "django.core.mail.backends.console.EmailBackend"


@dataclass(frozen=True)
class Attached:
    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Letter:
    """One email to one person, ready to go. ``sender`` and ``to`` come from ``mailbox()``."""

    to: str
    sender: str
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    message_id: str
    reply_to: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    attached: Sequence[Attached] = ()
    tag: str = ""
    metadata: dict[str, str] = field(default_factory=dict)


class Unsent(Exception):
    """The letter did not go out. The text is for staff: the server's own words."""


class Refused(Unsent):
    """For good: the same letter would be refused again."""


class TryLater(Unsent):
    """For now. ``is_away`` says that the server could not be reached at all, so that the next
    letter would fare no better."""

    def __init__(self, reason: str, *, is_away: bool = False) -> None:
        super().__init__(reason)
        self.is_away = is_away


def mailbox(name: str, address: str) -> str:
    """``"Name" <address>``. Whatever could end a header line is a space."""
    name = one_line(name)[:64].strip()
    return f'"{quote(name)}" <{address}>' if name else address


def one_line(text: str) -> str:
    """Without what could end a line or turn its direction. The one mark that stays is the one that
    keeps the digits of ``2026-0001`` in order within an Arabic sentence."""
    kept = (c if c.isprintable() or c == LEFT_TO_RIGHT_MARK else " " for c in text)
    return " ".join("".join(kept).split())


def send(letter: Letter) -> str:
    """The provider's id of the letter, or an empty string where the backend has none.

    Raises ``Refused`` or ``TryLater``.
    """
    try:
        return _send(letter)
    except (AnymailError, OSError, ValueError, ImproperlyConfigured, ImportError) as error:
        raise _in_our_words(error) from None


def _send(letter: Letter) -> str:
    try:
        return _hand_over(_message(letter))
    except AnymailUnsupportedFeature:
        # Some providers take no tags and metadata. Found out before anything was sent.
        return _hand_over(_message(letter, is_tagged=False))


def _message(letter: Letter, *, is_tagged: bool = True) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        from_email=letter.sender,
        to=[letter.to],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers={"Message-ID": letter.message_id, **letter.headers},
    )
    message.attach_alternative(letter.html, "text/html")
    for attached in letter.attached:
        message.attach(attached.name, attached.content, attached.content_type)
    if is_tagged:
        # Plain attributes, which anymail reads and other backends do not look at.
        extra: Any = message
        extra.tags = [letter.tag]
        extra.metadata = letter.metadata
    return message


def _hand_over(message: EmailMultiAlternatives) -> str:
    if message.send() == 0:
        raise Refused("The mail backend sent nothing.")
    status = getattr(message, "anymail_status", None)
    provider_id = getattr(status, "message_id", None)
    return "" if provider_id is None else str(provider_id)


def _in_our_words(error: BaseException) -> Unsent:
    """Which of the two it is: RFC 5321 calls a 5yz reply permanent and a 4yz reply transient."""
    if isinstance(error, AnymailRecipientsRefused):
        return Refused(_first_line(error))
    if isinstance(error, AnymailAPIError):
        return _from_provider(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _by_reply(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError):
        return TryLater(_reply(error.smtp_code, error.smtp_error), is_away=True)
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        return _by_reply(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return _not_offered(_first_line(error))
    if isinstance(error, OSError | ImproperlyConfigured | ImportError):
        reason = getattr(error, "strerror", None) or _first_line(error)
        return TryLater(f"{type(error).__name__}: {reason}", is_away=True)
    return Refused(f"{type(error).__name__}: {_first_line(error)}")


def _from_provider(error: Any) -> Unsent:
    status = error.status_code
    reason = one_line(error.describe_response() or f"{error.esp_name}: {_first_line(error)}")
    if status is None or status >= 500:
        return TryLater(reason, is_away=True)
    return TryLater(reason) if status in PASSING_STATUSES else Refused(reason)


def _not_offered(reason: str) -> Unsent:
    """Of the whole server, or of what this one address needs."""
    if any(word in reason for word in ABOUT_THE_SETTINGS):
        return TryLater(reason, is_away=True)
    return Refused(reason)


def _by_reply(code: int, words: bytes | str) -> Unsent:
    if code in ABOUT_THE_SERVER:
        return TryLater(_reply(code, words), is_away=True)
    return Refused(_reply(code, words)) if code >= 500 else TryLater(_reply(code, words))


def _reply(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return one_line(f"{code} {text}")


def _first_line(error: BaseException) -> str:
    return one_line(str(error.args[0] if error.args else error))


def address_of(text: str) -> str:
    """The bare address of ``"Name" <address>``."""
    return parseaddr(text)[1]


def backend_name() -> str:
    """The dotted path of what ``send()`` uses; empty where a site configures none.

    From 6.1 on Django has ``MAILERS``; where a site sets it, reading ``EMAIL_*`` would raise.
    """
    if hasattr(settings, "MAILERS"):
        default = settings.MAILERS.get("default")
        return "" if default is None else default.get("BACKEND", SMTP)
    with warnings.catch_warnings():
        # Which spelling it is, is the site's choice, and Django has told the site already.
        warnings.simplefilter("ignore")
        return settings.EMAIL_BACKEND
