"""Lives of estimates that nobody thought of: chosen, approved, declined, changed, split, ordered,
run out, paid, in any order and by several people. After each step lists, page, paper and history
say the same, and whoever is waited for can do something."""

import html

import pytest

from portal_plugin.actions.offers import offers
from portal_plugin.money import format_money
from portal_plugin.services import links, paper
from portal_plugin.services.evidence import verifying
from portal_plugin.services.presentation import document_view
from portal_plugin.services.visits import Visit
from portal_plugin.statuses import DocumentState, LinkRole, WaitingFor

from . import length
from .living import Life

pytestmark = [pytest.mark.django_db, length.shortly_on_sqlite]
LIVES = range(length.of(2, 300))
STEPS = length.of(14, 40)
ENDED = {
    DocumentState.CONVERTED,
    DocumentState.DECLINED,
    DocumentState.CANCELLED,
    DocumentState.EXPIRED,
    DocumentState.COMPLETED,
}


@pytest.mark.parametrize("seed", LIVES)
def test_everything_says_the_same_whatever_happens(
    seed, settings, django_capture_on_commit_callbacks
):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "MESSAGES_PER_HOUR": 10**6}
    life = Life(seed)
    for _number in range(STEPS):
        with django_capture_on_commit_callbacks(execute=True):
            life.step()
        for document in life.documents:
            check_lists(document, life.told)
            check_items(document, life.told)
            check_turn(document, life.told)
            assert verifying.first_fault(document)[0] is None, life.told
        check_looks(life, life.chance.choice(life.documents))


def check_lists(document, told):
    due = (document.balance_due, document.deposit_due) if document.is_order else (0, 0)
    now = (document.state, document.whose_turn, document.totals.total, *due)
    listed = (document.listed_state, document.waiting_for, document.listed_total)
    assert (*listed, document.listed_balance, document.listed_deposit_due) == now, told


def check_items(document, told):
    """What is decided on is what counts, each item once."""
    standing = document.standing
    assert set(standing.items) == document.counted_keys, told
    lines = zip(document.lines, document.totals.lines, strict=True)
    counted = document.counted_keys - (
        set(standing.never_wanted_keys) if document.is_order else set()
    )
    assert sum(sums.gross for item, sums in lines if item.key in counted) == document.totals.total


def check_turn(document, told):
    turn = document.whose_turn
    if turn == WaitingFor.NOBODY:
        assert document.state in ENDED, told
    if turn != WaitingFor.CUSTOMER or document.state in ENDED or document.amount_due:
        return
    people = links.of_document(document).usable().filter(role=LinkRole.APPROVE)
    assert not people or any(may_decide(document, link) for link in people), told


def may_decide(document, link):
    found = offers(Visit(document=document, link=link), document_view(document))
    names = {one.name for one in (found.primary, *found.document) if one}
    is_asked = any(row.approve or row.decline for row in found.items)
    return is_asked or bool(names & {"approve_multiple", "confirm_change", "choose"})


def check_looks(life, document):
    if document.converted_at:
        return
    total = format_money(document.totals.total, document.currency, document.language)
    assert total in html.unescape(paper.sheet(document).html), life.told
    link = links.of_document(document).usable().order_by("pk").first()
    page = life.page(link)
    assert page.status_code == 200, life.told
    if page.context["view"].document.pk == document.pk:
        assert total in html.unescape(page.content.decode()), life.told
