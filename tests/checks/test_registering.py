"""Every check has an id of its own, and is asked."""

import re
from pathlib import Path

from django.core import checks

from portal_plugin import checks as rooms
from portal_plugin.checks import registering


def test_every_id_stands_in_one_place_and_in_these_tests():
    folder = Path(registering.__file__).parent
    source = "".join(file.read_text() for file in folder.glob("*.py"))
    ids = re.findall(r'id="portal_plugin\.([EWI]\d{3})"', source)
    shared = {"E007"}
    assert {id for id in ids if ids.count(id) > 1} <= shared
    tests = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    assert [id for id in ids if f'"{id}"' not in tests] == []


def test_every_check_of_ours_is_registered():
    named = {check.__module__ for check in checks.registry.registry.get_checks(True)}
    assert {f"portal_plugin.checks.{room}" for room in rooms.__all__} <= named
