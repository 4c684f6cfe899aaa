from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

from mikomi.hub.accounts import urls as accounts_urls
from mikomi.hub.kit import samples
from mikomi.hub.kit import views as kit_views

urlpatterns = [
    path("healthz", kit_views.health, name="health"),
    path("_kit/", samples.components, name="kit_samples"),
    path("_kit/rule", samples.rule),
    path("_kit/effect", samples.effect),
    path("_kit/toast", samples.toast),
    path("", include(accounts_urls)),
    *(
        path("", include(f"mikomi.hub.{app}.urls"))
        for app in ("people", "scores", "site")
        if find_spec(f"mikomi.hub.{app}.urls")
    ),
]
