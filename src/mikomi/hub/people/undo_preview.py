"""What taking an import back would do, said before it is done."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, QuerySet

from mikomi.core.words import Words
from mikomi.hub.people.importing.made_fields import field_sentences, fields_ahead
from mikomi.hub.people.models import Change, Import, ImportedSubject, LeadTag, ListMember, Scope


def undo_preview(record: Import) -> list[Words]:
    """Sentences on what would go, what would be given back and what would stay; nothing is changed."""
    if record.kind == Import.Kind.OPTOUTS:
        return [
            Words(
                f"配信停止の記録は取り消しても残ります（{record.new:,}件）。"
                "止めてほしいという意思は、ファイルの都合では消せません",
                f"the {record.new:,} opt-outs stay: withdrawing a file does not undo what people asked for",
            )
        ]
    if record.kind != Import.Kind.LEADS:
        rows = record.new
        return [
            Words(
                f"この取り込みで加わった{rows:,}行を消します。点数はそのあと計算しなおします",
                f"the {rows:,} rows that this import brought go; scores are worked out again",
            )
        ]
    made = _by_scope(ImportedSubject.objects.filter(import_id=record.pk, made=True))
    touched = _by_scope(Change.objects.filter(import_id=record.pk))
    said = []
    leads, companies = made.get(Scope.LEAD, 0), made.get(Scope.COMPANY, 0)
    if leads or companies:
        said.append(
            Words(
                f"この取り込みで加わった{leads:,}人と{companies:,}社を消します。"
                "ほかの行動や取り込みがある人と会社は残します",
                f"the {leads:,} people and {companies:,} companies that this import brought go,"
                " unless there is something else of them by now",
            )
        )
    elsewhere = _named_elsewhere(record)
    if elsewhere:
        said.append(
            Words(
                f"そのうち、ほかのファイルにも載っている{elsewhere:,}人と会社は、そのファイルのものとして残ります",
                f"of these, {elsewhere:,} people and companies that other files name, too, stay as theirs",
            )
        )
    known = max(touched.get(Scope.LEAD, 0) - leads, 0)
    firms = max(touched.get(Scope.COMPANY, 0) - companies, 0)
    if known or firms:
        said.append(
            Words(
                f"前から知っていた{known:,}人と{firms:,}社の値を、取り込む前に戻します",
                f"{known:,} people and {firms:,} companies known before get back the values that they had",
            )
        )
    tags = LeadTag.objects.filter(import_id=record.pk).count()
    lists = ListMember.objects.filter(import_id=record.pk).count()
    if tags:
        said.append(
            Words(f"この取り込みで付けたタグ{tags:,}件を外します", f"the {tags:,} tags that it gave go")
        )
    if lists:
        said.append(
            Words(
                f"この取り込みで入れたリストから{lists:,}人を外します",
                f"the {lists:,} entries that it made in lists go",
            )
        )
    if record.options.get("seminar"):
        said.append(
            Words(
                "この取り込みで記録した、セミナーの申込と参加を消します",
                "the applications to the seminar and the attendance that it recorded go",
            )
        )
    if record.options.get("basis"):
        said.append(
            Words(
                "この取り込みで記録した、メールを送れる根拠を消します",
                "the ground for mail that it recorded goes",
            )
        )
    said += field_sentences(fields_ahead(record), done=False)
    same = _confirmed_later(record)
    if same:
        said.append(
            Words(
                f"あとのファイルにも載っている{same:,}人と会社では、同じことを言っている値を残します",
                f"of {same:,} people and companies named by later files, too, the values that those say stay",
            )
        )
    later = _changed_later(record)
    if later:
        said.append(
            Words(
                f"取り込んだあとに値が変わった{later:,}人と会社は、その値を残します",
                f"of {later:,} people and companies some value was changed since: that value stays",
            )
        )
    said.append(
        Words(
            "配信停止を申し出た人の記録は、何があっても残ります",
            "whoever asked for no more mail stays on record in any case",
        )
    )
    return said


def _by_scope(rows: QuerySet[Any]) -> dict[str, int]:
    return dict(rows.values_list("scope").annotate(n=Count("subject", distinct=True)))


def _named_elsewhere(record: Import) -> int:
    """How many of those that the import made other imports name."""
    made = ImportedSubject.objects.filter(import_id=record.pk, made=True)
    others = ImportedSubject.objects.filter(made=False).exclude(import_id=record.pk)
    return sum(
        others.filter(scope=scope, subject__in=made.filter(scope=scope).values("subject"))
        .values("subject")
        .distinct()
        .count()
        for scope in (Scope.LEAD, Scope.COMPANY)
    )


def _confirmed_later(record: Import) -> int:
    own = Change.objects.filter(import_id=record.pk)
    since = ImportedSubject.objects.filter(made=False, import_id__gt=record.pk).exclude(confirmed="")
    return sum(
        since.filter(scope=scope, subject__in=own.filter(scope=scope).values("subject"))
        .values("subject")
        .distinct()
        .count()
        for scope in (Scope.LEAD, Scope.COMPANY)
    )


def _changed_later(record: Import) -> int:
    own = Change.objects.filter(import_id=record.pk)
    last = own.aggregate(last=Max("pk"))["last"]
    if last is None:
        return 0
    later = Change.objects.filter(pk__gt=last)
    return sum(
        later.filter(scope=scope, subject__in=own.filter(scope=scope).values("subject"))
        .values("subject")
        .distinct()
        .count()
        for scope in (Scope.LEAD, Scope.COMPANY)
    )
