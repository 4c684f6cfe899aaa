from __future__ import annotations

from django.urls import path

from mikomi.hub.people.views import imports

app_name = "people"
urlpatterns = [
    path("import/", imports.imports, name="imports"),
    path("import/<int:number>/", imports.one_import, name="import"),
    path("import/<int:number>/progress/", imports.progress, name="import_progress"),
    path("import/<int:number>/read/", imports.read_again, name="import_read"),
    path("import/<int:number>/load/", imports.load, name="import_load"),
    path("import/<int:number>/discard/", imports.discard, name="import_discard"),
    path("import/<int:number>/rejected.csv", imports.rejected, name="import_rejected"),
]
