"""Clear away what nobody needs: uploads that were given up, and files that no row names."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...actions import resuming
from ...services import orphans


class Command(BaseCommand):
    help = (
        "Forget uploads that nobody went on with, and delete files from the private storage that"
        " no row names and that are older than a day. Run it once a night. Stopped in the middle"
        " or run twice it does no harm."
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

    def handle(self, *args: Any, dry_run: bool, most: float, **options: Any) -> None:
        if not dry_run:
            resuming.drain()
            orphans.recount()
        found = orphans.find()
        if options["verbosity"] > 1 or dry_run:
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
