"""`joey up` on a machine where the toy is installed as a package, and who buys and sells there."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.at_the_counter import Api, Sandbox
from tests.journeys.running import RunningJoey
from tests.toy_marketplace.buying import Customer
from tests.toy_marketplace.installing import install


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the toy's distribution installed by pip, as beside any other package."""
    folder = tmp_path_factory.mktemp("toy") / "site"
    install(folder)
    return folder


@pytest.fixture(scope="module")
def joey(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningJoey]:
    """`joey up` with its demo on a machine where the toy is installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH")))))
        running = RunningJoey(tmp_path_factory.mktemp("toyland") / "data")
        try:
            yield running.start()
        finally:
            running.forget()


@pytest.fixture(scope="module")
def sandbox(joey: RunningJoey) -> Sandbox:
    return Sandbox(joey.sandbox_url)


@pytest.fixture(scope="module")
def mei(joey: RunningJoey) -> Api:
    return Api(joey.url, joey.token("--shop", "mei"))


@pytest.fixture(scope="module")
def otto(joey: RunningJoey, sandbox: Sandbox, mei: Api) -> Customer:
    """He buys what Mei shares from Toyland."""
    return Customer(joey, sandbox, mei)
