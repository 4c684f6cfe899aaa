"""A migration operation for tables that lie in the order of their primary key."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations import CreateModel


class CreateClusteredModel(CreateModel):
    """`CreateModel`; on SQLite the table is made WITHOUT ROWID.

    Half the size and one lookup less for tables with a composite key. Later migrations must not let
    Django remake such a table (it would come back with row ids): alter it by SQL.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif self.allow_migrate_model(schema_editor.connection.alias, model):
            sql, params = schema_editor.table_sql(model)
            schema_editor.execute(f"{sql} WITHOUT ROWID", params or None)
            schema_editor.deferred_sql.extend(schema_editor._model_indexes_sql(model))
