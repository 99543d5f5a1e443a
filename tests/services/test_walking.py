"""One row after the other is asked about at Stripe."""

import pytest

from portal_plugin.exceptions import Misconfigured
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import PaymentAttempt
from portal_plugin.services import work
from portal_plugin.services.payments.walking import walk

ROWS = [PaymentAttempt(pk=number) for number in (1, 2, 3)]


@pytest.fixture
def asked():
    return []


def answering(asked, trouble=None):
    """Asks; the second row is answered with ``trouble``."""

    def ask(row):
        asked.append(row.pk)
        if trouble and row.pk == 2:
            raise trouble

    return ask


def test_each_is_asked_about(asked):
    assert walk(ROWS, answering(asked), pytest.fail) == 3
    assert asked == [1, 2, 3]


@pytest.mark.parametrize("trouble", [gateway.NoAnswer(), gateway.StripeBroke()])
def test_without_an_answer_the_rest_is_left_as_it_was(asked, trouble):
    assert walk(ROWS, answering(asked, trouble), pytest.fail) == 1
    assert asked == [1, 2]


@pytest.mark.parametrize(
    "trouble", [gateway.Refused(code="no"), gateway.NotFound(), Misconfigured()]
)
def test_one_that_is_refused_does_not_stop_the_others(asked, trouble, caplog):
    passed_by = []
    assert walk(ROWS, answering(asked, trouble), passed_by.append) == 3
    assert asked == [1, 2, 3]
    assert passed_by == [ROWS[1]]
    assert "PaymentAttempt 2" in caplog.text


def test_one_that_breaks_down_does_not_stop_the_others(asked, caplog):
    passed_by = []
    assert walk(ROWS, answering(asked, KeyError("poison")), passed_by.append) == 3
    assert asked == [1, 2, 3]
    assert passed_by == [ROWS[1]]
    assert "PaymentAttempt 2 broke down" in caplog.text
    assert "poison" in caplog.text


def test_it_ends_with_the_time_for_it(asked):
    with work.time_box(0):
        assert walk(ROWS, answering(asked), pytest.fail) == 0
    assert asked == []
