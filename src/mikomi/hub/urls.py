from __future__ import annotations

from django.urls import include, path

from mikomi.hub.accounts.logging_deeds import log_deeds
from mikomi.hub.kit import samples
from mikomi.hub.kit import views as kit_views

urlpatterns = [
    path("healthz", kit_views.health, name="health"),
    path("_kit/", samples.components, name="kit_samples"),
    path("_kit/rule", samples.rule, name="kit_rule"),
    path("_kit/effect", samples.effect, name="kit_effect"),
    path("_kit/toast", samples.toast, name="kit_toast"),
    path("", include("mikomi.hub.accounts.urls")),
    path("", include("mikomi.hub.capture.urls")),
    path("", include("mikomi.hub.people.urls")),
    path("", include("mikomi.hub.journey.urls")),
    path("", include("mikomi.hub.scores.urls")),
    path("", include("mikomi.hub.alerts.urls")),
    path("", include("mikomi.hub.site.urls")),
]

log_deeds(urlpatterns)
