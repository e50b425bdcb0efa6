"""Write what became of every row of a file, also when nothing was imported."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from joey.catalog.intake.files.refused_rows import RefusedRow, RowNote
from joey.kit.refusals import Refusal


def report_of(
    accepted: int, changed: int, refused: Sequence[RefusedRow], notes: Sequence[RowNote] = (), noted: int = 0
) -> dict[str, Any]:
    """The result in rows; `changed` of those accepted changed something. With notes, of which `noted` is how many there
    are in all, if there are any.
    """
    found: dict[str, Any] = {
        "accepted": accepted,
        "changed": changed,
        "unchanged": accepted - changed,
        "refused": len(refused),
        "rows": list(map(asdict, refused)),
    }
    return found | ({"noted": noted, "notes": list(map(asdict, notes))} if notes else {})


def report_of_refusal(refusal: Refusal) -> dict[str, Any]:
    """Nothing was imported; the only row gives the reason, with the number of the row if it is known, else 0."""
    row = {"row": refusal.facts.get("row") or 0, "field": refusal.field or "file", "reason": str(refusal)}
    return report_of(0, 0, ()) | {"rows": [row]}


def write_report(path: Path | None, report: Mapping[str, Any]) -> None:
    """As JSON, if a file was named."""
    if path:
        path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
