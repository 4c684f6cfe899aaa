"""Collects what the pages say and keeps each app's English catalogue in step.

    python tools/messages.py update [APP ...]    new sentences in (empty), unused ones out, the rest kept
    python tools/messages.py check  [APP ...]    exit 1 where English is missing, unused or does not fit

Message ids are the Japanese sentences, in templates (`{% translate %}`, `{% blocktranslate %}`,
`_("…")`) and in Python (`_("…")`, `gettext`, `ngettext`, `pgettext` and their lazy forms).
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils.translation import templatize

HUB = Path(__file__).resolve().parent.parent / "src" / "mikomi" / "hub"
TEMPLATE_ENDINGS = {".html", ".txt", ".svg"}

CALL = re.compile(r"\b(npgettext|ngettext|pgettext|gettext|_)\(")
TEXT = re.compile(r"""\s*,?\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", re.DOTALL)
PLACE = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff01-\uff5e]+")
NAMES_ANYWHERE = {"日本語", "見込み"}
"""Names that are written so in every language."""

type Key = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence to translate: where it stands, its context and its plural if it has them."""

    file: str
    text: str
    plural: str | None = None
    context: str | None = None

    @property
    def key(self) -> Key:
        """What a catalogue knows it by."""
        return self.context, self.text


def apps() -> list[str]:
    """The hub's apps, by name."""
    return sorted(file.parent.name for file in HUB.glob("*/apps.py"))


def catalogue_of(app: str) -> Path:
    """Where an app's English stands."""
    return HUB / app / "locale" / "en" / "LC_MESSAGES" / "django.po"


def collect(app: str) -> tuple[dict[Key, Message], list[str]]:
    """All sentences of an app in the order they stand in, and complaints about what cannot be read."""
    found: dict[Key, Message] = {}
    complaints: list[str] = []
    for file in sorted((HUB / app).rglob("*")):
        name = file.relative_to(HUB).as_posix()
        if file.suffix == ".py" and "migrations" not in file.parts:
            messages = _in_python(file.read_text("utf-8"), name, complaints)
        elif file.suffix in TEMPLATE_ENDINGS and "templates" in file.parts:
            text = file.read_text("utf-8")
            complaints.extend(_left_in_japanese(text, name))
            messages = _in_template(text, name)
        else:
            continue
        for message in messages:
            known = found.setdefault(message.key, message)
            if known.plural is None and message.plural is not None:
                found[message.key] = message
    return found, complaints


def _in_template(text: str, name: str) -> Iterator[Message]:
    calls = templatize(text)
    for call in CALL.finditer(calls):
        texts: list[str] = []
        position = call.end()
        while part := TEXT.match(calls, position):
            texts.append(ast.literal_eval(part[1]))
            position = part.end()
        if texts and texts[0]:
            yield _message(call[1], texts, name)


def _in_python(text: str, name: str, complaints: list[str]) -> Iterator[Message]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func
        function = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        function = function.removesuffix("_lazy").removesuffix("_noop")
        if function not in ("_", "gettext", "ngettext", "pgettext", "npgettext"):
            continue
        wanted = {"ngettext": 2, "pgettext": 2, "npgettext": 3}.get(function, 1)
        texts = [arg.value for arg in node.args[:wanted] if isinstance(arg, ast.Constant)]
        if len(texts) < wanted or not all(isinstance(value, str) for value in texts):
            complaints.append(f"{name}:{node.lineno}: give {function}() a plain string")
            continue
        yield _message(function, [str(value) for value in texts], name)


def _message(function: str, texts: list[str], name: str) -> Message:
    if function == "ngettext":
        return Message(name, texts[0], plural=texts[1])
    if function == "pgettext":
        return Message(name, texts[1], context=texts[0])
    if function == "npgettext":
        return Message(name, texts[1], plural=texts[2], context=texts[0])
    return Message(name, texts[0])


