"""What a test may ask of the templates of a page, without what nobody asks for."""

import threading

from django.template.base import Template
from django.test.signals import template_rendered

_now = threading.local()


def tell_of_whole_pages():
    """Django copies the context of each template that is drawn, for ``response.context``: the page
    of a document in the admin has a thousand, and its own is what tests look into."""

    def render(template, context):
        if getattr(_now, "is_within", False):
            return template.nodelist.render(context)
        _now.is_within = True
        try:
            template_rendered.send(sender=template, template=template, context=context)
            return template.nodelist.render(context)
        finally:
            _now.is_within = False

    Template._render = render
