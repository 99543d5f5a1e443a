"""Checks that ask the database: what its shops decided, and the database itself."""

import sys

import pytest
from django.core.management import call_command
from django.db import connection, connections
from wagtail.models import Site

from portal_plugin.models import trigrams
from tests import factories
from tests.checks.checking import found


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["localhost", "example.com", "shop-b.localhost"])
def test_a_host_that_customers_cannot_reach(settings, host):
    factories.site_factory()
    Site.objects.update(hostname=host)
    assert "W023" in found(databases=["default"])
    settings.DEBUG = True
    assert "W023" not in found(databases=["default"])


@pytest.mark.django_db
def test_a_real_host():
    factories.site_factory()
    Site.objects.update(hostname="signs.northline.example")
    assert "W023" not in found(databases=["default"])


SELLER = {"tax_number": "DE123456789", "address": "Hafenweg 4", "country": "DE"}


@pytest.mark.django_db
def test_einvoices_that_can_be_issued():
    factories.site_factory(sends_einvoices=True, **SELLER)
    assert not {"W033", "W034"} & set(found(databases=["default"]))


@pytest.mark.django_db
def test_einvoices_of_a_shop_that_does_not_say_who_it_is():
    factories.site_factory(sends_einvoices=True, **SELLER | {"country": ""})
    assert "W034" in found(databases=["default"])
    factories.site_factory(sends_einvoices=False)
    assert "W034" not in found(databases=["default"])


@pytest.mark.django_db
def test_packages_that_a_shop_counts_on(monkeypatch):
    factories.site_factory(sends_einvoices=True, qr_code="transfer", **SELLER)
    assert not {"W033", "W035"} & set(found(databases=["default"]))
    for name in ("facturx", "segno"):
        monkeypatch.setitem(sys.modules, name, None)
    assert {"W033", "W035"} <= set(found(databases=["default"]))


@pytest.mark.django_db(transaction=True)
def test_before_the_first_migration_the_database_is_left_alone():
    with connection.schema_editor() as editor:
        editor.alter_db_table(Site, "wagtailcore_site", "not_yet")
    try:
        assert found(databases=["default"]) is not None
    finally:
        with connection.schema_editor() as editor:
            editor.alter_db_table(Site, "not_yet", "wagtailcore_site")


@pytest.mark.django_db(transaction=True)
def test_an_upgrade_is_not_kept_from_adding_its_columns():
    """``migrate`` runs the checks while the columns of the new version are not there yet."""
    rename = "ALTER TABLE portal_plugin_portalsettings RENAME COLUMN %s TO %s"
    with connection.cursor() as cursor:
        cursor.execute(rename % ("sends_einvoices", "not_yet"))
    try:
        call_command("migrate", plan=True, skip_checks=False, verbosity=0)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(rename % ("not_yet", "sends_einvoices"))


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_the_journal_of_sqlite(tmp_path, monkeypatch, django_db_blocker, mode):
    values = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": tmp_path / "old.sqlite3",
        "OPTIONS": {"init_command": f"PRAGMA journal_mode={mode}"},
    }
    configured = connections.configure_settings({"default": {}, "old": values})
    monkeypatch.setitem(connections.settings, "old", configured["old"])
    with django_db_blocker.unblock():
        assert ("W024" in found(databases=["old"])) == (mode == "DELETE")
        connections["old"].close()
        del connections["old"]


@pytest.mark.django_db
def test_a_search_without_its_indexes(monkeypatch):
    assert "W040" not in found(databases=["default"])
    monkeypatch.setattr(trigrams, "are_there", lambda: False)
    assert "W040" in found(databases=["default"])
