"""The versions of Wagtail, Django and Python that the tests are run on: `./run matrix`.

Not a part of CI, because every session installs an environment of its own and runs all tests.
"""

import nox

nox.options.error_on_missing_interpreters = False
nox.options.download_python = "never"
nox.options.reuse_venv = "yes"

# The oldest with the exact packages of CI; the newest with what pip finds for a new site.
OLDEST = ("-c", ".ci/constraints.txt", "wagtail~=7.4.0", "Django~=5.2.0")
NEWEST = ("wagtail~=8.0.0", "Django~=6.1.0")


def run_tests(session: nox.Session) -> None:
    """What is given after `--` goes to pytest instead of the whole folder of tests."""
    arguments = session.posargs or ["tests"]
    session.run(
        *("python", "-m", "pytest", "-q", "-m", "not browser", *arguments),
        env={"PORTAL_TEST_DB": "sqlite"},
    )


@nox.session(python=["3.11"], name="wagtail-7.4-django-5.2")
def oldest(session: nox.Session) -> None:
    session.install("-e", ".[all,test]", *OLDEST)
    run_tests(session)


@nox.session(python=["3.12", "3.13"], name="wagtail-8.0-django-6.1")
def newest(session: nox.Session) -> None:
    session.install("-e", ".[all,test]", *NEWEST)
    # It has no release for these yet, and pip falls back to one from before there was any limit.
    session.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "wagtail-cache")
    run_tests(session)
