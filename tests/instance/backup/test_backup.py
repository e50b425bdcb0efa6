"""A backup of a busy shop is whole or is not there; what comes back pays no payout twice and says what is lost."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from textwrap import dedent

import psycopg
import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from joey.instance.backup import swap_data
from joey.instance.backup.backup_archive import (
    MANIFEST,
    MANIFEST_CHECKSUM,
    _read_manifest,
    checksums,
    new_backup,
    verified,
    write_private,
)
from joey.instance.backup.restore_backup import _refuse_newer
from joey.instance.errors import CommandFailed
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres, Urls
from joey.marketplaces.imported import AllowedFeed, keep_feed
from tests import database
from tests.journeys.running import CHECKOUT, clean_environment, joey, until
from tests.payouts.bank import running_bank
from tests.payouts.stage import earn, ready_shop
from tests.slow import slow

OLDEST = Path("/usr/lib/postgresql/15/bin")
LOAD_THREADS = 2
BREATH = 0.1  # seconds between two orders of a thread: the backup has to find room beside them


@dataclass(frozen=True)
class Made:
    """A backup of the tests' own database, made while it was written to, and what the command said."""

    folder: Path
    data: Path
    said: str
    urls: Urls

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One of our commands on the tests' own database, as a deployment runs it."""
        return on(self.urls, *arguments, "--data", str(self.data))


def on(urls: Urls, *arguments: str) -> subprocess.CompletedProcess[str]:
    return joey(*arguments, timeout=120, DATABASE_URL=urls.app, DATABASE_OWNER_URL=urls.owner)


@pytest.fixture(scope="module")
def made(
    postgres: EmbeddedPostgres,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("backups")
    data = folder / "deployment"
    with django_db_blocker.unblock():
        try:
            ready_shop(10_000)
            data.mkdir()
            keep_feed("feed:shop", AllowedFeed(hosts=frozenset({"shop.example"})))
            with being_busy():
                said = on(postgres.urls, "backup", str(folder / "backup"), "--data", str(data))
            assert said.returncode == 0, said.stderr
            yield Made(folder / "backup", data, said.stdout, postgres.urls)
        finally:
            connections.close_all()
            database.empty_again(postgres)


@contextmanager
def being_busy() -> Iterator[None]:
    """Orders that are reported, earned and confirmed, as fast as they go, until the block ends."""
    over = threading.Event()
    troubles: list[BaseException] = []

    def take_orders(thread: int) -> None:
        try:
            for number in count():
                if over.is_set():
                    break
                earn(4, f"{thread}{number:09}")
                over.wait(BREATH)
        except BaseException as trouble:  # noqa: BLE001 (the test looks at it)
            troubles.append(trouble)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take_orders, args=[number]) for number in range(1, 1 + LOAD_THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert troubles == []


# ── The backup ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_backup_of_a_busy_shop_is_one_moment_of_it_and_was_tried(made: Made, postgres: EmbeddedPostgres) -> None:
    holds = verified(made.folder).holds

    with psycopg.connect(postgres.urls.app) as app:
        now = app.execute("SELECT count(*), max(revision) FROM orders_orderline").fetchone()
    assert now
    lines = holds.rows["orders_orderline"]
    assert 1 < lines < now[0]
    assert holds.last_order_revision < now[1]
    assert holds.rows["orders_orderclaim"] == holds.rows["orders_report"] == lines  # written in one transaction
    assert f"the same {sum(holds.rows.values()):,} rows, and all" in made.said
    assert "rules hold there" in made.said
    assert "Anyone who can read it can act as the instance" in made.said


def test_only_its_maker_can_read_a_backup(made: Made) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in [made.folder, *made.folder.rglob("*")] if path.is_dir()}
    files = {stat.S_IMODE(path.stat().st_mode) for path in made.folder.rglob("*") if path.is_file()}

    assert (modes, files) == ({0o700}, {0o600})
    assert (made.folder / "files" / "secret").read_text() == (made.data / "secret").read_text() + "\n"


def test_a_flipped_byte_in_any_file_is_refused_by_its_name(made: Made, tmp_path: Path) -> None:
    backup = Path(shutil.copytree(made.folder, tmp_path / "backup"))
    files = [path for path in sorted(backup.rglob("*")) if path.is_file() and path.stat().st_size]
    assert len(files) > 40

    for path in files:
        whole = path.read_bytes()
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        with pytest.raises(CommandFailed) as refused:
            verified(backup)
        assert path.name in str(refused.value)
        path.write_bytes(whole)

    assert verified(backup)


