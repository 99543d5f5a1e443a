"""Compare everything with Stripe: what lost messages left open is closed, what nobody can explain
is shown to staff."""

from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from ...exceptions import PaymentUnavailable
from ...services import payments


class Command(BaseCommand):
    help = (
        "Ask Stripe for all payments, refunds and disputes since the last time, and book what is"
        " missing. portal_sweep does it once a day by itself. Run twice it changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--since",
            type=_day,
            metavar="YYYY-MM-DD",
            help="look at payments made since that day; Stripe lists events of 30 days alone",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be done, and write nothing"
        )

    def handle(self, *args, since=None, dry_run=False, **options):
        try:
            if not dry_run:
                payments.reconcile_open()
            found = payments.reconcile(since, is_dry=dry_run)
        except PaymentUnavailable as trouble:
            reason = getattr(trouble, "detail", "") or trouble.message
            raise CommandError(f"Stripe did not answer to the end: {reason}") from trouble
        if not found:
            self.stdout.write("Stripe is not set up: there is nothing to compare.")
        for one in found:
            name = one.account or "shared"
            self.stdout.write(
                f"Account {name}: {one.seen} looked at, {one.news} new,"
                f" {one.unexplained} that nobody can explain."
            )


def _day(text: str) -> datetime:
    day = parse_date(text)
    if day is None:
        raise ValueError
    return timezone.make_aware(datetime(day.year, day.month, day.day))
