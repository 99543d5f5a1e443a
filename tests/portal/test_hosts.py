"""A site's host is renamed while emails with its links are out."""

import pytest
from wagtail.models import Site

from portal_plugin.services import links
from tests import factories

pytestmark = pytest.mark.django_db


def opens(client, token, host):
    return client.get(f"/portal/l/{token}/", headers={"host": host}).status_code == 303


@pytest.fixture
def mailed():
    """A site and the secret of a link to one of its documents, as it went out."""

    def mailed(hostname):
        site = factories.site_factory(hostname)
        return site, links.make_token(factories.link_factory(factories.order_factory(site=site)))

    return mailed


def rename(site, hostname, **values):
    site.hostname = hostname
    for name, value in values.items():
        setattr(site, name, value)
    site.save()
    Site.clear_site_root_paths_cache()


def test_a_link_opens_at_the_new_host(client, mailed):
    site, token = mailed("old.localhost")
    rename(site, "new.localhost")
    assert opens(client, token, "new.localhost")


def test_and_at_the_old_one_where_it_is_the_default_site(client, mailed):
    Site.objects.update(is_default_site=False)
    site, token = mailed("old.localhost")
    rename(site, "new.localhost", is_default_site=True)
    assert opens(client, token, "old.localhost")


def test_at_the_host_of_another_shop_it_opens_nothing(client, mailed):
    _site, token = mailed("old.localhost")
    factories.site_factory("shop-b.localhost")
    assert not opens(client, token, "shop-b.localhost")


def test_without_a_default_site_the_other_hosts_go_on(client, mailed):
    _site, token = mailed("old.localhost")
    Site.objects.update(is_default_site=False)
    Site.clear_site_root_paths_cache()
    assert opens(client, token, "old.localhost")
    assert not opens(client, token, "nobody.localhost")
