"""A panel's license file: fetched, kept, and refused once somebody has changed it."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from emulator.panel import LicenseFileError, LicenseFolder
from emulator.panel.license import license_file_url
from emulator.testing import Seller
from tests.clocks import stopped_clock

URL = "http://127.0.0.1/billmgr"


@pytest.fixture
def seller() -> Iterator[Seller]:
    with Seller(system_clock=stopped_clock()) as started:
        yield started


@pytest.fixture
def http(seller: Seller) -> Iterator[httpx.Client]:
    with httpx.Client(transport=httpx.WSGITransport(app=seller.wsgi)) as line:
        yield line


def key_of(seller: Seller, number: int = 100001) -> str:
    return str(seller.service(number)["lickey"])


def test_the_file_lies_in_the_folder_and_is_read_without_the_seller(
    seller: Seller, http: httpx.Client, tmp_path: Path
) -> None:
    folder = LicenseFolder(tmp_path / "panel")
    fetched = folder.fetch(http, URL, key_of(seller))
    assert fetched.id == 100001
    assert LicenseFolder(tmp_path / "panel").read() == fetched
    assert [module.intname for module in fetched.modules] == ["BitNinja"]


def test_the_key_is_kept_for_nobody_else(
    seller: Seller, http: httpx.Client, tmp_path: Path
) -> None:
    folder = LicenseFolder(tmp_path)
    folder.fetch(http, URL, key_of(seller))
    assert folder.key == key_of(seller)
    assert stat.S_IMODE((tmp_path / "licence.key").stat().st_mode) == 0o600
    assert key_of(seller) not in (tmp_path / "licence.json").read_text()


def test_a_file_somebody_changed_is_refused(
    seller: Seller, http: httpx.Client, tmp_path: Path
) -> None:
    folder = LicenseFolder(tmp_path)
    folder.fetch(http, URL, key_of(seller))
    path = tmp_path / "licence.json"
    signed = json.loads(path.read_text())
    forged = json.loads(signed["licence"])
    forged["modules"].append({"id": 1, "intname": "Virusdie", "name": "", "expires_on": None})
    path.write_text(json.dumps({**signed, "licence": json.dumps(forged, sort_keys=True)}))
    with pytest.raises(LicenseFileError, match="was changed"):
        folder.read()


@pytest.mark.parametrize("text", ["{", "[]", '{"licence": "x"}', "\udc80"])
def test_what_is_no_license_file_is_told_in_a_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "licence.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(
        LicenseFileError, match=r"licence\.json: (is not a license file|cannot be read)"
    ):
        LicenseFolder(tmp_path).read()


def test_a_file_signed_by_another_key_than_the_first_is_refused(
    seller: Seller, http: httpx.Client, tmp_path: Path
) -> None:
    folder = LicenseFolder(tmp_path)
    folder.fetch(http, URL, key_of(seller))
    with Seller(seed="7") as other:
        line = httpx.Client(transport=httpx.WSGITransport(app=other.wsgi))
        with line, pytest.raises(LicenseFileError, match="signature"):
            folder.fetch(line, URL, key_of(other))
    assert folder.read().id == 100001


def test_a_license_that_stops_working_locks_the_panel_until_it_works_again(
    seller: Seller, http: httpx.Client, tmp_path: Path
) -> None:
    folder = LicenseFolder(tmp_path)
    folder.fetch(http, URL, key_of(seller))
    seller.service(100001, status=3)
    with pytest.raises(LicenseFileError, match="not active"):
        folder.fetch(http, URL, key_of(seller))
    with pytest.raises(LicenseFileError, match="not active"):
        folder.read()
    seller.service(100001, status=2)
    folder.fetch(http, URL, key_of(seller))
    assert folder.read().id == 100001


def test_a_seller_that_is_not_there_leaves_the_file_as_it_was(
    seller: Seller, http: httpx.Client, tmp_path: Path
) -> None:
    folder = LicenseFolder(tmp_path)
    folder.fetch(http, URL, key_of(seller))

    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    line = httpx.Client(transport=httpx.MockTransport(nobody))
    with line, pytest.raises(LicenseFileError, match="cannot be reached"):
        folder.fetch(line, URL, key_of(seller))
    assert folder.read().id == 100001


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"licence": "x"}),
        httpx.Response(500, json={"error": "x"}),
    ],
    ids=["a page", "a list", "half of it", "a failure"],
)
def test_what_issues_no_license_files_is_told_in_a_line(
    tmp_path: Path, answer: httpx.Response
) -> None:
    transport = httpx.MockTransport(lambda _: answer)
    with (
        httpx.Client(transport=transport) as line,
        pytest.raises(LicenseFileError, match="_licence"),
    ):
        LicenseFolder(tmp_path).fetch(line, URL, "1-x")
    assert not (tmp_path / "locked").exists()


@pytest.mark.parametrize(
    ("api", "where"),
    [
        ("http://s.example/billmgr", "http://s.example/_licence"),
        ("http://s.example/manager/billmgr/", "http://s.example/_licence"),
        ("http://s.example:1500/w/shop/billmgr?x=1", "http://s.example:1500/w/shop/_licence"),
        ("http://s.example", "http://s.example/_licence"),
    ],
)
def test_the_license_file_api_is_beside_the_api(api: str, where: str) -> None:
    assert license_file_url(api) == where
