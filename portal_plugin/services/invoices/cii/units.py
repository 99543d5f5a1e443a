"""Units as shops write them, by their codes of UN/ECE Recommendation 20 and 21."""

#: BT-130 of what is counted, and of a unit that has no code.
ONE = "C62"
CODES = {
    "H87": "pc pcs piece pieces stk stck stück",
    "SET": "set sets satz",
    "PR": "pair pairs paar",
    "XPK": "pack packs package packung paket",
    "XBX": "box boxes karton",
    "XRO": "roll rolls rolle rollen",
    "ST": "sheet sheets bogen blatt",
    "MMT": "mm",
    "CMT": "cm",
    "MTR": "m metre metres meter lfm",
    "FOT": "ft foot feet",
    "INH": "in inch inches",
    "MTK": "m² m2 qm sqm",
    "FTK": "ft² ft2 sqft",
    "MTQ": "m³ m3",
    "GRM": "g",
    "KGM": "kg",
    "TNE": "t",
    "LTR": "l litre litres liter",
    "MIN": "min minute minutes minuten",
    "HUR": "h hr hrs hour hours std stunde stunden",
    "DAY": "day days tag tage",
    "MON": "month months monat monate",
    "LS": "lump sum flat pauschal pauschale",
}
_BY_WORD = {word: code for code, words in CODES.items() for word in words.split()}


def code_of(unit: str) -> str:
    return _BY_WORD.get(unit.strip().rstrip(".").lower(), ONE)
