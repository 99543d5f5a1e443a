"""Which Stripe account a row was made with."""

from ...gateways import stripe as gateway
from ...models import LedgerEntry, PaymentAttempt, Refund


def account_of(row: PaymentAttempt | LedgerEntry | Refund) -> gateway.Account:
    return gateway.named(row.account, row.document.site)


def is_of(row: PaymentAttempt | LedgerEntry | Refund, account: gateway.Account) -> bool:
    """Whether what Stripe says of the account can be about the row: compared by the key, because
    one account may be set up under two names."""
    return account_of(row).secret_key == account.secret_key
