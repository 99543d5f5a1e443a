"""All Python settings, in one dict that may stay empty: ``PORTAL_PLUGIN = {}``.

Each property's docstring is its entry in the reference. What a shop's staff decide (logo, colours,
terms, bank details …) is not here but in the admin, per site.
"""

from django.conf import settings as django_settings


class Conf:
    """Reads ``settings.PORTAL_PLUGIN`` at each access, so that overriding it in a test works."""

    def _get(self, name, default):
        values = getattr(django_settings, "PORTAL_PLUGIN", {})
        # What is no dict is told by a check (E006), and the site has to start for that.
        return values.get(name, default) if isinstance(values, dict) else default

    @classmethod
    def names(cls) -> set[str]:
        """Every key that the dict may hold; checks name the ones that it does not know."""
        return {name.upper() for name, value in vars(cls).items() if isinstance(value, property)}

    @property
    def base_template(self) -> str:
        """The site's base template that the portal's pages extend. Default ``"base.html"``."""
        return self._get("BASE_TEMPLATE", "base.html")

    @property
    def admin_viewsets(self) -> dict[str, str]:
        """Dotted paths of your own classes for ``"estimates"``, ``"orders"``, ``"customers"``,
        ``"stages"`` and ``"item_templates"`` in the Wagtail admin: subclasses of the portal's, with
        other columns, filters or panels. Default ``{}``."""
        return self._get("ADMIN_VIEWSETS", {})

    @property
    def strict_csp(self) -> bool:
        """Send the strict nonce policy on every portal page. Default ``False``: a page that extends
        an unknown site's base would break under it."""
        return self._get("STRICT_CSP", False)

    @property
    def trusted_proxies(self) -> int:
        """How many proxies in front of the site append to ``X-Forwarded-For``. Default 0: the
        header is ignored, and limits count by the connection's own address."""
        return self._get("TRUSTED_PROXIES", 0)

    @property
    def stripe_secret_key(self) -> str:
        """``sk_…`` or ``rk_…``. Empty: Pay Now shows the bank details, and no card form."""
        return self._get("STRIPE_SECRET_KEY", "")

    @property
    def stripe_publishable_key(self) -> str:
        """``pk_…`` of the same account and mode as the secret key."""
        return self._get("STRIPE_PUBLISHABLE_KEY", "")

    @property
    def stripe_webhook_secrets(self) -> list[str]:
        """``whsec_…`` of the endpoint; two while one is being rotated. Without one the endpoint
        answers 503 and pays nothing."""
        value = self._get("STRIPE_WEBHOOK_SECRETS", [])
        return [value] if isinstance(value, str) else list(value)

    @property
    def stripe_accounts(self) -> dict[str, dict]:
        """Stripe accounts of single sites, by host name: ``{"shop-b.example": {"STRIPE_SECRET_KEY":
        …, "STRIPE_PUBLISHABLE_KEY": …, "STRIPE_WEBHOOK_SECRETS": […]}}``. A site that is named here
        uses nothing of the keys above, and its webhook is the one at its own host. Sites that are
        not named share the keys above, unless keys were written for them in the admin. Default
        ``{}``."""
        return self._get("STRIPE_ACCOUNTS", {})

    @property
    def stripe_api_base(self) -> str:
        """Another address of Stripe's API, for a test double. Default: Stripe's own."""
        return self._get("STRIPE_API_BASE", "")

    @property
    def stripe_script_url(self) -> str:
        """Address of Stripe.js. Default ``https://js.stripe.com/v3/``; Stripe does not allow
        serving it from elsewhere in production."""
        return self._get("STRIPE_SCRIPT_URL", "https://js.stripe.com/v3/")

    @property
    def stripe_prefers_checkout(self) -> bool:
        """Send customers to Stripe's hosted page instead of the card form in the page."""
        return self._get("STRIPE_PREFERS_CHECKOUT", False)

    @property
    def upload_max_bytes(self) -> int:
        """The largest single file that a customer may send, in bytes. Default 50 MB. A shop can say
        less, and fewer kinds of files, under *Settings › Customer portal › Links and orders ›
        More*."""
        return self._get("UPLOAD_MAX_BYTES", 50 * 1024 * 1024)

    @property
    def upload_quota_bytes(self) -> int:
        """All files of one document together, in bytes. Default 500 MB."""
        return self._get("UPLOAD_QUOTA_BYTES", 500 * 1024 * 1024)

    @property
    def upload_quota_files(self) -> int:
        """How many files one document may hold. Default 200."""
        return self._get("UPLOAD_QUOTA_FILES", 200)

    @property
    def upload_site_quota_bytes(self) -> int:
        """All files of one site together, those on their way included, in bytes. Default 0: no
        limit."""
        return self._get("UPLOAD_SITE_QUOTA_BYTES", 0)

    @property
    def upload_staging_folder(self) -> str:
        """Local folder in which the pieces of an upload come together. All processes that serve the
        site have to share it. Default: ``staging`` inside the folder of the private files; where
        those are in a bucket, inside a folder beside ``MEDIA_ROOT``."""
        return self._get("UPLOAD_STAGING_FOLDER", "")

    @property
    def artwork_extensions(self) -> list[str]:
        """Kinds of files that are stored and given out, but never opened by us, lower case, without
        the dot. Default: the usual print formats, archives and Office files. A shop that chose a
        kind which is taken out of here later goes on without it (check W036); one that has none
        left takes what the installation takes."""
        return self._get(
            "ARTWORK_EXTENSIONS",
            ["ai", "eps", "psd", "tif", "tiff", "svg", "zip", "docx", "xlsx", "pptx", "odt", "txt"],
        )

    @property
    def file_scanner(self) -> str:
        """Dotted path of a callable that checks a stored file: ``scanner(file) -> bool`` (clean or
        not), raising on trouble. ``"portal_plugin.gateways.scanner.clamd"`` asks ClamAV. Empty:
        files are given out unchecked."""
        return self._get("FILE_SCANNER", "")

    @property
    def clamd_address(self) -> str:
        """Where ``portal_plugin.gateways.scanner.clamd`` finds clamd: the path of its socket, or
        ``host:port``. Default ``"/run/clamav/clamd.ctl"``, Debian's."""
        return self._get("CLAMD_ADDRESS", "/run/clamav/clamd.ctl")

    @property
    def links_per_hour(self) -> int:
        """How many new links one address may ask for in an hour. Default 10."""
        return self._get("LINKS_PER_HOUR", 10)

    @property
    def wrong_tokens_per_minute(self) -> int:
        """Misses of one network address before it is asked to wait. Default 30."""
        return self._get("WRONG_TOKENS_PER_MINUTE", 30)

    @property
    def messages_per_hour(self) -> int:
        """Comments and change requests by one link in an hour. Default 60. Of this and of the next
        two, one network address may do five times as much, by whichever links."""
        return self._get("MESSAGES_PER_HOUR", 60)

    @property
    def uploads_per_hour(self) -> int:
        """Files sent by one link in an hour. Default 120."""
        return self._get("UPLOADS_PER_HOUR", 120)

    @property
    def payments_per_hour(self) -> int:
        """Payments started by one link in an hour, and on one document by whichever links.
        Default 20."""
        return self._get("PAYMENTS_PER_HOUR", 20)

    @property
    def declines_per_hour(self) -> int:
        """After so many declined cards in an hour, on one document or from one network address,
        nobody pays by card there for a while: stolen cards are tried where nobody counts.
        Default 5."""
        return self._get("DECLINES_PER_HOUR", 5)

    @property
    def decline_pause_minutes(self) -> int:
        """How long that while is, in minutes from the last decline. Default 15."""
        return self._get("DECLINE_PAUSE_MINUTES", 15)

    @property
    def bundle_seconds(self) -> int:
        """Mails about one document to one person wait this long and become one. Default 120."""
        return self._get("BUNDLE_SECONDS", 120)

    @property
    def drain_seconds(self) -> float:
        """How long a web process works on waiting mails and PDFs after an answer. Default 10."""
        return self._get("DRAIN_SECONDS", 10.0)

    @property
    def keep_page_seconds(self) -> int:
        """How long the inside of a document's page is kept in the site's cache, for the same direct
        link and as long as nothing that it shows has changed. Default 300; 0 draws every page anew.
        With ``DEBUG`` nothing is kept."""
        return self._get("KEEP_PAGE_SECONDS", 300)

    @property
    def x_accel_redirect(self) -> str:
        """Location prefix for nginx's ``X-Accel-Redirect``; empty: Django sends files itself."""
        return self._get("X_ACCEL_REDIRECT", "")

    @property
    def x_sendfile(self) -> bool:
        """Let the web server send files by ``X-Sendfile``, as Apache's mod_xsendfile and lighttpd
        do. Default ``False``."""
        return self._get("X_SENDFILE", False)

    @property
    def presigned_seconds(self) -> int:
        """Where ``STORAGES["portal"]`` is a bucket that signs its addresses (django-storages' S3):
        send customers there for their downloads, with an address that is open for so many seconds.
        Default 0: files go through Django."""
        return self._get("PRESIGNED_SECONDS", 0)


conf = Conf()
