"""What the documentation says is there, is there, and the other way round."""

import inspect
import re
from configparser import ConfigParser
from importlib import import_module
from pathlib import Path

import pytest
from django.dispatch import Signal

from portal_plugin import signals
from portal_plugin.admin import timeline
from portal_plugin.conf import Conf
from portal_plugin.services.payments import events

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "portal_plugin/templates/portal_plugin"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
#: What a site may put in the place of ours; drawings of the admin's icons are none of it.
PUBLIC = [
    path
    for path in TEMPLATES.rglob("*.*")
    if "admin" not in path.parts and path.suffix in (".html", ".txt")
]
BLOCK = re.compile(r"{% block ((?:portal|action|pdf|print|mail)_\w+)")
LAYER = re.compile(r"@layer portal \{\n  :root \{(.*?)\n  \}", re.DOTALL)
SERVICE = re.compile(r"`(\w+)\.(\w+)\(?")


def read(name):
    return (ROOT / name).read_text()


def plain(text):
    return " ".join(text.replace("``", "`").split())


@pytest.mark.parametrize("name", sorted(Conf.names()))
def test_setting_is_explained_as_in_the_code(name):
    _, _, section = read("docs/settings.md").partition(f"### `{name}`\n")
    said = plain(re.split(r"^##", section, flags=re.MULTILINE)[0])
    assert said == plain(getattr(Conf, name.lower()).__doc__)


def test_no_setting_is_explained_that_is_not_there():
    assert set(re.findall(r"^### `(\w+)`", read("docs/settings.md"), re.MULTILINE)) == Conf.names()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_settings_named_anywhere_exist(path):
    for keys in re.findall(r"PORTAL_PLUGIN = \{(.*?)\}", path.read_text(), re.DOTALL):
        assert set(re.findall(r'"([A-Z_]+)":', keys)) <= Conf.names()


def test_every_template_is_in_the_tree_and_no_other():
    page = read("docs/templates.md").partition("```\nportal_plugin/\n")[2].partition("```")[0]
    listed, folders = set(), []
    for line in page.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2 - 1
        for word in line.split():
            if word.endswith("/"):
                folders[depth:] = [word]
            elif re.fullmatch(r"\w+\.(html|txt)", word):
                listed.add("".join(folders[:depth]) + word)
    assert listed == {str(path.relative_to(TEMPLATES)) for path in PUBLIC}


def test_every_block_is_named():
    found = {name for path in PUBLIC for name in BLOCK.findall(path.read_text())}
    named = set(re.findall(r"`((?:portal|action|pdf|print|mail)_\w+)`", read("docs/templates.md")))
    assert found - named == set()


def test_every_token_is_listed_with_its_default():
    sheet = read("portal_plugin/static/portal_plugin/css/portal.css")
    tokens = set(re.findall(r"(--portal-[\w-]+): (.+);", LAYER.search(sheet)[1]))
    listed = re.findall(r"^\| `(--portal-[\w-]+)` \| `(.+?)` \|", read("docs/styling.md"), re.M)
    assert set(listed) == tokens


def test_every_signal_is_listed_with_its_arguments():
    listed = dict(re.findall(r"^\| `(\w+)` \| (`.+?`) \|", read("docs/signals.md"), re.MULTILINE))
    assert set(listed) == {name for name, v in vars(signals).items() if isinstance(v, Signal)}
    source = inspect.getsource(signals)
    for name, arguments in listed.items():
        said = source.partition(f"\n{name} = Signal()")[0].rpartition("#: ")[2]
        for argument in re.findall(r"`(\w+)`", arguments):
            assert f"``{argument}``" in said


def test_verbs_of_the_history_are_those_that_are_written():
    table = read("docs/signals.md").partition("| verb | after |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE)
    named = {verb for row in rows for verb in re.findall(r"`(\w+)`", row)}
    assert len(named) > 20
    assert named <= {verb for verb, _sentence in timeline.labels()}


def test_public_services_are_there():
    table = read("docs/signals.md").partition("| function | does |")[2].partition("```")[0]
    named = SERVICE.findall(table)
    assert len(named) > 15
    for module, function in named:
        assert callable(getattr(import_module(f"portal_plugin.services.{module}"), function))


def test_events_to_choose_at_stripe_are_those_that_are_handled():
    named = re.findall(
        r"^((?:payment_intent|checkout|refund|charge)\.[\w.]+)$",
        read("docs/stripe.md"),
        re.MULTILINE,
    )
    assert set(named) == events.KNOWN


def test_address_of_stripes_webhook():
    from django.urls import reverse

    assert f"example.com{reverse('portal_plugin:stripe_webhook')}" in read("docs/stripe.md")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", path.read_text()):
        name, _, anchor = target.partition("#")
        page = (path.parent / name).resolve() if name else path
        assert page.exists(), target
        if anchor:
            assert anchor in anchors(page), target


def test_extras_to_install_are_there():
    package = ConfigParser()
    package.read(ROOT / "setup.cfg")
    named = re.findall(r'"\S*wagtail-customer-portal\[(.+?)\]"', read("README.md"))
    assert len(named) == 2
    for extras in named:
        assert set(extras.split(",")) <= set(package["options.extras_require"])


def test_pango_is_asked_for_alike():
    line = re.search(r"^apt install libpango.+$", read("README.md"), re.MULTILINE)[0]
    assert line in read("docs/deploying.md")


@pytest.mark.parametrize("name", ["README.md", "docs/deploying.md"])
def test_cron_is_told_the_settings_of_the_web_server(name):
    """It has none of its environment, and `manage.py` of `wagtail start` falls back to others."""
    lines = re.findall(r"^[\d*].* manage\.py (\w+) --settings=\S+\.production$", read(name), re.M)
    assert lines == ["portal_sweep", "portal_files"]


def anchors(page):
    """As the usual hosts make them from headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("picture", sorted((ROOT / "docs/images").iterdir()), ids=lambda p: p.name)
def test_picture_is_shown_and_small(picture):
    assert picture.stat().st_size < 200_000
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    assert any(f"images/{picture.name})" in page.read_text() for page in pages)
