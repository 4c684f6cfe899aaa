"""Writing drafts and versions. Each function is one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import dump_model, parse_model
from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts import audit
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.scores import queries
from mikomi.hub.scores.group_users import check_groups_kept
from mikomi.hub.scores.models import ModelDraft, ModelVersion
from mikomi.hub.scores.types import PublishedModel

if TYPE_CHECKING:
    from mikomi.hub.accounts.models import User


class StaleDraftError(MikomiError):
    """Someone else saved the draft meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "ほかの人が先に下書きを変えました。画面を開き直して、もう一度変えてください",
                "someone else changed the draft first; reload the page and change it again",
            )
        )


def checked(model: Model) -> str:
    """The YAML of a model that may be kept: it reads back and counts days as the data folder does.

    Raises `MikomiError` in words; a `DocumentError` names the place.
    """
    text = dump_model(model)
    parse_model(text)
    zone = settings.TIME_ZONE
    if model.timezone != zone:
        raise MikomiError(
            Words(
                f"timezone は {zone} にしてください（データの日付が {zone} で数えられているためです）",
                f"timezone must be {zone}, because the data's days are counted in it",
            )
        )
    return text


def save_draft(
    model: Model, user: User | None, *, revision: int | None = None, undoable: bool = False
) -> int:
    """Keeps `model` as the draft and returns the new revision.

    `revision` is the one the edit started from (None: whatever is there is replaced). `undoable`
    keeps what was there for `bring_back`. Raises `StaleDraftError` where the draft has moved on,
    `MikomiError` for a model that cannot be kept.
    """
    return _save(checked(model), user, revision=revision, undoable=undoable)


def _save(text: str, user: User | None, *, revision: int | None = None, undoable: bool = False) -> int:
    with transaction.atomic():
        row = ModelDraft.objects.select_for_update().first()
        if row is None:
            latest = queries.published()
            row = ModelDraft(based_on=latest.number if latest else None, revision=0)
        elif revision is not None and row.revision != revision:
            raise StaleDraftError
        row.before = row.yaml if undoable else ""
        row.yaml = text
        row.revision += 1
        row.saved_at = timezone.now()
        row.saved_by = user
        row.save()
        return row.revision


def edit_draft(
    edit: Callable[[Model], Model], start: Model, user: User | None, *, undoable: bool = False
) -> Model:
    """Applies one change to the draft as it stands now and keeps it; gives the new model.

    `start` is the draft where there is none yet. Two people's changes of different rules both
    hold. Raises what `edit` raises, and `MikomiError` for a model that cannot be kept, or where a group goes
    that segments or stages speak of.
    """
    with transaction.atomic():
        row = ModelDraft.objects.select_for_update().first()
        before = parse_model(row.yaml) if row is not None and row.yaml else start
        model = edit(before)
        check_groups_kept(before, model)
        save_draft(model, user, undoable=undoable)
    return model


def show_details(*, detailed: bool = True) -> None:
    """Shows the whole editor rather than the one sentence, or the other way round."""
    ModelDraft.objects.update(detailed=detailed)


def discard_draft(user: User | None) -> None:
    """Puts the draft back to the published version; without one, back to nothing."""
    with transaction.atomic():
        latest = queries.published()
        if not ModelDraft.objects.exists():
            return
        _save(checked(latest.model) if latest else "", user, undoable=True)
        ModelDraft.objects.update(based_on=latest.number if latest else None)


def bring_back(user: User | None) -> bool:
    """Undoes the last big change of the draft; says whether there was one to undo."""
    with transaction.atomic():
        row = ModelDraft.objects.select_for_update().first()
        if row is None or not row.before:
            return False
        _save(row.before, user)
        return True


def publish(user: User | None, *, note: str = "", revision: int | None = None) -> PublishedModel:
    """Publishes the draft as the next version; all leads are scored anew by a job.

    Raises `StaleDraftError`, and `MikomiError` where there is no draft or it changes nothing.
    """
    with audit.deed():
        row = ModelDraft.objects.select_for_update().first()
        if row is None or not row.yaml:
            raise MikomiError(
                Words("公開する下書きがありません", "there is no draft to publish; set a model up first")
            )
        if revision is not None and row.revision != revision:
            raise StaleDraftError
        model = parse_model(row.yaml)
        text = checked(model)
        latest = queries.published()
        if latest is not None and latest.model == model:
            raise MikomiError(
                Words(
                    f"第{latest.number}版から変わったところがありません",
                    f"the draft does not differ from version {latest.number}",
                )
            )
        number = latest.number + 1 if latest else 1
        ModelVersion.objects.create(
            number=number,
            name=model.name,
            yaml=text,
            note=note.strip(),
            published_at=timezone.now(),
            published_by=user,
        )
        row.based_on = number
        row.revision += 1
        row.save()
        enqueue("site.score_all")
    found = queries.version(number)
    assert found is not None
    return found


def restore_version(number: int, user: User | None) -> None:
    """Takes an old version as the draft. Raises `MikomiError` where there is no such version."""
    old = queries.version(number)
    if old is None:
        raise MikomiError(Words(f"第{number}版はありません", f"there is no version {number}"))
    with transaction.atomic():
        save_draft(replace(old.model, timezone=settings.TIME_ZONE), user, undoable=True)
        ModelDraft.objects.update(detailed=True)


def publish_model(model: Model, user: User | None = None, *, note: str = "") -> PublishedModel:
    """Takes `model` as the draft and publishes it: for the demo and the command line."""
    with transaction.atomic():
        save_draft(model, user)
        ModelDraft.objects.update(detailed=True)
        return publish(user, note=note)