def test_a_missing_file_is_refused_by_its_name(made: Made, tmp_path: Path) -> None:
    backup = Path(shutil.copytree(made.folder, tmp_path / "backup"))
    (backup / "database" / "toc.dat").unlink()

    with pytest.raises(CommandFailed, match=r"database/toc\.dat is missing"):
        verified(backup)
    (backup / MANIFEST).unlink()
    with pytest.raises(CommandFailed, match=r"no complete backup in .*manifest\.json is missing"):
        verified(backup)


def test_a_file_cut_short_is_refused(made: Made, tmp_path: Path) -> None:
    backup = Path(shutil.copytree(made.folder, tmp_path / "backup"))
    os.truncate(backup / "database" / "toc.dat", 100)

    said = joey("restore", str(backup), "--data", str(tmp_path / "data"))

    assert (said.returncode, "database/toc.dat is not what was written" in said.stderr) == (1, True)
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_backup_by_a_newer_version_is_refused_by_the_name_of_what_is_new(made: Made) -> None:
    manifest = verified(made.folder)
    newer = replace(manifest.holds, migrations=[*manifest.holds.migrations, "payouts.0099_crypto"])

    with pytest.raises(CommandFailed, match=r"newer version of Joey: it has payouts\.0099_crypto"):
        _refuse_newer(replace(manifest, holds=newer))
    _refuse_newer(manifest)


# ── Cut short, and beside itself ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "moment",
    ["trial", slow("database"), slow("files")],
)
def test_a_killed_backup_leaves_nothing_that_looks_like_a_backup(made: Made, tmp_path: Path, moment: str) -> None:
    backup = tmp_path / "backup"
    seen = {"database": "backup", "files": "  database", "trial": "  checksums"}[moment]
    process = subprocess.Popen(
        [sys.executable, "-m", "joey.cli.cli", "backup", str(backup), "--data", str(made.data)],
        stdout=subprocess.PIPE, text=True, cwd=CHECKOUT,
        env=clean_environment() | {"DATABASE_URL": made.urls.app, "DATABASE_OWNER_URL": made.urls.owner},
    )  # fmt: skip
    assert process.stdout
    if moment == "database":
        until(lambda: list(tmp_path.glob(".backup.making-*/database")), "the dump")
    else:
        for line in process.stdout:
            if line.startswith(seen):
                break
    if moment == "trial":
        until(lambda: list(tmp_path.glob(".backup.making-*/trial/database.json")), "the trial's database")
    [making] = tmp_path.glob(".backup.making-*")
    clusters = [EmbeddedPostgres(making / "trial").cluster] if (making / "trial").exists() else []

    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    assert not backup.exists()
    with pytest.raises(CommandFailed, match="no complete backup"):
        verified(making)
    again = made.run("backup", str(backup), "--quick")
    assert again.returncode == 0, again.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]
    assert not any(cluster.exists() for cluster in clusters)
    assert json.loads((backup / MANIFEST).read_text())["trial"] is None
    assert "not tried" in again.stdout


def test_of_two_backups_to_one_folder_the_second_is_refused_immediately(tmp_path: Path) -> None:
    with new_backup(tmp_path / "backup") as making:
        (making / "something").touch()
        with pytest.raises(CommandFailed, match="Another `joey backup` is making"), new_backup(tmp_path / "backup"):
            pass
        with new_backup(tmp_path / "other") as other:
            (other / "something").touch()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "other"]


