"""What many of the portal's tests begin with, made once for each module."""

import pytest

from tests import factories


@pytest.fixture(scope="module")
def estimate_of_two(make_once):
    return make_once(lambda: factories.estimate_factory(items=2))
