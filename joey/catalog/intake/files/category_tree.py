"""Read the file in which a marketplace publishes its categories: Google's "id - path", or a CSV of id, name, parent."""

import csv
import gzip
import io
import re
from collections.abc import Mapping
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid

LARGEST = 32 << 20
PARENTS = ("parent_id", "pid", "parent")
DEEPEST = 20

_GOOGLE = re.compile(r"(\d+) - (.+)")


def read_tree(path: Path) -> Mapping[str, str]:
    """Category number → its path, parts joined by " > ". gzip too. Raises Invalid (field tree)."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            stream = gzip.GzipFile(fileobj=file) if packed else file
            body = stream.read(LARGEST + 1)
    except (OSError, EOFError) as trouble:
        raise Invalid(
            _("The category file %(path)s cannot be read: %(why)s.") % {"path": path, "why": trouble}, field="tree"
        ) from None
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(_("The category file %s is not UTF-8.") % path, field="tree") from None
    if len(body) > LARGEST:
        raise Invalid(_("The category file %s is too large.") % path, field="tree")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    tree = _of_google(lines) or _of_parents(text)
    if not tree:
        raise Invalid(
            _("The category file %s has neither lines like “166 - Apparel” nor columns id, name and parent_id.") % path,
            field="tree",
        )
    return tree


def _of_google(lines: list[str]) -> dict[str, str]:
    found = [_GOOGLE.fullmatch(line.strip()) for line in lines]
    return {each[1]: each[2] for each in found if each} if lines and all(found) else {}


def _of_parents(text: str) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(text))
    above = next((name for name in PARENTS if name in (rows.fieldnames or ())), None)
    if above is None or not {"id", "name"} <= set(rows.fieldnames or ()):
        return {}
    nodes = {row["id"]: (row["name"] or "", row[above] or "") for row in rows}

    def path(number: str) -> str:
        names: list[str] = []
        while number in nodes and len(names) < DEEPEST:  # a circle ends too
            name, number = nodes[number]
            names.append(name)
        return " > ".join(reversed(names))

    return {number: path(number) for number in nodes}
