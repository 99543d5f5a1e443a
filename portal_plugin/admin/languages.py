"""The languages that staff may choose for a document and write terms in."""

from django.conf import settings
from django.utils.translation import get_language_info

#: What the portal's own texts are translated into.
SHIPPED = ("en", "de", "ar")


def codes() -> list[str]:
    """The site's own list; where it has none (Django's default names a hundred), its language and
    those that the portal speaks."""
    if settings.is_overridden("LANGUAGES"):
        return [code for code, _name in settings.LANGUAGES]
    return list(dict.fromkeys([settings.LANGUAGE_CODE, *SHIPPED]))


def name(code: str) -> str:
    """In the language itself, as its readers look for it."""
    try:
        return get_language_info(code)["name_local"].capitalize()
    except KeyError:
        return code


def choices() -> list[tuple[str, str]]:
    return [(code, name(code)) for code in codes()]
