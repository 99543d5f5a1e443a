"""What every address of ours in the admin answers to each role.

``RULES`` has one line for each address: what a GET and what a POST answers to each of ``ROLES``. An
address without a line, and a verb or a bulk action without one, fails the test.

    L  to the page to sign in       0  it does not exist (404)
    -  refused in words, or 403     x  not with this method (405)
    +  answered: the page, a form with errors, or it is done
"""

#: The order of the letters. The shop's own editor and manager have rights on its site alone; the
#: foreign ones are another shop's manager, and somebody who may only sign in to the admin.
ROLES = ("anonymous", "nobody", "editor", "manager", "foreigner", "superuser")

ALL = "L+++++"  # an answer that holds nothing but what is the user's own
STAFF = "L-++++"  # who works for a shop, on a page of no row
WRITE = "L0++0+"  # on a row: whoever may write or see it
MANAGE = "L0-+0+"  # on a row: the shop's managers
SET_UP = "L--+++"  # whoever sets up a shop, on a page of no row
SET_UP_ROW = "L00+0+"  # and on a row of the shop
KEPT = "L00-0-"  # on a row that nobody changes
SUPER = "L----+"
NEVER = "L-----"
GET_ONLY = POST_ONLY = "Lxxxxx"
LOOK = (WRITE, "L0xx0x")

