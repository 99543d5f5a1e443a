"""The doctor says what is wrong, worst first, without a traceback, and leaves nothing behind."""

from io import StringIO
from itertools import pairwise

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import CommandError, call_command
from wagtail.models import Site

from portal_plugin.models import OutgoingEmail, SalesDocument, TermsText
from portal_plugin.services import starter
from portal_plugin.services.diagnosis import Finding, Level, machines, papers, worst_first
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site():
    factories.site_factory()


@pytest.fixture
def doctor(monkeypatch):
    """Run the command; what it prints and, where it failed, its last line."""
    # Drawing takes seconds and has a test of its own.
    monkeypatch.setattr(papers, "examine", list)

    def run(*arguments, **options):
        out = StringIO()
        try:
            call_command("portal_doctor", *arguments, stdout=out, no_color=True, **options)
        except CommandError as error:
            return out.getvalue(), str(error)
        return out.getvalue(), ""

    return run


def test_it_tells_the_worst_first_and_ends_with_an_error(doctor, settings):
    settings.PORTAL_PLUGIN = {"BASE_TEMPLTE": "x", "STRIPE_SECRET_KEY": "sk_test_abc"}
    TermsText.objects.all().delete()
    printed, failure = doctor()
    labels = [line.split()[0] for line in printed.splitlines() if not line.startswith(" ")]
    assert labels == sorted(labels, key=["ERROR", "WARNING", "NOTE"].index)
    assert "(portal_plugin.E013)" in printed
    assert "has no approval terms for estimates" in printed
    assert "STRIPE_WEBHOOK_SECRETS has no usable secret" in printed
    # From 6.1 on one of Django's own is among them.
    assert failure.startswith(f"{labels.count('ERROR')} errors and ")


def test_each_thing_that_it_tells_has_a_way_to_mend_it(doctor):
    printed, _failure = doctor()
    lines = printed.splitlines()
    for line, following in pairwise(lines):
        # Django's own messages on security hold the way to mend them in themselves.
        if line.startswith(("ERROR", "WARNING", "NOTE")) and "(security." not in line:
            assert following.startswith(" ")


def test_what_works_is_told_to_who_asks(doctor):
    assert "OK " not in doctor()[0]
    assert "The cache keeps, counts and deletes." in doctor(verbosity=2)[0]


def test_it_runs_although_a_check_fails(doctor, settings):
    settings.PORTAL_PLUGIN = {"UPLOAD_MAX_BYTES": "much"}
    printed, failure = doctor()
    assert "(portal_plugin.E007)" in printed
    assert failure


def test_an_examination_that_breaks_down_is_told_and_the_next_goes_on(doctor, monkeypatch):
    def broken():
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(machines, "cache_round_trip", broken)
    printed, _failure = doctor(verbosity=2)
    assert "The cache: this broke down with ConnectionRefusedError: nobody there" in printed
    assert "No email, PDF, file or payment is left waiting." in printed
    assert "Traceback" not in printed


def test_without_tables_it_says_migrate_and_nothing_else(monkeypatch, doctor):
    monkeypatch.setattr(
        machines.MigrationExecutor, "migration_plan", lambda *arguments: ["0001_initial"]
    )
    printed, failure = doctor(verbosity=2)
    assert "python manage.py migrate" in printed
    assert failure == "1 error and 0 warnings; 0 things were tried and work."


def test_the_groups_are_made(doctor):
    printed, _failure = doctor("--groups")
    assert "“Portal editors”, “Portal managers”" in printed
    assert Group.objects.filter(name__in=starter.GROUPS).count() == 2


def test_it_leaves_nothing_behind(doctor):
    before = SalesDocument.objects.count(), OutgoingEmail.objects.count()
    doctor()
    assert (SalesDocument.objects.count(), OutgoingEmail.objects.count()) == before


def test_worst_first_keeps_the_order_within_a_level():
    rows = [Finding(Level.INFO, "a"), Finding(Level.ERROR, "b"), Finding(Level.ERROR, "c")]
    assert [row.cause for row in worst_first(rows)] == ["b", "c", "a"]


def test_a_storage_that_cannot_be_written_is_a_finding(tmp_path, settings, doctor):
    file = tmp_path / "file"
    file.write_text("")
    backend = "django.core.files.storage.FileSystemStorage"
    portal = {"BACKEND": backend, "OPTIONS": {"location": file}}
    settings.STORAGES = settings.STORAGES | {"portal": portal}
    assert "The private storage: this broke down" in doctor()[0]


def test_no_mail_is_sent_unasked(doctor):
    assert "--mail" in doctor()[0]
    assert mail.outbox == []


def test_without_a_site_it_says_so_and_sends_nothing(doctor):
    TermsText.objects.all().delete()
    Site.objects.all().delete()
    printed, failure = doctor("--mail", "me@northline.example")
    assert "There is no site: no customer can be written to" in printed
    assert "No test mail was sent: there is no site" in printed
    assert failure
    assert mail.outbox == []
