"""The code of a keeper's own account, `own:MARKETPLACE:…`: what its positions, reports, cursors and order lines carry.

It says at which marketplace the account is, so that an order can be explained without a look-up, also after its account
was removed. The rest is drawn at random, so that no one can name an account of someone else.
"""

from dataclasses import replace

from joey.kit.ids import new_code
from joey.marketplaces.manifest_shape import Manifest, SubIds

PREFIX = "own:"


def new_own_code(marketplace: str) -> str:
    """A code for one more account at the marketplace whose connector has this code."""
    return f"{PREFIX}{marketplace}:{new_code()}"


def is_own(code: str) -> bool:
    """Whether a code is that of a keeper's own account, connected or not."""
    return code.startswith(PREFIX)


def marketplace_of(code: str) -> str:
    """The code of the marketplace's connector: of a keeper's own account the one that it names, else the code."""
    return code[len(PREFIX) :].rpartition(":")[0] if is_own(code) else code


def marketplace_in_sql(code: str) -> str:
    """SQL for `marketplace_of`."""
    return f"regexp_replace({code}, '^{PREFIX}(.*):[^:]*$', '\\1')"


def as_own(manifest: Manifest, code: str) -> Manifest:
    """The marketplace's manifest as it is for a keeper's own account: it pays the keeper itself, and the account's
    position alone names the shop.
    """
    return replace(
        manifest,
        code=code,
        paid_by="marketplace",
        evidence=tuple(each for each in manifest.evidence if each == "position"),
        capabilities=replace(manifest.capabilities, sub_ids=SubIds()),
    )
