from __future__ import annotations

from django.urls import path

from mikomi.hub.journey.views import editing, gaps, page, paper, revisions, starting

app_name = "journey"
urlpatterns = [
    path("journey/", page.show, name="map"),
    path("journey/edit/", editing.draw, name="edit"),
    path("journey/title/", editing.change_title, name="title"),
    path("journey/cell/<slug:key>/<slug:lane>/", editing.change_cell, name="cell"),
    path("journey/pick/<slug:key>/<slug:lane>/", editing.pick, name="pick"),
    path("journey/stage/<slug:key>/<slug:act>/", editing.act_on_stage, name="act"),
    path("journey/undo/", editing.undo, name="undo"),
    path("journey/redo/", editing.redo, name="redo"),
    path("journey/start/", starting.start, name="start"),
    path("journey/interview/", starting.roles, name="roles"),
    path("journey/interview/<slug:role>/", starting.interview, name="interview"),
    path("journey/changes/", revisions.changes, name="changes"),
    path("journey/discard/", revisions.discard, name="discard"),
    path("journey/keep/", revisions.keep, name="keep"),
    path("journey/revisions/", revisions.revisions, name="revisions"),
    path("journey/revisions/<int:number>/", revisions.revision, name="revision"),
    path("journey/revisions/<int:number>/restore/", revisions.restore, name="restore"),
    path("journey/gaps/<int:number>/", gaps.gap, name="gap"),
    path("journey/gaps/<int:number>/adopt/", gaps.adopt, name="adopt"),
    path("journey/compare/", revisions.compare, name="compare"),
    path("journey/print/", paper.sheet, name="print"),
    path("journey/file/<str:name>", paper.file, name="file"),
]
