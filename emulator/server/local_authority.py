"""A certificate authority of this computer's own, for HTTPS without certificates from elsewhere.

Its certificate and key stay in a folder, so that clients have to trust it only once. What the
server itself shows is issued anew at each start and is not kept. Import it where it is needed: it
imports the ``cryptography`` library, which is slow.
"""

from __future__ import annotations

import fcntl
import os
import re
import ssl
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LASTS = timedelta(days=3650)
CERTIFICATE_LASTS = timedelta(days=397)
"""As long as browsers accept; an authority that ends sooner than this is replaced."""
EARLIER = timedelta(days=1)
"""How long before its making a certificate is valid, for clients whose clock is slow."""
ALWAYS = ("localhost", "127.0.0.1", "::1")
HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LocalAuthority:
    """An authority; ``file``: its certificate (PEM), which clients have to trust."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    file: Path

    def server_context(self, names: Iterable[str], now: datetime) -> ssl.SSLContext:
        """What a server needs for HTTPS under `ALWAYS` and further host names or addresses.

        Raises ValueError for a name that no certificate can have.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._issue(key.public_key(), (*ALWAYS, *names), now)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        # `ssl` reads files only; this one is readable for its owner alone.
        with tempfile.NamedTemporaryFile(dir=self.file.parent) as file:
            file.write(_pem(certificate, key))
            file.flush()
            context.load_cert_chain(file.name)
        return context

    def _issue(
        self, key: ec.EllipticCurvePublicKey, names: tuple[str, ...], now: datetime
    ) -> x509.Certificate:
        alternatives = [_general_name(name) for name in dict.fromkeys(names)]
        usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return (
            _builder(_name("mockseller"), self.certificate.subject, key, now, CERTIFICATE_LASTS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usages, critical=False)
            .add_extension(issuer_key, critical=False)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .sign(self.key, hashes.SHA256())
        )


def local_authority(folder: Path, now: datetime) -> LocalAuthority:
    """The authority of a folder; made at first use, and anew before it ends.

    Raises ValueError for a file that is damaged, OSError for a folder that cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    secret_file, public_file = folder / "authority.pem", folder / "ca.pem"
    with (folder / "lock").open("w") as lock:  # two servers may start at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        authority = _read(secret_file, public_file) if secret_file.exists() else None
        if authority is None or authority.certificate.not_valid_after_utc < now + CERTIFICATE_LASTS:
            authority = _make(public_file, now)
            _write(secret_file, _pem(authority.certificate, authority.key), 0o600)
        _write(public_file, _pem(authority.certificate), 0o644)
    return authority


def _read(file: Path, public_file: Path) -> LocalAuthority:
    content = file.read_bytes()
    try:
        certificate = x509.load_pem_x509_certificate(content)
        key = serialization.load_pem_private_key(content, password=None)
    except ValueError:
        raise ValueError(f"tls: {file} is damaged; remove it, and trust the next one") from None
    if (
        not isinstance(key, ec.EllipticCurvePrivateKey)
        or certificate.public_key() != key.public_key()
    ):
        raise ValueError(f"tls: {file} is damaged; remove it, and trust the next one")
    return LocalAuthority(certificate, key, public_file)


def _make(public_file: Path, now: datetime) -> LocalAuthority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"mockseller authority {now:%Y-%m-%d} {os.urandom(4).hex()}")
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        _builder(name, name, key.public_key(), now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return LocalAuthority(certificate, key, public_file)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general_name(name: str) -> x509.GeneralName:
    """An address or a host name as certificates have it. Raises ValueError."""
    with suppress(ValueError):
        return x509.IPAddress(ip_address(name))
    bare = name.removeprefix("*.")
    try:
        encoded = bare.encode("idna").decode()
    except UnicodeError:
        encoded = ""
    if HOST_NAME.fullmatch(encoded) is None:
        raise ValueError(f'tls_name: "{name}" is neither a host name nor an address')
    return x509.DNSName(name[: -len(bare)] + encoded)


def _pem(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey | None = None) -> bytes:
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    if key is None:
        return pem
    return pem + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(file: Path, content: bytes, mode: int) -> None:
    """Writes a file in one step, so that nobody reads a part of it."""
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as part:
        part.write(content)
        os.fchmod(part.fileno(), mode)
    Path(part.name).replace(file)
