"""A customer's browser without JavaScript, on the standard library: cookies, links and forms."""

import re
import urllib.error
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin


class _Parts(HTMLParser):
    """Links by address, and each POST form's address and fields."""

    def __init__(self):
        super().__init__()
        self.links, self.forms = [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "a":
            self.links.append(attrs.get("href") or "")
        elif tag == "form":
            self.forms.append((attrs.get("action") or "", {}))
        elif tag == "input" and self.forms and attrs.get("type") == "hidden":
            self.forms[-1][1][attrs["name"]] = attrs.get("value") or ""


class Page:
    def __init__(self, browser, answer):
        self.browser, self.url, self.status = browser, answer.url, answer.status
        self.text = answer.read().decode(errors="replace")
        self.headers = answer.headers
        self._parts = _Parts()
        self._parts.feed(self.text)

    def links(self, pattern):
        """The addresses, as they are written, that match."""
        return [href for href in self._parts.links if re.search(pattern, href)]

    def follow(self, pattern):
        return self.browser.open(urljoin(self.url, self.links(pattern)[0]))

    def submit(self, **values):
        """Send the action's form with its hidden fields, the CSRF token among them."""
        action, hidden = next(
            form for form in self._parts.forms if "csrfmiddlewaretoken" in form[1]
        )
        return self.browser.open(urljoin(self.url, action), {**hidden, **values})


class Browser:
    def __init__(self):
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )

    def open(self, url, data=None):
        """GET, or POST where there is data. An error's page is a page, too."""
        body = None if data is None else urlencode(data).encode()
        request = urllib.request.Request(url, body, {"Accept": "text/html"})
        try:
            return Page(self, self._opener.open(request, timeout=60))
        except urllib.error.HTTPError as error:
            return Page(self, error)
