"""A new agency's site: `wagtail start`, the built wheel, and the README's five steps to the letter.

The site is made once for all workers of a run and copied for each.
"""

import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from .blocks import ROOT, block

OWN = Path(__file__).parent / "own"
NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "tests")

#: What the agency had before it heard of the plugin: apps of its own, German, users by email.
BEFORE = """
INSTALLED_APPS = ["accounts", "collecting", *INSTALLED_APPS]
AUTH_USER_MODEL = "accounts.User"
LANGUAGE_CODE = "de"
TIME_ZONE = "Europe/Berlin"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
"""
#: Settings modules for what other sites have.
OTHERS = {
    "others": "from .dev import *\nDEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\n"
    "LANGUAGES = [('fr', 'Français'), ('ja', '日本語')]\nLANGUAGE_CODE = 'fr'\n",
    "live": "from .production import *\nSECRET_KEY = 'x' * 60\nALLOWED_HOSTS = ['localhost']\n",
}


@dataclass(frozen=True)
class AgencySite:
    folder: Path
    packages: Path

    def python(self, *arguments, settings="mysite.settings.dev"):
        """Run Python in the site's folder, with the wheel in reach and the checkout out of it."""
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(settings),
            capture_output=True,
            text=True,
        )

    def manage(self, *arguments, settings="mysite.settings.dev"):
        """What the command printed. A command that fails, fails the test with its output."""
        done = self.python("manage.py", *arguments, settings=settings)
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def run(self, *scripts, settings="mysite.settings.dev"):
        """What the scripts print. A process is slow to start: all of them are one's."""
        return self.manage("shell", "--no-imports", "-c", "\n".join(scripts), settings=settings)

    def environment(self, settings="mysite.settings.dev"):
        """Ours, without what the tests set for themselves."""
        ours = ("SANDBOX_", "PORTAL_", "STRIPE_", "PYTEST_", "DJANGO_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {
            **kept,
            "PYTHONPATH": os.pathsep.join([str(self.packages), str(OWN / "collecting_less")]),
            "PYTHONWARNINGS": "ignore",
            "DJANGO_SETTINGS_MODULE": settings,
        }

    def copy_to(self, folder):
        shutil.copytree(self.folder, folder)
        return AgencySite(folder, self.packages)


def command(*words):
    """A script that fails the test as the command itself would, with what it had to say."""
    return (
        "import sys; from django.core.management import call_command\n"
        f"call_command(*{words!r}, stdout=sys.stderr)"
    )


def build(folder):
    """The wheel as an index would get it, unpacked as pip would."""
    shutil.copytree(ROOT, folder / "tree", ignore=NOT_COPIED)
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder]
    done = subprocess.run([*command, folder / "tree"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "packages")
    return folder / "packages"


def start(folder, packages):
    """A site as the agency had it, before step 1."""
    site = AgencySite(folder, packages)
    folder.mkdir()
    begin = "from wagtail.bin.wagtail import main; main()"
    done = site.python("-c", begin, "start", "mysite", ".", settings="")
    assert done.returncode == 0, done.stdout + done.stderr
    for app in ("accounts", "collecting"):
        shutil.copytree(OWN / app, folder / app)
    append(folder / "mysite/settings/base.py", BEFORE)
    for name, text in OTHERS.items():
        (folder / f"mysite/settings/{name}.py").write_text(text)
    site.manage("makemigrations", "accounts")
    return site


def install(site):
    """Steps 2 to 4 as the README writes them; step 1 is the unpacked wheel.

    Returns what the doctor said: the terms are missing until step 5, so it does not end well.
    """
    settings = block("README.md", "Step 2: the settings", "python")
    append(site.folder / "mysite/settings/base.py", settings)
    urls = site.folder / "mysite/urls.py"
    before, catch_all, after = urls.read_text().partition('    path("", include(wagtail_urls)),')
    assert catch_all
    urls.write_text(before + block("README.md", "Step 3", "python") + catch_all + after)
    migrate, doctor = map(shlex.split, block("README.md", "Step 4", "sh").splitlines())
    assert (migrate[0], doctor[0]) == ("python", "python")
    done = site.python(*migrate[1:])
    assert done.returncode == 0, done.stdout + done.stderr
    done = site.python(*doctor[1:])
    return done.stdout + done.stderr


def add_action(site):
    """The eighth action, to the letter of the page that tells how."""
    app = site.folder / "collecting"
    how = ("CONTRIBUTING.md", "How to add an action")
    (app / "portal_actions.py").write_text(block(*how, "python"))
    template = app / "templates/portal_plugin/actions/pickup.html"
    template.parent.mkdir(parents=True)
    template.write_text(block(*how, "django"))


def append(path, text):
    path.write_text(path.read_text() + text)
