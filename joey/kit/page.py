"""A page of a longer list, continued by cursor: nothing is counted, and a row added meanwhile shifts nothing."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """`next` is the cursor of the following page; None on the last one."""

    items: tuple[T, ...]
    next: str | None
