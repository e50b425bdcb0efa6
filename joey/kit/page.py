"""A page of a longer list, read on by cursor: nothing is ever counted, and a row added meanwhile shifts nothing."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """`next` is the cursor of the following page; None on the last one."""

    items: tuple[T, ...]
    next: str | None
