from __future__ import annotations

from django.urls import path

from mikomi.hub.journey.views import page

app_name = "journey"
urlpatterns = [
    path("journey/", page.show, name="map"),
]
