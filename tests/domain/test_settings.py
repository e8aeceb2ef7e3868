"""Settings: where they come from, and what a bad one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.domain.world import Rules
from emulator.settings import SettingsError, load


def test_a_flag_beats_the_environment_beats_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mockseller.toml"
    file.write_text('port = 1\nworkers = 3\nhost = "::1"\n')
    environ = {"MOCKSELLER_PORT": "2", "MOCKSELLER_WORKERS": "4"}
    chosen = load({"port": 5}, environ, file)
    assert (chosen.port, chosen.workers, chosen.host) == (5, 4, "::1")


@pytest.mark.parametrize(
    ("flags", "environ", "expected"),
    [
        ({"port": "eighty"}, {}, 'port (from --port): "eighty" is not a whole number'),
        ({}, {"MOCKSELLER_PORT": "70000"}, "port (from MOCKSELLER_PORT): 70000 is not between"),
        ({"cert": "/nowhere/x"}, {}, 'cert (from --cert): there is no file "/nowhere/x"'),
    ],
)
def test_a_bad_value_is_named_with_its_origin(
    flags: dict[str, object], environ: dict[str, str], expected: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(flags, environ)
    assert str(refused.value).startswith(expected)


def test_an_unknown_setting_in_a_file_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "mockseller.toml"
    file.write_text("workers = 2\nprot = 1\n")
    with pytest.raises(SettingsError, match=r"prot: unknown setting; .* 'port' \(line 2\)"):
        load({}, {}, file)


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    cert = tmp_path / "cert.pem"
    cert.touch()
    with pytest.raises(SettingsError, match="both a certificate and its key"):
        load({"cert": str(cert)}, {})


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        ({"tls": "maybe"}, 'tls (from --tls): "maybe" is neither on nor off'),
        ({"tls_port": 1443}, "tls_port: HTTPS needs a certificate"),
        ({"tls_name": "shop.test"}, "tls_name: only a certificate that is made here"),
        ({"tls": True, "cert": __file__, "key": __file__}, "tls, cert: choose a certificate"),
    ],
)
def test_settings_of_https_that_contradict_each_other_are_refused(
    flags: dict[str, object], line: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(flags, {})
    assert str(refused.value).startswith(line)


def test_https_can_be_chosen_by_the_environment() -> None:
    environ = {"MOCKSELLER_TLS": "on", "MOCKSELLER_TLS_NAME": "a.test, b.test"}
    chosen = load({}, environ)
    assert (chosen.tls, chosen.tls_port, chosen.tls_name) == (True, None, ("a.test", "b.test"))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"poor_order": "maybe"}, "rules.poor_order"),
        ({"list_rows": 0}, "rules.list_rows"),
        ({"list_rows": True}, "rules.list_rows"),
        ({"change_limit": "yes"}, "rules.change_limit"),
        ({"nosuch": 1}, "rules.nosuch: there is no such rule"),
        ({"allowed_origins": "x"}, "rules.allowed_origins"),
    ],
)
def test_a_bad_rule_is_named(rules: dict[str, object], expected: str) -> None:
    with pytest.raises(ValueError, match=expected.replace(".", r"\.")):
        Rules.read(rules)


def test_rules_survive_being_told() -> None:
    rules = Rules(change_limit=True, allowed_origins=("https://shop.example",))
    assert Rules.read(rules.as_dict()) == rules
