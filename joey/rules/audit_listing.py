"""Decide whether a listing, a caption or a shop name may be published, and say why not in plain words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.rules import absolute_words, abuse, contact_lures, income_claims, medical_claims, official_names, tobacco
from joey.rules.fold import fold
from joey.rules.pack import PACK_VERSION

# Fields that name someone or something: what reads like an office is refused there by itself.
NAMES = frozenset({"name", "shop_name", "keeper"})


@dataclass(frozen=True)
class ListingFacts:
    """What is known of a listing: titles in every language, and names that are no claims.

    `registered_names` are marks and company names that an operator has checked; `brand` is what the marketplace
    reports, and counts as a name as well. `country` is the one whose advertising law applies. `protected_names` are
    those of marketplaces and of this site, which no shop may pass for.
    """

    titles: tuple[str, ...]
    note: str = ""
    shop_name: str = ""
    category: str = ""
    brand: str = ""
    registered_names: frozenset[str] = frozenset()
    country: str = "CN"
    protected_names: frozenset[str] = frozenset()


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
    goods = (facts.category, *facts.titles)
    asked = _Asked(
        names, facts.country, facts.protected_names,
        is_medical=medical_claims.is_medical(*goods), is_health_food=medical_claims.is_health_food(*goods),
    )  # fmt: skip
    findings: list[Finding] = []
    for index, title in enumerate(facts.titles):
        findings += _findings("title", title, asked, index)
    findings += _findings("note", facts.note, asked)
    findings += _findings("shop_name", facts.shop_name, asked)
    # A category or brand is a label, not a claim: only what it names can be forbidden.
    findings += _found(tobacco.RULE_ID, "category", facts.category, tobacco.find(facts.category))
    findings += _found(tobacco.RULE_ID, "brand", facts.brand, tobacco.find(facts.brand))
    return _verdict(findings)


def audit_text(
    field: str,
    text: str,
    *,
    registered_names: Iterable[str] = (),
    country: str = "CN",
    protected_names: frozenset[str] = frozenset(),
) -> Verdict:
    """Check one text, such as a caption or a shop name. `field` is copied into the findings."""
    return _verdict(_findings(field, text, _Asked(frozenset(registered_names), country, protected_names)))


@dataclass(frozen=True)
class _Asked:
    """What the rules may know beside the text."""

    names: frozenset[str]
    country: str
    protected: frozenset[str]
    is_medical: bool = False
    is_health_food: bool = False


def _findings(field: str, text: str, asked: _Asked, index: int = 0) -> Iterator[Finding]:
    """Tobacco first, which is refused in every country: Joey cannot know a buyer's age or a seller's licence.

    A title is the marketplace's: it may name the marketplace and its official store, and quote a book's rude title.
    """
    yield from _found(tobacco.RULE_ID, field, text, tobacco.find(text), index)
    if asked.country == "CN":
        yield from _found(absolute_words.RULE_ID, field, text, absolute_words.find(text, asked.names), index)
        if not asked.is_medical:
            claims = medical_claims.find(text, is_health_food=asked.is_health_food)
            yield from _found(medical_claims.RULE_ID, field, text, claims, index)
    yield from _found(income_claims.RULE_ID, field, text, income_claims.find(text), index)
    yield from _found(contact_lures.RULE_ID, field, text, contact_lures.find(text), index)
    if field == "title":
        return
    if not _is_registered(text, asked.names):
        official = official_names.find(text, asked.protected, is_name=field in NAMES)
        yield from _found(official_names.RULE_ID, field, text, official, index)
    yield from _found(abuse.RULE_ID, field, text, abuse.find(text), index)


def _is_registered(text: str, names: frozenset[str]) -> bool:
    """Whether an operator has checked that this text is the shop's own name."""
    return _letters(text) in {_letters(name) for name in names} - {""}


def _letters(text: str) -> str:
    return fold(text).letters.translate(dict.fromkeys(map(ord, "-, ")))


def _found(rule_id: str, field: str, text: str, spans: Iterable[tuple[int, int]], index: int = 0) -> Iterator[Finding]:
    for start, end in spans:
        said = Sentence(_WHY[rule_id], {"matched": text[start:end], "rule": rule_id})
        yield Finding(rule_id, field, text[start:end], start, end, said, index)


def _verdict(findings: Iterable[Finding]) -> Verdict:
    found = tuple(findings)
    return Verdict(publish=not found, findings=found)


_WHY = {
    tobacco.RULE_ID: _(
        "“%(matched)s” names tobacco or an e-cigarette. These may not be sold or advertised online (%(rule)s)."
        " Choose another item; if this one holds no tobacco, say so in an appeal."
    ),
    absolute_words.RULE_ID: _(
        "“%(matched)s” claims a rank above all others, which advertising law forbids (%(rule)s)."
        " Say what the item does instead, or name year and source of a rank that can be checked."
    ),
    medical_claims.RULE_ID: _(
        "“%(matched)s” claims a medical effect, which only medicines and medical devices may claim (%(rule)s)."
        " Say how it feels or what it is for."
    ),
    income_claims.RULE_ID: _(
        "“%(matched)s” promises an income, and no one can promise that (%(rule)s)."
        " Leave it out; what shops really earn is on a public page."
    ),
    contact_lures.RULE_ID: _(
        "“%(matched)s” leads buyers off the page, where no marketplace protects them (%(rule)s)."
        " Leave out addresses, contacts and money back."
    ),
    official_names.RULE_ID: _(
        "“%(matched)s” could pass for a marketplace, an authority or this site (%(rule)s). Choose a name of your own."
    ),
    abuse.RULE_ID: _("“%(matched)s” insults people or is obscene (%(rule)s). Say it another way."),
}
