"""What stands beside the site: database, storage, virus check, cache, Stripe, the mail server."""

import secrets
from collections.abc import Iterator

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from wagtail.models import Site

from ...gateways import mailer, scanner
from ...gateways import stripe as gateway
from ...gateways.stripe.errors import StripeTrouble
from ...models import PortalSettings
from ...models.storage import private_storage
from ..mail_delivery import sender_address
from ..outbox import make_message_id
from .findings import Finding, error, fine, first_line, info, quiet, warning

#: A payment that nobody has: asking for it shows that Stripe answers and knows our key.
NO_PAYMENT = "pi_portal_doctor_asks"


def database() -> Iterator[Finding]:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes("portal_plugin"))
    except DatabaseError as trouble:
        yield error(
            f"The database does not answer: {first_line(trouble)}",
            "Start it, and correct DATABASES.",
        )
        return
    if plan:
        yield error(
            f"{len(plan)} migrations that the portal needs have not been run.",
            "python manage.py migrate",
        )
    else:
        yield fine("The database answers, and its tables are up to date.")


def storage() -> Iterator[Finding]:
    """Write, read, delete. Raises whatever the site's storage raises."""
    private = private_storage()
    content = secrets.token_bytes(64)
    name = private.save(f"portal-doctor/{secrets.token_hex(8)}", ContentFile(content))
    try:
        with private.open(name, "rb") as file:
            came_back = file.read()
    finally:
        private.delete(name)
    if came_back != content:
        yield error(
            "The private storage gives back other bytes than were written.",
            'See what stands between the site and STORAGES["portal"].',
        )
    elif private.exists(name):
        yield warning(
            "The private storage does not delete.",
            "Allow the site to delete: drafts of PDFs and replaced previews pile up.",
        )
    else:
        yield fine("The private storage writes, reads and deletes.")


def virus_check() -> Iterator[Finding]:
    """A file without a virus. Until the scanner answers, nobody gets what a customer sent."""
    if not scanner.is_configured():
        return
    try:
        is_clean = scanner.is_clean(ContentFile(b"The customer portal's doctor was here."))
    except Exception as trouble:
        # A site's own scanner may raise anything.
        yield error(
            "The virus check does not answer, and files of customers wait for it:"
            f" {first_line(trouble)}",
            "Start the scanner, and correct FILE_SCANNER or CLAMD_ADDRESS in PORTAL_PLUGIN.",
        )
        return
    if is_clean:
        yield fine("The virus check answers.")
    else:
        yield error(
            "The virus check finds something in a line of text without a virus.",
            "A scanner returns True for what is clean, and nothing else counts as that.",
        )


def cache_round_trip() -> Iterator[Finding]:
    key = f"portal-doctor-{secrets.token_hex(8)}"
    cache.set(key, 1, 60)
    if cache.get(key) is None:
        yield warning(
            "The cache forgets at once: limits on wrong links, comments and payments do not hold.",
            "Use a cache that all processes share: a database table, Redis or Memcached.",
        )
        return
    cache.incr(key)
    cache.delete(key)
    yield fine("The cache keeps, counts and deletes.")


def stripe() -> Iterator[Finding]:
    """Half a configuration is told by the system checks; none at all is a choice."""
    for account in gateway.every():
        yield from _stripe(account)


def _stripe(account: gateway.Account) -> Iterator[Finding]:
    of_whom = f" of {account.name}" if account.name else ""
    try:
        with quiet():
            gateway.find_payment(NO_PAYMENT, account)
    except gateway.NotFound:
        mode = "live" if account.is_live else "test"
        yield fine(f"Stripe answers, and knows the {mode} key{of_whom}.")
    except gateway.NoAnswer as trouble:
        where = account.api_base or "api.stripe.com"
        yield error(
            f"Stripe cannot be reached at {where}: {trouble.detail}",
            "Let the server connect there over https; until then customers cannot pay by card.",
        )
    except StripeTrouble as trouble:
        yield error(
            f"Stripe refuses the secret key{of_whom}: {trouble.detail}",
            "Copy the key again from https://dashboard.stripe.com/apikeys; a restricted key needs"
            " PaymentIntents and Checkout Sessions, read and write.",
        )


def mail(address: str) -> Iterator[Finding]:
    if not address:
        yield info("No test mail was sent.", "Run this again with --mail and your own address.")
        return
    site = Site.objects.order_by("-is_default_site", "pk").first()
    if site is None:
        yield error(
            "No test mail was sent: there is no site that it could come from.",
            "Add one in the admin, under Settings, Sites.",
        )
        return
    shop = PortalSettings.of(site)
    sender = sender_address(shop)
    letter = mailer.Letter(
        to=address,
        sender=mailer.mailbox(shop.name, sender),
        subject=f"{shop.name}: test mail of the customer portal",
        text="If you can read this, emails of the customer portal arrive.\n",
        html="<p>If you can read this, emails of the customer portal arrive.</p>",
        message_id=make_message_id(site),
        headers={"Auto-Submitted": "auto-generated"},
        tag="portal-test",
    )
    try:
        with quiet():
            mailer.send(letter)
    except mailer.Unsent as trouble:
        yield error(
            f"The test mail from {sender} to {address} did not go out: {first_line(trouble)}",
            "Correct the mail settings; emails of the portal wait, and are tried again.",
        )
    else:
        yield fine(f"A test mail from {sender} to {address} was handed to the mail server.")
