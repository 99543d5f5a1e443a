from django.urls import path

from . import views

app_name = "mailbox"

urlpatterns = [
    path("", views.mail_list, name="list"),
    path("<slug:name>/", views.mail_detail, name="detail"),
    path("<slug:name>/text/", views.mail_detail, {"tab": "text"}, name="text"),
    path("<slug:name>/headers/", views.mail_detail, {"tab": "headers"}, name="headers"),
    path("<slug:name>/attachments/", views.mail_detail, {"tab": "attachments"}, name="attachments"),
    path("<slug:name>/attachments/<int:position>/", views.mail_attachment, name="attachment"),
    path("<slug:name>/body/", views.mail_body, name="body"),
    path("<slug:name>/source/", views.mail_source, name="source"),
]
