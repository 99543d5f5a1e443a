"""Runs in the environment of the demo: fills its database and prints the direct links.

One process for three commands, because each start of Django costs a second.
"""

import os

import django
from django.core.management import call_command

os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox_site.settings"
django.setup()
call_command("migrate", verbosity=0)
call_command("sandbox_setup")
call_command("portal_demo", links=True)