RULES = {
    "document:list": (STAFF, "L-xxxx"),
    "document:list_results": (STAFF, "L-xxxx"),
    "document:add": (STAFF, STAFF),
    "document:edit": (WRITE, WRITE),
    "document:delete": (MANAGE, MANAGE),
    "document:usage": LOOK,
    "document:history": LOOK,
    "document:history_results": LOOK,
    "document:preview_on_add": (STAFF, STAFF),
    "document:preview_on_edit": (WRITE, WRITE),
    "document:revisions_view": LOOK,
    "document:revisions_revert": (WRITE, WRITE),
    "document:revisions_compare": LOOK,
    "document:revisions_unschedule": (MANAGE, MANAGE),
    "document:unpublish": (MANAGE, MANAGE),
    "document:lock": ("L0-x0x", MANAGE),
    # While a workflow runs only its task may unlock, and Wagtail's own lets nobody.
    "document:unlock": ("L0--0x", "L0--0+"),
    "document:workflow_action": (MANAGE, MANAGE),
    "document:collect_workflow_action_data": (MANAGE, MANAGE),
    "document:confirm_workflow_cancellation": (WRITE, WRITE),
    "document:workflow_history": LOOK,
    "document:workflow_history_detail": LOOK,
    "document:workflow_preview": (MANAGE, "L0xx0x"),
    "choose document:choose": (ALL, GET_ONLY),
    "choose document:choose_results": (ALL, GET_ONLY),
    "choose document:chosen": (WRITE, GET_ONLY),
    "choose document:chosen_multiple": (ALL, GET_ONLY),
    "choose document:create": (NEVER, NEVER),
    # Several rows: the page says which of them the user may not touch, and leaves those.
    "bulk document:delete": (WRITE, WRITE),
    "bulk document:portal-assign": (WRITE, WRITE),
    "bulk document:portal-cancel": (WRITE, WRITE),
    "bulk document:portal-paid": (WRITE, WRITE),
    "bulk document:portal-pdfs": (WRITE, WRITE),
    "bulk document:portal-send": (WRITE, WRITE),
    "bulk document:portal-stage": (WRITE, WRITE),
    "customer:list": (STAFF, "L-xxxx"),
    "customer:list_results": (STAFF, "L-xxxx"),
    "customer:add": (STAFF, STAFF),
    "customer:edit": (WRITE, WRITE),
    "customer:delete": (MANAGE, MANAGE),
    "customer:usage": LOOK,
    "customer:history": LOOK,
    "customer:history_results": LOOK,
    "choose customer:choose": (ALL, GET_ONLY),
    "choose customer:choose_results": (ALL, GET_ONLY),
    "choose customer:chosen": (WRITE, GET_ONLY),
    "choose customer:chosen_multiple": (ALL, GET_ONLY),
    "choose customer:create": (STAFF, STAFF),
    "bulk customer:delete": (WRITE, WRITE),
    "payments:index": (STAFF, "L-xxxx"),
    "payments:create": (NEVER, NEVER),
    "payments:edit": (NEVER, NEVER),
    "payments:delete": (NEVER, NEVER),
    "payments:inspect": ("L-++-+", "L-xx-x"),
    "activity:index": (STAFF, "L-xxxx"),
    "activity:create": (NEVER, NEVER),
    "activity:edit": (NEVER, NEVER),
    "activity:delete": (NEVER, NEVER),
    "activity:inspect": ("L-++-+", "L-xx-x"),
    "links:index": (STAFF, "L-xxxx"),
    "links:create": (NEVER, NEVER),
    "links:edit": (NEVER, NEVER),
    "links:delete": (NEVER, NEVER),
    "links:inspect": ("L-++-+", "L-xx-x"),
    "portal:overview": LOOK,
    "portal:send": (MANAGE, MANAGE),
    "portal:email_preview": (POST_ONLY, MANAGE),
    "portal:confirm": (MANAGE, MANAGE),
    "portal:refund": (MANAGE, MANAGE),
    "portal:correct": (MANAGE, MANAGE),
    "portal:pdf": (WRITE, GET_ONLY),
    "portal:receipt": (WRITE, GET_ONLY),
    "portal:files": (WRITE, GET_ONLY),
    "portal:file": (WRITE, GET_ONLY),
    "portal:thumb": (WRITE, GET_ONLY),
    "portal:picture": (WRITE, GET_ONLY),
    "portal:item_files": (WRITE, WRITE),
    "portal:totals": (POST_ONLY, WRITE),
    "portal:new_totals": (POST_ONLY, STAFF),
    "portal:month": (STAFF, "L-xxxx"),
    "portal:import_customers": (STAFF, STAFF),
    "portal:import_item_templates": (SET_UP, SET_UP),
    "portal:inbox": (STAFF, "L-xxxx"),
    "portal:inbox_results": (STAFF, "L-xxxx"),
    "portal:step_done": (POST_ONLY, "L--+-+"),
    "do:reply": (POST_ONLY, WRITE),
    "do:take-message-back": (POST_ONLY, WRITE),
    "do:note": (POST_ONLY, WRITE),
    "do:comments-read": (POST_ONLY, WRITE),
    "do:close-request": (POST_ONLY, WRITE),
    "do:tick-point": (POST_ONLY, WRITE),
    "do:on-phone": (POST_ONLY, WRITE),
    "do:undo": (POST_ONLY, WRITE),
    "do:add-proof": (POST_ONLY, WRITE),
    "do:send-proofs": (POST_ONLY, MANAGE),
    "do:add-files": (POST_ONLY, WRITE),
    "do:show-file": (POST_ONLY, MANAGE),
    "do:remove-file": (POST_ONLY, WRITE),
    "do:send-again": (POST_ONLY, MANAGE),
    "do:copy-link": (POST_ONLY, MANAGE),
    "do:stop-link": (POST_ONLY, MANAGE),
    "do:extend-link": (POST_ONLY, MANAGE),
    "do:erase-person": (POST_ONLY, MANAGE),
    "do:retry-email": (POST_ONLY, MANAGE),
    "do:convert": (POST_ONLY, MANAGE),
    "do:split": (POST_ONLY, MANAGE),
    "do:duplicate": (POST_ONLY, WRITE),
    "do:cancel": (POST_ONLY, MANAGE),
    "do:complete": (POST_ONLY, MANAGE),
    "do:reopen": (POST_ONLY, MANAGE),
    # Estimates have no payments, and nobody has a right to them.
    "do:record-payment": (POST_ONLY, "L0--0+"),
    "do:stage": (POST_ONLY, WRITE),
    "do:responsible": (POST_ONLY, WRITE),
    "do:extend-validity": (POST_ONLY, MANAGE),
    # Under Settings, for whoever may change those of a site: its stages and item templates. What
    # customers were shown as terms is only looked at.
    "portal_stages:index": (SET_UP, "L--xxx"),
    "portal_stages:index_results": (SET_UP, "L--xxx"),
    "portal_stages:add": (SET_UP, SET_UP),
    "portal_stages:edit": (SET_UP_ROW, SET_UP_ROW),
    "portal_stages:delete": (SET_UP_ROW, SET_UP_ROW),
    "portal_stages:reorder": ("L00x0x", SET_UP_ROW),
    "portal_stages:usage": (SET_UP_ROW, "L00x0x"),
    "portal_stages:history": (SET_UP_ROW, "L00x0x"),
    "portal_stages:history_results": (SET_UP_ROW, "L00x0x"),
    "portal_item_templates:index": (SET_UP, "L--xxx"),
    "portal_item_templates:index_results": (SET_UP, "L--xxx"),
    "portal_item_templates:add": (SET_UP, SET_UP),
    "portal_item_templates:edit": (SET_UP_ROW, SET_UP_ROW),
    "portal_item_templates:delete": (SET_UP_ROW, SET_UP_ROW),
    "portal_item_templates:reorder": ("L00x0x", SET_UP_ROW),
    "portal_item_templates:usage": (SET_UP_ROW, "L00x0x"),
    "portal_item_templates:history": (SET_UP_ROW, "L00x0x"),
    "portal_item_templates:history_results": (SET_UP_ROW, "L00x0x"),
    "portal_terms:index": (SET_UP, "L--xxx"),
    "portal_terms:index_results": (SET_UP, "L--xxx"),
    "portal_terms:add": (NEVER, NEVER),
    "portal_terms:edit": (KEPT, KEPT),
    "portal_terms:delete": (KEPT, KEPT),
    "portal_terms:inspect": (SET_UP_ROW, "L00x0x"),
    "portal_terms:usage": (KEPT, KEPT),
    "portal_terms:history": (KEPT, KEPT),
    "portal_terms:history_results": (KEPT, KEPT),
    # Without a site in the address it leads to the settings of the user's own.
    "settings:edit 2": ("L--+++", "L--+++"),
    "settings:edit 3": ("L--+-+", "L--+-+"),
    # There is no preview of the settings.
    "settings:preview_on_edit 3": ("L--0-0", "L--0-0"),
    # These know no sites: they are for people with rights on all of them. The last one shows only
    # models on which the user has a right on all sites.
    "wagtailadmin_reports:workflow": (SUPER, "L----x"),
    "wagtailadmin_reports:workflow_results": (SUPER, "L----x"),
    "wagtailadmin_reports:workflow_tasks": (SUPER, "L----x"),
    "wagtailadmin_reports:workflow_tasks_results": (SUPER, "L----x"),
    "wagtailadmin_reports:site_history": (ALL, GET_ONLY),
    "wagtailadmin_reports:site_history_results": (ALL, GET_ONLY),
}
