"""The four stories, each for as long as the caller asks. The short ones run with all tests."""

import random
import time
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg

from tests.journeys.faults.afterwards import answered_well, as_acknowledged, booked_once, books_are_right
from tests.journeys.faults.small_disk import small_disk
from tests.journeys.faults.town import PHONE, Pressed, Town
from tests.journeys.running import until


def web_workers_are_killed(town: Town, folder: Path, *, seconds: float, pause: float = 2.0) -> Pressed:
    """F1: `kill -9` of a random one every two seconds, under visits, writes and order sync."""
    chance = random.Random(1)
    with town.pressed(folder) as pressed:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            time.sleep(pause)
            town.kill_web_worker(chance)
        town.recovers()
    return _after(town, pressed)


def the_database_is_killed(town: Town, folder: Path, *, times: int, pause: float) -> Pressed:
    """F2: the postmaster killed, then PostgreSQL stopped with `-m immediate`, in turn."""
    with town.pressed(folder) as pressed:
        for time_of_it in range(times):
            time.sleep(pause)
            if time_of_it % 2 == 0:
                town.kill_postmaster()
            else:
                town.stop_postgres_immediately()
            town.recovers()
        time.sleep(pause)
    return _after(town, pressed)


def the_database_freezes(town: Town, folder: Path, *, seconds: float) -> Pressed:
    """F3: every process of PostgreSQL hangs; Joey answers so within a time limit, and does nothing twice."""
    with town.pressed(folder) as pressed:
        time.sleep(1)
        with town.frozen():
            ends = time.monotonic() + seconds
            time.sleep(min(3.0, seconds / 2))
            began = time.monotonic()
            ready = httpx.get(f"{town.joey.url}/readyz", timeout=30, trust_env=False)
            assert time.monotonic() - began < 20
            assert (ready.status_code, ready.json()["ready"]) == (503, False)
            out = httpx.get(f"{town.joey.url}/go/{town.own_code}", timeout=10, trust_env=False, headers=PHONE)
            assert (out.status_code, out.headers["x-click-recorded"]) == (302, "0")
            assert httpx.get(f"{town.joey.url}/healthz", timeout=10, trust_env=False).status_code == 200
            time.sleep(max(0.0, ends - time.monotonic()))
        town.recovers()
        time.sleep(1)
    return _after(town, pressed)


def _after(town: Town, pressed: Pressed) -> Pressed:
    as_acknowledged(town, pressed)
    answered_well(pressed)
    booked_once(town, pressed)
    books_are_right(town)
    return pressed


def the_disk_is_full(town: Town, folder: Path, *, what: str, pause: float) -> Pressed:
    """F4: no room for "data" or for the "wal"; writes are refused in the promised form, and go on once there is."""
    with small_disk(town.joey, what) as disk:
        town.recovers()
        with town.pressed(folder) as pressed:
            time.sleep(pause)
            disk.fill()
            refused = until(
                lambda: _refused_write(town, use_up=what == "wal"), "a write that is refused", 120, pause=0.05
            )
            assert refused.headers["content-type"] == "application/problem+json"
            problem = refused.json()
            assert (problem["status"], problem["code"]) == (503, "unavailable")
            assert problem["detail"]
            time.sleep(pause)
            disk.free()
            town.recovers()
            time.sleep(pause)
        return _after(town, pressed)


def _refused_write(town: Town, *, use_up: bool) -> httpx.Response | None:
    """A write's answer once it is a refusal. `use_up`: what is left of the WAL's last file is written full as well."""
    if use_up:
        with suppress(psycopg.Error):
            town.ask("SELECT pg_logical_emit_message(true, 'ballast', repeat('x', 2000000))")
    name = "".join(random.choices("bcdfghjklm", k=20))
    with suppress(httpx.HTTPError):
        answer = town.keeper.api.http.post(f"/shops/{town.keeper.slug}/shelves", json={"name": name})
        return answer if answer.status_code >= 400 else None
    return None
