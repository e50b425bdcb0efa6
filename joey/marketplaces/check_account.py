"""Ask a connected account, reading only, whether what is unverified about its marketplace holds."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings

from joey.marketplaces import registry
from joey.marketplaces.keepers_accounts import operators_connector
from joey.marketplaces.port import ChecksFacts
from joey.marketplaces.unverified import AnswerSample, CheckedFact, UnverifiedFact

SHORTEST_HIDDEN = 6  # characters of a credential: a shorter one would be found inside of other words
HIDDEN = "…"


def facts_of(code: str) -> tuple[UnverifiedFact, ...]:
    """What is unverified about the marketplace of that connector, whether or not it is connected."""
    module = f"{registry.packages()[code]}.unverified"
    return tuple(import_module(module).FACTS) if find_spec(module) else ()


def check_account(marketplace: str, samples: Path, *, changed_at: Sequence[datetime] = ()) -> Iterator[CheckedFact]:
    """Each fact that a call can tell about, in the folder's order, as its account answers; nothing where it has none.

    The answers are kept in `samples`, in a folder of this run, one file each: with a mask for whatever could name a
    buyer, an order or a keeper, and without any of the account's credentials. `changed_at` are times at which an order
    or a refund of this account is known to have changed, so that there is one to look at.

    Raises NotConnected, and MarketplaceRefused where the marketplace does not take the account's calls at all.
    """
    connector = operators_connector(marketplace)
    if not isinstance(connector, ChecksFacts):
        return
    folder = samples / connector.code / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}Z"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    credentials = _credentials(settings.JOEY_MARKETPLACES.get(connector.code))

    def keep(sample: AnswerSample) -> None:
        kept = without(credentials, {"asked": dict(sample.asked), "answer": sample.answer})
        text = json.dumps(kept, ensure_ascii=False, indent=1, default=str)
        path = folder / f"{sample.name}.json"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")

    yield from connector.check_facts(changed_at=changed_at, keep=keep)


def without(hidden: frozenset[str], value: Any) -> Any:
    """The value with none of these texts in it, in names, texts or numbers."""
    if isinstance(value, Mapping):
        return {without(hidden, str(name)): without(hidden, each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [without(hidden, each) for each in value]
    if value is None or isinstance(value, bool):
        return value
    text = str(value)
    for each in sorted(hidden, key=len, reverse=True):
        text = text.replace(each, HIDDEN)
    return value if text == str(value) else text


def _credentials(configuration: Any) -> frozenset[str]:
    """Everything that identifies or opens the account, lists among them."""
    given = configuration.get("credentials") if isinstance(configuration, Mapping) else None
    values = given.values() if isinstance(given, Mapping) else ()
    texts = (str(each) for value in values for each in (value if isinstance(value, list) else [value]))
    return frozenset(text for text in texts if len(text) >= SHORTEST_HIDDEN)
