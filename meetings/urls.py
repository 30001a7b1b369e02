"""What the public website calls."""

from django.urls import path

from . import views

urlpatterns = [
    path("loc/", views.Country.as_view()),
    path("choose-roundrobin/sales/", views.NextSalesPerson.as_view()),
    path("choose-roundrobin/support/", views.NextSupportPerson.as_view()),
    path("callbooker/availability/", views.Availability.as_view()),
    path("callbooker/sales/book/", views.BookSalesCall.as_view()),
    path("callbooker/support/book/", views.BookSupportCall.as_view()),
    path("callbooker/support-link/validate/", views.ValidateSupportLink.as_view()),
]
