"""What one cell says. Each reads a text that is not empty, or raises ``ValidationError``."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.utils import translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from ... import days
from ...money import MOST, is_currency

YES = {"1", "yes", "y", "true", "x", "ja", "j", "wahr"}
NO = {"0", "no", "n", "false", "nein", "falsch"}

GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
PLAIN = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")


def text(cell: str) -> str:
    return cell


def number(cell: str) -> Decimal:
    """In English or German writing, with or without a currency or a per cent sign. What can be
    read in two ways, such as ``1.234``, is refused."""
    bare = "".join(_of_number(cell)).strip()
    sign, digits = ("-", bare[1:]) if bare[:1] in ("-", "\u2212") else ("", bare)
    if _is_twofold(digits):
        words = {"text": cell, "thousands": re.sub("[.,]", "", digits)}
        raise ValidationError(
            _("“%(text)s” can be read in two ways. Write %(thousands)s, or one digit more.") % words
        )
    plain = sign + _with_point(digits)
    if not PLAIN.fullmatch(plain):
        raise ValidationError(_("“%(text)s” is not a number.") % {"text": _short(cell)})
    return Decimal(plain)


def _is_twofold(digits: str) -> bool:
    is_once = digits.count(".") + digits.count(",") == 1
    return is_once and bool(GROUPED.fullmatch(digits)) and not digits.startswith("0")


def _of_number(cell: str) -> Iterator[str]:
    """Without blanks, the apostrophes of Swiss thousands, and signs of currencies."""
    for character in re.sub(r"^[A-Z]{3}\b|\b[A-Z]{3}$", "", cell):
        is_sign = character in "'’%" or unicodedata.category(character) == "Sc"
        if not character.isspace() and not is_sign:
            yield character


def _with_point(digits: str) -> str:
    """The last sign is the decimal one, except where the same comes again."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits
    whole, sign, rest = digits[:last], digits[last], digits[last + 1 :]
    if sign in whole:
        return re.sub("[.,]", "", digits) if GROUPED.fullmatch(digits) else "?"
    if re.search("[.,]", whole) and not GROUPED.fullmatch(whole):
        return "?"
    return f"{re.sub('[.,]', '', whole)}.{rest}"


def price(cell: str) -> Decimal:
    """Of no more than any amount can be: SQLite could not read it again, nor any list with it."""
    found = number(cell)
    MaxValueValidator(MOST)(abs(found))
    return found


def days_to_pay(cell: str) -> int:
    found = whole_number(cell)
    MaxValueValidator(days.MOST)(found)
    return found


def whole_number(cell: str) -> int:
    found = number(cell)
    if found != found.to_integral():
        raise ValidationError(_("“%(text)s” is not a whole number.") % {"text": _short(cell)})
    return int(found)


def truth(cell: str) -> bool:
    word = cell.casefold()
    if word in YES | {_("yes").casefold()}:
        return True
    if word in NO | {_("no").casefold()}:
        return False
    raise ValidationError(_("“%(text)s” is neither yes nor no.") % {"text": _short(cell)})


def currency(cell: str) -> str:
    code = cell.upper()
    if not is_currency(code):
        raise ValidationError(_("Write the currency as three letters, such as EUR or USD."))
    return code


def language(cell: str) -> str:
    """By its code, or by its name in English or in itself."""
    word = cell.casefold().replace("_", "-")
    for code, name in settings.LANGUAGES:
        if word in (code, str(name).casefold(), _info(code)["name_local"].casefold()):
            return code
        if word == _info(code)["name"].casefold():
            return code
    raise ValidationError(_("“%(text)s” is no language of this site.") % {"text": _short(cell)})


def _info(code: str) -> dict[str, Any]:
    try:
        return get_language_info(code)
    except KeyError:
        return {"name": code, "name_local": code}


def one_of(choices: Any) -> Callable[[str], str]:
    """By the stored value, or by the word that staff read for it."""

    def choose(cell: str) -> str:
        word = cell.casefold()
        words: dict[str, str] = {}
        for code in languages():
            with translation.override(code):
                words |= {str(label).casefold(): value for value, label in choices}
        words |= {value.casefold(): value for value, _label in choices}
        if word not in words:
            known = ", ".join(str(label) for _value, label in choices)
            raise ValidationError(
                _("“%(text)s” is none of these: %(known)s.")
                % {"text": _short(cell), "known": known}
            )
        return words[word]

    return choose


def languages() -> list[str]:
    """In whose words headings and choices are understood."""
    return list(dict.fromkeys(["en", "de", translation.get_language() or "en"]))


def _short(cell: str) -> str:
    return cell if len(cell) <= 40 else f"{cell[:40]}…"
