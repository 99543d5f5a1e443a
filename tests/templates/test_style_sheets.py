"""The rules that let the portal stand inside a site that nobody here has seen."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

STATIC = Path(finders.find("portal_plugin/css/portal.css")).parent.parent
LOADED = re.findall(
    r"portal_plugin/((?:css|js)/[\w.-]+)",
    "".join(
        render_to_string(f"portal_plugin/elements/{name}.html") for name in ("styles", "scripts")
    ),
)
SHEETS = [name for name in LOADED if name.endswith(".css")]
PHYSICAL = re.compile(
    r"(?:^|[{;])\s*((margin|padding|border)-(left|right|top|bottom)|left|right|top|bottom"
    r"|float(?!: none)|width|height|(min|max)-(width|height))\s*:",
    re.M,
)


def source(name):
    return re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text(), flags=re.S)


def selectors(css):
    """Every selector outside the token layer and of no frame of an animation."""
    css = re.sub(r"@layer portal \{.*?\n\}", "", css, flags=re.S)
    css = re.sub(r"@keyframes [\w-]+ \{.*?\n {2}\}", "", css, flags=re.S)
    for found in re.findall(r"([^{};]+)\{", css):
        if not found.strip().startswith("@"):
            yield from (one.strip() for one in re.split(r",(?![^(]*\))", found))


def test_the_page_loads_some_of_each():
    assert len(SHEETS) == 8
    assert len(LOADED) - len(SHEETS) == 3


def test_all_that_a_page_loads_is_under_30_kb_gzipped():
    assert sum(len(gzip.compress((STATIC / name).read_bytes())) for name in LOADED) < 30 * 1024


@pytest.mark.parametrize("name", SHEETS)
def test_every_rule_is_of_the_portal_alone(name):
    strangers = [one for one in selectors(source(name)) if not one.startswith(".portal-")]
    assert strangers == []


@pytest.mark.parametrize("name", SHEETS)
def test_no_rule_names_an_element(name):
    for one in selectors(source(name)):
        bare = re.sub(r"::?[\w-]+|\[[^]]*\]|\.[\w-]+", "", one)
        assert not re.search(r"[a-z]", bare), one


@pytest.mark.parametrize("name", SHEETS)
def test_nothing_is_important(name):
    assert "!important" not in source(name)


@pytest.mark.parametrize("name", SHEETS)
def test_both_directions_of_writing_are_served(name):
    assert PHYSICAL.findall(source(name)) == []


def test_each_is_read_in_one_sitting():
    lengths = {path.name: path.read_text().count("\n") for path in STATIC.glob("css/*.css")}
    assert {name: count for name, count in lengths.items() if count >= 300} == {}


def test_tokens_yield_to_any_rule_of_the_site():
    css = source("css/portal.css")
    layer = re.search(r"@layer portal \{.*?\n\}", css, re.S).group()
    outside = set(re.findall(r"^\s*(--portal-[\w-]+):", css.replace(layer, ""), re.M))
    assert outside == {"--portal-state"}
    assert "--portal-brand:" in layer


def test_it_never_turns_dark_by_itself():
    assert not any("prefers-color-scheme" in source(name) for name in SHEETS)


def test_scripts_name_no_source_map_and_no_other_script():
    for path in (STATIC / "js").glob("*.js"):
        text = path.read_text()
        assert "sourceMappingURL" not in text, path.name
        assert not re.search(r"^import .* from", text, re.M), path.name


def test_no_script_looks_behind_a_letter():
    """An iPhone of before iOS 16.4 knows no such pattern, and runs nothing of the file then."""
    scripts = list((STATIC / "js").glob("*.js"))
    assert scripts
    assert [each.name for each in scripts if re.search(r"\(\?<[=!]", each.read_text())] == []
