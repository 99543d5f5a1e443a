"""Which writes of a test lead to rows of their own, and which to those that another test has."""

import pytest
from django.db import connection
from django.utils import timezone

from portal_plugin.models import PortalSettings
from tests import factories, moulds

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]
BEGINNING = ("beginning",)


def path_after(write):
    moulds._test.path = BEGINNING
    write()
    return moulds._test.path


@pytest.fixture
def shop():
    return PortalSettings.objects.filter(pk=PortalSettings.of(factories.site_factory()).pk)


def test_who_signs_in_leads_nowhere_else(client):
    user = factories.user_factory()
    assert path_after(lambda: client.force_login(user)) == BEGINNING


def test_the_same_write_leads_to_the_same_rows_and_no_other_does(shop):
    first = path_after(lambda: shop.update(deposit_percent=30))
    assert first not in (BEGINNING, None)
    assert path_after(lambda: shop.update(deposit_percent=30)) == first
    assert path_after(lambda: shop.update(deposit_percent=31)) not in (first, BEGINNING, None)


def test_no_other_test_writes_the_same_moment():
    user = factories.user_factory()
    later = type(user).objects.filter(pk=user.pk)
    assert path_after(lambda: later.update(date_joined=timezone.now())) is None


def test_postgresql_gives_an_id_only_once(monkeypatch):
    monkeypatch.setattr(connection, "vendor", "postgresql")
    assert moulds._after(BEGINNING, 'INSERT INTO "x" ("y") VALUES (%s)', (1,)) is None
    assert moulds._after(BEGINNING, 'UPDATE "x" SET "y" = %s', (1,))
