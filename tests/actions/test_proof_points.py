"""Marking points on a proof: one change request, on the version that was looked at."""

import re
from copy import copy
from decimal import Decimal

import pytest
from django.test import Client

from portal_plugin.models import ChangeRequest, OutgoingEmail, ProofPin, Submission
from portal_plugin.statuses import ItemState
from tests import entering, factories, samples
from tests.proofing import action_url, marked, sent

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]

LOGO = {"text": "Larger logo", "x": "0.2500", "y": "0.7500"}


@pytest.fixture(scope="module")
def made(make_once):
    """The proof of an estimate of two items, drawn, and the browser of the customer."""

    def make():
        version, client = sent(), Client()
        entering.enter(client, version.proof.document)
        return version, client

    return make_once(make)


@pytest.fixture
def post(client, made):
    version = factories.fresh(made[0])
    client.cookies = copy(made[1].cookies)

    def post(*points, shown=None, **more):
        return client.post(action_url(version), marked(shown or version, *points, **more))

    post.version = version
    return post


def client_post(post, *points, proof):
    return post(*points, proof=str(proof.public_id) if proof else "nonsense")


def fresh(version):
    document = version.proof.document
    return type(document.specific).objects.get(pk=document.pk)


def test_several_points_are_one_change_request(post):
    response = post(LOGO, {"text": "Darker", "where": "0-2"}, {}, {"text": "The phone number"})
    assert response.status_code == 303
    request = ChangeRequest.objects.get()
    assert request.text == "1. Larger logo\n2. Darker\n3. The phone number"
    pins = [(pin.position, pin.page, pin.x, pin.y) for pin in ProofPin.objects.all()]
    assert pins == [
        (1, 1, Decimal("0.2500"), Decimal("0.7500")),
        (2, 1, Decimal("0.8333"), Decimal("0.1667")),
        (3, 1, None, None),
    ]
    assert {pin.proof_version for pin in ProofPin.objects.all()} == {post.version}


def test_before_any_script_there_are_rows_to_write_in_none_of_which_has_to_be_filled(client, post):
    page = client.get(action_url(post.version)).content.decode()
    rows = re.findall(r'<textarea[^>]+name="point-(\d)-text"[^>]*>', page)
    assert rows == ["0", "1", "2", "3"]
    assert not re.search(r'name="point-0-text"[^>]*required', page)


def test_the_item_leaves_approval_until_the_shop_answers(post):
    post(LOGO)
    document = fresh(post.version)
    key = post.version.proof.item_key
    assert document.standing.items[key].state == ItemState.CHANGES_REQUESTED
    assert document.activities.filter(verb="proof_points").exists()
    assert set(OutgoingEmail.objects.values_list("kind", flat=True)) >= {
        "receipt_proof_points",
        "staff_proof_points",
    }


def test_the_same_form_twice_is_one_request(client, post):
    data = marked(post.version, LOGO)
    for _again in range(2):
        assert client.post(action_url(post.version), data).status_code == 303
    assert ProofPin.objects.count() == 1


@pytest.mark.parametrize(
    "point",
    [
        {"x": "0.5", "y": "0.5"},
        {"text": "x", "x": "1.0001", "y": "0.5"},
        {"text": "x", "x": "-0.1", "y": "0.5"},
        {"text": "x", "x": "sNaN", "y": "0.5"},
        {"text": "x", "x": "NaN", "y": "0.5"},
        {"text": "x", "x": "Infinity", "y": "0.5"},
        {"text": "x", "x": "0.12345", "y": "0.5"},
        {"text": "x", "x": "0.5"},
        {"text": "x", "where": "9-9"},
        {"text": "x", "page": "2"},
        {"text": "x", "page": "0"},
        {"text": "x" * 1001},
        None,
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_written(post, point):
    response = post(LOGO, point) if point else post({"text": "   "})
    assert response.status_code == 400
    assert not ChangeRequest.objects.exists()
    assert not Submission.objects.exists()


def test_what_was_typed_is_still_there_after_a_refusal(post):
    page = post(LOGO, {"text": "Darker", "page": "7"}).content.decode()
    assert "Larger logo" in page
    assert 'value="0.2500"' in page
    assert "This proof has 1 page." in page


def test_thirty_points_and_not_one_more(post):
    assert post(*[{"text": f"Point {n}"} for n in range(31)]).status_code == 400
    assert not ProofPin.objects.exists()
    assert post(*[{"text": f"Point {n}"} for n in range(30)]).status_code == 303
    assert ProofPin.objects.count() == 30


@pytest.mark.parametrize("total", ["1000000000", "-1", "many", ""])
@pytest.mark.says_it_first
def test_a_count_that_lies_is_no_error(post, total):
    response = post(LOGO, **{"point-TOTAL_FORMS": total})
    assert response.status_code in (303, 400)


@pytest.mark.says_it_first
def test_a_new_version_in_between_refuses_and_keeps_the_text(post):
    newer = sent(fresh(post.version), size=(500, 300), drawn=False)
    response = post(LOGO)
    page = response.content.decode()
    assert response.status_code == 409
    assert "new version of this proof" in page
    assert "Larger logo" in page
    assert not ChangeRequest.objects.exists()
    assert f'value="{newer.public_id}"' in page
    assert post(LOGO, shown=newer).status_code == 303
    assert ProofPin.objects.get().proof_version == newer


def test_the_back_is_marked_while_the_front_is_renewed(post):
    document = fresh(post.version)
    back = sent(document, label="Back", drawn=False)
    sent(document, size=(500, 300), drawn=False)
    assert post(LOGO, shown=back).status_code == 303
    assert ProofPin.objects.get().proof_version == back


def test_a_proof_of_another_item_or_document_is_an_invalid_choice(post):
    document = fresh(post.version)
    other_item, other_document = sent(document, item=1, drawn=False), sent(drawn=False)
    for foreign in (other_item, other_document):
        assert client_post(post, LOGO, proof=foreign).status_code == 400
    assert client_post(post, LOGO, proof=None).status_code == 400
    assert not ChangeRequest.objects.exists()


def test_without_a_proof_there_is_nothing_to_mark(client, enter):
    document = factories.estimate_factory(items=1)
    enter(document)
    url = f"/portal/d/{document.public_id}/a/proof_points/{document.lines[0].key}/"
    assert client.get(url).status_code == 409
    assert client.post(url, {"text": "x"}).status_code == 409


def test_pages_of_a_pdf_are_marked_apart(client, enter):
    version = sent(file=samples.upload("three.pdf", samples.pdf(3)))
    enter(version.proof.document)
    points = ({"text": "Here", "page": "3", **{k: LOGO[k] for k in "xy"}}, {"text": "There"})
    assert client.post(action_url(version), marked(version, *points)).status_code == 303
    assert [pin.page for pin in ProofPin.objects.all()] == [3, 1]
    too_far = marked(version, {"text": "Here", "page": "4"})
    assert client.post(action_url(version), too_far).status_code == 400


def test_after_approval_it_is_a_late_flag_that_voids_nothing(client, enter):
    version = sent(factories.order_factory(items=1), drawn=False)
    order = factories.approve(fresh(version))
    enter(order)
    assert client.post(action_url(version), marked(version, LOGO)).status_code == 303
    assert ChangeRequest.objects.get().is_late
    assert fresh(version).standing.keys(ItemState.APPROVED) == [version.proof.item_key]
