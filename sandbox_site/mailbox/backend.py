"""Django's side of the mailbox: an email backend that delivers into the folder."""

from django.core.mail.backends.base import BaseEmailBackend

from . import store


class MailboxBackend(BaseEmailBackend):
    """Refuses what a mail server would: a message for nobody, or headers that cannot be."""

    def send_messages(self, email_messages):
        return sum(self.deliver(message) for message in email_messages)

    def deliver(self, message) -> int:
        if not message.recipients():
            return 0
        lines = message.message().as_bytes().splitlines()
        store.save(b"\r\n".join([*lines, b""]), bcc=message.bcc)
        return 1
