"""What Wagtail's logs keep of a document for ever: its number."""

import pytest

from tests.factories import estimate_factory

pytestmark = pytest.mark.django_db


def test_a_document_is_called_by_its_number_and_nothing_that_staff_wrote():
    document = estimate_factory(title="Sign for Ann Lee")
    assert str(document) == document.number


def test_and_a_draft_has_none_yet():
    assert str(estimate_factory(published=False, title="Sign for Ann Lee")) == "Draft"
