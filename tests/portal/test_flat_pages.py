"""What a customer opens asks the database as often for many comments and files as for few."""

import uuid
from hashlib import sha256

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile

from portal_plugin.models import Attachment, Comment
from tests import factories
from tests.counting import queries

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


@pytest.mark.parametrize("place", PAGES)
def test_a_page_of_a_document(client, enter, place):
    order = factories.order_factory(items=3)
    link = enter(order)
    url = f"/portal/d/{order.public_id}/{place}"
    write(order, link, 3)
    queries_anew(client, url)
    before = queries_anew(client, url)
    write(order, link, 12)
    assert queries_anew(client, url) == before
