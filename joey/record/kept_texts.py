"""Reads texts that rows keep apart, where they can be erased: details, reasons, the bytes of files.

A row that never changes holds a reference and a digest (joey/record/erasable.py): `reason_id` and `reason_sha256`.
"""

from typing import Any, TypeVar

from django.db.models import Model, OuterRef, QuerySet, Subquery

from joey.kit.sentences import worded
from joey.record.erasable import TextRef
from joey.record.models import ErasableText

M = TypeVar("M", bound=Model)


def with_texts(rows: "QuerySet[M]", *names: str) -> "QuerySet[M]":
    """The rows with the texts of these names, for `kept_text`, in the same query."""
    texts = {f"{name}_content": content_of(f"{name}_id") for name in names}
    annotated: QuerySet[M] = rows.annotate(**texts)
    return annotated


def content_of(column: str) -> Subquery:
    """The bytes of the text that this column of the outer query refers to."""
    return Subquery(ErasableText.objects.filter(pk=OuterRef(column)).values("content")[:1])


def kept_text(row: Model, name: str) -> str:
    """The text of a row read by `with_texts`, sentences of ours in the active language; "" where there is none, or it
    was erased.
    """
    content = getattr(row, f"{name}_content")
    return "" if content is None else worded(bytes(content).decode())


def was_erased(row: Model, name: str) -> bool:
    """Whether a row read by `with_texts` had a text of this name that was erased."""
    return getattr(row, f"{name}_id") is not None and getattr(row, f"{name}_content") is None


def refer(name: str, kept: TextRef) -> dict[str, Any]:
    """The two columns of a text, to be stored."""
    return {f"{name}_id": kept.id, f"{name}_sha256": kept.digest}
