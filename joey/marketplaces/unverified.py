"""What a connector takes for granted although no document or recorded answer proves it, as data.

A folder lists its facts in `unverified.py` (`FACTS`). A connector that can ask its account about them offers
`check_facts` (`ChecksFacts` in port.py), and `check_account.py` calls it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from joey.marketplaces.manifest_shape import Text, Wording

# "not_granted": the account may not make the call; whether it needs to is said beside it. "unknown": there is nothing
# to see it by yet, such as an order.
# "unavailable": the marketplace did not answer, so it is to be asked again.
FactState = Literal["confirmed", "different", "not_granted", "unknown", "unavailable"]


@dataclass(frozen=True)
class Seen:
    """What an account showed: whether the fact holds there, and by what that was seen."""

    holds: bool
    what: Text

    @classmethod
    def said(cls, holds: bool, *, en: str, zh: str) -> "Seen":
        """The same, in words of both languages."""
        return cls(holds, Wording(en=en, zh=zh).text)


@dataclass(frozen=True)
class UnverifiedFact:
    """One thing that is taken for granted. Either `see` looks at an account, or `why_not_asked` says why none can."""

    name: str  # stays the same; unique in its folder
    says: Wording  # what is taken for granted
    relied_on_in: str  # the file of its folder that does
    see: Callable[[Any], Seen] | None = None  # given whatever its folder asks through; reads only
    why_not_asked: Wording | None = None


@dataclass(frozen=True)
class CheckedFact:
    """What an account said about one fact."""

    fact: UnverifiedFact
    state: FactState
    seen: Text  # what was seen, or why it could not be
    is_needed: bool = True  # False: the connector never makes the call, as the account is configured

    @property
    def is_to_look_at(self) -> bool:
        """Whether an operator has something to do about it."""
        return self.state in ("different", "unavailable") or (self.state == "not_granted" and self.is_needed)


@dataclass(frozen=True)
class AnswerSample:
    """One answer of an account, to be kept as a file: whatever could name a buyer, an order or a keeper is masked."""

    name: str  # of the file, without its ending
    asked: Mapping[str, Any]  # the call, without what identifies or signs it
    answer: Any