def test_a_backup_never_replaces_what_is_there(made: Made, tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"a backup in .* already"), new_backup(made.folder):
        pass
    (tmp_path / "file").touch()
    with pytest.raises(CommandFailed, match=r"something in .* already"), new_backup(tmp_path / "file"):
        pass

    def come_late() -> None:
        with new_backup(tmp_path / "late"):
            (tmp_path / "late").mkdir()
            (tmp_path / "late" / "theirs").touch()

    with pytest.raises(CommandFailed, match=r"something in .* already"):
        come_late()

    assert [path.name for path in (tmp_path / "late").iterdir()] == ["theirs"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "late"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_full_disk_is_reported_and_nothing_is_left(made: Made, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", small], capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        said = made.run("backup", str(small / "backup"), "--quick")
        left = list(small.iterdir())
    finally:
        subprocess.run(["umount", small], check=True)

    assert said.returncode == 1
    assert "No space left on device" in said.stderr
    assert "Traceback" not in said.stderr
    assert left == []


@pytest.mark.parametrize("killed_before", range(7))
def test_a_restore_killed_while_it_moves_things_is_finished_by_the_next_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_before: int
) -> None:
    for name, text in {"secret": "old", "postgres": "old", "search": "old", "sandbox.sqlite3": "world"}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "restoring").mkdir()
    for name in ("secret", "postgres", "marketplaces.json"):
        (tmp_path / "restoring" / name).write_text("new")
    incoming = ["postgres", "secret", "marketplaces.json"]
    real, left = Path.rename, [killed_before]

    def rename(self: Path, target: Path) -> Path:
        if not left[0]:
            raise KeyboardInterrupt  # stands for SIGKILL: nothing after it runs, nothing catches it
        left[0] -= 1
        return real(self, target)

    with monkeypatch.context() as dying:
        dying.setattr(Path, "rename", rename)
        try:
            swap_data.swap_data(tmp_path, incoming, "before")
        except KeyboardInterrupt:
            assert (tmp_path / swap_data.NOTE).exists()
    swap_data.finish(tmp_path)

    now = {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()}
    assert now == {"secret": "new", "postgres": "new", "marketplaces.json": "new", "sandbox.sqlite3": "world"}
    kept = {path.name: path.read_text() for path in (tmp_path / "before").iterdir()}
    assert kept == {"secret": "old", "postgres": "old", "search": "old"}


# ── Coming back ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def restored(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The backup in a folder of its own, brought there by the command."""
    data = tmp_path_factory.mktemp("restored") / "data"
    said = joey("restore", str(made.folder), "--data", str(data))
    assert said.returncode == 0, said.stdout + said.stderr
    assert "rules hold." in said.stdout
    assert "All payouts are paused." in said.stdout
    postgres = EmbeddedPostgres(data)
    yield postgres
    for home in (data, *data.glob("before-*")):
        EmbeddedPostgres(home).remove()


def test_a_new_folder_holds_all_of_it_and_its_payouts_are_paused(made: Made, restored: EmbeddedPostgres) -> None:
    holds = verified(made.folder).holds

    with restored, psycopg.connect(restored.urls.app) as app:
        lines = app.execute("SELECT count(*) FROM orders_orderline").fetchone()
        allowed = app.execute("SELECT hosts FROM marketplaces_feed").fetchone()
        english, chinese = _why_paused(restored)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("DELETE FROM record_event")
    assert lines == (holds.rows["orders_orderline"],)
    assert english.startswith("Restored from the backup of")
    assert english.endswith(" UTC. Compare the books with the bank first: what was paid since is not in them.")
    assert chinese.endswith("（UTC）的备份恢复。请先与银行对账：账上没有备份之后付出的款项。")
    assert allowed == (["shop.example"],)
    assert (restored.data / "secret").read_text() == (made.folder / "files" / "secret").read_text()
    assert stat.S_IMODE((restored.data / "secret").stat().st_mode) == 0o600


