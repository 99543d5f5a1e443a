"""Examples that an agency copies do what the page says."""

import sys
from datetime import date
from types import ModuleType

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage

from portal_plugin import signals
from portal_plugin.admin import replacing
from portal_plugin.admin.menu import PortalViewSetGroup
from portal_plugin.models import OutgoingEmail, Stage
from portal_plugin.services import staging
from tests import factories
from tests.install.blocks import block

pytestmark = pytest.mark.django_db


def test_estimate_from_code_is_out_and_its_email_waits():
    names = {}
    exec(block("docs/signals.md", "The services", "python"), names)
    estimate = names["offer"](factories.site_factory(), "Lena Holm", "lena@example.org")
    assert estimate.number
    assert estimate.current_version.number == 1
    assert OutgoingEmail.objects.filter(document=estimate).count() == 1


def test_receiver_is_connected():
    before = len(signals.estimate_converted.receivers)
    names = {}
    exec(block("docs/signals.md", "The signals", "python"), names)
    assert len(signals.estimate_converted.receivers) == before + 1
    signals.estimate_converted.disconnect(names["tell_production"])


def test_restyling_takes_three_lines_at_most():
    css = block("README.md", "Make it yours", "css")
    assert css.count("\n") <= 3
    sheet = block("docs/styling.md", "Tokens", "css")
    assert "--portal-" in css
    assert "--portal-" in sheet


def test_other_block_names_take_six_lines():
    assert block("README.md", "Make it yours", "django").count("\n") == 6


def test_stage_that_moved_is_told(django_capture_on_commit_callbacks):
    names = {}
    exec(block("docs/signals.md", "When an order comes into another stage", "python"), names)
    try:
        order = factories.order_factory(items=1)
        staging.ensure_stages(order.site)
        first, *_rest, last = Stage.objects.all()
        for stage, notes in ((first, 0), (last, 1)):
            with django_capture_on_commit_callbacks(execute=True):
                staging.set_stage(order, stage)
            assert order.internal_notes.count() == notes
    finally:
        signals.activity_recorded.disconnect(names["stage_moved"])


@pytest.fixture
def workshop(settings, monkeypatch):
    """The example of the page, installed in a site; the viewset that its setting leads to."""
    module = ModuleType("workshop.portal_admin")
    example = block("docs/extending-the-admin.md", "A column, a filter and a panel", "python")
    exec(example, module.__dict__)
    monkeypatch.setitem(sys.modules, "workshop", ModuleType("workshop"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(block("docs/extending-the-admin.md", "Extending the admin", "python"), found := {})
    settings.PORTAL_PLUGIN = found["PORTAL_PLUGIN"]
    return replacing.viewset("orders")()


@pytest.fixture
def ask(rf):
    """A page of a viewset, as a superuser gets it."""

    def ask(view, query=None, **kwargs):
        request = rf.get("/admin/", query)
        request.user, request.session = factories.user_factory(), {}
        request._messages = FallbackStorage(request)
        return view(request, **kwargs).render().content.decode()

    return ask


def test_column_and_filter_of_ones_own(workshop, ask):
    factories.order_factory(items=1, title="Van", delivery_on=date(2026, 5, 4))
    factories.order_factory(items=1, title="Sign", delivery_on=date(2026, 7, 4))
    page = ask(workshop.index_view)
    assert "May 4, 2026" in page
    assert "Sign" in page
    page = ask(
        workshop.index_view, {"delivery_on_from": "2026-05-01", "delivery_on_to": "2026-05-30"}
    )
    assert "Van" in page
    assert "Sign" not in page


def test_panel_of_ones_own(workshop, ask):
    order = factories.order_factory(items=1)
    assert "Vans leave on Tuesdays" in ask(workshop.edit_view, pk=str(order.pk))


def test_every_viewset_can_be_replaced(settings):
    for name, ours in replacing.OURS.items():
        assert replacing.viewset(name) is ours
        settings.PORTAL_PLUGIN = {"ADMIN_VIEWSETS": {name: f"{__name__}.Own"}}
        globals()["Own"] = own = type("Own", (ours,), {})
        assert replacing.viewset(name) is own


def test_wrong_path_keeps_ours_and_is_logged(settings, caplog):
    settings.PORTAL_PLUGIN = {"ADMIN_VIEWSETS": {"orders": "no.such.ViewSet"}}
    assert replacing.viewset("orders") is replacing.OURS["orders"]
    assert "no" in caplog.text


def test_menu_holds_the_replaced_viewset(workshop):
    assert any(type(each) is type(workshop) for each in PortalViewSetGroup().registerables)
