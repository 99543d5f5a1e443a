"""Makes the two shops' sites. Meant to run at every start of the sandbox."""

import os

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import transaction

from sandbox_site.website.setting_up import remove_welcome_page, set_up_groups, set_up_shop
from sandbox_site.website.shops import SHOPS


class Command(BaseCommand):
    help = (
        "Makes both shops with their pages, brands and groups, sets their ports to SANDBOX_PORT,"
        " and gives the user admin the password from SANDBOX_ADMIN_PASSWORD. What is there"
        " already, and may have been edited, stays as it is."
    )

    @transaction.atomic
    def handle(self, *args, **options):
        for shop in SHOPS:
            site = set_up_shop(shop, settings.SANDBOX_PORT)
            set_up_groups(shop, site)
            if options["verbosity"]:
                self.stdout.write(f"{site.site_name}: {site.root_url}/")
        remove_welcome_page()
        self.set_admin_password(os.environ.get("SANDBOX_ADMIN_PASSWORD"))

    def set_admin_password(self, password: str | None) -> None:
        user_model = get_user_model()
        admin, _created = user_model.objects.get_or_create(
            username="admin",
            defaults={"email": "admin@northline.example", "first_name": "Sandbox"},
        )
        admin.is_staff = admin.is_superuser = admin.is_active = True
        if password:
            admin.set_password(password)
        elif not admin.password:
            admin.set_unusable_password()
            self.stderr.write("SANDBOX_ADMIN_PASSWORD is not set: nobody can sign in as admin.")
        admin.save()
