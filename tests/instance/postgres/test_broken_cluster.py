"""A cluster that lost files is left alone, and the sentence says which folder and the two ways on."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from joey.instance.errors import CommandFailed
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from tests.journeys.running import joey


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(tmp_path_factory.mktemp("broken"))
    postgres.start()
    with psycopg.connect(postgres.urls.owner) as owner:
        owner.execute("CREATE TABLE money (a int)")
    postgres.stop()
    yield postgres
    postgres.remove()


@pytest.mark.parametrize("lost", ["PG_VERSION", "pg_wal", "base", "global/pg_control", "pg_xact"])
def test_a_lost_part_is_named_and_nothing_is_made_in_its_place(whole: EmbeddedPostgres, lost: str) -> None:
    aside = whole.cluster.with_name("aside")
    (whole.cluster / lost).rename(aside)
    try:
        with pytest.raises(CommandFailed) as refused:
            EmbeddedPostgres(whole.data).start()
        assert not (whole.cluster / lost).exists()
    finally:
        aside.rename(whole.cluster / lost)

    for words in (str(whole.shown), f"{lost} missing", "joey restore", f"delete {whole.data}"):
        assert words in str(refused.value)


def test_a_lost_folder_is_not_replaced_by_an_empty_database(whole: EmbeddedPostgres) -> None:
    aside = whole.cluster.with_name("aside")
    whole.cluster.rename(aside)
    try:
        with pytest.raises(CommandFailed, match="missing"):
            EmbeddedPostgres(whole.data).start()
        assert not whole.cluster.exists()
    finally:
        aside.rename(whole.cluster)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's cluster is behind a link")
@pytest.mark.parametrize("lost", ["postgres", "database.json"])
def test_a_lost_link_or_note_is_made_again_from_the_other(whole: EmbeddedPostgres, lost: str) -> None:
    kept = json.loads((whole.data / "database.json").read_text())
    (whole.data / lost).unlink()

    with EmbeddedPostgres(whole.data) as again, psycopg.connect(again.urls.app) as app:
        assert app.execute("SELECT count(*) FROM money").fetchone() == (0,)

    assert whole.shown.resolve() == whole.cluster
    assert json.loads((whole.data / "database.json").read_text())["id"] == kept["id"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's cluster is behind a link")
def test_a_cluster_whose_data_folder_is_gone_is_reported_and_kept(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path / "gone")
    postgres.start()
    postgres.stop()
    shutil.rmtree(tmp_path / "gone")

    said = joey("doctor", "--data", str(tmp_path / "other"))

    assert f"The database in {postgres.cluster} belongs to {tmp_path / 'gone'}, which is gone" in said.stdout
    assert (postgres.cluster / "PG_VERSION").exists()
    postgres.remove()


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="only root's cluster is behind a link")
def test_a_cluster_left_behind_by_deleting_a_folder_that_is_used_again_is_reported(tmp_path: Path) -> None:
    data = tmp_path / "again"
    left = EmbeddedPostgres(data)
    left.start()
    left.stop()
    shutil.rmtree(data)
    used = EmbeddedPostgres(data)
    used.start()
    used.stop()

    said = joey("doctor", "--data", str(data)).stdout

    assert f"The database in {left.cluster} belongs to {data}, which has another database now" in said
    assert f"The database in {used.cluster} belongs to" not in said
    used.remove()
    left.remove()


def test_damage_inside_is_reported_in_postgresqls_own_words(whole: EmbeddedPostgres) -> None:
    control = whole.cluster / "global/pg_control"
    kept = control.read_bytes()
    control.write_bytes(b"\0" * len(kept))
    try:
        with pytest.raises(CommandFailed, match=r"PostgreSQL did not start: .*joey restore"):
            EmbeddedPostgres(whole.data).start()
    finally:
        control.write_bytes(kept)


def test_another_versions_database_is_left_alone(whole: EmbeddedPostgres) -> None:
    note = whole.cluster / "PG_VERSION"
    kept = note.read_text()
    note.write_text("14\n")
    try:
        with pytest.raises(CommandFailed, match=r"made by PostgreSQL 14.*Nothing was changed"):
            EmbeddedPostgres(whole.data).start()
    finally:
        note.write_text(kept)


def test_an_interrupted_first_start_begins_again(tmp_path: Path) -> None:
    first = EmbeddedPostgres(tmp_path)
    half = first.cluster.with_name(f"{first.cluster.name}.making")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    first.start()

    assert first.ready()
    assert not half.exists()
    first.remove()


def test_up_and_doctor_say_it_without_a_traceback(whole: EmbeddedPostgres) -> None:
    aside = whole.cluster.with_name("aside")
    (whole.cluster / "pg_wal").rename(aside)
    try:
        up = joey("up", "--no-demo", "--port", "18471", "--data", str(whole.data))
        doctor = joey("doctor", "--data", str(whole.data))
    finally:
        aside.rename(whole.cluster / "pg_wal")

    assert (up.returncode, doctor.returncode) == (1, 1)
    assert "pg_wal missing" in up.stderr
    assert "pg_wal missing" in doctor.stdout
    assert "Traceback" not in up.stderr + up.stdout + doctor.stderr


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")

    said = joey("up", "--no-demo", "--port", "18471", "--data", str(in_the_way / "data"))

    assert said.returncode == 1
    assert str(in_the_way / "data") in said.stderr
    assert "Traceback" not in said.stderr
    shutil.rmtree(tmp_path)
