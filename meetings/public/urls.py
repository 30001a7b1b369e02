"""The pages for visitors, all under /book/."""

from django.urls import path, re_path

from . import call_pages, embedding
from .booking_page import BookingPage
from .pages import NotThere

app_name = "book"

urlpatterns = [
    path("", BookingPage.as_view(), name="start"),
    path("embed.js", embedding.script, name="embed"),
    path("<int:host_id>/", BookingPage.as_view(), name="host"),
    path("calls/<str:token>/", call_pages.CallPage.as_view(), name="call"),
    path("calls/<str:token>/move/", call_pages.MovePage.as_view(), name="move"),
    path("calls/<str:token>/cancel/", call_pages.CancelPage.as_view(), name="cancel"),
    path("calls/<str:token>/call.ics", call_pages.CallFile.as_view(), name="file"),
    re_path(r"^.*/$", NotThere.as_view()),
]
