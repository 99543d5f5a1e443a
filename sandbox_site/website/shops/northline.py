from .shop import Shop, blocks

BRAND = {
    "name": "Northline Signs",
    "tagline": "Signs made to last, since 1987",
    "brand_colour": "#b4430f",
    "dark_colour": "#1d2733",
    "accent_colour": "#f2b33d",
    "paper_colour": "#fbf7f0",
    "heading_font": "sans",
    "phone": "+353 20 913 0142",
    "email": "hello@northline.example",
    "address": "Northline Signs Ltd\n4 Harbour Yard\nGalway\nIreland",
    "opening_hours": (
        "Monday to Thursday | 8:00 – 17:30\nFriday | 8:00 – 16:00\nSaturday | by appointment"
    ),
    "footer_text": (
        "Shop fronts, vehicles, wayfinding and banners, designed and built in one workshop."
    ),
}

HOME = {
    "title": "Northline Signs",
    "seo_title": "Shop signs, vehicle lettering and wayfinding",
    "search_description": (
        "A sign workshop in Galway: shop fronts, vehicles, wayfinding and banners."
    ),
    "hero_title": "A good sign works the night shift.",
    "hero_text": (
        "We design, build and put up signs for shops, vans and whole buildings. You see a proof"
        " of every piece before we cut the first letter, and you approve it from your phone."
    ),
    "hero_illustration": "storefront",
    "teasers_title": "What we make",
    "teasers": blocks(
        "teaser",
        {
            "icon": "letters",
            "title": "Shop fronts",
            "text": (
                "Built-up and illuminated letters, fascias, hanging signs and window lettering."
            ),
        },
        {
            "icon": "van",
            "title": "Vehicles",
            "text": "Lettering and wraps for one van or a fleet, fitted under a roof in a day.",
        },
        {
            "icon": "signpost",
            "title": "Wayfinding",
            "text": "Signposts, door plates and floor plans that people understand at a glance.",
        },
    ),
    "steps_title": "From idea to wall in four steps",
    "steps": blocks(
        "step",
        {
            "title": "Tell us",
            "text": "A photo of the place and a rough size are enough to begin.",
        },
        {
            "title": "Estimate",
            "text": (
                "You get a link by email, with every item and what it costs. No account needed."
            ),
        },
        {
            "title": "Proof",
            "text": "You look at each drawing, ask for changes, and approve it when it is right.",
        },
        {
            "title": "Made and fitted",
            "text": "We build it in our own workshop, and the people who built it put it up.",
        },
    ),
    "about_title": "One workshop, from drawing to ladder",
    "about": (
        "<p>Northline is nine people in a former boat shed by the harbour. We weld, spray, print"
        " and wire under one roof, so that the letters fit the rail and the rail fits the wall."
        "</p><p>Every illuminated sign carries a <b>five-year guarantee</b> on its light sources,"
        " and we come back after a year to see how it is doing.</p>"
    ),
}

SERVICES = {
    "title": "Services",
    "slug": "services",
    "introduction": (
        "Four kinds of work fill most of our weeks. If yours is a fifth, call us: we like those."
    ),
    "services": blocks(
        "service",
        {
            "illustration": "channel-letters",
            "title": "Illuminated letters",
            "text": (
                "Built-up letters in aluminium or acrylic, lit from the front, from behind or not"
                " at all. We draw them from your logo and show you the true size on a photo of"
                " your wall."
            ),
            "facts": [
                "Letter heights from 12 cm to 2 m",
                "Power use stated on every estimate",
                "Permit drawings included",
            ],
        },
        {
            "illustration": "van",
            "title": "Vehicle lettering",
            "text": (
                "From a name on the door to a full wrap. The proof shows all four sides of your"
                " model, door handles and fuel cap included, so that no phone number ends in a gap."
            ),
            "facts": [
                "Cast films, seven years outdoors",
                "Fitted in a heated hall",
                "Old lettering removed without traces",
            ],
        },
        {
            "illustration": "wayfinding",
            "title": "Wayfinding and plates",
            "text": (
                "Signposts, door plates, tactile signs and evacuation plans in one system, which"
                " you can extend by a single plate years later."
            ),
            "facts": [
                "Raised letters and braille",
                "Stainless steel, brass or oak",
                "Inserts you can print yourself",
            ],
        },
        {
            "illustration": "banner",
            "title": "Banners and site hoardings",
            "text": (
                "Printed by the metre, welded and eyeleted in house. For the opening next Friday"
                " as well as for the building site that stays two years."
            ),
            "facts": [
                "Ready in two working days",
                "Wind-permeable mesh for fences",
                "Taken back and recycled",
            ],
        },
    ),
}

CONTACT = {
    "title": "Contact",
    "slug": "contact",
    "introduction": (
        "Call, write, or come by and bring a photo of your wall. There is always coffee."
    ),
    "directions": (
        "<p>We are the blue door at the end of Harbour Yard. Vans can turn in the yard; the bay"
        " on the left is for customers.</p><p>If you have a direct link to an estimate or an"
        " order, the fastest way to reach the person who works on it is a comment there.</p>"
    ),
}

NORTHLINE = Shop(
    key="northline",
    hostname="localhost",
    language="en",
    is_default=True,
    office_group="Northline office",
    brand=BRAND,
    home=HOME,
    services=SERVICES,
    contact=CONTACT,
)
