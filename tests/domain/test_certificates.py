"""Requests for certificates and certificates: what they hold, what is refused, who vouches."""

from __future__ import annotations

import base64
import ipaddress
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from emulator.domain.services import certificate_signing
from emulator.domain.services.certificate_names import (
    CertificateRequest,
    Subject,
    list_further_names,
    make_confirmation,
    normalize_name,
    normalize_names,
)
from emulator.errors import BadValue

NAMES = ("example.com", "www.example.com", "shop.example.com")
SINCE = datetime(2026, 3, 15, 12, tzinfo=UTC)
UNTIL = datetime(2027, 3, 15, tzinfo=UTC)
SUBJECT = Subject("RU", "Region", "City", "Example", "Web", "web@example.com")


@pytest.fixture(scope="module")
def key() -> str:
    return certificate_signing.make_key()


@pytest.fixture(scope="module")
def certificate_request(key: str) -> CertificateRequest:
    return CertificateRequest(certificate_signing.make_csr(key, NAMES, SUBJECT), key, NAMES)


def pem(request: x509.CertificateSigningRequest) -> str:
    return request.public_bytes(serialization.Encoding.PEM).decode()


def request(
    *alternatives: x509.GeneralName, common: str = "example.com", bits: int = 2048
) -> x509.CertificateSigningRequest:
    named = [x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(named))
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.sign(rsa.generate_private_key(65537, bits), hashes.SHA256())


def refusal(csr: str, key: str = "") -> tuple[str, str]:
    with pytest.raises(BadValue) as refused:
        certificate_signing.read(csr, key)
    assert not refused.value.value
    return refused.value.object, refused.value.desc


def test_a_made_key_is_rsa_of_2048_bits_without_a_password(key: str) -> None:
    read = serialization.load_pem_private_key(key.encode(), password=None)
    assert isinstance(read, rsa.RSAPrivateKey)
    assert read.key_size == 2048


def test_a_request_says_who_asks_and_for_which_names(
    certificate_request: CertificateRequest,
) -> None:
    made = x509.load_pem_x509_csr(certificate_request.csr.encode())
    assert made.is_signature_valid
    subject = {a.rfc4514_attribute_name: a.value for a in made.subject}
    assert subject["CN"] == "example.com"
    assert (subject["C"], subject["ST"], subject["L"], subject["O"], subject["OU"]) == (
        "RU",
        "Region",
        "City",
        "Example",
        "Web",
    )
    assert "web@example.com" in subject.values()
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert tuple(names.get_values_for_type(x509.DNSName)) == NAMES


def test_a_made_request_is_read_back_with_its_names_and_its_key(
    certificate_request: CertificateRequest,
) -> None:
    assert (
        certificate_signing.read(certificate_request.csr, certificate_request.key)
        == certificate_request
    )


def test_names_of_a_request_are_told_once_and_in_small_letters() -> None:
    csr = request(
        x509.DNSName("WWW.Example.com"), x509.DNSName("example.com"), common="Example.COM"
    )
    assert certificate_signing.read(pem(csr)).names == ("example.com", "www.example.com")


def test_a_request_without_a_common_name_goes_by_its_first_alternative_one() -> None:
    csr = request(x509.DNSName("a.example.com"), x509.DNSName("b.example.com"), common="")
    assert certificate_signing.read(pem(csr)).names == ("a.example.com", "b.example.com")


@pytest.mark.parametrize("kind", ["p256", "ed25519"])
def test_requests_of_other_keys_are_taken_too(kind: str) -> None:
    made = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "p256"
        else ed25519.Ed25519PrivateKey.generate()
    )
    key = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    csr = certificate_signing.make_csr(key, ("example.com",), Subject())
    assert certificate_signing.read(csr, key).names == ("example.com",)
    issued = certificate_signing.issue(
        certificate_signing.authority("w"), certificate_signing.read(csr), "1", SINCE, UNTIL
    )
    assert "BEGIN CERTIFICATE" in issued


