"""What a customer opens asks the database as often for many comments and files as for few."""

import uuid
from hashlib import sha256

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile

from portal_plugin.models import Attachment, Comment
from tests import factories
from tests.counting import queries
from tests.talking import write_thousands

pytestmark = pytest.mark.django_db

PAGES = [
    "",
    "print/",
    "pdf/",
    "files/",
    "a/comment/",
    "a/upload/",
    "a/change_request/",
    "a/approve_multiple/",
]


def write(order, link, count):
    keys = [item.key for item in order.lines]
    for number in range(count):
        given = {"document_id": order.pk, "item_key": keys[number % len(keys)], "link": link}
        Comment.objects.create(**given, text="When is it ready?")
        Attachment.objects.create(
            **given,
            public_id=uuid.uuid4(),
            name=f"{number}.txt",
            content_type="text/plain",
            size=3,
            digest=sha256(b"abc").hexdigest(),
            is_internal=False,
            check_state="clean",
            file=ContentFile(b"abc", name="a.txt"),
        )


def queries_anew(client, url):
    """With nothing of the page kept from before."""
    cache.clear()
    return queries(client, url)


def queries_of_pages(client, order, places=PAGES):
    urls = {place: f"/portal/d/{order.public_id}/{place}" for place in places}
    for url in urls.values():
        client.get(url)
    return {place: queries_anew(client, url) for place, url in urls.items()}


def test_a_page_of_a_document(client, enter):
    order = factories.order_factory(items=3)
    link = enter(order)
    write(order, link, 3)
    before = queries_of_pages(client, order)
    write(order, link, 12)
    assert queries_of_pages(client, order) == before


def test_thousands_of_messages_and_files_make_no_endless_page(client, enter):
    order = factories.order_factory(items=3)
    link = enter(order)
    places = [place for place in PAGES if place != "files/"]
    write_thousands(order, link, 10, 10)
    before = queries_of_pages(client, order, places)
    write_thousands(order, link)
    assert queries_of_pages(client, order, places) == before
    for place in places:
        assert len(client.get(f"/portal/d/{order.public_id}/{place}").content) < 300_000, place


def numbers_shown(answer):
    return [int(row.text.split()[1].strip(".")) for row in answer.context["comments"]]


def test_earlier_messages_are_reached_page_by_page(client, enter):
    order = factories.order_factory(items=2)
    write_thousands(order, enter(order), comments=700, files=0)
    url, seen = f"/portal/d/{order.public_id}/a/comment/", []
    while url:
        answer = client.get(url)
        seen = numbers_shown(answer) + seen
        url = answer.context["earlier_url"]
        assert not url or url in answer.content.decode()
    assert seen == list(range(700))
    assert answer.context["newest_url"] in answer.content.decode()
    assert "Earlier messages" not in answer.content.decode()


@pytest.mark.parametrize(("written", "told"), [(300, ">300<"), (301, ">300+<")])
def test_of_more_than_a_page_bears_no_exact_number_is_told(client, enter, written, told):
    order = factories.order_factory(items=1)
    write_thousands(order, enter(order), comments=written, files=0)
    assert told in client.get(f"/portal/d/{order.public_id}/").content.decode()


def test_an_items_messages_are_shown_however_much_was_said_of_others(client, enter):
    order = factories.order_factory(items=2)
    link, (first, second) = enter(order), order.lines
    kept = {"document_id": order.pk, "link": link}
    Comment.objects.create(**kept, item_key=first.key, text="Message 1000. On the first")
    Comment.objects.bulk_create(
        Comment(**kept, item_key=second.key, text=f"Message {number}.") for number in range(310)
    )
    answer = client.get(f"/portal/d/{order.public_id}/a/comment/{first.key}/")
    assert numbers_shown(answer) == [1000]


@pytest.mark.parametrize("skip", ["-1", "x", "9" * 40, "²", "999999"])
def test_a_number_that_nobody_was_given_shows_no_fault(client, enter, skip):
    order = factories.order_factory(items=1)
    write_thousands(order, enter(order), comments=2, files=0)
    answer = client.get(f"/portal/d/{order.public_id}/a/comment/?skip={skip}")
    assert answer.status_code == 200
    assert len(answer.context["comments"]) == (0 if skip == "999999" else 2)


def test_that_there_are_earlier_files_is_said_and_where_they_are(client, enter):
    order = factories.order_factory(items=1)
    link = enter(order)
    write_thousands(order, link, comments=0, files=300)
    url = f"/portal/d/{order.public_id}/"
    words = "Only the newest files are shown."
    assert words not in client.get(url).content.decode()
    write_thousands(order, link, comments=0, files=1)
    cache.clear()
    for place in ("", "a/upload/"):
        answer = client.get(url + place)
        assert words in answer.content.decode()
        assert len(answer.context["attachments"]) == 300
