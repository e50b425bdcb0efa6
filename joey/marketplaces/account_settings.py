"""Check the settings of an account: a name or a choice that means nothing is refused, as one that was mistyped.

What would hold in its place is another way of working: other positions, other reports, other people's money.
"""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from joey.marketplaces.manifest_shape import Quota
from joey.marketplaces.port import MarketplaceRefused

# The names that there are, each with what it can say: one of these values, or any of these types. (): its connector
# reads it, and refuses it, itself.
Known = Mapping[str, Sequence[object]]
NUMBER: Sequence[object] = (str, int)  # of an account, a site …: people write it with quotes or without
_SHAPES: Mapping[object, str] = {str: '"…"', int: "123", list: "[…]", dict: "{…}", True: "true", False: "false"}


def check_settings(marketplace: str, given: Mapping[str, object], known: Known) -> None:
    """Raises MarketplaceRefused naming the setting that does not exist, or that says what it cannot say.

    One that is None or "" is not set. No value is quoted: it could be a secret in the wrong place.
    """
    for name, value in given.items():
        if name not in known:
            raise MarketplaceRefused(
                _("The configuration of %(marketplace)s has no setting “%(name)s” there. It has: %(known)s.")
                % {"marketplace": marketplace, "name": str(name)[:40], "known": ", ".join(known)},
                field=str(name)[:40],
            )
        choices = known[name]
        if choices and value not in (None, "") and not any(_is(value, choice) for choice in choices):
            raise MarketplaceRefused(
                _("“%(name)s” in the configuration of %(marketplace)s can only be %(choices)s, or be left out.")
                % {"name": name, "marketplace": marketplace, "choices": " / ".join(map(_as_json, choices))},
                field=name,
            )


def required(marketplace: str, given: Mapping[str, object], name: str) -> str:
    """A setting that has to be there. Raises MarketplaceRefused naming it."""
    found = str(given.get(name) or "")
    if not found:
        raise MarketplaceRefused(
            _("The configuration of %(marketplace)s lacks “%(name)s”.") % {"marketplace": marketplace, "name": name},
            field=name,
        )
    return found


def own_rate(marketplace: str, configuration: Mapping[str, object], usual: Quota) -> Quota:
    """The quota of an account that may make more calls, or fewer, where its configuration says so."""
    rate = configuration.get("calls_per_second")
    if rate is None:
        return usual
    if type(rate) is not int or rate < 1:
        raise MarketplaceRefused(
            _("“calls_per_second” in the configuration of %(marketplace)s is not a whole number from 1 on.")
            % {"marketplace": marketplace},
            field="calls_per_second",
        )
    return usual.at(rate)


def _is(value: object, choice: object) -> bool:
    if isinstance(choice, type):
        return type(value) is choice
    return type(value) is type(choice) and value == choice


def _as_json(choice: object) -> str:
    return _SHAPES.get(choice) or f'"{choice}"'
