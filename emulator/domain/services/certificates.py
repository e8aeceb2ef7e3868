"""Certificates as services: orders, issuing, reissuing.

Source: docs/resale.md section 2.8. The request and the certificate are in ``Service.params``:
``csr``, ``key``, ``names``, ``crt``, ``issued`` (how often), ``valid_from``, ``valid_until``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue import traits
from emulator.domain.catalogue.catalogue import Catalogue, Tariff
from emulator.domain.services import servers, services
from emulator.domain.services.certificate_names import (
    CertificateRequest,
    Subject,
    list_further_names,
    normalize_names,
)
from emulator.domain.services.services import ACTIVE, OPENING, PROCESSING, Service
from emulator.domain.world import Shop, WorldRow
from emulator.errors import BadValue, WrongState

FURTHER_NAMES, WILDCARD = "altname", "wildcard"
"""Internal names of addons: the number of further names; wildcard names."""
REQUESTED, ISSUED = "3", "5"
"""``service_status`` of a certificate (observed)."""


def is_certificate(catalogue: Catalogue, product_type: str) -> bool:
    """Whether a service of this type is a certificate."""
    return traits.of(catalogue, product_type).gives == "certificate"


def make_request(common: str, others: str, subject: Subject) -> CertificateRequest:
    """Makes a new key and a request with it. Raises BadValue("CN") or BadValue("altname_input").

    Making a key takes between 0.02 and 0.5 seconds.
    """
    from emulator.domain.services import certificate_signing  # noqa: PLC0415 - imports a large library

    names = normalize_names(common, others)
    key = certificate_signing.make_key()
    return CertificateRequest(certificate_signing.make_csr(key, names, subject), key, names)


def remake_request(before: CertificateRequest, others: str) -> CertificateRequest:
    """Makes a new key and a request for the same common name. Raises BadValue("altname_input")."""
    from emulator.domain.services import certificate_signing  # noqa: PLC0415 - imports a large library

    key, names = certificate_signing.make_key(), normalize_names(before.names[0], others)
    subject = certificate_signing.subject_of(before.csr)
    return CertificateRequest(certificate_signing.make_csr(key, names, subject), key, names)


def read_request(csr: str, key: str, others: str = "") -> CertificateRequest:
    """Reads a request that was sent, and adds further names. Raises BadValue.

    ``key`` is empty where the client did not send it.
    """
    from emulator.domain.services import certificate_signing  # noqa: PLC0415 - imports a large library

    request = certificate_signing.read(csr, key)
    if not others:
        return request
    return replace(
        request, names=normalize_names(request.names[0], " ".join((*request.names[1:], others)))
    )


def fit_addons(
    tariff: Tariff, names: tuple[str, ...], sent: Mapping[int, int] | None
) -> Mapping[int, int]:
    """The addons of an order for these names; by default as many names as the request has.

    Raises BadValue("CN") for a wildcard that does not fit the tariff, BadValue("altname_input") for
    too many names.
    """
    amounts = dict(sent or {})
    stars = [name.startswith("*.") for name in names]
    if stars[0] != (tariff.addon(WILDCARD) is not None) or any(stars[1:]):
        raise BadValue("CN", names[0], desc="wildcard")
    count, addon = len(list_further_names(names)), tariff.addon(FURTHER_NAMES)
    if addon is None:
        if count:
            raise BadValue("altname_input", str(count), desc="one_name")
        return amounts
    amount = amounts.setdefault(addon.id, max(count, addon.standard))
    if count > amount or amount > addon.maximum:
        limits = {"minimum": str(count), "maximum": str(addon.maximum)}
        raise BadValue("altname_input", str(count), desc="between", params=limits)
    return amounts


def request_params(request: CertificateRequest) -> dict[str, str]:
    """A request as ``Service.params`` store it."""
    return {"csr": request.csr, "key": request.key, "names": " ".join(request.names)}


def request_of(service: Service) -> CertificateRequest:
    """The request that a service's certificate is issued for."""
    params = service.params
    return CertificateRequest(params["csr"], params.get("key", ""), tuple(params["names"].split()))


def _secret(world: WorldRow) -> str:
    return f"{world.seed}/{world.made_from}"


def authority(shop: Shop) -> str:
    """The certificate of this world's authority, PEM."""
    from emulator.domain.services import certificate_signing  # noqa: PLC0415 - imports a large library

    return certificate_signing.authority(_secret(shop.world)).pem


def give(shop: Shop, service: Service) -> Service:
    """Issues the requested certificate, valid to the end of the term. The service is not saved.

    A service from a world's file has no request; it gets a key derived from the world's seed.
    """
    from emulator.domain.services import certificate_signing  # noqa: PLC0415 - imports a large library

    secret, since = _secret(shop.world), shop.today
    if "csr" not in service.params:
        since = service.created_on
        key = certificate_signing.derived_key(f"{secret}/{service.id}")
        names = normalize_names(service.licname, "")
        made = CertificateRequest(certificate_signing.make_csr(key, names, Subject()), key, names)
        service = replace(service, params={**service.params, **request_params(made)})
    number = int(service.params.get("issued", "0")) + 1
    until = services.midnight(service.expires_on) or certificate_signing.EVER
    begins = min(services.midnight(since) or shop.now, until)
    crt = certificate_signing.issue(
        certificate_signing.authority(secret),
        request_of(service),
        f"{secret}/{service.id}/{number}",
        begins,
        until,
    )
    issued = {
        "crt": crt,
        "issued": str(number),
        "valid_from": begins.date().isoformat(),
        "valid_until": until.date().isoformat(),
    }
    return replace(service, params={**service.params, **issued})


def renew(shop: Shop, service: Service) -> Service:
    """Reissues a prolonged certificate for its new term (observed). The service is not saved.

    Services that are no certificate, or whose certificate is still being issued, are unchanged.
    """
    if "crt" not in service.params or service.status != ACTIVE:
        return service
    return give(shop, service)


def reissue(shop: Shop, account: Account, service: Service, request: CertificateRequest) -> Service:
    """Reissues a certificate for another request, for the same term and free of charge (assumed).

    Raises WrongState where it is not active, RunningOperation, BadValue for another common name or
    for more names than were paid for.
    """
    services.require_settled(service)
    if service.status != ACTIVE:
        raise WrongState(service.id, "inactive")
    if request.names[0] != request_of(service).names[0]:
        raise BadValue("csr", "", desc="csr_other_name")
    fit_addons(shop.catalogue[service.tariff_id], request.names, service.amounts())
    services.note(shop, service.id, account.login, "reissue", request.names[0])
    changed = replace(service, params={**service.params, **request_params(request)})
    busy = servers.start_operation(shop, changed, OPENING)
    if busy.substate == OPENING:
        return services.save(shop, replace(busy, status=PROCESSING))
    return services.save(shop, give(shop, changed))


def require_requested(service: Service) -> None:
    """Raises WrongState where the certificate has been issued."""
    if service.status != PROCESSING:
        raise WrongState(service.id, "no_validation")
