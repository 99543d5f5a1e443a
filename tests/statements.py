"""Does each statement that the plugin sends still reach PostgreSQL in CI?

What is ``said_elsewhere`` runs on SQLite only there. The whole of PostgreSQL, in one process,
with this plugin fails for a statement that nobody else sends; one of those who do is to be
marked ``says_it_first``:

    ./run test --db postgres -n 0 -p tests.statements
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from django.db.backends.utils import CursorWrapper

from portal_plugin import __file__ as plugin

PLUGIN, TESTS = str(Path(plugin).parent), str(Path(__file__).parent)
#: As many values as there happen to be, and the name of a savepoint, make no other statement.
LISTS = re.compile(r"%s(, %s)+")
ROWS = re.compile(r"\(%s\)(, \(%s\))+")
SAVEPOINT = re.compile(r'SAVEPOINT "[^"]+"')
LONGEST = 200


def shape(statement):
    statement = LISTS.sub("%s", SAVEPOINT.sub("SAVEPOINT", str(statement)))
    return ROWS.sub("(%s)", statement)


def sender():
    """Where in the plugin; ``None`` for what a test or a mould sends itself."""
    frame = sys._getframe(3)
    while frame and not (name := frame.f_code.co_filename).startswith(TESTS):
        if name.startswith(PLUGIN):
            return f"{name[len(PLUGIN) + 1 :]}:{frame.f_lineno}"
        frame = frame.f_back
    return None


class Statements:
    """``tests`` holds who sends a statement, ``places`` from where in the plugin."""

    def __init__(self):
        self.tests, self.places = defaultdict(list), {}
        self.running = None

    def take(self, statement):
        known = shape(statement)
        if self.running and self.running not in self.tests[known][-1:]:
            self.tests[known].append(self.running)
        if known not in self.places and (place := sender()):
            self.places[known] = place

    def unheard(self):
        """Of the plugin's, those of which CI would have none."""
        for statement, place in sorted(self.places.items(), key=lambda pair: pair[1]):
            tests = self.tests[statement]
            if tests and not any(map(is_heard, tests)):
                yield f"{place}: {statement[:LONGEST]}", [test.nodeid for test in tests]


def is_heard(test):
    is_elsewhere = test.get_closest_marker("said_elsewhere")
    return not is_elsewhere or bool(test.get_closest_marker("says_it_first"))


said = Statements()


def pytest_sessionstart():
    def execute(cursor, statement, *parameters):
        said.take(statement)
        return original(cursor, statement, *parameters)

    original, CursorWrapper.execute = CursorWrapper.execute, execute


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    said.running = item
    try:
        return (yield)
    finally:
        said.running = None


def pytest_sessionfinish(session):
    if not said.places or any(said.unheard()):  # with several processes this one sees none
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    terminalreporter.section("statements that CI does not send to PostgreSQL")
    for statement, tests in said.unheard():
        terminalreporter.line(f"{statement}\n  {len(tests)} of them: {', '.join(tests[:3])}")
    terminalreporter.line(f"{len(said.places)} statements of the plugin were seen.")
