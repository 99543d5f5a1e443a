"""Finding the account in what a shop wrote for people."""

import pytest

from portal_plugin.banking import bic_in, iban_in

IBAN = "DE02120300000000202051"


@pytest.mark.parametrize(
    "text",
    [
        "Northline Signs\nIBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001",
        "IBAN: DE02120300000000202051 BIC: BYLADEM1001",
        "iban de02 1203 0000 0000 2020 51, Deutsche Kreditbank",
        "Account AB12 3456\nor DE02-1203-0000-0000-2020-51",
    ],
)
def test_the_iban_is_found_however_it_is_written(text):
    assert iban_in(text) == IBAN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "IBAN DE03 1203 0000 0000 2020 51",
        "IBAN DE02 1203 0000 0000 2020",
        "Routing number 021000021, account 12345678",
        "AE07 0331 2345 6789 0123 456",
    ],
)
def test_what_no_transfer_arrives_at_is_no_iban(text):
    assert iban_in(text) == ""


def test_a_bic_stands_behind_its_word():
    assert bic_in("IBAN DE02…\nBIC BYLADEM1001") == "BYLADEM1001"
    assert bic_in("SWIFT: INGDDEFF") == "INGDDEFF"
    assert bic_in("Northline Holding") == ""
