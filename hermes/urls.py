"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from hermes import health

urlpatterns = [
    path("", RedirectView.as_view(url="/admin/", permanent=False)),
    path("admin/", include("hermes.record_pages.urls")),
    path("admin/", include("hermes.calls.urls")),
    path("admin/", admin.site.urls),
    path("", include("integrations.urls")),
    path("", include("meetings.urls")),
    path("book/", include("meetings.public.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema")),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]

handler400 = "hermes.error_pages.bad_request"
handler403 = "hermes.error_pages.forbidden"
handler404 = "hermes.error_pages.not_found"
handler500 = "hermes.error_pages.server_error"
