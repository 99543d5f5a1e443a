"""What "all" means: every row that the list showed, by its filters and its search."""


def of_the_list(request, rows):
    """Both are in the address; the filters are those of the site's own viewset, if it has one."""
    viewset, query = rows.model.snippet_viewset, request.GET
    filters = viewset.filterset_class(query, request=request)
    if filters.is_valid():
        rows = filters.filter_queryset(rows)
    return rows.search(query.get("q", ""))
