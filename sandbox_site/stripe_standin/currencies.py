"""What Stripe takes in which currency: https://docs.stripe.com/currencies.

All amounts are in minor units.
"""

from . import errors

SUPPORTED = [
    "usd", "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd",
    "bdt", "bgn", "bhd", "bif", "bmd", "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad",
    "cdf", "chf", "clp", "cny", "cop", "crc", "cve", "czk", "djf", "dkk", "dop", "dzd", "egp",
    "etb", "eur", "fjd", "fkp", "gbp", "gel", "gip", "gmd", "gnf", "gtq", "gyd", "hkd", "hnl",
    "htg", "huf", "idr", "ils", "inr", "isk", "jmd", "jod", "jpy", "kes", "kgs", "khr", "kmf",
    "krw", "kwd", "kyd", "kzt", "lak", "lbp", "lkr", "lrd", "lsl", "mad", "mdl", "mga", "mkd",
    "mmk", "mnt", "mop", "mur", "mvr", "mwk", "mxn", "myr", "mzn", "nad", "ngn", "nio", "nok",
    "npr", "nzd", "omr", "pab", "pen", "pgk", "php", "pkr", "pln", "pyg", "qar", "ron", "rsd",
    "rub", "rwf", "sar", "sbd", "scr", "sek", "sgd", "shp", "sle", "sos", "srd", "std", "szl",
    "thb", "tjs", "tnd", "top", "try", "ttd", "twd", "tzs", "uah", "ugx", "uyu", "uzs", "vnd",
    "vuv", "wst", "xaf", "xcd", "xof", "xpf", "yer", "zar", "zmw",
]  # fmt: skip
WITHOUT_MINOR_UNIT = {
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf",
    "xof", "xpf",
}  # fmt: skip
THREE_DECIMALS = {"bhd", "jod", "kwd", "omr", "tnd"}
# Written with two digits for old integrations, but the last two must be 0.
WHOLE_UNITS_ONLY = {"isk", "ugx"}
SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}

SMALLEST = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200,
    "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
LARGEST = 99_999_999


def digits(currency: str) -> int:
    if currency in WITHOUT_MINOR_UNIT:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def written(amount: int, currency: str) -> str:
    """1200 and eur make "€12.00"; 1200 and sek make "SEK 12.00"."""
    number = f"{amount / 10 ** digits(currency):,.{digits(currency)}f}"
    return SYMBOLS.get(currency, f"{currency.upper()} ") + number


def shown(amount: int, currency: str, language: str) -> str:
    """As customers write it: "€1,200.00", in German "1.200,00 €"."""
    if language != "de":
        return written(amount, currency)
    number = f"{amount / 10 ** digits(currency):,.{digits(currency)}f}"
    swapped = number.translate(str.maketrans(",.", ".,"))
    return f"{swapped}\u00a0{SYMBOLS.get(currency, currency.upper())}"


def check_currency(currency: str, param: str = "currency") -> str:
    lower = currency.lower()
    if lower not in SUPPORTED:
        raise errors.invalid(
            param,
            f"Invalid currency: {lower}. Stripe currently supports these currencies: "
            + ", ".join(SUPPORTED),
        )
    return lower


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Refuses what Stripe would not charge. The sentence about the last digits is ours."""
    if amount < 1:
        raise errors.invalid(
            param,
            "This value must be greater than or equal to 1.",
            "parameter_invalid_integer",
        )
    if amount > LARGEST:
        raise errors.invalid(
            param,
            f"Amount must be no more than {written(LARGEST, currency)} {currency}",
            "amount_too_large",
        )
    check_smallest(amount, currency, param)
    step = 10 if currency in THREE_DECIMALS else 100 if currency in WHOLE_UNITS_ONLY else 1
    if amount % step:
        raise errors.invalid(
            param,
            f"Invalid integer: amounts in {currency} must be divisible by {step}",
            "parameter_invalid_integer",
        )


def check_smallest(amount: int, currency: str, param: str) -> None:
    smallest = SMALLEST.get(currency, 1)
    if amount < smallest:
        raise errors.invalid(
            param,
            f"Amount must be at least {written(smallest, currency)} {currency}",
            "amount_too_small",
        )
