"""`joey import-orders` as a person types it: what was taken in, what was refused, and a look before anything is."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from joey.cli.cli import main
from joey.commissions.confirm_due import confirm_due
from joey.commissions.models import Commission
from joey.ledger.models import Journal
from joey.orders.models import OrderLine, Poll, Report
from tests.api.client import Caller
from tests.cast import DAY, NOW, ada, leased, mei, meis_shop
from tests.orders.intake.exports import ACCOUNT, ORDER, ROW, row, settled, text_of, written
from tests.proof import prove
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.usefixtures("committed_db", "in_a_folder_of_its_own")

NO_FEE = {"付款预估收入": "0.00", "技术服务费": "0.00"}


@pytest.fixture(autouse=True)
def _connected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.JOEY_MARKETPLACES", ACCOUNT)


def run(*arguments: str | Path) -> Result:
    """One `joey import-orders` in this process, on the tests' database."""
    return CliRunner().invoke(main, ["import-orders", *map(str, arguments)], catch_exceptions=False)


def test_rows_are_taken_in_and_booked_and_the_report_says_what_became_of_each(tmp_path: Path) -> None:
    leased(meis_shop(), since=NOW - 60 * DAY)
    file = written(tmp_path, text_of([row(), settled(1), row(2, 付款金额="x")]).encode("gbk"))

    said = run(file, "--marketplace", "taobao", "--report", "out.json")

    assert said.exit_code == 0
    assert "Rows accepted: 2, of which 2 brought something new and 0 changed nothing. Refused: 1." in said.stdout
    assert "Order lines moved: 2, of which 0 in suspense." in said.stdout
    assert "Order lines checked: 2, journals booked: 3." in said.stdout
    assert "row 4, 付款金额: This is not a number" in said.stderr
    assert "UNVERIFIED: the columns of the mapping that comes with Joey are a guess." in said.stderr
    report = json.loads(Path("out.json").read_text())
    assert {name: report[name] for name in ("accepted", "changed", "unchanged", "refused")} == {
        "accepted": 2, "changed": 2, "unchanged": 0, "refused": 1,
    }  # fmt: skip
    assert [(each["row"], each["field"]) for each in report["rows"]] == [(4, "付款金额")]
    assert Journal.objects.count() == 3

    again = run(file, "--marketplace", "taobao")

    assert (
        "Rows accepted: 2, of which 0 brought something new and 2 changed nothing. Refused: 1. Order lines moved: 0"
        in again.stdout
    )
    assert Journal.objects.count() == 3


def test_a_rate_that_an_export_does_not_have_is_called_not_reported_and_never_zero(tmp_path: Path) -> None:
    leased(meis_shop(), since=NOW - 60 * DAY)
    run(written(tmp_path, text_of([row(), settled(1), row(2, **NO_FEE)])), "--marketplace", "taobao")

    items = Caller(mei()).get("/shops/mei/orders").json()["items"]
    assert [each["rate_ppm"] for each in items] == [None, None, None]
    for each in items:
        path = f"/studio/mei/orders/{each['id']}"
        english, chinese = (
            signed_in(mei()).get(path, headers={"accept-language": language}).content.decode()
            for language in ("en", "zh")
        )
        assert "<b>not reported</b>" in english
        assert "<b>平台未报告</b>" in chinese
        assert not [page for page in (english, chinese) if re.search(r"\b0%|pays no commission on this item", page)]
    office = signed_in(ada())
    for model, rows in ((OrderLine, "orders/orderline"), (Commission, "commissions/commission")):
        for each in model.objects.all():
            page = office.get(f"/office/{rows}/{each.pk}/change/").content.decode()
            assert "Rate" in page
            assert not re.search(r"\b0%", page)
    prove()


def test_orders_without_a_shop_are_counted(tmp_path: Path) -> None:
    said = run(written(tmp_path, text_of([row(), settled(1)])), "--marketplace", "taobao")

    assert "Order lines moved: 2, of which 2 in suspense." in said.stdout
    assert "Lines that have no shop, so they earn nothing yet: 2. `joey lines suspense`" in said.stderr


