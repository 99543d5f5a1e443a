"""The command that takes away what is nobody's, or not kept any longer."""

from io import StringIO

from django.core.management import call_command


def run(**options):
    """What it says."""
    out = StringIO()
    call_command("portal_files", stdout=out, **options)
    return out.getvalue()
