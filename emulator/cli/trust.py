"""How clients are made to trust an authority of our own: lines to paste."""

from __future__ import annotations

import shlex
from pathlib import Path


def trust_lines(file: Path) -> dict[str, str]:
    """By client, the command that makes it trust the certificate in a file (PEM).

    Each is for one run of a program and changes nothing on the computer; only that of ``keytool``
    writes a file, ``mockseller.p12``, into the current folder.
    """
    ca = shlex.quote(str(file))
    store = "mockseller.p12"
    trust_store = "-Djavax.net.ssl.trustStore"
    return {
        "curl": f"curl --cacert {ca}",
        "PHP": f"php -d curl.cainfo={ca} -d openssl.cafile={ca}",
        "Node": f"NODE_EXTRA_CA_CERTS={ca} node",
        "Python": f"SSL_CERT_FILE={ca} REQUESTS_CA_BUNDLE={ca} python",
        "Go": f"SSL_CERT_FILE={ca} go run .",
        "keytool": f"keytool -importcert -noprompt -alias mockseller -file {ca}"
        f" -keystore {store} -storetype PKCS12 -storepass mockseller",
        "Java": f"java {trust_store}={store} {trust_store}Password=mockseller",
    }
