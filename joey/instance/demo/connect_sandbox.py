"""Connect the demo to the sandbox's marketplaces and rails, with the accounts that the sandbox gives out."""

from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from joey.instance.errors import CommandFailed
from joey.kit.accounts_file import keep_accounts
from joey.kit.json import read_json
from joey.marketplaces.find_packages import find_packages
from joey.payouts.rails.codes import rail_codes


def sandbox_accounts(data: Path) -> Path:
    """The file that `JOEY_MARKETPLACES` names while the sandbox is on; an operator's own file has another name."""
    return data / "sandbox-marketplaces.json"


def sandbox_rails(data: Path) -> Path:
    """The file that `JOEY_RAILS` names while the sandbox is on."""
    return data / "sandbox-rails.json"


def name_no_accounts_yet(data: Path) -> None:
    """Keep both files, without accounts until the sandbox gives them out: settings may name no file that is missing."""
    for path in (sandbox_accounts(data), sandbox_rails(data)):
        if not path.exists():
            keep_accounts(path, {})


def accounts_of_last_time(data: Path, port: int | None) -> bytes | None:
    """The accounts that the sandbox gave out last; None if it gave out none yet or ran on another port."""
    try:
        accounts = sandbox_accounts(data).read_bytes() + sandbox_rails(data).read_bytes()
    except OSError:
        return None
    return accounts if port is not None and f":{port}/".encode() in accounts else None


def connect_sandbox(data: Path, port: int) -> None:
    """Ask the sandbox for its accounts and keep them where only the owner can read."""
    address = f"http://127.0.0.1:{port}/control/marketplaces"
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=10) as answer:
            accounts = read_json(answer.read())
    except (URLError, OSError, ValueError) as error:
        raise CommandFailed(f"The sandbox did not give out its accounts ({error}).") from None
    # The sandbox stays the same rail account when it starts on another port.
    identity = {"host": "sandbox", "mode": "sandbox"}
    rails = {code: accounts.pop(code) | identity for code in rail_codes() if code in accounts}
    # A simulator may be there before its connector, and an account that no package uses would be a fault.
    served = {marketplace for manifest in find_packages().manifests.values() for marketplace in manifest.marketplaces}
    keep_accounts(sandbox_accounts(data), {code: accounts[code] for code in accounts if code in served})
    keep_accounts(sandbox_rails(data), rails)
