"""Addresses of the calls' own pages, under /admin/."""

from django.urls import path

from . import week_views

urlpatterns = [
    path("calls/", week_views.show, name="calls"),
]
