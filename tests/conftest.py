"""What every test shares: how Hypothesis searches, and a seller that no load and no hour changes.

A running server comes from the fixtures of :mod:`mockseller.pytest_plugin`, as it does for anyone
who installs mockseller.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator, Iterator

import httpcore  # noqa: F401 - see below
import pytest
import yaml  # noqa: F401 - see below
from cryptography import x509  # noqa: F401 - see below
from hypothesis import HealthCheck, settings
from sqlalchemy.dialects import postgresql  # noqa: F401 - see below

from emulator.testing import TEST_DATABASE, Seller
from reseller_client.modules import passwords
from tests import tiers
from tests.clocks import stopped_clock
from tests.postgres import TestEngine, find_programs, running_engine

# No deadline, no complaint of slow data: a loaded machine is slow, not wrong; what hangs is named
# by the timeout of pytest.
# In CI the same tree gives the same verdict twice; at a desk every run looks somewhere new.
settings.register_profile(
    "mockseller",
    deadline=None,
    print_blob=True,
    derandomize="CI" in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("mockseller")

# What is asked here is asked on this machine; whoever works behind a proxy need not except it.
for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
    os.environ.pop(name, None)
    os.environ.pop(name.lower(), None)
# What is shown is read as plain text in lines of one width, whatever terminal the tests run in.
os.environ.pop("FORCE_COLOR", None)
os.environ["COLUMNS"] = "80"

# Where the environment forbids Python to keep what it compiles, every command that a test starts
# compiles everything again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# A shell lets what it runs in the background ignore SIGINT, and so would every command that a test
# starts and then interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# httpx imports httpcore with its first transport. Where that happens inside an inner run of
# pytester, which afterwards forgets the modules that were imported in it, the next transport gets a
# second httpcore, whose errors httpx does not know: every later test gets them untranslated. So it
# is with yaml, whose nodes `mockseller.files` tells apart by their class, and with cryptography,
# whose compiled half knows the curves of its first import only, and with a dialect of SQLAlchemy,
# which warns where its functions are registered twice.


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the two tiers, and the engine on which sellers of tests have worlds."""
    tiers.add_options(parser)
    parser.addoption(
        "--engine",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="where the sellers of all tests have their worlds",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let the two tiers select and count the tests."""
    config.pluginmanager.register(tiers.Tiers(config), "tiers")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let no collection of garbage look at the cases and modules: they stay to the end.

    That took a third of the time in which cases are collected, and some seconds at the end.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def quick_password_hashes() -> Iterator[None]:
    """Let passwords of a module shop cost a thousandth: scrypt took half of its tests' time.

    A shop that a process of its own has made is to be read by such a process.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "COST", 2**4)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestEngine]:
    """A running PostgreSQL, one for all tests of a process that ask for it."""
    if find_programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with running_engine() as engine:
        yield engine


@pytest.fixture(scope="session", autouse=True)
def chosen_engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let every seller of this run have its worlds on the engine of the option."""
    if request.config.getoption("engine") == "sqlite":
        yield
        return
    engine: TestEngine = request.getfixturevalue("postgres")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(TEST_DATABASE, engine.address)
        yield


@pytest.fixture(scope="session")
def full_run(pytestconfig: pytest.Config) -> bool:
    """Whether every case runs, as in `make test-all`."""
    plugin = pytestconfig.pluginmanager.get_plugin("tiers")
    return isinstance(plugin, tiers.Tiers) and plugin.full


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> tiers.Tally:
    """Counts what a test handles in a loop: ``tally("functions", names, total)``."""
    return tiers.note_members(request.node)


@pytest.fixture
def seller() -> Iterator[Seller]:
    """The seller of the plugin, on a machine whose time only the test moves."""
    with Seller(system_clock=stopped_clock()) as made:
        yield made
