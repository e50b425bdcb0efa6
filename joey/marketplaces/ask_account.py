"""Ask an account what its unverified facts need to be seen by: each question once, few calls, none that writes."""

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any, Literal, Protocol

from joey.marketplaces.manifest_shape import Wording
from joey.marketplaces.pace import in_bulk
from joey.marketplaces.port import MarketplaceRefused, MarketplaceUnavailable, UnreadableField
from joey.marketplaces.row_values import Row
from joey.marketplaces.unverified import AnswerSample, CheckedFact, UnverifiedFact

MOST_CALLS = 100
MOST_SILENT = 3  # methods in a row: then it is the gateway that is down

# What a refusal means: no call of the account gets further, it may not make this one, or this question is refused.
RefusedKind = Literal["all", "not_granted", "this"]


class NotGrantedHere(Exception):
    """The account may not make the call; `words` are the gateway's. It is needed where the connector makes it, too."""

    def __init__(self, words: str, *, is_needed: bool) -> None:
        self.words, self.is_needed = words, is_needed
        super().__init__(words)


class NothingToSee(Exception):
    """There is nothing at the account yet by which the fact could be seen."""

    def __init__(self, why: Wording) -> None:
        self.why = why
        super().__init__(why.en)


class MasksSamples(Protocol):
    """How an answer is kept so that it names no buyer, no order and no keeper."""

    def of(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The answer with a mask for all that could."""
        ...

    def of_call(self, parameters: Mapping[str, object]) -> dict[str, object]:
        """The same of what was asked."""
        ...


class AccountAnswers:
    """What one account answers. A question that was asked already is answered from what came then.

    Any answer may be a refusal: MarketplaceRefused, or NotGrantedHere for one by a missing permission. A method that is
    unavailable is asked no more, and after MOST_SILENT in a row nothing is: a call may take half a minute to fail.
    """

    def __init__(
        self,
        call: Callable[[str, Mapping[str, object]], Row],
        *,
        kind_of: Callable[[MarketplaceRefused], RefusedKind],
        never_called: Container[str],
        mask: MasksSamples,
        keep: Callable[[AnswerSample], None],
    ) -> None:
        self._call_gateway, self._kind_of, self._never_called = call, kind_of, never_called
        self._mask, self._keep = mask, keep
        self._answers: dict[str, Row | Exception] = {}
        self._unavailable: dict[str, MarketplaceUnavailable] = {}  # by method
        self._silent: list[MarketplaceUnavailable] = []  # since the last answer, a method each
        self._samples: dict[str, int] = {}

    def ask(self, name: str, method: str, parameters: Mapping[str, object]) -> Row:
        """The method's answer; a sample of it is kept under `name` and a number."""
        key = json.dumps([method, parameters], sort_keys=True)
        if key not in self._answers:
            self._answers[key] = self._call(name, method, parameters)
        answer = self._answers[key]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def checked(self, facts: Iterable[UnverifiedFact]) -> Iterator[CheckedFact]:
        """Each fact that a call can tell about, as this account shows it.

        Raises MarketplaceRefused where no call of the account is taken.
        """
        for fact in facts:
            if fact.see is not None:
                yield self._checked(fact, fact.see)

    def _checked(self, fact: UnverifiedFact, look: Callable[[Any], Any]) -> CheckedFact:
        try:
            seen = look(self)
            return CheckedFact(fact, "confirmed" if seen.holds else "different", seen.what)
        except NotGrantedHere as missing:
            return CheckedFact(fact, "not_granted", missing.words, missing.is_needed)
        except NothingToSee as nothing:
            return CheckedFact(fact, "unknown", nothing.why.text)
        except MarketplaceUnavailable as trouble:
            return CheckedFact(fact, "unavailable", trouble.text)
        except MarketplaceRefused as refused:
            if self._kind_of(refused) == "all":
                raise
            return CheckedFact(fact, "different", refused.text)
        except UnreadableField as field:
            return CheckedFact(fact, "different", str(field))

    def _call(self, name: str, method: str, parameters: Mapping[str, object]) -> Row | Exception:
        if method in self._unavailable:
            return self._unavailable[method]
        if len(self._silent) >= MOST_SILENT:
            return self._silent[-1]
        if len(self._answers) >= MOST_CALLS:
            return NothingToSee(Wording(en="too many calls for one check", zh="一次检查的调用次数已达上限"))
        try:
            with in_bulk():  # not around the whole check: it is read bit by bit, and its reader is not in bulk
                answer = self._call_gateway(method, parameters)
        except MarketplaceUnavailable as trouble:
            self._unavailable[method] = trouble
            self._silent.append(trouble)
            return trouble
        except MarketplaceRefused as refused:
            self._silent.clear()
            kind = self._kind_of(refused)
            if kind == "all":
                raise
            self._sample(name, method, parameters, {"refused": str(refused), **refused.facts})
            if kind == "this":
                return refused
            return NotGrantedHere(str(refused), is_needed=method not in self._never_called)
        self._silent.clear()
        self._sample(name, method, parameters, answer)
        return answer

    def _sample(self, name: str, method: str, parameters: Mapping[str, object], answer: Mapping[str, Any]) -> None:
        number = self._samples[name] = self._samples.get(name, 0) + 1
        asked = {"method": method, **self._mask.of_call(parameters)}
        self._keep(AnswerSample(f"{name}-{number}", asked, self._mask.of(answer)))
