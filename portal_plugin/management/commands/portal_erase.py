"""Erase a person by their email address; what was agreed stays and goes on being valid."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...services import erasing
from ..sites import site_of_host


class Command(BaseCommand):
    help = (
        "Erase the name, email address, direct links and traces of a person. Without --yes it only"
        " says what goes, and what stays and why. The histories of documents stay valid."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address that the direct links went to")
        parser.add_argument("--site", metavar="HOST", help="of this site alone")
        parser.add_argument("--yes", action="store_true", help="do it; it cannot be undone")

    def handle(self, *args: Any, email: str, site: str | None, yes: bool, **options: Any) -> None:
        plan = erasing.by_email(email, site_of_host(site) if site else None)
        if plan.is_empty and plan.keeps_record:
            raise CommandError(
                f"Only a customer's own record has the address {email}: change or delete it under"
                " Customers."
            )
        if plan.is_empty:
            raise CommandError(f"Nobody here has the address {email}.")
        self.stdout.write("Goes:")
        for sentence in plan.goes:
            self.stdout.write(f"  - {sentence}")
        self.stdout.write("Stays:")
        for sentence in plan.stays:
            self.stdout.write(f"  - {sentence}")
        if yes:
            erasing.erase(plan)
            self.stdout.write(self.style.SUCCESS("The person is erased."))
        else:
            self.stdout.write("Nothing was changed. Say --yes to do it.")
