"""A stand-in for Stripe: its HTTP API, webhooks, script and pages, on loopback, in test mode.

It runs as a process of its own (`python -m sandbox_site.stripe_standin`) and knows nothing of the
site; the site reaches it with a base address and a script address, as it reaches Stripe.
"""

from .standin import Standin

__all__ = ["Standin"]
