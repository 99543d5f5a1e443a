"""What the customer's phone has to load, and what the server has to import."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from tests import factories

KB = 1024
#: How a page names what it loads at once, and how a module names what it needs.
LINKED = re.compile(r'<(?:link[^>]+href|script[^>]+src)="/static/(portal_plugin/[^"]+)"')
IMPORTED = re.compile(r'^\s*(?:import|export)\b[^"\';]*["\'](\.[^"\']+)["\']', re.MULTILINE)
STYLES = re.compile(r'@import\s+(?:url\()?["\']?([^"\')]+)')


@pytest.fixture
def html(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    return client.get(f"/portal/d/{order.public_id}/").content.decode()


def loaded(html):
    """Every file of ours that the page brings along, those that they import included."""
    found, todo = set(), LINKED.findall(html)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        text = Path(finders.find(name)).read_text()
        inner = IMPORTED.findall(text) if name.endswith(".js") else STYLES.findall(text)
        todo += [str((Path("/") / name).parent.joinpath(rest).resolve())[1:] for rest in inner]
    return found


@pytest.mark.django_db
def test_styles_and_scripts_are_at_most_30_kb(html):
    files = loaded(html)
    assert {Path(name).suffix for name in files} == {".css", ".js"}
    sizes = {name: len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in files}
    assert sum(sizes.values()) <= 30 * KB, sizes


def test_imports_of_modules_are_followed():
    script = 'import { a } from "./a.js";\nimport "./b.js";\nexport { c } from "./c.js";\n'
    assert IMPORTED.findall(script) == ["./a.js", "./b.js", "./c.js"]


@pytest.mark.parametrize(
    "module", ["portal_plugin.models", "portal_plugin.urls", "portal_plugin.wagtail_hooks"]
)
def test_importing_brings_neither_weasyprint_nor_stripe(module):
    """Each costs more than a second, on every start of every process."""
    program = (
        "import sys, django; django.setup(); import importlib;"
        f"importlib.import_module({module!r});"
        "print(sorted({'weasyprint', 'stripe', 'pypdfium2'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "[]"