def test_check_names_the_positions_that_are_not_registered(tmp_path: Path) -> None:
    leased(meis_shop(), since=NOW - 60 * DAY)
    others = [row(number, 推广位ID=str(220000000000 + number)) for number in range(1, 8)]
    file = written(tmp_path, text_of([row(), *others]))

    said = run(file, "--marketplace", "taobao", "--check")

    assert (
        "Positions that are not registered here: 220000000001, 220000000002, 220000000003, 220000000004, 220000000005"
        " and 2 more. What was ordered through them would have no shop:" in said.stderr
    )
    known = run(written(tmp_path, text_of([row()])), "--marketplace", "taobao", "--check")
    assert "not registered" not in known.stderr


def test_what_a_later_export_says_otherwise_of_a_settled_order_is_said_and_not_payable(tmp_path: Path) -> None:
    leased(meis_shop(), since=NOW - 60 * DAY)
    run(written(tmp_path, text_of([settled()])), "--marketplace", "taobao")
    closed = written(tmp_path, text_of([row(订单状态="已失效")]))

    said = run(closed, "--marketplace", "taobao")
    confirm_due(now=NOW + 60 * DAY)

    assert "names no time of the change: 1. `joey lines holds`" in said.stderr
    assert Commission.objects.get().released_minor == 0
    assert "Settled order lines that wait" not in run(closed, "--marketplace", "taobao").stderr

    assert run(closed, "--marketplace", "taobao", "--older").exit_code == 0
    confirm_due(now=NOW + 60 * DAY)
    assert Commission.objects.get().released_minor == 273


def test_a_refused_row_of_a_settled_order_is_said_to_hold_it_and_listed(tmp_path: Path) -> None:
    leased(meis_shop(), since=NOW - 60 * DAY)
    run(written(tmp_path, text_of([settled()])), "--marketplace", "taobao")

    said = run(written(tmp_path, text_of([settled(订单状态="违规冻结")])), "--marketplace", "taobao")
    confirm_due(now=NOW + 60 * DAY)

    assert "Refused rows that name orders that are known: 1. The money of these waits" in said.stderr
    assert Commission.objects.get().released_minor == 0
    listed = CliRunner().invoke(main, ["reports", "unreadable"], catch_exceptions=False).stdout
    assert f"taobao order  order {ORDER}" in listed
    assert "what “违规冻结” means" in listed


def test_sync_says_that_an_account_that_lives_by_exports_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    by_file = {"taobao": ACCOUNT["taobao"] | {"orders": "file"}}
    monkeypatch.setattr("django.conf.settings.JOEY_MARKETPLACES", by_file)

    said = CliRunner().invoke(main, ["sync"], catch_exceptions=False)

    assert "taobao: not asked, its reports come from exports: `joey import-orders`\n" in said.stdout
    assert "read up to" not in said.stdout


def test_check_shows_ten_rows_as_they_would_be_taken_in_and_takes_in_nothing(tmp_path: Path) -> None:
    leased(meis_shop(), since=NOW - 60 * DAY)
    rows = [settled(), *(row(number) for number in range(1, 12)), row(12, 点击时间="11/12/2026")]

    said = run(written(tmp_path, text_of(rows)), "--marketplace", "taobao", "--check")

    assert said.exit_code == 0
    assert said.stdout.count("\nrow ") + 1 == 10
    assert f"row 2: order {ORDER}, line {ORDER}1" in said.stdout
    for fact in ("paid: CN¥69.00", "commission: CN¥3.80", "service fee: CN¥0.38", "position: 110000000001, by the time",
                 "clicked: 2026-11-13 17:50:00 Asia/Shanghai", "settled: 2026-11-20 10:00:00 Asia/Shanghai",
                 "changed: 2026-11-20 10:00:00 Asia/Shanghai"):  # fmt: skip
        assert f"    {fact}" in said.stdout
    assert "Rows that could be taken in: 12. Refused would be: 1. Nothing was taken in." in said.stdout
    assert "row 14, 点击时间: This is not a time" in said.stderr
    assert "UNVERIFIED" in said.stderr
    assert not any(model.objects.exists() for model in (OrderLine, Report, Poll, Journal))


