"""Write what is stored about a person into one file that can be handed over."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...services import personal_data, persons
from ..handing_out import new_file
from ..sites import site_of_host


class Command(BaseCommand):
    help = (
        "Write everything that the portal knows of a person, and the files that they sent, into a"
        " zip. Read it before you hand it over: your internal notes on a customer are in it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person's address")
        parser.add_argument("--site", metavar="HOST", help="of this site alone")
        parser.add_argument("--output", metavar="FILE", default="person.zip", help="person.zip")

    def handle(self, *args: Any, email: str, site: str | None, output: str, **options: Any) -> None:
        person = persons.by_email(email, site_of_host(site) if site else None)
        if not person.is_known:
            raise CommandError(f"Nobody here has the address {email}.")
        with new_file(output, "--output") as target:
            for step in personal_data.stream(person):
                target.write(step)
        self.stdout.write(f"Written to {output}.")
