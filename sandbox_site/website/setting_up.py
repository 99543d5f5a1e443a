"""Writes a shop into the database, once, and leaves alone what editors have changed since."""

from django.contrib.auth.models import Group, Permission
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from wagtail.models import GroupPagePermission, GroupSitePermission, Locale, Page, Site

from .models import Brand, ContactPage, HomePage, ServicesPage
from .shops.shop import Shop

PAGE_RIGHTS = ["add_page", "change_page", "publish_page"]


def set_up_shop(shop: Shop, port: int) -> Site:
    home = find_home(shop) or add_home(shop)
    site = set_up_site(shop, home, port)
    if not Brand.objects.filter(site=site).exists():
        add_brand(shop, site)
    return site


def find_home(shop: Shop) -> Page | None:
    """By its slug; another site's root page is never taken."""
    return Page.objects.filter(depth=2, slug=shop.key).first()


def add_home(shop: Shop) -> HomePage:
    locale, _created = Locale.objects.get_or_create(language_code=shop.language)
    home = HomePage(slug=shop.key, locale=locale, **shop.home)
    Page.get_first_root_node().add_child(instance=home)
    for page in (ServicesPage(**shop.services), ContactPage(**shop.contact)):
        page.locale, page.show_in_menus = locale, True
        home.add_child(instance=page)
    for page in home.get_descendants(inclusive=True).specific():
        page.save_revision().publish()
    return home


def set_up_site(shop: Shop, home: Page, port: int) -> Site:
    """The default shop takes over the site that Wagtail's own migrations made."""
    site = Site.objects.filter(hostname=shop.hostname).order_by("pk").first()
    if site is None:
        site = Site(hostname=shop.hostname, site_name=shop.brand["name"], root_page=home)
    if site.root_page.depth == 1 or is_welcome(site.root_page):
        site.root_page = home
    site.site_name = site.site_name or shop.brand["name"]
    site.port = port
    if shop.is_default:
        Site.objects.exclude(pk=site.pk).update(is_default_site=False)
        site.is_default_site = True
    site.save()
    return site


def is_welcome(page: Page) -> bool:
    return page.depth == 2 and page.slug == "home" and page.specific_class is Page


def remove_welcome_page() -> None:
    """The page "Welcome to your new Wagtail site!", as soon as no site begins with it."""
    for page in Page.objects.filter(depth=2, slug="home", sites_rooted_here=None):
        if is_welcome(page) and not page.get_children().exists():
            page.delete()


def add_brand(shop: Shop, site: Site) -> None:
    brand = Brand(site=site, **shop.brand)
    with open(finders.find(shop.logo), "rb") as logo:
        brand.logo.save(f"{shop.key}.svg", ContentFile(logo.read()), save=False)
    brand.save()


def set_up_groups(shop: Shop, site: Site) -> None:
    """The shop's office may enter the admin and edit its own pages and brand, no other's."""
    group, _created = Group.objects.get_or_create(name=shop.office_group)
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for codename in PAGE_RIGHTS:
        right = Permission.objects.get(codename=codename, content_type__app_label="wagtailcore")
        GroupPagePermission.objects.get_or_create(
            group=group, page=site.root_page, permission=right
        )
    GroupSitePermission.objects.get_or_create(
        group=group, site=site, permission=Permission.objects.get(codename="change_brand")
    )
