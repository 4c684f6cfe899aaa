from __future__ import annotations

from django.urls import path

from mikomi.hub.site.views import lead, lists

app_name = "site"
urlpatterns = [
    path("", lists.home, name="home"),
    path("hot/", lists.hot_list, name="hot"),
    path("leads/", lists.lead_list, name="leads"),
    path("leads/export.csv", lists.export_list, name="export"),
    path("leads/<int:number>/", lead.lead_page, name="lead"),
    path("leads/<int:number>/timeline/", lead.lead_timeline, name="timeline"),
]
