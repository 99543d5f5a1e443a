"""Public signals. Each is sent after the commit, with the rows as keyword arguments."""

from django.dispatch import Signal

#: ``document``, ``version``. A new version went out to the customer.
version_published = Signal()
#: ``document``, ``submission``, ``decisions``.
items_decided = Signal()
#: ``estimate``, ``order``.
estimate_converted = Signal()
#: ``document``, ``comment``.
comment_added = Signal()
#: ``document``, ``change_request``.
change_requested = Signal()
#: ``document``, ``attachment``.
attachment_added = Signal()
#: ``document``, ``entry`` (a LedgerEntry).
payment_received = Signal()
#: ``document``, ``entry`` (a LedgerEntry with a negative amount).
payment_refunded = Signal()
#: ``document``, ``dispute``. A customer's bank asks about a payment, or has taken it back.
payment_disputed = Signal()
#: ``document``, ``activity``. Every entry of the history, for sites that want them all.
activity_recorded = Signal()
