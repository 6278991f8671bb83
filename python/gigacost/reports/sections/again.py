"""How to get the same file again, and each answer in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gigacost.reports.commands import SPECIFICATION, questions
from gigacost.reports.parts import Block, Code, Day, File, Label, Paragraph, Section, Table, Text, Typed, heads
from gigacost.reports.sections.context import Context


def section(context: Context) -> Section:
    """The command, the versions and hashes, the questions."""
    meta = context.estimate.meta
    spec = context.answers.request.spec
    rows: list[tuple[Text, ...]] = [
        (("version of gigacost",), (Code(str(meta["gigacost_version"])),)),
        (("specification, as it was asked",), (Code(spec.sha256),)),
        (("the design",), (Code(str(meta["spec_sha256"])),)),
        (("model",), (Code(str(meta["model_sha256"])),)),
        (("catalogue",), (Code(str(meta["catalog_sha256"])),)),
        (("prices of",), (Day(context.as_of),)),
    ]
    blocks: list[Block] = [
        Paragraph(("The same command with the same version and catalogue writes the same file, byte for byte.",)),
        Typed(context.command),
        Table("hashes", ("What this file was made of",), heads("what", "version or SHA-256"), tuple(rows)),
        Paragraph(("The figures are those of these commands with --json; the files that they read are below.",)),
    ]
    asked = questions(context.answers, context.book)
    lines = [((Label(one.name),), (Code(one.command),)) for one in asked]
    blocks.append(Table("questions", ("The questions, each asked once",), heads("question", "command"), tuple(lines)))
    blocks.append(_file(SPECIFICATION, "what was asked", spec.to_dict()))
    blocks += [_file(f"{one.name}.json", f"the specification of {one.name}", one.spec) for one in asked if one.spec]
    return Section("again", "The same again", tuple(blocks))


def _file(name: str, said: str, spec: Mapping[str, Any]) -> File:
    return File(name, said, "application/json", json.dumps(spec, indent=1, ensure_ascii=False) + "\n")
