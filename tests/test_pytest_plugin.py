"""The plugin in the suite of somebody else: its markers, what a failure shows, and its reports."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from xml.etree.ElementTree import parse

import pytest

from emulator.testing import Seller

LIBRARIES = ("httpx", "requests", "urllib3", "aiohttp")
QUIET = ("-p", "no:cacheprovider", "-p", "no:randomly")


def test_a_marker_chooses_world_clock_provisioning_and_rules(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.seller(world="busy", clock="2027-01-31", provisioning="after 3 reads",
                            rules={"deletion": "forbidden"})
        def test_all_of_it(seller):
            state = seller.control("GET", "/worlds/default")
            assert state["made_from"] == "busy"
            assert state["now"].startswith("2027-01-31")
            assert state["provisioning"] == {"mode": "reads", "amount": 3}
            assert state["rules"]["deletion"] == "forbidden"

        @pytest.mark.seller(provisioning="by hand")
        class TestsOfAClass:
            def test_that_has_none_of_its_own(self, seller):
                provisioning = seller.control("GET", "/worlds/default")["provisioning"]
                assert provisioning["mode"] == "by_hand"

            @pytest.mark.mockseller(fixture="strict")
            def test_the_nearest_counts(self, seller):
                state = seller.control("GET", "/worlds/default")
                assert state["made_from"] == "strict"
                assert state["provisioning"]["mode"] != "by_hand"
    """)
    pytester.runpytest_inprocess(*QUIET).assert_outcomes(passed=3)


WRONG = {
    'seller(wrold="busy")': 'there is no option "wrold"; the nearest is "world"',
    'mockseller(fxture="strict")': 'there is no option "fxture"',
    'seller(fixture="strict")': 'there is no option "fixture"',
    'seller("busy")': "'busy' has no name; write world='busy'",
    'seller(world="bussy")': 'fixture: there is no shipped world "bussy"; choose one of*',
    "seller(world=3)": "world: 3 is not a text",
    'seller(clock="soon")': 'clock: "soon" is not an instant*',
    'seller(provisioning="soon")': "provisioning: 'soon' is not 'at once', 'after 3 reads'*",
    'seller(provisioning="after 0 reads")': "provisioning.amount: is needed with seconds and*",
    'seller(rules={"deletoin": "forbidden"})': "rules.deletoin: there is no such rule",
    'seller(rules={"deletion": "never"})': "rules.deletion: 'never' is not tariff or at_once*",
    'seller(rules="strict")': "rules: 'strict' is no dictionary of rules by name",
}


def test_a_misspelt_name_or_value_is_one_line_before_the_test_runs(
    pytester: pytest.Pytester,
) -> None:
    tests = [
        f"@pytest.mark.{marker}\ndef test_{number}(seller): open('ran', 'w').close()\n"
        for number, marker in enumerate(WRONG)
    ]
    name = pytester.makepyfile("import pytest\n" + "\n".join(tests)).name
    result = pytester.runpytest_inprocess("-rN", *QUIET)
    result.assert_outcomes(errors=len(WRONG))
    for number, (marker, message) in enumerate(WRONG.items()):
        kind = marker.partition("(")[0]
        result.stdout.fnmatch_lines(f"{name}::test_{number}: @pytest.mark.{kind}: {message}")
    assert "During handling" not in result.stdout.str()
    assert not (pytester.path / "ran").exists()


def test_a_marker_holds_for_a_seller_on_a_port_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.seller(world="strict", clock="2027-01-31", provisioning="after 2 reads")
        def test_it(seller_server):
            state = seller_server.control("GET", f"/worlds/{seller_server.name}")
            assert state["made_from"] == "strict"
            assert state["now"].startswith("2027-01-31")
            assert state["provisioning"] == {"mode": "reads", "amount": 2}

        @pytest.mark.seller(world="nosuch")
        def test_wrong(seller_server): pass

        @pytest.mark.seller(world="own.yaml")
        def test_own(seller_server): pass
    """)
    result = pytester.runpytest_inprocess(*QUIET)
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines('*::test_own: @pytest.mark.seller: fixture: "own.yaml" is a file;*')
    result.stdout.fnmatch_lines(
        '*::test_wrong: @pytest.mark.seller: fixture: there is no shipped world "nosuch"*'
    )


def test_a_test_begins_in_an_exported_world(pytester: pytest.Pytester) -> None:
    with Seller() as seller:
        number = seller.order(ip="192.0.2.201")
        seller.export(pytester.path / "shop.mockseller")
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.seller(world="shop.mockseller")
        @pytest.mark.parametrize("again", [1, 2])
        def test_each_has_its_own(seller, seller_server, again):
            for shop in (seller, seller_server):
                assert shop.service({number})["ip"] == "192.0.2.201"
                shop.order(ip="192.0.2.202")
                shop.reset()
                assert shop.account()["balance"] == "1000.00"

        @pytest.mark.seller(world="none.mockseller")
        def test_missing(seller): pass

        @pytest.mark.seller(world="test_a_test_begins_in_an_exported_world.mockseller")
        def test_torn(seller_server): pass

        @pytest.mark.seller(world="shop.mockseller", clock="2027-01-31")
        def test_clock(seller): pass
    """)
    torn = pytester.path / "test_a_test_begins_in_an_exported_world.mockseller"
    torn.write_bytes(b"nothing")
    result = pytester.runpytest_inprocess(*QUIET)
    result.assert_outcomes(passed=2, errors=3)
    mark = "@pytest.mark.seller:"
    result.stdout.fnmatch_lines_random(
        [
            f'*::test_missing: {mark} world: there is no file "none.mockseller"',
            f"*::test_torn: {mark} the body: it is no whole archive of a world",
            f"*::test_clock: {mark} clock: shop.mockseller has a clock of its own",
        ]
    )


