"""What a new shop starts with: terms to read and change, rights for its staff, five first steps."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import GroupSitePermission

from ..gateways import stripe as gateway
from ..models import Customer, Estimate, Order, PortalSettings, SalesDocument, TermsText
from ..statuses import DocumentKind, TermsKind

#: The first line of a starter text. A text that still has it is not saved as terms.
MARKS = {
    "en": "READ AND CHANGE THIS TEXT, THEN DELETE THIS LINE.",
    "de": "DIESEN TEXT LESEN UND ÄNDERN, DANN DIESE ZEILE LÖSCHEN.",
    "ar": "اقرأ هذا النص وعدّله، ثم احذف هذا السطر.",
}
#: Written here and not in the catalogs: they are read by the shop's customers, not by its staff.
TEXTS = {
    "en": {
        TermsKind.ESTIMATE: (
            "By approving an item you order it at the price shown, with the quantity, material "
            "and size described.\n\n"
            "Please check every proof for spelling, size and colours. We make what you approved; "
            "mistakes in an approved proof cannot be claimed later. Colours on your screen may "
            "differ slightly from the finished product.\n\n"
            "Items made to your order cannot be returned. A deposit, where one is shown, is due "
            "before we start."
        ),
        TermsKind.ORDER: (
            "By approving an item you release it for production as shown.\n\n"
            "Please check every proof for spelling, size and colours. We make what you approved; "
            "mistakes in an approved proof cannot be claimed later.\n\n"
            "Changes after approval may cost extra and move the delivery date. Goods stay our "
            "property until they are fully paid."
        ),
        TermsKind.WITHDRAWAL: (
            "If you are a consumer you may withdraw from a contract that was concluded at a "
            "distance within 14 days, without giving a reason.\n\n"
            "This does not hold for goods that are made to your specifications or clearly "
            "personalised: what is printed or made with your own text, picture or measures cannot "
            "be returned."
        ),
    },
    "de": {
        TermsKind.ESTIMATE: (
            "Mit der Freigabe einer Position bestellen Sie diese zum angezeigten Preis, in der "
            "beschriebenen Menge, Ausführung und Größe.\n\n"
            "Bitte prüfen Sie jeden Entwurf auf Rechtschreibung, Maße und Farben. Wir fertigen, "
            "was Sie freigegeben haben; Fehler in einem freigegebenen Entwurf können später nicht "
            "beanstandet werden. Farben am Bildschirm können leicht vom fertigen Produkt "
            "abweichen.\n\n"
            "Nach Ihren Angaben gefertigte Ware ist vom Umtausch ausgeschlossen. Eine ausgewiesene "
            "Anzahlung ist vor Beginn der Arbeiten fällig."
        ),
        TermsKind.ORDER: (
            "Mit der Freigabe einer Position geben Sie diese wie gezeigt zur Fertigung frei.\n\n"
            "Bitte prüfen Sie jeden Entwurf auf Rechtschreibung, Maße und Farben. Wir fertigen, "
            "was Sie freigegeben haben; Fehler in einem freigegebenen Entwurf können später nicht "
            "beanstandet werden.\n\n"
            "Änderungen nach der Freigabe können Mehrkosten verursachen und den Liefertermin "
            "verschieben. Die Ware bleibt bis zur vollständigen Bezahlung unser Eigentum."
        ),
        TermsKind.WITHDRAWAL: (
            "Als Verbraucher können Sie einen im Fernabsatz geschlossenen Vertrag binnen 14 Tagen "
            "ohne Angabe von Gründen widerrufen.\n\n"
            "Das gilt nicht für Waren, die nach Ihren Vorgaben angefertigt werden oder eindeutig "
            "auf Ihre persönlichen Bedürfnisse zugeschnitten sind: Was mit Ihrem Text, Ihrem Bild "
            "oder nach Ihren Maßen hergestellt wird, ist vom Widerruf ausgeschlossen."
        ),
    },
    "ar": {
        TermsKind.ESTIMATE: (
            "بموافقتك على بند فإنك تطلبه بالسعر الظاهر وبالكمية والمادة والمقاس الموصوفة.\n\n"
            "يرجى مراجعة الإملاء والمقاسات والألوان في كل نموذج. نحن نصنع ما وافقت عليه، ولا يمكن "
            "المطالبة لاحقًا بأخطاء في نموذج تمت الموافقة عليه. قد تختلف الألوان على شاشتك قليلًا "
            "عن المنتج النهائي.\n\n"
            "لا يمكن إرجاع ما صُنع حسب طلبك. إذا كان هناك عربون ظاهر فهو مستحق قبل أن نبدأ."
        ),
        TermsKind.ORDER: (
            "بموافقتك على بند فإنك تسمح بإنتاجه كما هو ظاهر.\n\n"
            "يرجى مراجعة الإملاء والمقاسات والألوان في كل نموذج. نحن نصنع ما وافقت عليه، ولا يمكن "
            "المطالبة لاحقًا بأخطاء في نموذج تمت الموافقة عليه.\n\n"
            "التعديلات بعد الموافقة قد تزيد التكلفة وتؤخر موعد التسليم. تبقى البضاعة ملكًا لنا حتى "
            "سداد ثمنها كاملًا."
        ),
        TermsKind.WITHDRAWAL: (
            "إذا كنت مستهلكًا فلك أن تتراجع عن عقد أُبرم عن بُعد خلال 14 يومًا دون إبداء الأسباب.\n\n"
            "لا يسري ذلك على ما يُصنع حسب مواصفاتك أو يكون مخصصًا لك بوضوح: فما يُطبع أو يُصنع بنصك "
            "أو صورتك أو مقاساتك لا يمكن إرجاعه."
        ),
    },
}


def starter_terms(language: str, kind: str) -> str:
    """A text to begin with, marked; in English where there is none in the language. Empty for a
    kind that no shop has to have."""
    code = language.split("-")[0]
    code = code if code in TEXTS else "en"
    text = TEXTS[code].get(TermsKind(kind))
    return f"{MARKS[code]}\n\n{text}" if text else ""


def is_marked(text: str) -> bool:
    """Whether nobody has read the starter text yet."""
    return any(mark in text for mark in MARKS.values())


# -- first steps -----------------------------------------------------------------------------------

STEPS = ("brand", "terms", "money", "payments", "estimate")


@dataclass(frozen=True)
class Step:
    """``where`` is a tab of the settings, or ``estimate``."""

    name: str
    label: str
    is_done: bool
    where: str


def first_unfinished(sites: Any) -> tuple[Any, list[Step]]:
    """The first of a queryset of sites where a step is left, and its steps; ``(None, [])`` where
    all is done. One query, however many sites."""
    for site in _read(sites):
        steps = _steps(site)
        if not all(step.is_done for step in steps):
            return site, steps
    return None, []


def _read(sites: Any) -> Any:
    terms = TermsText.objects.filter(site=OuterRef("pk"))
    estimates = SalesDocument.objects.real().filter(kind=DocumentKind.ESTIMATE)
    return sites.select_related("portalsettings", "stripe_keys").annotate(
        has_estimate=Exists(estimates.filter(site=OuterRef("pk"))),
        has_terms_of_estimates=Exists(terms.filter(kind=TermsKind.ESTIMATE)),
        has_terms_of_orders=Exists(terms.filter(kind=TermsKind.ORDER)),
    )


def _steps(site: Any) -> list[Step]:
    shop = getattr(site, "portalsettings", None) or PortalSettings(site=site)
    found = {
        "brand": bool(shop.logo and shop.address),
        "terms": site.has_terms_of_estimates and site.has_terms_of_orders,
        "money": bool(shop.tax_number or shop.tax_rate),
        "payments": bool(shop.bank_details or gateway.of_site(site).secret_key),
        "estimate": site.has_estimate,
    }
    labels = {
        "brand": _("Add your logo and address"),
        "terms": _("Read and change the terms that your customers accept"),
        "money": _("Set tax and the numbers of estimates and orders"),
        "payments": _("Say how you are paid"),
        "estimate": _("Write a first estimate and look at it in the preview"),
    }
    return [
        Step(name, labels[name], found[name] or name in shop.steps_done, name) for name in STEPS
    ]


def has_terms(site: Any) -> bool:
    """Of estimates and of orders, in any language: without them nothing can be published."""
    found = TermsText.objects.filter(site=site, kind__in=[TermsKind.ESTIMATE, TermsKind.ORDER])
    return found.order_by().values("kind").distinct().count() == 2


def mark_done(site: Any, step: str) -> None:
    """Staff say that a step needs nothing more: a shop without a logo has none to add."""
    if step not in STEPS:
        return
    shop, _created = PortalSettings.objects.get_or_create(site=site)
    if step not in shop.steps_done:
        shop.steps_done = [*shop.steps_done, step]
        shop.save(update_fields=["steps_done"])


# -- rights ----------------------------------------------------------------------------------------

#: Model and action of each right. Editors write, answer, and record what a customer said.
EDITOR_RIGHTS = [
    *(
        (model, action)
        for model in (Customer, Estimate, Order)
        for action in ("add", "change", "view")
    ),
    *((model, "decide") for model in (Estimate, Order)),
]
#: Managers also let things out, take and give back money, delete and set up.
MANAGER_RIGHTS = [
    *EDITOR_RIGHTS,
    *(
        (model, action)
        for model in (Estimate, Order)
        for action in ("publish", "send", "lock", "unlock")
    ),
    *((Order, action) for action in ("record_payment", "refund", "issue_invoice")),
    *((model, "delete") for model in (Customer, Estimate, Order)),
    (PortalSettings, "change"),
]
GROUPS = {"Portal editors": EDITOR_RIGHTS, "Portal managers": MANAGER_RIGHTS}


def ensure_groups(site: Any = None) -> list[Group]:
    """The two ready groups. With a ``site`` they are that site's own, and hold only there."""
    return [_ensure_group(name, rights, site) for name, rights in GROUPS.items()]


def _ensure_group(name: str, rights: list, site: Any) -> Group:
    if site is not None:
        name = f"{name} · {site.site_name or site.hostname}"[:150]
    group, _created = Group.objects.get_or_create(name=name)
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for model, action in rights:
        permission = right(model, action)
        if site is None:
            group.permissions.add(permission)
        else:
            GroupSitePermission.objects.get_or_create(group=group, site=site, permission=permission)
    return group


def right(model: Any, action: str) -> Permission:
    """Made where it is missing: Wagtail makes "publish" after the migrations of all apps."""
    codename = f"{action}_{model._meta.model_name}"
    with translation.override("en"):
        usual = f"Can {action} {model._meta.verbose_name}"
    name = dict(model._meta.permissions).get(codename, usual)
    found, _created = Permission.objects.get_or_create(
        content_type=ContentType.objects.get_for_model(model),
        codename=codename,
        defaults={"name": name},
    )
    return found
