from .shop import Shop, blocks

BRAND = {
    "name": "Blattwerk Druck",
    "tagline": "Offset, Digital- und Buchdruck",
    "brand_colour": "#1f6b4f",
    "dark_colour": "#14302a",
    "accent_colour": "#f26b5b",
    "paper_colour": "#f6f5ee",
    "heading_font": "serif",
    "hero_ground": "paper",
    "phone": "+49 40 66969 318",
    "email": "hallo@blattwerk.example",
    "address": "Blattwerk Druck GmbH\nGerberhof 12\n20457 Hamburg\nDeutschland",
    "opening_hours": "Montag bis Donnerstag | 7:30 – 17:00 Uhr\nFreitag | 7:30 – 15:00 Uhr",
    "footer_text": (
        "Gedruckt mit mineralölfreien Farben auf Papier aus nachhaltiger Forstwirtschaft."
    ),
}

HOME = {
    "title": "Blattwerk Druck",
    "seo_title": "Druckerei für Karten, Plakate und Falzprospekte",
    "search_description": "Druckerei in Hamburg: Visitenkarten, Plakate, Falzprospekte, Etiketten.",
    "hero_title": "Papier, das man nicht aus der Hand legt.",
    "hero_text": (
        "Visitenkarten, Plakate, Prospekte und Etiketten aus einem Haus. Bevor eine Platte"
        " belichtet wird, sehen Sie den Korrekturabzug und geben ihn frei, auch vom Telefon aus."
    ),
    "hero_illustration": "press",
    "teasers_title": "Was wir drucken",
    "teasers": blocks(
        "teaser",
        {
            "icon": "cards",
            "title": "Geschäftspapiere",
            "text": (
                "Visitenkarten, Briefbogen und Umschläge, auf Wunsch geprägt oder mit Farbschnitt."
            ),
        },
        {
            "icon": "poster",
            "title": "Plakate",
            "text": "Von A3 bis zur Litfaßsäule, wetterfest oder auf Naturpapier, ab einem Stück.",
        },
        {
            "icon": "leaflet",
            "title": "Prospekte",
            "text": "Gefalzt, geheftet oder gebunden, mit einem Andruck auf dem Auflagenpapier.",
        },
    ),
    "steps_title": "In vier Schritten zum fertigen Druck",
    "steps": blocks(
        "step",
        {
            "title": "Anfragen",
            "text": "Format, Auflage und ein paar Worte zum Zweck genügen uns für den Anfang.",
        },
        {
            "title": "Angebot",
            "text": (
                "Sie erhalten einen Link per E-Mail, mit allen Posten und Preisen. Ganz ohne Konto."
            ),
        },
        {
            "title": "Freigabe",
            "text": (
                "Sie prüfen jeden Abzug, wünschen Änderungen und geben frei, wenn alles stimmt."
            ),
        },
        {
            "title": "Druck",
            "text": "Wir drucken, schneiden und verpacken. Der Fahrradkurier bringt es zu Ihnen.",
        },
    ),
    "about_title": "Eine Druckerei mit Hinterhof",
    "about": (
        "<p>Bei Blattwerk arbeiten sieben Menschen an drei Maschinen: einer Offsetpresse, einer"
        " Digitaldruckmaschine und einem Tiegel von 1961, der prägt, stanzt und nummeriert.</p>"
        "<p>Wir drucken <b>klimabewusst</b>: mit Ökostrom, ohne Alkohol im Feuchtwasser und mit"
        " Papier, dessen Herkunft wir kennen.</p>"
    ),
}

SERVICES = {
    "title": "Leistungen",
    "slug": "leistungen",
    "introduction": "Das meiste drucken wir jede Woche. Über den Rest sprechen wir gern.",
    "services": blocks(
        "service",
        {
            "illustration": "cards",
            "title": "Visitenkarten und Geschäftspapiere",
            "text": (
                "Auf Karton von 350 bis 700 g/m², mit Prägung, Heißfolie oder farbigem Schnitt. Ein"
                " Satz für das ganze Team, ein Abzug je Name."
            ),
            "facts": [
                "Ab 50 Stück je Name",
                "Sonderfarben nach Fächer",
                "Nachdruck per Zuruf",
            ],
        },
        {
            "illustration": "posters",
            "title": "Plakate",
            "text": (
                "Für Konzerte, Wahlen und Schaufenster. Auf Wunsch hängen wir sie mit unserem"
                " Partner auch in der Stadt auf."
            ),
            "facts": [
                "A3 bis 18/1",
                "Wetterfestes Affichenpapier",
                "Siebdruck in kleiner Auflage",
            ],
        },
        {
            "illustration": "leaflets",
            "title": "Falzprospekte und Hefte",
            "text": (
                "Vom einfachen Flyer bis zum fadengehefteten Katalog. Den Falz zeigen wir im Abzug,"
                " damit nichts über den Bruch läuft."
            ),
            "facts": [
                "Sechs Falzarten",
                "Rückstich oder Fadenheftung",
                "Muster auf Ihrem Papier",
            ],
        },
        {
            "illustration": "labels",
            "title": "Etiketten",
            "text": (
                "Auf Rolle oder Bogen, für Gläser, Flaschen und Kartons. Mit fortlaufender"
                " Nummer oder Haltbarkeitsdatum, wenn Sie es brauchen."
            ),
            "facts": [
                "Ablösbar oder wasserfest",
                "Jede Form, ohne Stanzkosten",
                "Lebensmittelechte Farben",
            ],
        },
    ),
}

CONTACT = {
    "title": "Kontakt",
    "slug": "kontakt",
    "introduction": (
        "Rufen Sie an, schreiben Sie uns, oder fühlen Sie bei uns im Hof ein paar Papiere."
    ),
    "directions": (
        "<p>Durch die Toreinfahrt, dann links die Rampe hinauf. Zum Abholen können Sie im Hof"
        " halten.</p><p>Wenn Sie einen direkten Link zu einem Angebot oder Auftrag haben, erreichen"
        " Sie die zuständige Person dort am schnellsten mit einem Kommentar.</p>"
    ),
}

BLATTWERK = Shop(
    key="blattwerk",
    hostname="shop-b.localhost",
    language="de",
    is_default=False,
    office_group="Blattwerk Büro",
    brand=BRAND,
    home=HOME,
    services=SERVICES,
    contact=CONTACT,
)
