"""The languages that a site has: staff choose one for each document, and strangers ask for one."""

from django.conf import settings
from django.utils.translation import get_language_info

#: What the portal's own texts are translated into.
SHIPPED = ("en", "de", "ar")
#: Of the languages that a browser asks for, so many are looked at.
MOST_ASKED = 20


def codes() -> list[str]:
    """The site's own list; Django's default, which names a hundred, is none."""
    if settings.is_overridden("LANGUAGES"):
        return [code for code, _name in settings.LANGUAGES]
    return beside(settings.LANGUAGE_CODE)


def beside(own: str) -> list[str]:
    """A language and the others that the portal speaks: beside ``en-us`` nobody could tell what
    ``en`` would be for, which has the same name."""
    return [own, *(code for code in SHIPPED if code != own.split("-")[0])]


def name(code: str) -> str:
    """In the language itself, as its readers look for it."""
    try:
        return get_language_info(code)["name_local"].capitalize()
    except KeyError:
        return code


def choices() -> list[tuple[str, str]]:
    return [(code, name(code)) for code in codes()]


def asked_for(accepted: str) -> str:
    """The first of the site's languages in a browser's ``Accept-Language`` (RFC 9110, section
    12.5.4; browsers name the dearest first), or an empty string where it names none of them."""
    known = {code.lower(): code for code in codes()}
    for part in accepted.lower().split(",")[:MOST_ASKED]:
        code = part.partition(";")[0].strip()
        if found := known.get(code) or known.get(code.partition("-")[0]):
            return found
    return ""
