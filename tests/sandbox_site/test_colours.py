import pytest
from django.core.exceptions import ValidationError

from sandbox_site.website.colours import contrast, is_hex_colour, readable_on
from sandbox_site.website.shops import SHOPS


def test_contrast_runs_from_1_to_21():
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#12345g", "#123456;}\n"])
def test_only_six_digits_are_a_colour(colour):
    with pytest.raises(ValidationError):
        is_hex_colour(colour)


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.key)
def test_both_brands_can_be_read(shop):
    grounds = [shop.brand[f"{kind}_colour"] for kind in ("brand", "dark", "accent")]

    assert all(contrast(readable_on(ground), ground) >= 4.5 for ground in grounds)
    assert contrast(shop.brand["brand_colour"], shop.brand["paper_colour"]) >= 4.5
