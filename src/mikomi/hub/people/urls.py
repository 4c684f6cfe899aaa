from __future__ import annotations

from django.urls import path

from mikomi.hub.people.views import imports, notes, one_import, undo_import

app_name = "people"
urlpatterns = [
    path("import/", imports.imports, name="imports"),
    path("import/no-former-tool/", imports.no_former_tool, name="import_no_tool"),
    path("import/<int:number>/", one_import.one_import, name="import"),
    path("import/<int:number>/progress/", one_import.progress, name="import_progress"),
    path("import/<int:number>/read/", one_import.read_again, name="import_read"),
    path("import/<int:number>/options/", one_import.set_options, name="import_options"),
    path("import/<int:number>/load/", one_import.load, name="import_load"),
    path("import/<int:number>/discard/", one_import.discard, name="import_discard"),
    path("import/<int:number>/rejected.csv", one_import.rejected, name="import_rejected"),
    path("import/<int:number>/mended/", one_import.mended, name="import_mended"),
    path("import/<int:number>/undo/", undo_import.undo, name="import_undo"),
    path("notes/", notes.write_note, name="note_write"),
    path("notes/<int:number>/", notes.edit_note, name="note_edit"),
    path("notes/<int:number>/delete/", notes.delete_note, name="note_delete"),
    path("notes/<int:number>/restore/", notes.restore_note, name="note_restore"),
    path("files/", notes.keep_files, name="file_keep"),
    path("files/<int:number>/", notes.give_file, name="file"),
    path("files/<int:number>/delete/", notes.delete_file, name="file_delete"),
    path("files/<int:number>/restore/", notes.restore_file, name="file_restore"),
]
