"""Formal invoices: issued with a number without gaps, frozen for ever, taken back by credit notes.

Only sites that say so in their settings have them; elsewhere the order's own PDF is the invoice.
"""

from .crediting import credit
from .issuing import issue, issue_deposit
from .occasions import order_cancelled, order_completed, order_made

__all__ = ["credit", "issue", "issue_deposit", "order_cancelled", "order_completed", "order_made"]
