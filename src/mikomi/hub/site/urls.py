from __future__ import annotations

from django.urls import path

from mikomi.hub.site.views import acts, fields, lead, lists, trash, values

app_name = "site"
urlpatterns = [
    path("", lists.home, name="home"),
    path("hot/", lists.hot_list, name="hot"),
    path("leads/", lists.lead_list, name="leads"),
    path("leads/export.csv", lists.export_list, name="export"),
    path("leads/<int:number>/", lead.lead_page, name="lead"),
    path("leads/<int:number>/timeline/", lead.lead_timeline, name="timeline"),
    path("leads/<int:number>/value/", values.value, name="value"),
    path("leads/<int:number>/trash/", trash.put_away, name="put_away"),
    path("trash/", trash.trash_page, name="trash"),
    path("trash/restore/", trash.restore, name="restore"),
    path("acts/", acts.acts, name="acts"),
    path("acts/<int:number>/", acts.act, name="act"),
    path("acts/<int:number>/progress/", acts.progress, name="act_progress"),
    path("acts/<int:number>/undo/", acts.undo, name="undo_act"),
    path("settings/fields/", fields.fields, name="fields"),
    path("settings/fields/new/", fields.new_field, name="new_field"),
    path("settings/fields/edit/", fields.edit_field, name="edit_field"),
    path("settings/fields/move/", fields.move_field, name="move_field"),
    path("settings/fields/archive/", fields.archive_field, name="archive_field"),
    path("settings/fields/restore/", fields.restore_field, name="restore_field"),
]
