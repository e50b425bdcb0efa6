"""A marketplace's code that there is not, mistyped mostly: every command says so, and which codes there are."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from joey.cli.cli import main
from joey.marketplaces.imported import AllowedFeed, keep_feed
from tests.cast import ada

pytestmark = pytest.mark.usefixtures("committed_db", "in_a_folder_of_its_own")

COMMANDS = [
    ("fetch", "锅", "--marketplace"),
    ("import-orders", "export.csv", "--marketplace"),
    ("marketplaces", "check"),
    ("marketplaces", "connect"),
    ("positions", "list", "--marketplace"),
    ("positions", "register", "3", "--marketplace"),
    ("positions", "invite", "--marketplace"),
    ("positions", "withdraw", "110000000001", "--reason", "mistyped", "--marketplace"),
    ("reports", "end-gap"),
    ("sync",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_code_that_there_is_not_is_answered_with_those_that_there_are(command: tuple[str, ...]) -> None:
    Path("export.csv").write_text("订单编号\n1\n", encoding="utf-8")
    keep_feed("feed:teahouse", AllowedFeed())
    by = ("--by", ada().contact, "--reason", "mistyped") if command[0] == "reports" else ()

    said = CliRunner().invoke(main, [*command, "toabao", *by], input='{"credentials": {}}')

    assert said.exit_code in (1, 2)
    assert "No marketplace “toabao” is known here" in said.stderr, said.output
    assert "Known are 1688, amazon, dangdang, feed:teahouse, jd, pinduoduo, taobao, tmall." in said.stderr
    assert "not connected" not in said.stderr


def test_a_code_that_there_is_and_that_has_no_account_is_answered_with_the_command_that_adds_one() -> None:
    said = CliRunner().invoke(main, ["sync", "tmall"])

    assert said.exit_code == 1
    assert (
        "not connected to Tmall. Its operator can add an account with `joey marketplaces connect taobao`" in said.stderr
    )


@pytest.mark.parametrize("command", [("fetch", "锅", "--marketplace"), ("marketplaces", "check"), ("sync",)])
def test_an_imported_feed_needs_no_account(command: tuple[str, ...]) -> None:
    keep_feed("feed:teahouse", AllowedFeed())

    said = CliRunner().invoke(main, [*command, "feed:teahouse"])

    assert said.exit_code in (1, 2)
    assert "is an imported feed: its goods come from your files, and it has no account to ask" in said.stderr
