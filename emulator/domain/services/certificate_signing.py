"""Makes and reads keys and certificate requests, and issues certificates.

Source: docs/resale.md section 2.8. Deterministic: the same authority issues the same certificate
for the same request, so that two worlds of one seed are equal. Import it where it is needed: it
imports the ``cryptography`` library, which is slow.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from emulator.domain.services.certificate_names import (
    MOST_NAMES,
    CertificateRequest,
    Subject,
    normalize_name,
)
from emulator.errors import BadValue

RSA_BITS = 2048
EVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""The end date that certificates write where there is none."""
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

SUBJECT_OIDS = MappingProxyType(
    {
        "C": NameOID.COUNTRY_NAME,
        "ST": NameOID.STATE_OR_PROVINCE_NAME,
        "L": NameOID.LOCALITY_NAME,
        "O": NameOID.ORGANIZATION_NAME,
        "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
        "emailAddress": NameOID.EMAIL_ADDRESS,
    }
)
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
LEAST_CURVE = 256


@dataclass(frozen=True, slots=True)
class Authority:
    """An issuer: its self-signed certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        """Its certificate, PEM, for clients that have to trust it."""
        return _pem(self.certificate)


def make_key() -> str:
    """A new private key, PEM: RSA of 2048 bits, as clients of this order expect."""
    return _key_pem(rsa.generate_private_key(65537, RSA_BITS))


def derived_key(secret: str) -> str:
    """A private key derived from a text, PEM: for the certificates a world begins with."""
    return _key_pem(_derived(secret))


def _derived(secret: str) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(hashlib.sha512(secret.encode()).digest())
    return ec.derive_private_key(number % (ORDER_OF_P256 - 1) + 1, ec.SECP256R1())


def _key_pem(key: PrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def make_csr(key_pem: str, names: tuple[str, ...], subject: Subject) -> str:
    """A request for these names, the common one first, signed with a key of ours; PEM."""
    key = _read_key(key_pem, own=True)
    parts = asdict(subject)
    attributes = [(oid, str(parts[name])) for name, oid in SUBJECT_OIDS.items()]
    attributes.append((NameOID.COMMON_NAME, names[0]))
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(
            x509.Name([x509.NameAttribute(oid, text) for oid, text in attributes if text])
        )
        .add_extension(_alternatives(names), critical=False)
    )
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return _pem(request.sign(key, hashes.SHA256(), ecdsa_deterministic=True))
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return _pem(request.sign(key, digest))


def _alternatives(names: tuple[str, ...]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.DNSName(name) for name in names])


def _pem(signed: x509.Certificate | x509.CertificateSigningRequest) -> str:
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def subject_of(csr: str) -> Subject:
    """The applicant of a request."""
    subject = _loaded(csr).subject
    parts = {
        name: str(attribute.value)
        for name, oid in SUBJECT_OIDS.items()
        for attribute in subject.get_attributes_for_oid(oid)
    }
    return Subject(**parts)


def read(csr: str, key: str = "") -> CertificateRequest:
    """Reads a request that a client sent, with its key where that was sent.

    Raises BadValue("csr"): unreadable, wrong signature, weak or unknown kind of key, other than
    host names; BadValue("key"): not the key of this request.
    """
    request = _loaded(csr)
    names = _names_of(request)
    if not names:
        raise BadValue("csr", "", desc="csr_names")
    if key and _public(_read_key(key).public_key()) != _public(_strong(request.public_key())):
        raise BadValue("key", "", desc="csr_other_key")
    return CertificateRequest(_pem(request), key, names)


def _loaded(csr: str) -> x509.CertificateSigningRequest:
    try:
        request = x509.load_pem_x509_csr(csr.strip().encode())
        sound = request.is_signature_valid
        key = request.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadValue("csr", "", desc="csr_broken") from None
    if not sound:
        raise BadValue("csr", "", desc="csr_broken")
    _strong(key)
    return request


def _strong(key: object) -> PublicKey:
    """The key, if authorities accept it. Raises BadValue("csr")."""
    weak = (isinstance(key, rsa.RSAPublicKey) and key.key_size < RSA_BITS) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size < LEAST_CURVE
    )
    if weak or not isinstance(key, PublicKey):
        raise BadValue("csr", "", desc="csr_weak")
    return key


def _names_of(request: x509.CertificateSigningRequest) -> tuple[str, ...]:
    """The common name and the alternative names. Raises BadValue("csr") for IP addresses."""
    others: list[str] = []
    foreign = False
    try:
        common = [str(a.value) for a in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        for extension in request.extensions:
            if isinstance(extension.value, x509.SubjectAlternativeName):
                others = extension.value.get_values_for_type(x509.DNSName)
                foreign = len(others) != len(list(extension.value))
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise BadValue("csr", "", desc="csr_broken") from None
    if foreign or len(others) > MOST_NAMES:
        raise BadValue("csr", "", desc="csr_names")
    return tuple(dict.fromkeys(normalize_name(name, "csr") for name in (*common[:1], *others)))


def _read_key(key: str, *, own: bool = False) -> PrivateKey:
    """Reads a key; ``own``: made here, so that the slow check of its numbers is left out."""
    try:
        read_key = serialization.load_pem_private_key(
            key.strip().encode(), password=None, unsafe_skip_rsa_key_validation=own
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadValue("key", "", desc="csr_broken") from None
    if not isinstance(read_key, PrivateKey):
        raise BadValue("key", "", desc="csr_weak")
    return read_key


def _public(key: PublicKey) -> bytes:
    """A public key as bytes, for comparison."""
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@lru_cache(maxsize=64)
def authority(secret: str) -> Authority:
    """The authority derived from a text. Its certificate is valid on all dates."""
    key = _derived(f"authority/{secret}")
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Example Authority of a world of tests"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(BEGINNING)
        .not_valid_after(EVER)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_others=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    )
    return Authority(certificate, key)


def issue(
    by: Authority, request: CertificateRequest, serial: str, since: datetime, until: datetime
) -> str:
    """Issues a certificate for the names and the key of a request; PEM.

    ``serial``: a text from which the serial number is derived.
    """
    csr = _loaded(request.csr)
    public = _strong(csr.public_key())
    digest = hashlib.sha256(f"serial/{serial}".encode()).digest()[:16]
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    known_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(csr.subject)
        .issuer_name(by.certificate.subject)
        .public_key(public)
        .serial_number(int.from_bytes(digest) >> 1 or 1)
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_others=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(_alternatives(request.names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(known_by, critical=False)
        .sign(by.key, hashes.SHA256(), ecdsa_deterministic=True)
    )
    return _pem(certificate)


def _usage(*, signs_others: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not signs_others,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_others,
        crl_sign=signs_others,
        encipher_only=False,
        decipher_only=False,
    )
