"""Addresses of the calls' own pages, under /admin/."""

from django.urls import path

from . import change_views, week_views

urlpatterns = [
    path("calls/", week_views.show, name="calls"),
    path("calls/<int:pk>/done/", change_views.mark_done, name="call-done"),
    path("calls/<int:pk>/no-show/", change_views.mark_no_show, name="call-no-show"),
    path("calls/<int:pk>/move/", change_views.move, name="call-move"),
    path("calls/<int:pk>/cancel/", change_views.cancel, name="call-cancel"),
]
