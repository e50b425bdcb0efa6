"""What holds for the sandbox as a whole: nothing is lost, only this machine controls it, it is independent."""

import ast
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

import joey.sandbox
from joey.demo import catalogue
from tests.sandbox.conftest import Sandbox

FOLDER = Path(next(iter(joey.sandbox.__path__)))
ALLOWED = ("joey.sandbox", "joey.kit", "joey.money", "joey.demo")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_stopping_loses_nothing(own_sandbox: Callable[..., Sandbox], how: signal.Signals) -> None:
    sandbox = own_sandbox()
    epoch = sandbox.post("/control/taobao/rotate-ids").json()["epoch"]
    first = sandbox.search(q="a")[0]
    link = sandbox.convert(first["item_id"])["link_info_dto"]
    order = sandbox.buy(link["cps_short_tpwd"], quantity=2)
    truth = sandbox.move(order, "settle")
    sandbox.post("/control/messages", {"to": "mei", "text": "123456", "kind": "code"})

    sandbox.stop(how)
    sandbox.start()

    assert sandbox.get(f"/control/orders/{order}").json() == truth
    assert sandbox.get("/control/messages").json()["items"][0]["text"] == "123456"
    assert sandbox.post("/control/taobao/rotate-ids").json()["epoch"] == epoch + 1
    assert sandbox.buy(link["cps_short_url"])


def own_address() -> str:
    """An address of this machine that is not the loopback, or an empty text."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        found: str = asked.getsockname()[0]
    return "" if found.startswith("127.") else found


@pytest.mark.parametrize(("opened", "status"), [("0", 403), ("1", 200)])
def test_other_machines_control_nothing_unless_it_is_opened(
    own_sandbox: Callable[..., Sandbox], opened: str, status: int
) -> None:
    address = own_address()
    if not address:
        pytest.skip("this machine has only the loopback")
    sandbox = own_sandbox(JOEY_SANDBOX_OPEN=opened, GRANIAN_HOST="0.0.0.0")  # noqa: S104 the test is about that

    with httpx.Client() as client:
        assert client.post(f"http://{address}:{sandbox.port}/control/taobao/rotate-ids").status_code == status
        assert client.get(f"http://{address}:{sandbox.port}/").status_code == 200
        assert client.get(f"http://{address}:{sandbox.port}/control/messages").status_code == status


def test_the_sandbox_imports_nothing_of_what_it_has_to_test() -> None:
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, path
                names = [node.module or ""]
            for name in names:
                assert not name.startswith("joey") or name.startswith(ALLOWED), f"{path}: {name}"


def test_no_float_touches_an_amount() -> None:
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Name) and node.id == "float":
                assert path.name in ("state.py", "words.py", "call_limit.py"), (
                    path
                )  # seconds and a browser's preferences
            if isinstance(node, ast.BinOp):
                joins_paths = ("state.py", "pictures.py", "render.py", "app.py", "dialect.py")
                assert not isinstance(node.op, ast.Div) or path.name in joins_paths, path


def test_every_demo_offer_can_be_reached(sandbox: Sandbox) -> None:
    reachable = sum(
        sandbox.get(f"/item/{each.marketplace}/{each.external_id}").status_code == 200 for each in catalogue.offers()
    )

    assert reachable == len(catalogue.offers()) > 0
