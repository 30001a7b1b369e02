"""The doors that outside systems knock at, and what TC2 asks of us."""

from django.urls import path

from .pipedrive.webhooks import PipedriveWebhook
from .salesforce.webhooks import ChangeEvents, OutboundMessages
from .tc2.companies import Companies
from .tc2.support_links import GenerateSupportLink
from .tc2.webhooks import TC2Webhook

urlpatterns = [
    path("pipedrive/callback/", PipedriveWebhook.as_view(), name="pipedrive-callback"),
    path("salesforce/webhooks/cdc/", ChangeEvents.as_view()),
    path("salesforce/webhooks/outbound/<str:token>/", OutboundMessages.as_view()),
    path("tc2/callback/", TC2Webhook.as_view(), name="tc2-callback"),
    path("callbooker/support-link/generate/tc2/", GenerateSupportLink.as_view()),
    path("companies/", Companies.as_view()),
    # What comes to an address without its slash is not lost for that.
    path("pipedrive/callback", PipedriveWebhook.as_view()),
    path("salesforce/webhooks/cdc", ChangeEvents.as_view()),
    path("salesforce/webhooks/outbound/<str:token>", OutboundMessages.as_view()),
    path("tc2/callback", TC2Webhook.as_view()),
]
