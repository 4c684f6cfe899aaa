from __future__ import annotations

from django.urls import path

from mikomi.hub.capture.views import privacy, visiting

app_name = "capture"
urlpatterns = [
    path("settings/privacy/", privacy.privacy, name="privacy"),
    path("settings/privacy/publisher/", privacy.publisher, name="privacy_publisher"),
    path("settings/privacy/linking/", privacy.linking, name="privacy_linking"),
    path("settings/privacy/retention/", privacy.retention, name="privacy_retention"),
    path("visiting/", visiting.companies, name="visiting"),
    path("visiting/networks/", visiting.networks, name="networks"),
    path("transmission/", privacy.transmission, name="transmission"),
]
