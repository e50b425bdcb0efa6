"""Decide whether a listing, a caption or a shop name may be published, and say why not in plain words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.rules import absolute_words, tobacco
from joey.rules.pack import PACK_VERSION


@dataclass(frozen=True)
class ListingFacts:
    """What is known of a listing: titles in every language, and names that are no claims.

    `registered_names` are marks and company names that an operator has checked; `brand` is what the marketplace
    reports, and counts as a name as well. `country` is the one whose advertising law applies.
    """

    titles: tuple[str, ...]
    note: str = ""
    shop_name: str = ""
    category: str = ""
    brand: str = ""
    registered_names: frozenset[str] = frozenset()
    country: str = "CN"


@dataclass(frozen=True)
class Finding:
    """One breach: `matched` is at [start, end) of the field's text; `index` is the number of the title."""

    rule_id: str
    field: str
    matched: str
    start: int
    end: int
    message: Sentence
    index: int = 0


@dataclass(frozen=True)
class Verdict:
    """`publish` is false if there is any finding; `pack_version` names the rules that were applied."""

    publish: bool
    findings: tuple[Finding, ...]
    pack_version: str = PACK_VERSION


def audit_listing(facts: ListingFacts) -> Verdict:
    """Check every field of a listing. Pure: same facts and pack, same verdict. Accepts any string."""
    names = facts.registered_names | {facts.brand}
    findings: list[Finding] = []
    for index, title in enumerate(facts.titles):
        findings += _findings("title", title, names, facts.country, index)
    findings += _findings("note", facts.note, names, facts.country)
    findings += _findings("shop_name", facts.shop_name, names, facts.country)
    # A category or brand is a label, not a claim: only what it names can be forbidden.
    findings += _tobacco("category", facts.category)
    findings += _tobacco("brand", facts.brand)
    return _verdict(findings)


def audit_text(
    field: str,
    text: str,
    *,
    registered_names: Iterable[str] = (),
    country: str = "CN",
) -> Verdict:
    """Check one text, such as a caption or a shop name. `field` is copied into the findings."""
    return _verdict(_findings(field, text, registered_names, country))


def _findings(field: str, text: str, names: Iterable[str], country: str, index: int = 0) -> Iterator[Finding]:
    yield from _tobacco(field, text, index)
    if country == "CN":
        for start, end in absolute_words.find(text, names):
            yield Finding(
                absolute_words.RULE_ID, field, text[start:end], start, end,
                Sentence(_ABSOLUTE, {"matched": text[start:end], "rule": absolute_words.RULE_ID}), index,
            )  # fmt: skip


def _tobacco(field: str, text: str, index: int = 0) -> Iterator[Finding]:
    """Tobacco is refused in every country: Joey cannot know a buyer's age or a seller's licence."""
    for start, end in tobacco.find(text):
        yield Finding(
            tobacco.RULE_ID, field, text[start:end], start, end,
            Sentence(_TOBACCO, {"matched": text[start:end], "rule": tobacco.RULE_ID}), index,
        )  # fmt: skip


def _verdict(findings: Iterable[Finding]) -> Verdict:
    found = tuple(findings)
    return Verdict(publish=not found, findings=found)


_TOBACCO = _(
    "“%(matched)s” names tobacco or an e-cigarette. These may not be sold or advertised online (%(rule)s)."
    " Choose another item; if this one holds no tobacco, say so in an appeal."
)
_ABSOLUTE = _(
    "“%(matched)s” claims a rank above all others, which advertising law forbids (%(rule)s)."
    " Say what the item does instead, or name year and source of a rank that can be checked."
)
