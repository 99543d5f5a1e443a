"""The site's addresses with anymail's, as its documentation mounts them."""

from django.urls import include, path

from sandbox_site.urls import urlpatterns as of_the_site

urlpatterns = [path("anymail/", include("anymail.urls")), *of_the_site]
