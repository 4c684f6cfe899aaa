from __future__ import annotations

from django.urls import path

from mikomi.hub.people.views import imports, notes

app_name = "people"
urlpatterns = [
    path("import/", imports.imports, name="imports"),
    path("import/<int:number>/", imports.one_import, name="import"),
    path("import/<int:number>/progress/", imports.progress, name="import_progress"),
    path("import/<int:number>/read/", imports.read_again, name="import_read"),
    path("import/<int:number>/load/", imports.load, name="import_load"),
    path("import/<int:number>/discard/", imports.discard, name="import_discard"),
    path("import/<int:number>/rejected.csv", imports.rejected, name="import_rejected"),
    path("notes/", notes.write_note, name="note_write"),
    path("notes/<int:number>/", notes.edit_note, name="note_edit"),
    path("notes/<int:number>/delete/", notes.delete_note, name="note_delete"),
    path("notes/<int:number>/restore/", notes.restore_note, name="note_restore"),
    path("files/", notes.keep_files, name="file_keep"),
    path("files/<int:number>/", notes.give_file, name="file"),
    path("files/<int:number>/delete/", notes.delete_file, name="file_delete"),
    path("files/<int:number>/restore/", notes.restore_file, name="file_restore"),
]
