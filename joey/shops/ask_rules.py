"""Ask the rules about what a shop says, with everything they may know: brand, registered names, country."""

from django.conf import settings

from joey.catalog.models import Offer
from joey.kit.refusals import Invalid
from joey.kit.sentences import to_keep
from joey.kit.text import sentences
from joey.marketplaces import registry
from joey.rules.audit_listing import ListingFacts, Verdict, audit_listing, audit_text
from joey.shops.models import Listing, Shop


class WordsRefused(Invalid):
    """The rules do not allow these words; rule id, pack version and `matched` words are in the facts."""

    code = "words_refused"


def judge(listing: Listing, shop: Shop, offer: Offer) -> Verdict:
    """Write the rules' verdict on the listing (not saved): state, rule, reason, pack version."""
    verdict = audit_listing(facts_of(shop, offer, listing.note))
    listing.pack_version = verdict.pack_version
    if verdict.publish:
        listing.state, listing.rule_id, listing.reason = Listing.State.PUBLISHED, "", ""
    else:
        listing.state, listing.rule_id = Listing.State.REFUSED, verdict.findings[0].rule_id
        listing.reason = to_keep((verdict.findings[0].message,))
    return verdict


def facts_of(shop: Shop, offer: Offer, note: str) -> ListingFacts:
    """Everything that the rules ask about an offer in a shop."""
    titles = (offer.title, *(title for title in offer.translations.values() if title != offer.title))
    return ListingFacts(
        titles=titles,
        note=note,
        shop_name=shop.name,
        category=offer.category,
        brand=offer.brand,
        registered_names=settings.JOEY_REGISTERED_NAMES,
        country=settings.JOEY_COUNTRY,
        protected_names=protected_names(),
    )


def refuse_words(field: str, text: str) -> None:
    """Raise WordsRefused naming `field` when the rules do not allow `text` in public."""
    verdict = audit_text(
        field,
        text,
        registered_names=settings.JOEY_REGISTERED_NAMES,
        country=settings.JOEY_COUNTRY,
        protected_names=protected_names(),
    )
    raise_findings(verdict, field)


def raise_findings(verdict: Verdict, field: str) -> None:
    """Raise WordsRefused for what the verdict found in that field, naming its first rule and all its words."""
    found = [finding for finding in verdict.findings if finding.field == field]
    if found:
        reasons = {finding.rule_id: finding.message for finding in reversed(found)}  # one for each rule
        raise WordsRefused(
            sentences(*reversed(reasons.values())),
            field=field,
            rule_id=found[0].rule_id,
            pack_version=verdict.pack_version,
            matched=list(dict.fromkeys(finding.matched for finding in found)),
        )


def protected_names() -> frozenset[str]:
    """Names that no shop may pass for: those of marketplaces, from their manifests, and of this instance."""
    served = [wording for each in registry.manifests() for wording in each.marketplaces.values()]
    return frozenset({name for wording in served for name in (wording.en, wording.zh)}) | settings.JOEY_NAMES