def _left_in_japanese(text: str, name: str) -> Iterator[str]:
    """Complaints about Japanese in a template that no language but Japanese would replace."""
    translated = commented = False
    for token in Lexer(text).tokenize():
        if token.token_type == TokenType.BLOCK:
            word = token.contents.split()[0]
            translated = word in ("blocktranslate", "blocktrans", "plural") or (
                translated and word not in ("endblocktranslate", "endblocktrans")
            )
            commented = word == "comment" or (commented and word != "endcomment")
        elif token.token_type == TokenType.TEXT and not translated and not commented:
            for words in JAPANESE.findall(token.contents):
                if words not in NAMES_ANYWHERE:
                    yield f"{name}:{token.lineno}: 「{words}」 is not translated"


def update(app: str) -> int:
    """Brings an app's catalogue in step; returns how many sentences still want English."""
    found, complaints = collect(app)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    file = catalogue_of(app)
    old = _by_key(_entries(file))
    new = polib.POFile(wrapwidth=100)
    new.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "en",
        "MIME-Version": "1.0",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for key, message in found.items():
        before = old.get(key)
        entry = polib.POEntry(
            msgctxt=message.context, msgid=message.text, occurrences=[(message.file.partition("/")[2], "")]
        )
        if message.plural is None:
            entry.msgstr = before.msgstr if before else ""
        else:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = (before.msgstr_plural if before else None) or {0: "", 1: ""}
        if before:
            entry.tcomment = before.tcomment
        new.append(entry)
    if found or file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        text = str(new)
        if not file.exists() or file.read_text("utf-8") != text + "\n":
            file.write_text(text + "\n", "utf-8")
    return sum(not entry.translated() for entry in new)


def check(app: str) -> list[str]:
    """What is wrong with an app's catalogue, a line each; nothing where all is well."""
    found, complaints = collect(app)
    where = catalogue_of(app).relative_to(HUB).as_posix()
    there = _by_key(_entries(catalogue_of(app)))
    for key, message in found.items():
        entry = there.get(key)
        if entry is None:
            complaints.append(f"{message.file}: 「{message.text}」 is not in {where}")
        elif not entry.translated() or bool(entry.msgid_plural) != (message.plural is not None):
            complaints.append(f"{where}: 「{message.text}」 has no English")
        else:
            complaints.extend(f"{where}: {fault}" for fault in _misfits(entry))
    for key in there.keys() - found.keys():
        complaints.append(f"{where}: 「{key[1]}」 is used nowhere")
    return complaints


def conflicts(wanted: list[str]) -> list[str]:
    """Sentences that two apps put into different English: only one of them would be shown."""
    said: dict[Key, tuple[str, str]] = {}
    complaints = []
    for app in wanted:
        for entry in _entries(catalogue_of(app)):
            english = entry.msgstr or str(sorted(entry.msgstr_plural.items()))
            first, text = said.setdefault((entry.msgctxt, entry.msgid), (app, english))
            if entry.translated() and text != english:
                complaints.append(f"「{entry.msgid}」 is {text!r} in {first}, {english!r} in {app}")
    return complaints


def _misfits(entry: polib.POEntry) -> Iterator[str]:
    english = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    wanted = set(PLACE.findall(entry.msgid))
    for text in english:
        said = set(PLACE.findall(text))
        # "One lead" may do without its number.
        if said - wanted or (not entry.msgid_plural and wanted - said):
            yield f"「{entry.msgid}」 and its English have different places to fill in"
        if JAPANESE.search(text) and not set(JAPANESE.findall(text)) <= NAMES_ANYWHERE:
            yield f"the English of 「{entry.msgid}」 holds Japanese"


def _entries(file: Path) -> list[polib.POEntry]:
    if not file.exists():
        return []
    return [entry for entry in polib.pofile(str(file)) if not entry.obsolete]


def _by_key(entries: list[polib.POEntry]) -> dict[Key, polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in entries}


def main(arguments: list[str] | None = None) -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(description="Keeps the English catalogues in step with the pages.")
    parser.add_argument("action", choices=("update", "check"))
    parser.add_argument("apps", nargs="*", metavar="APP")
    options = parser.parse_args(arguments)
    if not settings.configured:
        settings.configure()
    wanted = options.apps or apps()
    if options.action == "update":
        for app in wanted:
            print(f"{app}: {update(app)} without English")
        return 0
    complaints = [complaint for app in wanted for complaint in check(app)] + conflicts(apps())
    print("\n".join(complaints) or "all sentences have their English")
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