@pytest.mark.long
def test_an_older_backup_says_what_is_lost_and_pays_no_payout_twice(made: Made, restored: EmbeddedPostgres) -> None:
    data = str(restored.data)
    with running_bank() as bank:
        with restored:
            since = python_on(restored, f"""
                settings.JOEY_RAILS = {bank.settings!r}
                end_pause(PayoutPause.objects.get(), now=NOW, reason="The statement agrees")
                lulus_shop()
                earn(5_000, "4294159887444064999")
                earn(10_000, "4294159887444064111")  # not in the backup, as is most of what is paid after one
                approved(meis_shop(), 16_000, "key-1")
                print(send_due(now=NOW).handed_over)
                pause_payouts(reason="Fraud at the bank", now=NOW)
                plan = {{"shopkeeper_ppm": 700_000, "platform_ppm": 300_000, "waiting_days": 14}}
                publish_plan(plan, by=second_operator(), now=NOW)
                rests = NOW + 45 * DAY
                PositionLease.objects.update(ended_at=NOW, until=rests)
                Position.objects.update(free_from=rests)
                leased(meis_shop(), "110000000002")
                leased(lulus_shop(), "110000000003")
                describe_shop(meis_shop(), name="Li Xiaomei", intro="", now=NOW)
                erase_subject("shop:mei", reason="She asked for it", now=NOW)
                print("shop:" + str(meis_shop().pk))
            """)  # fmt: skip
        handed_over, erased = since.split()
        assert handed_over == "1"

        write_private(restored.data / "rails.json", json.dumps(bank.settings).encode())
        replaced = joey("restore", str(made.folder), "--data", data, "--replace")
        (restored.data / "rails.json").unlink()

        assert replaced.returncode == 0, replaced.stdout + replaced.stderr
        lost, done = replaced.stdout.split("  database")
        assert "these were added, and they would be lost: 1 payout, 2 order lines, " in lost
        assert " 1 shop, " in lost
        assert "1 payout was sent to the bank since: CN¥160.00." in lost
        assert "Orders come back" in lost
        assert re.findall("^  (.*), erased ....-..-.. ..:..:.. UTC$", lost, re.M) == [erased]
        assert "The restored books have the payouts sent since, 1 over CN¥160.00" in done
        assert " 1 plan, 2 pauses of all payouts" in lost
        assert re.search(r"The plan published since is plan \d+, from ", done), done  # a crash skips numbers
        assert "stays in force as well: Fraud at the bank" in done
        [kept] = Path(data).glob("before-*")
        assert f"rm -r {kept}" in done
        assert "Its payouts are paused, and rails.json is not there. Never let it pay" in done
        assert not (kept / "rails.json").exists()
        bank.decide_all("settled")
        with EmbeddedPostgres(restored.data) as now:
            after = python_on(now, f"""
                settings.JOEY_RAILS = {bank.settings!r}
                shop = meis_shop()
                print(Shop.objects.count(), requested(shop, 16_000, "key-1").state, pay_due(now=NOW).paused != "")
                print([held(shop.pk)[place] for place in ("reserved", "in_transit", "paid")])
                print(held(shop.pk)["available"] < 0)
                earn(10_000, "4294159887444064111")
                for pause in open_pauses():
                    end_pause(pause, now=NOW, reason="The statement agrees")
                try:
                    requested(shop, 6_000, "key-2")
                except InsufficientBalance:
                    print("not enough")
                print(pay_due(now=NOW).sent)
                print(plan_shares(NOW + 15 * DAY), second_operator().is_staff)
                for position in Position.objects.order_by("key"):
                    lease = PositionLease.objects.filter(position=position).first()
                    print(position.key, position.free_from, lease and (lease.shop.slug, lease.ended_at is None))
                prove()
            """)  # fmt: skip

        positions = after.splitlines()[-3:]
        assert after.splitlines()[:-3] == [
            "1 sent True",  # Lulu's shop is gone, the payout is known by its key, everything is paused
            "[0, 0, 16000]",  # the bank's answer was booked
            "True",  # paid from money that the backup does not have
            "not enough",  # though it was earned again
            "0",
            "(700000, 300000) False",  # as announced, by an operator whom the backup does not know
        ]
        assert [line.split(" ", 1)[0] for line in positions] == ["110000000001", "110000000002", "110000000003"]
        assert positions[0].endswith("('mei', False)")  # ended after the backup
        assert positions[1].endswith("None ('mei', True)")  # leased after the backup
        assert re.search(r"\d{4}-\d\d-\d\d .* None$", positions[2])  # rests: its shop is gone
        assert list(bank.instructions().values()) == ["160.00"]  # instructed once, whatever was restored
    with EmbeddedPostgres(kept) as before, psycopg.connect(before.urls.app) as app:
        assert app.execute("SELECT count(*) FROM shops_shop").fetchone() == (2,)
        english, chinese = _why_paused(before)
    assert re.fullmatch("Replaced by the backup of .* UTC: payouts are paid from what was restored.", english)
    assert re.fullmatch("已由 .*（UTC）的备份取代：提现由恢复出来的那份数据付款。", chinese)


