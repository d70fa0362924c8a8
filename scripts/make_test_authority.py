"""Make a certificate authority for tests, and a certificate of its with which pictures are signed.

    python scripts/make_test_authority.py FOLDER [NAME]
    keras-gen generate dcgan --sign FOLDER/certificate.pem FOLDER/key.pem
    keras-gen inspect dcgan-seed-0.png --trust FOLDER/authority.pem

FOLDER is created. `authority.pem` is what a reader trusts, `certificate.pem` the signer's
certificate followed by the authority's, `key.pem` the signer's private key. The authority's own key
is never written: it signs once and is forgotten. Nobody else trusts such an authority; pictures for
the public need a certificate of one that is on the C2PA trust list. Needs the extra `sign`.
"""

import datetime
import os
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAYS = 365  # that both certificates are valid


def certificate(name, key, issuer, issuer_key, extensions):
    """Return a signed certificate; each extension is critical but those that name keys."""
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))  # clocks differ
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
        )
    )
    for extension in extensions:
        builder = builder.add_extension(extension, True)
    return builder.sign(issuer_key, hashes.SHA256())


def usage(*wanted):
    """Return the extension that limits what a key may be used for."""
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
    names += ("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: name in wanted for name in names})


def named(organisation, common):
    """Return a name of X.509."""
    parts = {NameOID.ORGANIZATION_NAME: organisation, NameOID.COMMON_NAME: common}
    return x509.Name([x509.NameAttribute(*part) for part in parts.items()])


def main(folder, name="keras_gen test"):
    """Write the three files."""
    folder = Path(folder)
    folder.mkdir(parents=True)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    above, below = named(name, f"{name} authority"), named(name, f"{name} signer")
    authority = certificate(
        above, authority_key, above, authority_key,
        [x509.BasicConstraints(ca=True, path_length=0), usage("key_cert_sign", "crl_sign")],
    )  # fmt: skip
    signer = certificate(
        below, key, above, authority_key,
        [
            x509.BasicConstraints(ca=False, path_length=None),
            usage("digital_signature"),
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]),
        ],
    )  # fmt: skip
    authority, signer = (
        each.public_bytes(serialization.Encoding.PEM) for each in (authority, signer)
    )
    (folder / "authority.pem").write_bytes(authority)
    (folder / "certificate.pem").write_bytes(signer + authority)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with open(folder / "key.pem", "xb", opener=lambda *words: os.open(*words, mode=0o600)) as file:
        file.write(private)
    print(f"{folder}: authority.pem, certificate.pem, key.pem; valid for {DAYS} days")


if __name__ == "__main__":
    main(*sys.argv[1:])
