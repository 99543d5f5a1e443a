"""Who was erased is gone from the file of a document, and it holds for a stranger as before."""

import json

import pytest

from portal_plugin.canonical import canonical_bytes, digest
from portal_plugin.models import (
    DirectLink,
    Estimate,
    Order,
    Recipient,
    Submission,
)
from portal_plugin.services import activity, erasing, pdfs
from portal_plugin.services.evidence import exporting
from tests import factories
from tests.evidence import check, estimate, made, other_link, post, user, written_before
from tests.evidence_files import (
    DRAWN,
    NOBODY,
    change_person,
    entry_of,
    export,
    exported,
    pdfs_in,
    rewritten,
)

__all__ = ["estimate", "exported", "made", "user"]
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


def test_erasing_the_person_leaves_the_file_valid_for_a_stranger(estimate, tmp_path):
    pdfs.drain()
    erasing.erase(erasing.by_link(estimate.links.get()))
    path = tmp_path / "erased.zip"
    with path.open("wb") as target:
        assert exporting.export(Estimate.objects.get(), target) == []
    assert check(path).returncode == 0, check(path).stdout
    path = export(estimate, tmp_path / "drawn_anew.zip")
    assert len(pdfs_in(path)) == DRAWN
    assert check(path).returncode == 0, check(path).stdout


def test_who_was_erased_before_the_entry_said_what_they_had_sent_is_gone_for_a_stranger(
    estimate, tmp_path
):
    erasing.erase(erasing.by_link(estimate.links.get()))
    written_before(estimate, 2)
    path = tmp_path / "erased.zip"
    with path.open("wb") as target:
        exporting.export(Estimate.objects.get(), target)
    assert check(path).returncode == 0, check(path).stdout


def test_where_one_was_erased_nobody_else_can_be(client, enter, estimate, tmp_path):
    """Whose words are gone the history says; those of others are held against it as ever."""
    other = other_link()
    Recipient.objects.filter(pk=other.recipient_id).update(email="other@example.com")
    enter(estimate, other)
    post(client, estimate, "change_request", text="Smaller")
    erasing.erase(erasing.by_link(DirectLink.objects.get(pk=other.pk)))
    assert Submission.objects.filter(link=other, name="").exists()
    path = tmp_path / "erased.zip"
    with path.open("wb") as target:
        exporting.export(Estimate.objects.get(), target)
    assert check(path).returncode == 0, check(path).stdout
    done = check(rewritten(path, lambda data: change_person(data, said=NOBODY, salt="")))
    assert done.returncode == 1
    assert "who sent it" in done.stdout


def test_whose_words_went_from_the_order_is_said_in_its_own_history(
    client, enter, estimate, tmp_path
):
    """The link of the estimate it was made from opens it as well."""
    factories.approve(estimate, estimate.standing.waiting_keys)
    order = Order.objects.get()
    enter(estimate, estimate.links.get())
    client.get(f"/portal/d/{estimate.public_id}/")
    post(client, order, "comment", text="When?")
    erasing.erase(erasing.by_link(estimate.links.get()))
    (theirs,) = order.submissions.filter(link__document=estimate.pk)
    kept = activity.facts(order.activities.get(verb="erased"))
    assert kept["submissions"] == [theirs.pk]
    path = tmp_path / "order.zip"
    with path.open("wb") as target:
        exporting.export(order, target)
    assert check(path).returncode == 0, check(path).stdout


def _with_an_erasure_beside(data):
    """A document of the forger's own, whose whole history is that somebody was erased."""
    _entry, kept = entry_of(data, "approve")
    told = {"actor": "staff", "at": "2026-01-01T00:00:00.000000Z", "document": "x", "previous": ""}
    told |= {"data": json.dumps({"submissions": [kept["submission"]]}), "verb": "erased"}
    told |= {"scheme": 4, "sequence": 1}
    history = [told | {"hash": digest(canonical_bytes(told))}]
    data["documents"].append({"document": "x", "people": {}, "history": history})
    change_person(data, said=NOBODY, salt="")


def test_an_erasure_in_another_history_excuses_no_blank_name(exported):
    done = check(rewritten(exported, _with_an_erasure_beside))
    assert "Head: x:1:" in done.stdout
    assert "who sent it" in done.stdout
    assert done.returncode == 1
