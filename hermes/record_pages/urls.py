"""Addresses under /admin/ that are no list and no form of Django's admin."""

from django.urls import path

from . import find_views, history_views, link_views, merge_views, reassign_views, timeline_views

_RECORD = "record/<str:kind>/<int:pk>"

urlpatterns = [
    path("find/", find_views.find, name="find"),
    path(f"{_RECORD}/send/<str:system>/", link_views.send, name="record-send"),
    path(f"{_RECORD}/again/<str:system>/", link_views.create_again, name="record-again"),
    path(f"{_RECORD}/link/<str:system>/", link_views.link_to, name="record-link"),
    path(f"{_RECORD}/direction/<str:system>/", link_views.direction, name="record-direction"),
    path(f"{_RECORD}/read/<int:link_id>/", link_views.read, name="record-read"),
    path(f"{_RECORD}/compare/<int:link_id>/", link_views.compare, name="record-compare"),
    path(f"{_RECORD}/unlink/<int:link_id>/", link_views.unlink, name="record-unlink"),
    path(
        f"{_RECORD}/put-back/<str:field>/<int:event_id>/",
        history_views.put_back,
        name="record-put-back",
    ),
    path(f"{_RECORD}/timeline/", timeline_views.show, name="record-timeline"),
    path("team-members/<int:pk>/reassign/", reassign_views.reassign, name="reassign"),
    path("merge/<str:kind>/", merge_views.merge, name="merge"),
    path("merges/<int:pk>/", merge_views.merged, name="merged"),
    path("merges/<int:pk>/undo/", merge_views.undo, name="merge-undo"),
]
