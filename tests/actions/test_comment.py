"""What customers write: asked for, limited in length, and never more than text."""

import pytest

from portal_plugin.models import ChangeRequest, Comment
from tests.filling import filled, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


@pytest.mark.parametrize(
    ("action", "model"), [("comment", Comment), ("change_request", ChangeRequest)]
)
@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_text_is_asked_for(client, estimate, action, model, text):
    url = url_of(estimate, action)
    response = client.post(url, filled(client, url, text=text))
    assert response.status_code == 400
    assert not model.objects.exists()


def test_a_text_at_its_limit_is_taken_and_one_above_is_not(client, estimate):
    url = url_of(estimate, "comment")
    assert client.post(url, filled(client, url, text="x" * 5000)).status_code == 303
    assert client.post(url, filled(client, url, text="x" * 5001)).status_code == 400
    assert Comment.objects.count() == 1


def test_markup_is_text(client, estimate):
    url = url_of(estimate, "comment")
    client.post(url, filled(client, url, text="<script>alert(1)</script>"))
    page = client.get(f"/portal/d/{estimate.public_id}/").content
    assert b"<script>alert(1)" not in page
    assert b"&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("place", ["", "a/comment/"])
def test_an_answer_stands_below_its_question(client, estimate, place):
    for text in ("A question?", "An answer."):
        Comment.objects.create(document_id=estimate.pk, text=text)
    page = client.get(url_of(estimate, "comment").replace("a/comment/", place)).content.decode()
    assert page.index("A question?") < page.index("An answer.")


def test_the_page_shows_the_newest_of_many(client, estimate):
    for number in range(4):
        Comment.objects.create(document_id=estimate.pk, text=f"Message {number}.")
    page = client.get(f"/portal/d/{estimate.public_id}/").content.decode()
    assert [f"Message {number}." in page for number in range(4)] == [False, True, True, True]


def test_fields_that_nobody_asked_for_are_ignored(client, estimate, keys):
    url = url_of(estimate, "comment")
    extra = {"price": "1", "status": "paid", "document": "1", "is_internal": "1", "link": "1"}
    client.post(url, filled(client, url, text="Hello", **extra))
    comment = Comment.objects.get()
    assert comment.document_id == estimate.pk
    assert comment.is_from_customer
