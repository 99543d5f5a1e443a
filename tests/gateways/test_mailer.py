"""Names in headers, and which errors are final."""

import smtplib

import pytest
from django.core import mail

from portal_plugin.gateways import mailer

LETTER = mailer.Letter(
    to="ann@example.org",
    sender="shop@example.org",
    subject="Hello",
    text="Hello",
    html="<p>Hello</p>",
    message_id="<1@example.org>",
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "a@example.org"),
        ("Shop, Ltd.", '"Shop, Ltd." <a@example.org>'),
        ('The "best" \\ shop', '"The \\"best\\" \\\\ shop" <a@example.org>'),
        ("Evil\r\nBcc: x@y", '"Evil Bcc: x@y" <a@example.org>'),
        ("\x00\u2028Line", '"Line" <a@example.org>'),
        ("x" * 500, f'"{"x" * 64}" <a@example.org>'),
    ],
)
def test_a_name_becomes_one_safe_header_value(name, expected):
    assert mailer.mailbox(name, "a@example.org") == expected


@pytest.mark.parametrize("name", ["Šípek & Söhne, s.r.o.", 'The "best" \\ shop', "متجر"])
def test_a_name_arrives_as_it_was_written(name):
    letter = mailer.Letter(**{**vars(LETTER), "sender": mailer.mailbox(name, "a@example.org")})
    mailer.send(letter)
    import email.policy
    from email import message_from_bytes

    raw = mail.outbox[0].message().as_bytes()
    parsed = message_from_bytes(raw, policy=email.policy.default)["From"].addresses[0]
    assert (parsed.display_name, parsed.addr_spec) == (name, "a@example.org")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no")}), mailer.Refused),
        (smtplib.SMTPRecipientsRefused({"a": (451, b"later")}), mailer.TryLater),
        (smtplib.SMTPSenderRefused(553, b"no", "a"), mailer.Refused),
        (smtplib.SMTPDataError(452, b"full"), mailer.TryLater),
        (smtplib.SMTPAuthenticationError(535, b"password"), mailer.TryLater),
        (smtplib.SMTPServerDisconnected("gone"), mailer.TryLater),
        (smtplib.SMTPNotSupportedError("SMTPUTF8 not supported by server"), mailer.Refused),
        (smtplib.SMTPNotSupportedError("STARTTLS extension not supported"), mailer.TryLater),
        (smtplib.SMTPNotSupportedError("SMTP AUTH extension not supported"), mailer.TryLater),
        (smtplib.SMTPSenderRefused(530, b"Must issue STARTTLS first", "a"), mailer.TryLater),
        (smtplib.SMTPRecipientsRefused({"a": (530, b"Sign in first")}), mailer.TryLater),
        (smtplib.SMTPDataError(421, b"Shutting down"), mailer.TryLater),
        (TimeoutError("timed out"), mailer.TryLater),
        (ValueError("a header with a newline"), mailer.Refused),
    ],
)
def test_errors_are_passing_or_final(monkeypatch, error, kind):
    def fail(self, **values):
        raise error

    monkeypatch.setattr(mailer.EmailMultiAlternatives, "send", fail)
    with pytest.raises(mailer.Unsent) as raised:
        mailer.send(LETTER)
    assert type(raised.value) is kind
