"""Certificates for servers of the tests."""

from pathlib import Path

import trustme


class Certificates:
    """An authority, a certificate for `localhost`, and an authority that nobody asked."""

    def __init__(self, folder: Path) -> None:
        self.authority, self.stranger = folder / "ca.crt", folder / "stranger.crt"
        self.server = (folder / "tls.crt", folder / "tls.key")
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.authority)
        trustme.CA().cert_pem.write_to_path(self.stranger)
        issued = authority.issue_cert("localhost")
        issued.private_key_pem.write_to_path(self.server[1])
        issued.cert_chain_pems[0].write_to_path(self.server[0])
