"""Pages of lists that know how to read one page without reading the rest."""

from wagtail.admin.paginator import WagtailPaginator


class PageReader(WagtailPaginator):
    """Its pages are what ``page(start, end)`` of the rows gives."""

    def page(self, number):
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        rows = self.object_list.page(start, start + self.per_page)
        return self._get_page(rows, number, self)
