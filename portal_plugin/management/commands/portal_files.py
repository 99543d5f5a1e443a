"""Clear away what nobody needs: uploads that were given up, files that no row names, and customers'
files that a shop does not keep any longer."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...actions import resuming
from ...models import Attachment
from ...services import orphans, retention


class Command(BaseCommand):
    help = (
        "Forget uploads that nobody went on with, and delete files from the private storage that"
        " no row names and that are older than a day. Where a shop has said for how many months it"
        " keeps customers' files, delete those that are over. Run it once a night. Stopped in the"
        " middle or run twice it does no harm."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="name them, delete nothing")
        parser.add_argument(
            "--most",
            type=float,
            default=10.0,
            metavar="PERCENT",
            help="delete nothing at all where it would be more than so much of what is stored:"
            " then this is more likely the wrong database (default 10)",
        )
        parser.add_argument(
            "--most-expired",
            type=int,
            default=1000,
            metavar="FILES",
            help="delete at most so many of customers' files that are not kept any longer; the"
            " next run goes on (default 1000)",
        )

    def handle(self, *args: Any, dry_run: bool, most: float, **options: Any) -> None:
        self._clear_expired(dry_run, options["most_expired"])
        self._clear_orphans(dry_run, most, options["verbosity"])

    def _clear_expired(self, dry_run: bool, most: int) -> None:
        found = retention.all_due()
        if not found:
            return
        told = f"{len(found)} of customers' files are not kept any longer"
        if dry_run:
            for row in Attachment.objects.filter(pk__in=found[:most]).select_related("document"):
                self.stdout.write(f"{row.document}: {row.name}")
            self.stdout.write(f"{told}. Nothing was deleted.")
            return
        gone = sum(retention.remove(pk) for pk in found[:most])
        self.stdout.write(f"{told}; {gone} were deleted.")

    def _clear_orphans(self, dry_run: bool, most: float, verbosity: int) -> None:
        if not dry_run:
            resuming.drain()
            orphans.recount()
        found = orphans.find()
        if verbosity > 1 or dry_run:
            for name in [*found.stored, *map(str, found.staged)]:
                self.stdout.write(name)
        told = f"{found.count} of {found.looked_at} files are nobody's"
        if dry_run:
            self.stdout.write(f"{told}. Nothing was deleted.")
            return
        if found.percent > most:
            raise CommandError(
                f"{told}, {found.percent:.0f} % of what is stored. Nothing was deleted: is this the"
                f" right database? If it is, say --most {min(int(found.percent) + 1, 100)}."
            )
        self.stdout.write(f"{orphans.remove(found)} files were deleted.")
