"""Money is never a binary fraction, anywhere in the package."""

import ast
from pathlib import Path

import portal_plugin

ROOT = Path(portal_plugin.__file__).parent
#: Where a fraction is a colour, a picture's size, or a time in seconds.
NO_MONEY = {
    "checks/registering.py",
    "colours.py",
    "conf.py",
    "gateways/stripe/payments.py",
    "management/commands/portal_files.py",
    "services/drawing.py",
    "services/importing/files.py",
    "services/orphans.py",
    "services/presentation/proofs.py",
    "services/work.py",
}
MODULES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py"))


def test_no_module_that_may_see_money_knows_fractions():
    found = {name: fractions(ROOT / name) for name in MODULES if name not in NO_MONEY}
    assert {name: lines for name, lines in found.items() if lines} == {}


def fractions(path):
    """The lines that have one."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Attribute) and node.attr in ("FloatField", "float64"))
    ]
