"""The flat plan: what one sale pays to the shop that made it and to the platform. No one else is paid.

The plan has four fields and takes no fifth. A key that an operator might want to add is refused by the rule that
forbids it: pay for recruiting (CN-P1), fees and ranks (CN-P2), pay from another person's sales (CN-P3).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid
from joey.money.split import PPM, split
from joey.rules.fold import fold

MAX_WAITING_DAYS = 90


class PlanRefused(Invalid):
    """A plan that the rules or the arithmetic forbid; `rule_id` in the facts names the rule, if there is one."""

    code = "plan_refused"


class PlanSplit(NamedTuple):
    """Minor units of one currency; the three sum to the base."""

    shop: int
    platform: int
    rounding: int


@dataclass(frozen=True)
class FlatPlan:
    """Shares are parts per million of the commission and add up to the whole; waiting starts at settlement."""

    version: str
    shopkeeper_ppm: int
    platform_ppm: int
    waiting_days: int

    def __post_init__(self) -> None:
        if not isinstance(self.version, str) or not self.version.strip():
            raise _refused(_("The plan needs a version, so that a commission can name it."), "version")
        for name in ("shopkeeper_ppm", "platform_ppm"):
            if not _is_whole(getattr(self, name)) or not 0 <= getattr(self, name) <= PPM:
                raise _refused(_("A share is a whole number of parts per million, from 0 to 1,000,000."), name)
        if self.shopkeeper_ppm + self.platform_ppm != PPM:
            raise _refused(
                _("The two shares must make 1,000,000 parts together, so that nothing is lost."),
                "platform_ppm",
            )
        if not _is_whole(self.waiting_days) or not 0 <= self.waiting_days <= MAX_WAITING_DAYS:
            raise _refused(_("The waiting time is a whole number of days, from 0 to 90."), "waiting_days")

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> "FlatPlan":
        """Build a plan from settings or a form. Unknown and missing keys are refused."""
        known = [field.name for field in fields(cls)]
        for key in given:
            if key not in known:
                raise _foreign_key(str(key))
        for name in known:
            if name not in given:
                raise _refused(_("This part of the plan is missing."), name)
        return cls(**given)

    def split(self, base_minor: int) -> PlanSplit:
        """Floor to people, the remainder to rounding. A negative base is a bug: reversals are differences."""
        if not _is_whole(base_minor):
            raise TypeError("money is whole minor units")
        (shop, platform), rounding = split(base_minor, (self.shopkeeper_ppm, self.platform_ppm))
        return PlanSplit(shop, platform, rounding)


def rule_against(key: str) -> str | None:
    """The rule that forbids a plan key, judged by the words in it; None when no rule does.

    Pay from others' sales is checked first: `invitee_sales_share` is CN-P3, `per_invite_bonus` CN-P1.
    """
    words = " ".join(_CAMEL.sub(r"\1_\2", key).replace("_", " ").split())
    letters = fold(words).letters.replace("-", " ").replace(",", " ")
    for rule_id, pattern in _FORBIDDEN:
        if pattern.search(letters):
            return rule_id
    return None


_CAMEL = re.compile(r"([a-z0-9])([A-Z])")
_PEOPLE = r"(?:invit\w*|recruit\w*|referr\w*|introduc\w*|邀请\w*|拉新|推荐\w*)"
_FROM_SALES = (
    r"(?:sales?|shares?|cut|orders?|percent\w*|ppm|rate|revenue|turnover|commission|earnings?"
    r"|销售\w*|分成|分润|提成|佣金)"
)
_FORBIDDEN = (
    (
        "CN-P3",
        re.compile(
            r"\b(?:up ?lines?|down ?lines?|teams?|override|overrides|levels?|tiers?|generations?|depth|"
            r"parents?|children|"
            r"sponsors?|ancestors?|pyramid|matrix|binary)\b|上级|下级|上线|下线|团队|层级|代理|级差|"
            rf"{_PEOPLE}.*{_FROM_SALES}|{_FROM_SALES}.*{_PEOPLE}"
        ),
    ),
    (
        "CN-P1",
        re.compile(
            rf"\b{_PEOPLE}|\b(?:refer|sign ?ups?|head ?count|heads?|joiner|join bonus|members?)\b"
            r"|邀请|拉新|人头|拉人"
        ),
    ),
    (
        "CN-P2",
        re.compile(
            r"\b(?:ranks?|grades?|deposits?|fees?|prices?|pay to|buy in|purchases?|stocks?|inventory|"
            r"security|securities|"
            r"packages?|entry|join|joining|membership|subscription|upgrade|bond|cost)\b|押金|保证金|"
            r"入门|会费|升级|等级|囤货|进货|门槛|年费"
        ),
    ),
)


def _foreign_key(key: str) -> PlanRefused:
    rule_id = rule_against(key)
    text = _FORBIDS.get(rule_id or "", _UNKNOWN)
    return PlanRefused(format_lazy(text, key=key, rule=rule_id or ""), field=key, rule_id=rule_id)


_FORBIDS: dict[str, str | Promise] = {
    "CN-P1": _("“{key}” would pay for recruiting people ({rule}). A plan pays for sales only; leave it out."),
    "CN-P2": _("“{key}” would make people pay or buy in order to earn ({rule}). Joining is free; leave it out."),
    "CN-P3": _("“{key}” would pay one person from another's sales ({rule}). One sale pays one shop; leave it out."),
}
_UNKNOWN = _("A plan has no “{key}”: only version, shopkeeper_ppm, platform_ppm and waiting_days. Leave it out.")


def _refused(text: str | Promise, field: str) -> PlanRefused:
    return PlanRefused(text, field=field)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
