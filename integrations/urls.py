"""The doors that outside systems knock at."""

from django.urls import path

from .pipedrive.webhooks import PipedriveWebhook

urlpatterns = [
    path("pipedrive/callback/", PipedriveWebhook.as_view(), name="pipedrive-callback"),
]
