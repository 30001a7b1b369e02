"""The doors that outside systems knock at."""

from django.urls import path

from .pipedrive.webhooks import PipedriveWebhook
from .tc2.webhooks import TC2Webhook

urlpatterns = [
    path("pipedrive/callback/", PipedriveWebhook.as_view(), name="pipedrive-callback"),
    path("tc2/callback/", TC2Webhook.as_view(), name="tc2-callback"),
]
