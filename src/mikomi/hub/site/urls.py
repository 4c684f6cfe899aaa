from __future__ import annotations

from django.urls import path

from mikomi.hub.site.views import acts, edit, fields, kept, labels, lead, lists, moving, trash, values
from mikomi.hub.site.views import duplicates as same

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
    path("leads/edit/", edit.edit, name="edit"),
    path("leads/views/", kept.keep, name="keep_view"),
    path("leads/views/<int:number>/", kept.change, name="view"),
    path("leads/views/<int:number>/again/", kept.keep_again, name="keep_view_again"),
    path("leads/views/<int:number>/delete/", kept.delete, name="delete_view"),
    path("labels/", labels.all_labels, name="labels"),
    path("labels/<str:kind>/", labels.make, name="make_label"),
    path("labels/<str:kind>/<int:number>/", labels.rename, name="rename_label"),
    path("labels/<str:kind>/<int:number>/delete/", labels.delete, name="delete_label"),
    path("trash/", trash.trash_page, name="trash"),
    path("trash/restore/", trash.restore, name="restore"),
    path("leads/<int:number>/move/", moving.move, name="move"),
    path("leads/<int:number>/move/<int:batch>/undo/", moving.undo_move, name="undo_move"),
    path("companies/names/", moving.company_names, name="company_names"),
    path("duplicates/", same.duplicates, name="duplicates"),
    path("duplicates/look/", same.look_again, name="look_again"),
    path("duplicates/sure/", same.sure, name="sure"),
    path("duplicates/runs/<int:number>/", same.merge_run, name="merge_run"),
    path("duplicates/runs/<int:number>/undo/", same.part_run, name="part_run"),
    path("duplicates/merges/<int:merge>/undo/", same.part, name="part"),
    path("duplicates/<int:kept>/<int:gone>/", same.compare, name="compare"),
    path("duplicates/<int:kept>/<int:gone>/not-same/", same.not_same, name="not_same"),
    path("duplicates/<int:kept>/<int:gone>/maybe-same/", same.maybe_same, name="maybe_same"),
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
