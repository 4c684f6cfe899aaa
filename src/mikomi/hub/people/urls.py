from __future__ import annotations

from django.urls import path

from mikomi.hub.people import views

app_name = "people"
urlpatterns = [
    path("import/", views.imports, name="imports"),
    path("import/<int:number>/", views.one_import, name="import"),
    path("import/<int:number>/progress/", views.progress, name="import_progress"),
    path("import/<int:number>/read/", views.read_again, name="import_read"),
    path("import/<int:number>/load/", views.load, name="import_load"),
    path("import/<int:number>/discard/", views.discard, name="import_discard"),
    path("import/<int:number>/rejected.csv", views.rejected, name="import_rejected"),
]