@pytest.mark.long
def test_a_backup_of_what_a_restore_moved_aside_takes_the_place_of_what_replaced_it(made: Made, tmp_path: Path) -> None:
    data = tmp_path / "data"
    try:
        first = joey("restore", str(made.folder), "--data", str(data))
        assert first.returncode == 0, first.stdout + first.stderr
        with EmbeddedPostgres(data) as one:
            python_on(one, """
                for key in ("110000000003", "110000000004"):
                    Position.objects.create(marketplace="taobao", key=key, free_from=NOW - 90 * DAY)
                leased(lulus_shop(), "110000000005")  # of a shop that the backup does not have
            """)  # fmt: skip
        replaced = joey("restore", str(made.folder), "--data", str(data), "--replace")
        assert replaced.returncode == 0, replaced.stdout + replaced.stderr
        [aside] = data.glob("before-*")
        with EmbeddedPostgres(data) as two:
            python_on(two, """
                PositionLease.objects.update(ended_at=NOW, until=NOW + 45 * DAY)
                Position.objects.filter(free_from=None).update(free_from=NOW + 45 * DAY)
                Position.objects.filter(key="110000000003").update(free_from=None)
                leased(meis_shop(), "110000000003")
            """)  # fmt: skip
        copied = joey("backup", str(tmp_path / "aside"), "--data", str(aside), "--quick")
        assert copied.returncode == 0, copied.stdout + copied.stderr

        again = joey("restore", str(tmp_path / "aside"), "--data", str(data), "--replace")

        assert again.returncode == 0, again.stdout + again.stderr
        assert "rules hold." in again.stdout
        with EmbeddedPostgres(data) as three:
            leased = python_on(three, """
                for lease in PositionLease.objects.filter(ended_at=None).order_by("position__key"):
                    print(lease.position.key, lease.position.free_from, lease.shop.slug)
            """)  # fmt: skip
        assert leased.splitlines() == ["110000000003 None mei", "110000000005 None lulu"]
    finally:
        for home in (data, *data.glob("before-*")):
            EmbeddedPostgres(home).remove()


def test_data_that_is_here_is_not_replaced_without_the_option_even_if_it_cannot_be_read(
    made: Made, tmp_path: Path
) -> None:
    (tmp_path / "database.json").write_text('{"id": "lost"}')

    said = joey("restore", str(made.folder), "--data", str(tmp_path))

    assert said.returncode == 1
    assert "Cannot tell what would be lost" in said.stdout
    assert f"There is data in {tmp_path}, so nothing was changed" in said.stderr
    assert (tmp_path / "database.json").read_text() == '{"id": "lost"}'
    assert not (tmp_path / "restoring").exists()


@pytest.mark.long
def test_doctor_reports_the_last_backup_and_the_pause(made: Made, restored: EmbeddedPostgres) -> None:
    note = made.data / "last-backup.json"
    noted = json.loads(note.read_text())
    now = made.run("doctor")
    noted["at"] = (datetime.fromisoformat(noted["at"]) - timedelta(days=12)).isoformat()
    note.write_text(json.dumps(noted))
    later = made.run("doctor")
    never = joey("doctor", "--data", str(restored.data))

    assert "ok    The last verified backup was made today" in now.stdout
    assert noted["folder"] in now.stdout
    assert "LOOK  The last verified backup was made 12 days ago" in later.stdout
    assert "No backup of this instance has been made here yet" in never.stdout


@pytest.mark.long
def test_an_older_versions_backup_is_brought_up_to_date_and_takes_the_place_of_a_broken_database(
    restored: EmbeddedPostgres, tmp_path: Path
) -> None:
    data = restored.data
    older = EmbeddedPostgres(data)
    with older:
        python_on(older, """
            from django.core.management import call_command
            call_command("migrate", "admin", "zero", database="owner", verbosity=0)
        """)  # fmt: skip
        with psycopg.connect(older.urls.owner) as owner:
            owner.execute("COMMENT ON SCHEMA public IS 'joey migrations of another day'")
    copied = joey("backup", str(tmp_path / "backup"), "--data", str(data), timeout=120)
    shutil.rmtree(older.cluster / "pg_wal")

    said = joey("restore", str(tmp_path / "backup"), "--replace", "--data", str(data), timeout=120)

    assert copied.returncode == 0, copied.stderr
    assert "admin.0001_initial" not in verified(tmp_path / "backup").holds.migrations
    assert said.returncode == 0, said.stdout + said.stderr
    assert "Cannot tell what would be lost: the current database does not start" in said.stdout
    assert "pg_wal missing" in said.stdout
    assert "Its payouts could not be paused (its database does not start)" in said.stdout
    with EmbeddedPostgres(data) as now, psycopg.connect(now.urls.app) as app:
        paused_before = verified(tmp_path / "backup").holds.rows["payouts_payoutpause"]
        assert app.execute("SELECT count(*) FROM payouts_payoutpause").fetchone() == (paused_before + 1,)