def test_an_assertion_names_matches_and_near_misses(seller: Seller) -> None:
    seller.order(licname="web-7")
    seller.call("soft.edit", elid=1)
    seller.journal.assert_called(func="soft.order.param", outcome="bought")
    seller.journal.assert_called(func="soft.*", at_least=2, at_most=2)
    seller.journal.assert_not_called(func="soft.delete")
    with pytest.raises(AssertionError, match=r"matches #2 soft.edit: refused missed/item"):
        seller.journal.assert_not_called(func="soft.*")
    with pytest.raises(
        AssertionError,
        match=r"near miss #1 soft.order.param: params.licname: 'web-7' instead of 'web-8'",
    ):
        seller.journal.assert_called(
            func="soft.order.param", outcome="bought", params={"licname": "web-8"}
        )
    with pytest.raises(
        AssertionError,
        match=r"near miss #2 soft.edit: outcome: 'refused missed/item' instead of 'read'",
    ):
        seller.journal.assert_called(func="soft.edit", outcome="read")
    with pytest.raises(AssertionError, match=r"matches #1 soft.order.param: bought 5.00"):
        seller.journal.assert_not_called(func="soft.order.param")


FAILING = """
    import pytest

    def test_of_ours(seller):
        assert seller.order(licname="first")
        seller.call("soft.edit", elid=7, password="hunter2hunter2")
        assert seller.service(100001)["status"] == 99

    def test_that_calls_nothing(seller):
        assert False

    def test_that_passes(seller):
        seller.call("tld")

    @pytest.fixture(scope="module")
    def shop():
        from mockseller import Seller
        with Seller() as made:
            yield made

    def test_a_first_one(shop):
        shop.call("country")

    def test_of_a_seller_that_stays(shop):
        shop.call("vds")
        assert False
"""


