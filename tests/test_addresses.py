from uuid import UUID, uuid4

import pytest
from django.urls import Resolver404, resolve, reverse

from portal_plugin.addresses import KeyConverter, short, skipped

KEY = UUID("755a1dbc-f6d2-4304-a4cc-e2a43d1b02ad")


def test_a_key_comes_back_from_its_short_form():
    for key in [KEY, UUID(int=0), UUID(int=2**128 - 1), *(uuid4() for _ in range(100))]:
        assert len(short(key)) == 22
        assert KeyConverter().to_python(short(key)) == key


def test_addresses_are_written_short_and_read_either_way():
    names = {"public_id": "abc", "action": "approve", "item_key": KEY}
    address = reverse("portal_plugin:action", kwargs=names)
    assert address.endswith(f"/a/approve/{short(KEY)}/")
    assert resolve(address).kwargs == names
    assert resolve(f"/portal/d/abc/a/approve/{KEY}/").kwargs == names


@pytest.mark.parametrize(
    "wrong", [short(KEY)[:-1] + "R", short(KEY)[:-1], short(KEY) + "A", "é" * 22, "." * 22]
)
def test_a_key_has_one_short_form(wrong):
    """The last character carries four bits that no key has: another one is another address."""
    with pytest.raises(Resolver404):
        resolve(f"/d/abc/files/{wrong}/", "portal_plugin.urls")


#: What stands in an address, and how many rows it leaves out.
SKIPS = {"50": 50, "999999": 999_999, "1000000": 0, "-1": 0, "x": 0, "": 0}


@pytest.mark.parametrize(("text", "count"), SKIPS.items())
def test_what_an_address_leaves_out_is_a_number_or_nothing(text, count):
    assert skipped(text) == count