@pytest.mark.parametrize("text", ["", "nothing", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA"])
def test_what_is_no_request_is_refused(text: str) -> None:
    assert refusal(text) == ("csr", "csr_broken")


def test_a_request_that_was_changed_after_it_was_signed_is_refused(
    certificate_request: CertificateRequest,
) -> None:
    changed = bytearray(
        x509.load_pem_x509_csr(certificate_request.csr.encode()).public_bytes(
            serialization.Encoding.DER
        )
    )
    changed[changed.index(b"example.com")] ^= 1
    text = base64.encodebytes(bytes(changed)).decode()
    assert refusal(
        f"-----BEGIN CERTIFICATE REQUEST-----\n{text}-----END CERTIFICATE REQUEST-----\n"
    ) == ("csr", "csr_broken")


def test_a_short_key_and_an_old_kind_of_key_are_refused() -> None:
    assert refusal(pem(request(bits=1024))) == ("csr", "csr_weak")
    old = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.com")]))
        .sign(dsa.generate_private_key(2048), hashes.SHA256())
    )
    assert refusal(pem(old)) == ("csr", "csr_weak")


def test_a_request_for_an_address_or_for_nobody_is_refused() -> None:
    address = x509.IPAddress(ipaddress.ip_address("192.0.2.1"))
    assert refusal(pem(request(address))) == ("csr", "csr_names")
    assert refusal(pem(request(common=""))) == ("csr", "csr_names")


def test_a_request_for_what_is_no_name_of_a_host_is_refused() -> None:
    with pytest.raises(BadValue) as refused:
        certificate_signing.read(pem(request(common="not a host")))
    assert refused.value.object == "csr"


def test_another_requests_key_is_refused_and_not_repeated(
    certificate_request: CertificateRequest,
) -> None:
    assert refusal(certificate_request.csr, certificate_signing.derived_key("another")) == (
        "key",
        "csr_other_key",
    )
    assert refusal(certificate_request.csr, "no key") == ("key", "csr_broken")


def test_a_certificate_is_for_the_names_and_the_key_that_were_asked_for(
    certificate_request: CertificateRequest,
) -> None:
    by = certificate_signing.authority("world")
    made = x509.load_pem_x509_certificate(
        certificate_signing.issue(by, certificate_request, "1", SINCE, UNTIL).encode()
    )
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert tuple(names.get_values_for_type(x509.DNSName)) == NAMES
    assert (
        made.public_key() == x509.load_pem_x509_csr(certificate_request.csr.encode()).public_key()
    )
    assert (made.not_valid_before_utc, made.not_valid_after_utc) == (SINCE, UNTIL)


def test_a_certificate_verifies_against_its_authority_while_its_term_lasts(
    certificate_request: CertificateRequest,
) -> None:
    by = certificate_signing.authority("world")
    made = x509.load_pem_x509_certificate(
        certificate_signing.issue(by, certificate_request, "1", SINCE, UNTIL).encode()
    )
    root = x509.load_pem_x509_certificate(by.pem.encode())

    def verified(trusted: x509.Certificate, name: str, at: datetime) -> bool:
        verifier = PolicyBuilder().store(Store([trusted])).time(at)
        try:
            verifier.build_server_verifier(x509.DNSName(name)).verify(made, [])
        except x509.verification.VerificationError:
            return False
        return True

    now = SINCE + timedelta(days=30)
    assert verified(root, "shop.example.com", now)
    assert not verified(root, "other.example.com", now)
    assert not verified(root, "example.com", UNTIL + timedelta(days=1))
    other = x509.load_pem_x509_certificate(certificate_signing.authority("another").pem.encode())
    assert not verified(other, "example.com", now)


def test_the_same_is_issued_again_byte_for_byte_and_another_number_to_another(
    certificate_request: CertificateRequest,
) -> None:
    by = certificate_signing.authority("world")
    first = certificate_signing.issue(by, certificate_request, "1", SINCE, UNTIL)
    assert certificate_signing.issue(by, certificate_request, "1", SINCE, UNTIL) == first
    assert certificate_signing.issue(by, certificate_request, "2", SINCE, UNTIL) != first


def test_a_derived_key_and_its_request_follow_from_the_text() -> None:
    key = certificate_signing.derived_key("a")
    assert key == certificate_signing.derived_key("a") != certificate_signing.derived_key("b")
    csr = certificate_signing.make_csr(key, ("example.com",), Subject())
    assert csr == certificate_signing.make_csr(key, ("example.com",), Subject())


def test_a_seller_starts_without_the_library_that_certifies() -> None:
    code = "import sys, emulator.wsgi; print('cryptography' in sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout == "False\n"


def test_names_of_other_scripts_become_what_certificates_hold() -> None:
    assert normalize_name("Пример.рф.", "CN") == "xn--e1afmkfd.xn--p1ai"
    assert normalize_name("*.Example.com", "CN") == "*.example.com"


@pytest.mark.parametrize(
    "name", ["", "host", "a b.com", "-a.com", "*", "a.*.com", "x" * 64 + ".de"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(BadValue, match="CN"):
        normalize_name(name, "CN")


def test_further_names_stand_in_one_text_and_are_told_once() -> None:
    assert normalize_names("example.com", "www.example.com  b.com example.com,c.com") == (
        "example.com",
        "www.example.com",
        "b.com",
        "c.com",
    )


def test_a_common_name_holds_64_characters_at_most() -> None:
    with pytest.raises(BadValue, match="CN"):
        normalize_names(f"{'a' * 60}.example.com", "")


def test_www_comes_along_with_a_name_and_the_bare_name_with_a_star() -> None:
    assert list_further_names(("example.com", "www.example.com", "b.com")) == ("b.com",)
    assert list_further_names(("*.example.com", "example.com", "www.example.com")) == (
        "www.example.com",
    )


def test_another_request_wants_another_record_at_the_same_domain(
    certificate_request: CertificateRequest, key: str
) -> None:
    first = make_confirmation(certificate_request.csr, "www.example.com")
    other = make_confirmation(
        certificate_signing.make_csr(key, ("example.com",), Subject()), "example.com"
    )
    assert first.record.endswith(".example.com")
    assert (first.record, first.value) != (other.record, other.value)
    assert first.emails[0] == "admin@example.com"
