"""Bank accounts as shops write them: the IBAN and the BIC in a free text."""

import re

#: Characters of an IBAN by its country, where SEPA transfers go (SWIFT's IBAN registry, release 99;
#: EPC409-09).
_SEPA = """
AD24 AL28 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GI23 GR27 HR21 HU28 IE22
IS26 IT27 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MT31 NL18 NO15 PL28 PT25 RO24 RS22 SE24 SI19 SK24
SM27 VA22
"""
_LENGTHS = {part[:2]: int(part[2:]) for part in _SEPA.split()}
_IBAN_START = re.compile(r"\b([A-Z]{2})\d{2}")
_BIC = re.compile(r"\b(?:BIC|SWIFT)\W{1,3}([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b")


def iban_in(text: str) -> str:
    """The first IBAN of an account in the SEPA, without spaces; ``""`` where there is none whose
    check digits (ISO 7064, mod 97-10) are right."""
    for line in text.upper().splitlines():
        for start in _IBAN_START.finditer(line):
            length = _LENGTHS.get(start[1], 0)
            iban = re.sub(r"[\s.-]", "", line[start.start() :])[:length]
            if length and len(iban) == length and _checks_out(iban):
                return iban
    return ""


def bic_in(text: str) -> str:
    """The BIC that stands behind that word; ``""`` where there is none."""
    found = _BIC.search(text.upper())
    return found[1] if found else ""


def _checks_out(iban: str) -> bool:
    if not iban.isascii() or not iban.isalnum():
        return False
    turned = iban[4:] + iban[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1
