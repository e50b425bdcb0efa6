"""Every marketplace that has a package here, with the account that this instance has there, if any."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Capabilities, Manifest


@dataclass(frozen=True)
class ListedAccount:
    """One connector. The last four say nothing where it is not connected."""

    code: str
    names: str  # of the marketplaces that it serves
    can: str  # its capabilities, in words
    connected: bool
    account: str = ""  # "" where it has no name
    gateway: str = ""  # its host; "" for the connector's own
    is_simulated: bool = False

    @property
    def connection(self) -> str:
        """What answers there, in words."""
        if not self.connected:
            return "not connected"
        named = f", account {self.account}" if self.account else ""
        place = f" {self.gateway}" if self.gateway else ""
        return f"connected to {'a simulated' if self.is_simulated else 'its real'} gateway{place}{named}"


def list_accounts() -> Iterator[ListedAccount]:
    """In the order of their codes."""
    connected = {each.code: each for each in registry.connectors()}
    for manifest in registry.manifests():
        code = manifest.code
        names, can = names_of(manifest), capabilities_in_words(manifest.capabilities)
        if code not in connected:
            yield ListedAccount(code, names, can, False)
            continue
        connector = connected[code]
        gateway = urlsplit(str(settings.JOEY_MARKETPLACES[code].get("gateway") or "")).netloc
        # The manifest of a simulated gateway has one more host: that of the simulation.
        is_simulated = connector.manifest.hosts != manifest.hosts
        yield ListedAccount(code, names, can, True, connector.account, gateway, is_simulated)


def names_of(manifest: Manifest) -> str:
    """The marketplaces that a connector serves."""
    return ", ".join(str(name.text) for name in manifest.marketplaces.values())


def capabilities_in_words(can: Capabilities) -> str:
    """`search (api), look-up (api), …`; what it cannot do is left out."""
    ways = {"search": can.search, "look-up": can.look_up, "track": can.track, "report": can.report}
    words = [f"{name} ({way})" for name, way in ways.items() if way != "none"]
    return ", ".join([*words, *(["recognise"] if can.recognise else [])]) or "nothing"
