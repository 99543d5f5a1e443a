"""Stripe's keys: what is wrong with a pair of them, said by a word."""

import pytest

from portal_plugin.gateways.stripe.keys import PUBLISHABLE, SECRET, masked, mode_of, problem_of

TEST, LIVE = "sk_test_51Abc", "sk_live_51Abc"
SHOWN_TEST, SHOWN_LIVE = "pk_test_51Abc", "pk_live_51Abc"


@pytest.mark.parametrize(
    ("secret", "publishable"),
    [("", ""), (TEST, SHOWN_TEST), (LIVE, SHOWN_LIVE), ("rk_live_51Abc", SHOWN_LIVE)],
)
def test_nothing_is_wrong_with_a_pair_of_one_mode_or_none(secret, publishable):
    assert problem_of(secret, publishable) == ("", "")


@pytest.mark.parametrize(
    ("secret", "publishable", "word", "about"),
    [
        (TEST, "", "missing", PUBLISHABLE),
        ("", SHOWN_TEST, "missing", SECRET),
        (SHOWN_TEST, TEST, "swapped", SECRET),
        (SHOWN_TEST, SHOWN_TEST, "swapped", SECRET),
        (TEST, TEST, "swapped", SECRET),
        (TEST, "rk_test_51Abc", "swapped", SECRET),
        ("51Abc", SHOWN_TEST, "malformed", SECRET),
        ("sk_prod_51Abc", "pk_prod_51Abc", "malformed", SECRET),
        ("whsec_test_51Abc", SHOWN_TEST, "malformed", SECRET),
        ("sk_test_", SHOWN_TEST, "malformed", SECRET),
        ("sk_test_...", SHOWN_TEST, "malformed", SECRET),
        ("sk_test_xxxx", SHOWN_TEST, "malformed", SECRET),
        (TEST, "51Abc", "malformed", PUBLISHABLE),
        (TEST, "pk_test_…", "malformed", PUBLISHABLE),
        (TEST, SHOWN_LIVE, "modes", SECRET),
        (LIVE, SHOWN_TEST, "modes", SECRET),
    ],
)
def test_the_first_thing_that_is_wrong_is_named_with_its_key(secret, publishable, word, about):
    assert problem_of(secret, publishable) == (word, about)


@pytest.mark.parametrize(
    ("key", "mode"), [(TEST, "test"), (LIVE, "live"), ("sk_test", ""), ("sk", ""), ("", "")]
)
def test_a_key_tells_its_mode(key, mode):
    assert mode_of(key) == mode


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("sk_live_51AbcSecret4242", "sk_live_…4242"),
        ("sk_live_123456789", "sk_live_…6789"),
        ("sk_live_12345678", "sk_…"),
        ("rk_test_short", "rk_…"),
    ],
)
def test_no_more_of_a_key_is_shown_than_tells_it_from_another(key, shown):
    assert masked(key) == shown
