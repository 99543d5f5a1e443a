"""What the samples say. Names are plainly samples; no person or company of these names is meant."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ...services.drawing import Design

D = Decimal
STANDARD_RATE = D(19)


@dataclass(frozen=True)
class Person:
    key: str
    name: str
    company: str
    email: str
    language: str
    currency: str
    address: str
    shop: int = 0
    pays_by: str = ""


@dataclass(frozen=True)
class Item:
    """``proofs`` are designs; more than one makes a PDF of several pages."""

    name: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    unit: str = ""
    proofs: list[Design] = field(default_factory=list)
    tax_rate: Decimal = STANDARD_RATE


@dataclass(frozen=True)
class Sample:
    """``story`` names the steps that follow publishing; ``values`` are columns of the document."""

    key: str
    kind: str
    person: str
    title: str
    items: list[Item]
    story: str = ""
    values: dict[str, Any] = field(default_factory=dict)


PEOPLE = [
    Person(
        "bakery", "Sample Bakery", "", "bakery@customers.example", "en", "EUR",
        "1 Sample Street\n10115 Berlin",
    ),
    Person(
        "fair", "Alex Sample", "Sample Fair Booths Ltd", "fair@customers.example", "en", "EUR",
        "22 Sample Road\n20095 Hamburg",
    ),
    Person(
        "tokyo", "Sample Tea House", "", "tea@customers.example", "en", "JPY",
        "3-1 Sample, Tokyo",
    ),
    Person(
        "kuwait", "مخبز النموذج", "", "kuwait@customers.example", "ar", "KWD",
        "شارع النموذج ١\nالكويت",
    ),
    Person(
        "verein", "Muster-Verein", "", "verein@kunden.example", "de", "EUR",
        "Musterweg 4\n04109 Leipzig", shop=1,
    ),
    Person(
        "cafe", "Café Muster", "", "cafe@kunden.example", "de", "EUR",
        "Musterplatz 1\n04109 Leipzig", shop=1, pays_by="transfer",
    ),
]  # fmt: skip

NAVY, RED, GREEN = "#172554", "#991b1b", "#14532d"


def _window():
    words = "SAMPLE BAKERY\nfresh from six"
    return Item(
        "Window lettering", "Cut vinyl, white, mounted from the inside, 180 × 60 cm.",
        D(1), D("240"), "piece", [Design(words, ground=NAVY)],
    )  # fmt: skip


def _booth():
    names = [
        ("Back wall", "SAMPLE FAIR\nHall 4 · B 12", "520"), ("Counter front", "Say hello", "145"),
        ("Counter side, left", "", "85"), ("Counter side, right", "", "85"),
        ("Roll-up banner", "New this year", "98.50"), ("Floor sticker", "This way", "42.25"),
        ("Hanging sign", "B 12", "310"), ("Name badges", "", "2.4"),
        ("Brochure, 8 pages", "", "1.85"), ("Flag", "SAMPLE", "64"),
        ("Poster A1, matt", "Come and see", "18.9"), ("Mounting on site", "", "380"),
    ]  # fmt: skip
    counts = {"Name badges": 24, "Brochure, 8 pages": 500, "Poster A1, matt": 6, "Floor sticker": 4}
    grounds = [NAVY, RED, GREEN, "#581c87"]
    items = []
    for number, (name, words, price) in enumerate(names):
        count = counts.get(name, 1)
        designs = [Design(words, ground=grounds[number % 4])] if words else []
        if name == "Brochure, 8 pages":
            designs = [
                Design(f"Page {page}\nof eight", ground=grounds[page % 4], size=(1000, 1414))
                for page in range(1, 9)
            ]
        unit = "piece" if count == 1 else "pieces"
        items.append(Item(name, "As discussed.", D(count), D(price), unit, designs))
    return items


def _posters():
    return [
        Item("Poster A1, matt", "170 g, matt coated.", D(3), D("18.9"), "pieces",
             [Design("Bread is back", ground=RED, size=(1000, 1414))]),
        Item("Poster A3, gloss", "135 g, gloss.", D(10), D("6.5"), "pieces",
             [Design("Two for one", ground=GREEN, size=(1000, 1414))]),
        Item("Delivery", "By our van.", D(1), D("25")),
    ]  # fmt: skip


def _many():
    return [
        Item(f"Price label {number:03}", "40 × 25 mm, with bar code.", D(250), D("12"), "pieces",
             tax_rate=D(10))
        for number in range(1, 101)
    ]  # fmt: skip


def _arabic():
    return [
        Item("لوحة واجهة مضيئة", "ألومنيوم، إضاءة LED، ٣٠٠ × ٨٠ سم.", D(1), D("185.750"), "قطعة",
             [Design("OPEN\n24 h", ground=GREEN)], D(0)),
        Item("ملصقات نافذة", "فينيل مقصوص، أبيض.", D(4), D("12.125"), "قطعة", [], D(0)),
    ]  # fmt: skip


def _german():
    return [
        Item("Vereinsbanner", "PVC-Plane 510 g, Saum und Ösen, 300 × 100 cm.", D(2), D("89.9"),
             "Stück", [Design("Sommerfest\nam 14. Juni", ground=GREEN)]),
        Item("Handzettel A5", "Beidseitig, 135 g Bilderdruck.", D(1000), D("0.0475"), "Stück",
             [Design("Vorderseite", ground=NAVY, size=(1414, 1000)),
              Design("Rückseite", ground=RED, size=(1414, 1000))]),
        Item("Startnummern", "Reißfest, 1 bis 150.", D(150), D("0.62"), "Stück"),
    ]  # fmt: skip


def samples() -> list[Sample]:
    """Every state of the portal's table, with 1, 12 and 100 items among them."""
    return [
        Sample("one", "estimate", "bakery", "Window lettering", [_window()]),
        Sample("booth", "estimate", "fair", "Fair booth", _booth(), "talk",
               {"deposit_percent": D(30), "discount_percent": D(5)}),
        Sample("partly", "estimate", "bakery", "Autumn posters", _posters(), "approve_first"),
        Sample("changes", "estimate", "fair", "Brochure stand", _posters()[:2], "ask_change"),
        Sample("expired", "estimate", "bakery", "Christmas banner", [_window()], "expire"),
        Sample("declined", "estimate", "fair", "Car lettering", [_window()], "decline_all"),
        Sample("cancelled", "estimate", "bakery", "Old awning", [_window()], "cancel"),
        Sample("deposit", "estimate", "fair", "Shop front", _posters(), "approve_all",
               {"deposit_percent": D(40)}),
        Sample("instalments", "estimate", "fair", "Fair stand in parts", _posters(), "approve_all",
               {"instalments": [
                   {"percent": "30", "on": "", "days": None},
                   {"percent": "30", "on": "", "days": 30},
                   {"percent": "", "on": "", "days": 60},
               ]}),
        Sample("waiting", "order", "kuwait", "واجهة المحل", _arabic()),
        Sample("production", "order", "tokyo", "Tea labels", _many(), "approve_and_produce"),
        Sample("balance", "order", "bakery", "Menu boards", _posters(), "approve_all"),
        Sample("paid", "order", "fair", "Exhibition signs", [_window()], "approve_pay_complete"),
        Sample("void", "order", "bakery", "Balcony banner", [_window()], "cancel"),
        Sample("draft", "estimate", "fair", "Draft: van fleet", [_window()], "draft"),
        Sample("revised", "estimate", "bakery", "Door signs", [_window()], "revise"),
        Sample("verein", "estimate", "verein", "Sommerfest", _german(), "talk"),
        Sample("staff", "estimate", "cafe", "Speisekarten", _german()[:1], "approve_all"),
        Sample("late", "order", "verein", "Trikots", _german()[2:], "late_change"),
    ]  # fmt: skip
