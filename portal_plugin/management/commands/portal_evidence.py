"""Write everything about one document into one file that a stranger can check offline."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...services.evidence import exporting
from ..documents import found
from ..handing_out import new_file


class Command(BaseCommand):
    help = (
        "Write the history, versions, decisions, terms and files of one document, and of what it"
        " was made from, into one zip file. docs/verify_evidence.py checks it without this site."
        " The file holds names and prices: keep it as you keep contracts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("document", help="a number, or what its address has")
        parser.add_argument("--out", metavar="FILE", required=True, help="a new file")

    def handle(self, *args: Any, document: str, out: str, **options: Any) -> None:
        rows = found([document])
        if len(rows) > 1:
            names = ", ".join(row.public_id for row in rows)
            raise CommandError(f"Several sites have a {document}. Name one of: {names}")
        if not rows[0].activities.exists():
            raise CommandError(f"{document} has no history yet: there is nothing to be checked.")
        with new_file(out, "--out") as target:
            missing = exporting.export(rows[0].specific, target)
        for line in missing:
            self.stderr.write(f"Not in it: {line}")
        self.stdout.write(f"{out} is written.")
        if missing:
            raise CommandError(f"{len(missing)} files are missing from it.")
