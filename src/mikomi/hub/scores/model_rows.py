"""Sentences of what is the model's and no rule's: the hot condition, grades, groups, its name."""

from __future__ import annotations

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from mikomi.core.scoring.describe import describe_grades, describe_hot
from mikomi.core.scoring.model import Hot
from mikomi.hub.kit import sentence as kit
from mikomi.hub.scores import editors
from mikomi.hub.scores.edits import groups_used
from mikomi.hub.scores.keys import group_key
from mikomi.hub.scores.rows import Desk, Opened, editor_url


def hot_row(desk: Desk, *, opened: Opened | None = None, error: str = "") -> kit.Rule:
    """Who is hot, as a sentence with editors."""
    sentence = describe_hot(desk.model.hot, desk.language)
    old = describe_hot(desk.published.hot, desk.language) if desk.published else None
    before = {part.path: part.text for part in old.parts} if old else {}
    parts: list[kit.Text | kit.Token] = []
    for part in sentence.parts:
        if part.path is None:
            parts.append(kit.Text(part.text.strip()))
            continue
        name = str(part.path[1])
        was = before.get(part.path, "")
        parts.append(_hot_token(desk.model.hot, name, part.text, was if was != part.text else "", opened))
    names = {"fit": _("属性の条件"), "engagement": _("行動の条件"), "total": _("合計の条件")}
    for path in sentence.missing:
        name = str(path[1])
        parts.append(
            replace(_hot_token(desk.model.hot, name, names[name], "", opened), add=True, optional=True)
        )
    return kit.Rule(
        key="hot",
        parts=parts,
        post_url=reverse("scores:change", args=["hot"]),
        effect_url=reverse("scores:effect", args=["hot"]),
        changed=desk.published is not None and desk.published.hot != desk.model.hot,
        error=error,
    )


def _hot_token(hot: Hot, name: str, text: str, old: str, opened: Opened | None) -> kit.Token:
    mine = opened if opened is not None and opened.name == name else None
    value = getattr(hot, name)
    titles = {"fit": _("属性の点数"), "engagement": _("行動の点数"), "total": _("合計の点数")}
    fields = editors.number_fields(
        "threshold",
        value,
        error=mine.errors.get("value", "") if mine else "",
        typed=mine.typed.get("value") if mine else None,
    )
    return kit.Token(
        name=name,
        text=text,
        title=titles[name],
        fields=fields,
        old=old,
        remove="" if value is None else _("この条件を外す"),
        open=mine is not None,
    )


def name_row(desk: Desk, *, opened: Opened | None = None, error: str = "") -> kit.Rule:
    """What the model is called."""
    mine = opened if opened is not None and opened.name == "value" else None
    was = desk.published.name if desk.published else ""
    name = desk.model.name
    return kit.Rule(
        key="name",
        parts=[
            kit.Text(_("このモデルの名前：")),
            kit.Token(
                name="value",
                text=name,
                title=editors.title_of("label"),
                fields=editors.text_fields(
                    mine.typed.get("value", name) if mine else name,
                    error=mine.errors.get("value", "") if mine else "",
                ),
                old=was if was != name else "",
                open=mine is not None,
            ),
        ],
        post_url=reverse("scores:change", args=["name"]),
        changed=bool(was) and was != name,
        error=error,
    )


def grades_row(desk: Desk, section: str, *, opened: Opened | None = None, error: str = "") -> kit.Rule:
    """How points become a grade."""
    kind = "fit" if section == "fit" else "engagement"
    sentence = describe_grades(desk.model, kind, desk.language)
    old = describe_grades(desk.published, kind, desk.language) if desk.published else None
    before = {part.path: part.text for part in old.parts} if old else {}
    attribute = "fit_grades" if kind == "fit" else "engagement_grades"
    grades = dict(getattr(desk.model, attribute))
    parts: list[kit.Text | kit.Token] = []
    for part in sentence.parts:
        if part.path is None:
            parts.append(kit.Text(part.text.strip()))
            continue
        label = str(part.path[2])
        mine = opened if opened is not None and opened.name == label else None
        was = before.get(part.path, "")
        parts.append(
            kit.Token(
                name=label,
                text=part.text,
                title=_("等級%(grade)sの点数") % {"grade": label},
                fields=editors.number_fields(
                    "threshold",
                    grades[label],
                    error=mine.errors.get("value", "") if mine else "",
                    typed=mine.typed.get("value") if mine else None,
                ),
                old=was if was != part.text else "",
                open=mine is not None,
            )
        )
    key = f"grades-{kind}"
    return kit.Rule(
        key=key,
        parts=parts,
        post_url=reverse("scores:change", args=[key]),
        changed=desk.published is not None
        and getattr(desk.published, attribute) != getattr(desk.model, attribute),
        error=error,
    )


def group_row(desk: Desk, name: str, *, opened: Opened | None = None, error: str = "") -> kit.Rule:
    """A group: its name and what belongs to it."""
    globs = dict(desk.model.groups)[name]
    key = group_key(name)
    errors = dict(opened.errors) if opened else {}
    typed = dict(opened.typed) if opened else {}
    used = name in groups_used(desk.model.rules)
    contents = "、".join(desk.labels.content(glob) for glob in globs)
    picking = opened is not None and opened.name == "contents"
    published = dict(desk.published.groups).get(name) if desk.published else globs
    return kit.Rule(
        key=key,
        parts=[
            kit.Token(
                name="name",
                text=name,
                title=_("グループの名前"),
                fields=editors.text_fields(typed.get("value", name), error=errors.get("value", "")),
                open=opened is not None and opened.name == "name",
            ),
            kit.Text("："),
            kit.Token(
                name="contents",
                text=contents,
                note=desk.picks.addresses(globs),
                title=_("グループに入れるもの"),
                fields=editors.content_fields(
                    globs, desk.picks, desk.language, errors=errors, typed=typed.get("patterns")
                )
                if picking
                else (),
                open=picking,
                lazy_url="" if picking else editor_url(key, "contents"),
            ),
        ],
        post_url=reverse("scores:change", args=[key]),
        changed=desk.published is not None and published != globs,
        actions=[]
        if used
        else [
            kit.Action(
                _("このグループを消す"),
                reverse("scores:act", args=[key, "delete"]),
                icon="trash",
                danger=True,
            )
        ],
        error=error,
    )
