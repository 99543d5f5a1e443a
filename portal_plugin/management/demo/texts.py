"""What the sample shops and their customers write, in the three languages of the samples."""

#: Name, brand colour, mailbox, phone, who makes orders.
SHOPS = [
    ("Northline Signs", "#b4430f", "hello@northline.example", "+353 20 913 0142", "customer"),
    ("Blattwerk Druck", "#1f6b4f", "post@blattwerk.example", "+49 40 66969 318", "staff"),
]
BANK = [
    "Northline Signs\nIBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001",
    "Blattwerk Druck\nIBAN DE02 5001 0517 5407 3249 31\nBIC INGDDEFF",
]
#: What each shop sells again and again: name, details, unit, price.
ITEM_TEMPLATES = [
    [
        ("A1 poster, matt", "170 g, matt coated.", "piece", "18.90"),
        ("Roll-up banner", "85 × 200 cm, with stand and bag.", "piece", "119"),
        ("Fitting on site", "Two people, with van and ladder.", "hour", "85"),
    ],
    [
        ("Plakat A1, matt", "170 g, matt gestrichen.", "Stück", "18.90"),
        ("Roll-up", "85 × 200 cm, mit Ständer und Tasche.", "Stück", "119"),
    ],
]
TERMS = {
    "en": (
        "We make exactly what you approve: please check spelling, sizes and colours.\n\n"
        "Colours on your screen may differ slightly from print. Changes after your approval may "
        "cost extra. Prices hold until the date on the estimate.\n\n"
        "These are sample terms. Read and change them."
    ),
    "de": (
        "Wir fertigen genau das, was Sie freigeben: Bitte prüfen Sie Schreibweise, Maße und "
        "Farben.\n\nFarben am Bildschirm können vom Druck leicht abweichen. Änderungen nach der "
        "Freigabe können zusätzlich kosten. Die Preise gelten bis zum Datum auf dem Angebot.\n\n"
        "Dies sind Musterbedingungen. Bitte lesen und ändern."
    ),
    "ar": (
        "نصنع بالضبط ما توافق عليه: يرجى التحقق من الإملاء والمقاسات والألوان.\n\n"
        "قد تختلف الألوان على شاشتك قليلا عن الطباعة. قد تكلف التغييرات بعد موافقتك مبلغا إضافيا. "
        "تسري الأسعار حتى التاريخ المذكور في عرض السعر.\n\n"
        "هذه شروط نموذجية. يرجى قراءتها وتغييرها."
    ),
}
#: The customer asks, the shop answers, and a note that only the shop reads.
COMMENTS = {
    "en": (
        "Is the back wall one piece, or do we see a seam?",
        "One piece, no seam. We bring it rolled and mount it on site.",
        "Gave 5 % because they order every year.",
    ),
    "de": (
        "Können die Ösen alle 50 cm sitzen?",
        "Ja, das machen wir ohne Aufpreis.",
        "Zahlt immer pünktlich.",
    ),
    "ar": ("متى يكون التسليم؟", "خلال أسبوعين من موافقتك.", "عميل جديد."),
}