@pytest.mark.long
@pytest.mark.skipif(not OLDEST.exists(), reason="Debian's PostgreSQL 15 is not here")
def test_a_postgresql_of_ones_own_takes_a_backup_whole_and_only_while_it_is_empty(made: Made, tmp_path: Path) -> None:
    theirs = EmbeddedPostgres(tmp_path / "theirs", binaries=OLDEST)
    deployment = ["--data", str(tmp_path / "deployment")]
    try:
        urls = theirs.start()
        broken = Path(shutil.copytree(made.folder, tmp_path / "broken"))
        _swap_two_tables(broken)
        failed = on(urls, "restore", str(broken), *deployment)
        with psycopg.connect(urls.owner) as owner:
            left = owner.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace").fetchone()

        came = on(urls, "restore", str(made.folder), *deployment)
        again = on(urls, "restore", str(made.folder), "--replace", *deployment)
        back = on(urls, "backup", str(tmp_path / "back"), *deployment)

        assert (failed.returncode, left) == (1, (0,))
        assert "The database could not be filled: " in failed.stderr
        assert came.returncode == 0, came.stdout + came.stderr
        assert (tmp_path / "deployment" / "secret").read_text() == (made.folder / "files" / "secret").read_text()
        assert again.returncode == 1
        assert "on a PostgreSQL of your own Joey replaces nothing" in again.stderr
        assert back.returncode == 0, back.stdout + back.stderr
        assert verified(tmp_path / "back").holds.rights == verified(made.folder).holds.rights
    finally:
        theirs.remove()


def _swap_two_tables(backup: Path) -> None:
    """A backup whose checksums are right and whose tables are not: as a program's error would make it."""
    largest, next_one = sorted((backup / "database").glob("*.dat.gz"), key=lambda path: -path.stat().st_size)[:2]
    whole = largest.read_bytes()
    largest.write_bytes(next_one.read_bytes())
    next_one.write_bytes(whole)
    manifest = _read_manifest(backup)
    files = {name: facts for name, facts in checksums(backup).items() if name not in (MANIFEST, MANIFEST_CHECKSUM)}
    replace(manifest, files=files).write(backup)


def _why_paused(postgres: EmbeddedPostgres) -> tuple[str, str]:
    """Why all payouts were paused last, as an English and as a Chinese operator reads it."""
    english, chinese = python_on(postgres, """
        for language in ("en", "zh-hans"):
            with override(language):
                print(kept_text(open_pauses()[-1], "reason"))
    """).splitlines()  # fmt: skip
    return english, chinese


def python_on(postgres: EmbeddedPostgres, business: str) -> str:
    """Run lines on another database than the tests' own, with what they usually need at hand; what they printed."""
    program = "\n".join(
        [
            "import django; django.setup()",
            "from django.conf import settings",
            "from django.utils.translation import override",
            "from joey.insight.erase_subject import erase_subject",
            "from joey.commissions.plan_now import plan_shares",
            "from joey.commissions.publish_plan import publish_plan",
            "from joey.payouts.pause import end_pause, open_pauses, pause_payouts",
            "from joey.payouts.models import PayoutPause",
            "from joey.payouts.pay_due import pay_due",
            "from joey.payouts.request_payout import InsufficientBalance",
            "from joey.payouts.send_due import send_due",
            "from joey.record.kept_texts import kept_text",
            "from joey.sharing.models import Position, PositionLease",
            "from joey.shops.models import Shop",
            "from joey.shops.open_shop import describe_shop",
            "from tests.cast import DAY, NOW, leased, lulus_shop, meis_shop",
            "from tests.payouts.stage import approved, earn, held, requested, second_operator",
            "from tests.proof import prove",
            dedent(business),
        ]
    )
    urls = {"DATABASE_URL": postgres.urls.app, "DATABASE_OWNER_URL": postgres.urls.owner, "JOEY_NO_POOL": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, cwd=CHECKOUT,
        env=clean_environment()
        | urls
        | {"JOEY_DATA": str(postgres.data), "DJANGO_SETTINGS_MODULE": "joey.site.settings"}
        | {"JOEY_LICENSED_CHANNEL_CNY": "Pay by Test"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
