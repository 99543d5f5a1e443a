"""An address in place of a file."""

import uuid

import pytest

from portal_plugin.actions.base import Invalid
from portal_plugin.actions.outcomes import Done
from portal_plugin.actions.send_link import SendLink
from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import ExternalFile, OutgoingEmail, Submission
from portal_plugin.services import staging
from portal_plugin.services.visits import Visit
from tests import factories

pytestmark = pytest.mark.django_db


def send(document, url, item_key=None, key=None):
    visit = Visit(document, link=factories.link_factory(document))
    return SendLink(visit, item_key).run({"client_key": str(key or uuid.uuid4()), "url": url})


def test_it_is_kept_and_told():
    document = factories.estimate_factory()
    key = uuid.uuid4()
    item = document.lines[0].key
    for _ in range(2):
        outcome = send(document, " https://files.example.org/a?b=c#d ", item, key)
        assert isinstance(outcome, Done)
    row = ExternalFile.objects.get()
    assert (row.url, row.host) == ("https://files.example.org/a?b=c#d", "files.example.org")
    assert row.item_key == item
    assert document.activities.filter(verb="send_link").count() == 1
    assert OutgoingEmail.objects.count() == 2


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://files.example.org/a",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://files.example.org/a",
        "//files.example.org/a",
        "https://",
        "https:///a",
        "https://shop.example@evil.example/a",
        "https://a b.example/",
        "https://files.example.org/\r\nSet-Cookie: a",
        "https://files.example.org/\x00",
        "https://[::1/",
        "https://files.example.org/" + "x" * 2000,
    ],
)
def test_everything_else_is_refused_at_the_field(url):
    document = factories.estimate_factory()
    outcome = send(document, url)
    assert isinstance(outcome, Invalid)
    assert outcome.form.errors["url"]
    assert not ExternalFile.objects.exists()
    assert not Submission.objects.exists()


def test_letters_that_look_like_others_are_written_out():
    send(factories.estimate_factory(), "https://\u0430pple.example/a")
    assert ExternalFile.objects.get().host == "xn--pple-43d.example"


def test_it_follows_the_rules_of_uploads():
    order = factories.order_factory()
    staging.cancel(order, user=factories.user_factory(), reason="Out of stock")
    with pytest.raises(NotAvailable):
        send(type(order).objects.get(pk=order.pk), "https://files.example.org/a")


@pytest.mark.parametrize("url", ["https://files.example.org/'\"><script>alert(1)</script>"])
def test_it_is_shown_as_a_link_that_tells_nothing(client, enter, url):
    document = factories.estimate_factory(items=1)
    enter(document)
    send(document, url)
    for address in ("", "a/upload/"):
        page = client.get(f"/portal/d/{document.public_id}/{address}").content.decode()
        assert "Link to files.example.org" in page
        assert 'rel="noopener noreferrer nofollow"' in page
        assert "<script>alert" not in page
    client.force_login(factories.user_factory())
    page = client.get(f"/admin/portal/document/{document.pk}/").content.decode()
    assert "elsewhere, not checked for viruses" in page
