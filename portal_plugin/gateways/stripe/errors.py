"""What can go wrong between us and Stripe, by what it means for the next step.

All of them are ``PaymentUnavailable``: a customer reads the same sentence, and was not charged.
``detail`` is for logs and staff.
"""

from ...exceptions import PaymentUnavailable


class StripeTrouble(PaymentUnavailable):
    """``reason`` is Stripe's own English sentence, for staff alone."""

    def __init__(self, detail: str = "", *, code: str = "", reason: str = "") -> None:
        super().__init__()
        self.detail = detail
        self.code = code
        self.reason = reason


class NoAnswer(StripeTrouble):
    """Nobody knows whether it was done. Ask again with the same idempotency key."""


class StripeBroke(NoAnswer):
    """Stripe failed inside (5xx). It answers so again to the same key: go on with a new one."""


class Refused(StripeTrouble):
    """Stripe said no and did nothing."""


class NotFound(Refused):
    """Nothing of that name in this account and mode."""


class KeyReused(Refused):
    """The idempotency key was used before with other words."""
