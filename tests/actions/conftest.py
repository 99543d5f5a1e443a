import pytest

from tests import factories


@pytest.fixture
def estimate(enter):
    estimate = factories.estimate_factory(items=3)
    enter(estimate)
    return estimate


@pytest.fixture
def keys(estimate):
    return [item.key for item in estimate.lines]


@pytest.fixture
def user():
    return factories.user_factory()
