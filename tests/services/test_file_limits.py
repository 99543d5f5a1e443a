"""A shop takes fewer and smaller files than the installation, and never more."""

import pytest

from portal_plugin.exceptions import FileRefused, FileTooLarge
from portal_plugin.gateways import filetypes
from portal_plugin.models import PortalSettings
from portal_plugin.services import file_limits
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_a_shop_that_says_nothing_takes_what_the_installation_takes():
    limits = file_limits.of_site(factories.site_factory())
    assert list(limits.kinds) == filetypes.allowed_extensions()
    assert limits.max_bytes == 50 * 1024 * 1024


def test_a_shop_takes_less():
    site = factories.site_factory(file_kinds="pdf, jpg", file_max_mb=2)
    limits = file_limits.of_site(site)
    assert limits.kinds == ("jpg", "jpeg", "pdf")
    assert limits.max_bytes == 2 * 1024 * 1024


def test_what_the_installation_takes_no_more_its_shops_do_not(settings):
    site = factories.site_factory(file_kinds="pdf, cdr", file_max_mb=40)
    less = {"UPLOAD_MAX_BYTES": 1024, "ARTWORK_EXTENSIONS": ["ai"]}
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **less}
    limits = file_limits.of_site(site)
    assert (limits.kinds, limits.max_bytes) == (("pdf",), 1024)


def test_a_shop_of_whose_kinds_none_is_left_takes_what_the_installation_takes(settings):
    site = factories.site_factory(file_kinds="cdr, dwg")
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "ARTWORK_EXTENSIONS": ["ai"]}
    assert list(file_limits.of_site(site).kinds) == filetypes.allowed_extensions()
    assert file_limits.dropped_kinds(PortalSettings.of(site)) == ["cdr", "dwg"]


def test_of_a_shops_kinds_those_are_dropped_that_the_installation_does_not_take(settings):
    site = factories.site_factory(file_kinds="pdf, dwg")
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "ARTWORK_EXTENSIONS": ["ai"]}
    assert file_limits.dropped_kinds(PortalSettings.of(site)) == ["dwg"]


LIMITS = file_limits.FileLimits(("pdf",), 1024)


@pytest.mark.parametrize("size", [1, 1024])
def test_a_file_has_something_in_it_and_no_more_than_the_limit(size):
    file_limits.refuse_size("a.pdf", size, LIMITS)


@pytest.mark.parametrize("limits", [LIMITS, None])
@pytest.mark.parametrize("size", [0, -1])
def test_an_empty_file_is_refused_whoever_sends_it(size, limits):
    with pytest.raises(FileRefused, match="is empty"):
        file_limits.refuse_size("a.pdf", size, limits)


def test_a_file_beyond_the_limit_is_refused_with_the_limit():
    with pytest.raises(FileTooLarge, match=r"is too large.*1\.0"):
        file_limits.refuse_size("a.pdf", 1025, LIMITS)


def test_staff_send_files_of_any_size():
    file_limits.refuse_size("a.pdf", 10**12, None)
