from __future__ import annotations

from django.urls import path

from mikomi.hub.site.views import acts, lead, lists, trash

app_name = "site"
urlpatterns = [
    path("", lists.home, name="home"),
    path("hot/", lists.hot_list, name="hot"),
    path("leads/", lists.lead_list, name="leads"),
    path("leads/export.csv", lists.export_list, name="export"),
    path("leads/<int:number>/", lead.lead_page, name="lead"),
    path("leads/<int:number>/timeline/", lead.lead_timeline, name="timeline"),
    path("leads/<int:number>/trash/", trash.put_away, name="put_away"),
    path("trash/", trash.trash_page, name="trash"),
    path("trash/restore/", trash.restore, name="restore"),
    path("acts/", acts.acts, name="acts"),
    path("acts/<int:number>/", acts.act, name="act"),
    path("acts/<int:number>/progress/", acts.progress, name="act_progress"),
    path("acts/<int:number>/undo/", acts.undo, name="undo_act"),
]