def test_a_mapping_of_the_operators_own_is_called_unverified_only_if_it_says_so(tmp_path: Path) -> None:
    mapping = tmp_path / "own.toml"
    mapping.write_text(
        '[numbers]\ntrade_parent_id = "淘宝父订单编号"\ntrade_id = "淘宝子订单编号"\nadzone_id = "推广位ID"\n'
        '[texts]\ntk_order_role = "推广者身份"\n'
    )

    said = run(written(tmp_path, text_of([row()])), "--marketplace", "taobao", "--mapping", mapping, "--check")

    assert said.exit_code == 1
    assert "Rows that could be taken in: 0. Refused would be: 1." in said.stdout
    assert "row 2, row: " in said.stderr
    assert "UNVERIFIED" not in said.stderr


def test_a_file_that_is_refused_changes_nothing_and_says_why_in_one_sentence(tmp_path: Path) -> None:
    file = written(tmp_path, "id,title\n1,x\n")

    said = run(file, "--marketplace", "taobao", "--report", "out.json")

    assert said.exit_code == 1
    assert "none of the first 30 rows names a column of the mapping. The first row has “id”, “title”." in said.stderr
    assert "Nothing was taken in. If this is the right file, copy the mapping /" in said.stderr
    assert "taobao/orders.toml, correct the copy, and see what it reads with --mapping COPY --check." in said.stderr
    assert "Traceback" not in said.stderr
    assert json.loads(Path("out.json").read_text())["rows"][0]["field"] == "file"
    assert not OrderLine.objects.exists()


def test_a_header_that_lacks_columns_and_a_row_at_fault_are_named_as_the_export_names_them(tmp_path: Path) -> None:
    columns = [name for name in ROW if name not in ("淘宝子订单编号", "技术服务费")]
    lacking = run(written(tmp_path, text_of([row()], columns=columns)), "--marketplace", "taobao")
    empty = run(written(tmp_path, text_of([row(技术服务费="--"), row(1)])), "--marketplace", "taobao")
    unknown = run(written(tmp_path, text_of([row(订单状态="已评价")])), "--marketplace", "taobao", "--check")

    assert "The header, in row 1, has no column “淘宝子订单编号” / “淘宝子订单号” / “子订单编号”" in lacking.stderr
    assert "“技术服务费” (alimama_share_fee). It has “淘客创建时间”, “付款时间”," in lacking.stderr
    assert "copy the mapping /" in lacking.stderr
    assert "row 2, 技术服务费: “技术服务费” is missing\n" in empty.stderr
    assert "what “已评价” means. Add it under [words.tk_status]." in unknown.stderr
    for said in (empty, unknown):
        assert "Of a refused row only the numbers of its order are kept" in said.stderr
        assert "taobao/orders.toml and give it with --mapping. Then import the whole file again" in said.stderr


def test_a_marketplace_that_is_not_connected_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.JOEY_MARKETPLACES", {})

    said = run(written(tmp_path, text_of([row()])), "--marketplace", "taobao")

    assert said.exit_code == 1
    assert "not connected to Taobao" in said.stderr


def test_the_rows_that_a_wrong_mapping_refused_are_given_up_by_one_command_which_the_import_names(
    tmp_path: Path,
) -> None:
    leased(meis_shop(), since=NOW - 60 * DAY)
    contact = ada().contact
    run(written(tmp_path, text_of([settled(), settled(1)])), "--marketplace", "taobao")
    wrong = text_of([settled(技术服务费="--"), settled(1, 技术服务费="--")])

    said = run(written(tmp_path, wrong, name="wrong.csv"), "--marketplace", "taobao").stderr

    assert "Refused rows that name orders that are known: 2." in said
    (poll,) = re.findall(r"`joey reports dismiss-poll (\d+)`", said)
    listed = CliRunner().invoke(main, ["reports", "unreadable"], catch_exceptions=False).stdout
    assert listed.count(f"poll {poll},") == 2
    decided = ["reports", "dismiss-poll", poll, "The mapping was wrong.", "--by", contact]
    given_up = CliRunner().invoke(main, decided, catch_exceptions=False)
    assert (given_up.exit_code, given_up.stdout) == (0, "2 given up. They stay as they came.\n")
    once_more = CliRunner().invoke(main, decided)
    assert once_more.exit_code == 1
    assert "No unreadable report came with this poll" in once_more.stderr
    prove()
