from __future__ import annotations

from django.urls import path

from mikomi.hub.scores.views import editor, files, live, publishing, starting

app_name = "scores"
urlpatterns = [
    path("score/", editor.edit, name="edit"),
    path("score/change/<slug:key>/", editor.change, name="change"),
    path("score/editor/<slug:key>/<slug:part>/", editor.open_editor, name="editor"),
    path("score/act/<slug:key>/<slug:what>/", editor.act, name="act"),
    path("score/add/<slug:section>/", editor.add, name="add"),
    path("score/live/", live.live, name="live"),
    path("score/effect/<slug:key>/", live.effect_line, name="effect"),
    path("score/warnings/", live.warnings, name="warnings"),
    path("score/start/", starting.start, name="start"),
    path("score/start/clause/", starting.add_clause, name="add_clause"),
    path("score/details/", starting.details, name="details"),
    path("score/template/<slug:name>/", starting.take_template, name="template"),
    path("score/changes/", publishing.changes, name="changes"),
    path("score/publish/", publishing.publish, name="publish"),
    path("score/discard/", publishing.discard, name="discard"),
    path("score/back/", publishing.bring_back, name="bring_back"),
    path("score/versions/", publishing.versions, name="versions"),
    path("score/versions/<int:number>/", publishing.version, name="version"),
    path("score/versions/<int:number>/restore/", publishing.restore, name="restore"),
    path("score/versions/<int:number>/file/", files.download_version, name="version_file"),
    path("score/file/", files.edit_file, name="file"),
    path("score/file/download/", files.download, name="download"),
]
