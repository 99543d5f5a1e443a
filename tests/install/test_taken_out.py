"""A site that takes the plugin out again, for good or for a while: the site goes on."""

from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from .agency import OWN, AgencySite, command
from .blocks import block

#: What whoever comes is answered, by the address.
ASK = """
from django.test import Client
for path in {paths!r}:
    print(Client(headers={{"host": "localhost"}}).get(path).status_code)
"""
#: A full-text index has tables of its own, which go with it.
TABLES = """
from django.db import connection
names = [name for name in connection.introspection.table_names() if name.startswith("portal")]
print(*[name for name in names if not any(name.startswith(other + "_") for other in names)])
"""
NOBODY_IS_HELD = """
from django.contrib.auth import get_user_model
from wagtail.models import Site
print(get_user_model().objects.all().delete()[0] > 0, Site.objects.all().delete()[0] > 0)
"""


@dataclass(frozen=True)
class OwnSite(AgencySite):
    link: str


@pytest.fixture(scope="module")
def site(by_the_readme, tmp_path_factory):
    """One of its own, whose estimate somebody has the link to."""
    site = by_the_readme.copy_to(tmp_path_factory.mktemp("taken_out") / "site")
    script = (OWN / "first_documents.py").read_text()
    told = site.run(f"import sys; sys.argv.append('8000')\n{script}").split()
    return OwnSite(site.folder, site.packages, "/portal/" + told[-1].partition("/portal/")[2])


def ask(site):
    return ASK.format(paths=[site.link, "/", "/admin/login/"])


@contextmanager
def taken_out(site):
    """Without what step 2 and 3 of the README have written."""
    kept = {}
    for name, text in (
        ("settings/base.py", block("README.md", "Step 2: the settings", "python")),
        ("urls.py", block("README.md", "Step 3", "python")),
    ):
        path = site.folder / "mysite" / name
        kept[path] = path.read_text()
        assert text in kept[path]
        path.write_text(kept[path].replace(text, ""))
    try:
        yield
    finally:
        for path, text in kept.items():
            path.write_text(text)


def test_off_for_a_while_and_then_for_good_the_site_goes_on(site):
    """Off, links are not found; on again, they are there; and in the end nothing holds anybody."""
    with taken_out(site):
        check = command("check", "--fail-level", "ERROR")
        nothing_changed = command("makemigrations", "--check", "--dry-run")
        told = site.run(check, nothing_changed, ask(site)).split()
        assert told == ["404", "200", "200"]
    is_as_before = command("migrate", "--check")
    away = command("migrate", "portal_plugin", "zero")
    assert site.run(is_as_before, ask(site), away).split() == ["303", "200", "200"]
    sql = block("docs/deploying.md", "Taking it away again", "sql")
    named = [line.split()[-1].rstrip(";") for line in sql.splitlines()]
    forget = command(
        "remove_stale_contenttypes", "--include-stale-apps", "--no-input", "--verbosity=0"
    )
    drop = f"from django.db import connection\nconnection.cursor().executescript({sql!r})"
    with taken_out(site):
        told = site.run(forget, TABLES, drop, TABLES, ask(site), NOBODY_IS_HELD).split()
    count = len(named)
    assert set(told[:count]) == set(named)
    assert told[count:] == ["404", "200", "200", "True", "True"]
