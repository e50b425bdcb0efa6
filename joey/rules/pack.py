"""The rules of this pack, the law behind each and since when it applies, so that a page can list them.

The version changes with every word, exemption or meaning; a listing keeps the version that judged it.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from joey.rules import absolute_words, abuse, contact_lures, income_claims, medical_claims, official_names, tobacco
from joey.rules.words import Exemption

PACK_VERSION = "2026-12-01.1"


@dataclass(frozen=True)
class Rule:
    """One rule, as published. `since` is the day on which this pack began to apply it."""

    id: str
    name: str | Promise
    basis: str
    since: date
    exemptions: tuple[Exemption, ...]


def rules() -> tuple[Rule, ...]:
    """Every rule of the pack, in the order in which they are checked."""
    return (
        Rule(
            tobacco.RULE_ID,
            _("No tobacco, cigars, heated tobacco or e-cigarettes"),
            gettext_noop(
                "Advertising Law art. 15, 22; Measures for Internet Advertising; notice of November 2019 closing"
                " the online sale of e-cigarettes; since May 2022 only the state platform sells them"
            ),
            date(2026, 11, 23),
            tobacco.ELECTRONIC_EXEMPTIONS + tobacco.EXEMPTIONS,
        ),
        Rule(
            absolute_words.RULE_ID,
            _("No wording that claims a rank above all others"),
            gettext_noop("Advertising Law art. 9(3), 57; Guide to enforcement on absolute terms in advertising, 2023"),
            date(2026, 11, 23),
            absolute_words.EXEMPTIONS,
        ),
        Rule(
            medical_claims.RULE_ID,
            _("No claim to treat or heal, except of medicines and medical devices"),
            gettext_noop("Advertising Law art. 16 to 18; health food says that it does not replace medicine"),
            date(2026, 11, 30),
            medical_claims.EXEMPTIONS,
        ),
        Rule(
            income_claims.RULE_ID,
            _("No promise of an income"),
            gettext_noop(
                "Advertising Law art. 25; in the United States an earnings claim has to be typical and proved (US-P3)"
            ),
            date(2026, 11, 30),
            income_claims.EXEMPTIONS,
        ),
        Rule(
            contact_lures.RULE_ID,
            _("No address, contact or money back that leads buyers off the page"),
            gettext_noop("A rule of this site: buyers are protected where they pay, which is the marketplace"),
            date(2026, 11, 30),
            contact_lures.EXEMPTIONS,
        ),
        Rule(
            official_names.RULE_ID,
            _("No name that passes for a marketplace, an authority or this site"),
            gettext_noop("Advertising Law art. 9(2); Anti-Unfair Competition Law art. 6; Order 117, art. 34"),
            date(2026, 11, 30),
            official_names.EXEMPTIONS,
        ),
        Rule(
            abuse.RULE_ID,
            _("No insults and nothing obscene, in what a shop says"),
            gettext_noop("Advertising Law art. 9(7) to 9(9)"),
            date(2026, 11, 30),
            abuse.EXEMPTIONS,
        ),
    )