def test_a_failing_test_shows_its_exchanges_and_the_money(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(FAILING)
    result = pytester.runpytest_inprocess("-q", *QUIET)
    result.assert_outcomes(passed=2, failed=3)
    result.stdout.fnmatch_lines([
        "*exchanges of seller*",
        "money of reseller: 1000.00 EUR before, 995.00 EUR after",
        "#1 soft.order.param: bought 5.00 (by reseller, xml)",
        "    sent: *licname=first*authinfo=reseller:[*][*][*]*",
        "    answer: *<doc *",
        "#2 soft.edit: refused missed/item (by reseller, xml)",
        "    sent: *elid=7 password=[*][*][*]*",
        "*exchanges of seller*",
        "money of reseller: 1000.00 EUR before, 1000.00 EUR after",
        "no call reached http://127.0.0.1/billmgr",
        "*exchanges of shop*",
        "#2 vds: read (by reseller, xml)",
    ])  # fmt: skip
    text = result.stdout.str()
    assert "hunter2" not in text.partition("exchanges of seller")[2]
    assert "country" not in text.partition("exchanges of shop")[2]
    assert "tld" not in text.partition("exchanges of seller")[2]


OF_THEIR_OWN = """
    import pytest

    class Shop:
        name = "mine"

    @pytest.fixture
    def seller():
        return Shop()

    @pytest.fixture
    def seller_server(seller):
        return {"url": "http://shop.example"}

    @pytest.mark.seller("anything", of="theirs")
    def test_it(seller, seller_server):
        assert seller.name == "mine"

    def test_red(seller):
        assert seller.name == "yours"
"""


def test_a_fixture_and_a_marker_of_their_own_with_our_names_do_no_harm(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(OF_THEIR_OWN)
    result = pytester.runpytest_inprocess("--seller-report=report.json", *QUIET)
    result.assert_outcomes(passed=1, failed=1)
    assert "exchanges of" not in result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
    assert json.loads((pytester.path / "report.json").read_text("utf-8"))["calls"] == 0


COUNTED = """
    import pytest
    from mockseller import Seller

    def test_in_process(seller):
        seller.call("soft")
        seller.call("soft.edit", elid=7)

    @pytest.fixture
    def mine():
        with Seller("strict") as made:
            yield made

    @pytest.fixture
    def same(mine):
        return mine

    def test_a_seller_of_their_own(same, mine):
        same.call("vds")
"""


@pytest.mark.one_of("workers count together")
def test_a_report_counts_the_sellers_of_all_fixtures_over_all_workers(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(COUNTED)
    others = ("-p", "no:schemathesis", "-p", "no:hypothesispytest")  # seconds in each worker
    result = pytester.runpytest_subprocess("--seller-report=report.json", "-n2", *others, *QUIET)
    result.assert_outcomes(passed=2)
    report = json.loads((pytester.path / "report.json").read_text("utf-8"))
    assert report["calls"] == 3
    assert report["functions"]["soft.edit"]["parameters"]["elid"] == 1
    assert report["functions"]["soft.edit"]["errors"]["missed"] == 1
    assert report["functions"]["vds"]["functions"]["called"] == 1


def test_a_report_is_a_page_or_properties_as_its_suffix_says(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(COUNTED)
    for name in ("report.html", "report.xml"):
        result = pytester.runpytest_inprocess(f"--seller-report={name}", *QUIET)
        assert result.ret == 0
        result.stdout.fnmatch_lines(f"report: {name}")
    page = (pytester.path / "report.html").read_text("utf-8")
    assert "<td>soft.edit</td><td>1</td><td>addon_*" in page
    assert "certificate.order.param" in page.partition("never called")[2]
    suite = parse(pytester.path / "report.xml").getroot()  # noqa: S314 - our own file
    properties = {p.get("name"): p.get("value") for p in suite.iter("property")}
    assert properties["calls"] == "3"
    assert properties["functions.exercised"] == "3"


def test_a_report_that_cannot_be_written_is_one_line_before_the_tests(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(COUNTED)
    for name, message in (
        ("report.pdf", "report.pdf ends with none of .html, .json, .xml"),
        ("nowhere/report.json", "nowhere/report.json cannot be written"),
    ):
        result = pytester.runpytest_inprocess(f"--seller-report={name}", *QUIET)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines(f"*--seller-report: {message}")


CLIENTS = {
    "httpx": """
        def call(url, form):
            import httpx
            return httpx.post(url, data=form, trust_env=False).text
    """,
    "requests": """
        def call(url, form):
            import requests
            return requests.post(url, data=form, timeout=60).text
    """,
    "urllib3": """
        def call(url, form):
            import urllib3
            with urllib3.PoolManager() as pool:
                return pool.request("POST", url, fields=form).data.decode()
    """,
    "aiohttp": """
        def call(url, form):
            import asyncio, aiohttp
            async def post():
                async with aiohttp.ClientSession() as session:
                    async with session.post(url, data=form) as answer:
                        return await answer.text()
            return asyncio.run(post())
    """,
}


@pytest.mark.one_of("clients of the plugin")
@pytest.mark.parametrize("library", LIBRARIES)
def test_a_client_on_any_library_calls_a_port_and_this_process(
    pytester: pytest.Pytester, library: str
) -> None:
    pytester.makepyfile(f"""
        import threading
        from contextlib import contextmanager
        from wsgiref.simple_server import WSGIRequestHandler, make_server

        FORM = {{"authinfo": "reseller:secret", "func": "soft", "out": "json"}}

        class Quiet(WSGIRequestHandler):
            def log_message(self, *words): pass

        @contextmanager
        def served(wsgi):
            with make_server("127.0.0.1", 0, wsgi, handler_class=Quiet) as server:
                thread = threading.Thread(target=server.serve_forever)
                thread.start()
                yield f"http://127.0.0.1:{{server.server_port}}/billmgr"
                server.shutdown()
                thread.join()

{CLIENTS[library]}
        def test_a_port(seller_server):
            assert '"id"' in call(seller_server.url, FORM)
            seller_server.journal.assert_called(func="soft", outcome="read")

        def test_this_process(seller):
            with served(seller.wsgi) as url:
                assert '"id"' in call(url, FORM)
            seller.journal.assert_called(func="soft", outcome="read")
    """)
    pytester.runpytest_inprocess(*QUIET).assert_outcomes(passed=2)


def test_clients_with_exchangeable_transports_need_no_port(seller: Seller) -> None:
    form = {"authinfo": "reseller:secret", "func": "soft"}
    httpx = import_module("httpx")
    with httpx.Client(transport=httpx.WSGITransport(app=seller.wsgi)) as client:
        assert client.post(seller.url, data=form).status_code == 200
    seller.journal.assert_called(func="soft", count=1)


def test_a_run_that_uses_no_seller_loads_nothing_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import sys

        def test_of_theirs():
            loaded = {name.partition(".")[0] for name in sys.modules}
            assert not loaded & {"emulator", "contracts", "reseller_client", "flask", "httpx"}
            ours = {name for name in sys.modules if name.startswith("mockseller.")}
            assert ours == {"mockseller.packages", "mockseller.pytest_plugin",
                            "mockseller.coverage"}
    """)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:schemathesis", *QUIET],
        cwd=pytester.path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert Path(pytester.path, "report.json").exists() is False
