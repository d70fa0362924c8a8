"""Signatures of C2PA: a file says who vouches for it, and whether it is still what was signed.

The manifest holds one assertion, that the picture was created and how, with the source type that
the XMP has as well. No thumbnail is put into it, and nothing is fetched: neither time stamps, nor
lists of revoked certificates, nor manifests of others. Without a time stamp, the signature is valid
as long as the certificate.

Reference: https://spec.c2pa.org, Technical Specification 2.4.
"""

import dataclasses
import io
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from PIL import Image

from keras_gen.files import require_file
from keras_gen.provenance.door import encode_generated
from keras_gen.provenance.marks import Marks, Origin

LARGEST_PEM = 2**20  # bytes
SIGNS = (b"jumb", b"c2pa")  # in every file with a manifest: the kind of its box, and its label
KINDS = {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"RIFF": "WEBP", b"GIF8": "GIF"}
CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False}
INSTALL = 'pip install "keras_gen[sign]"'


@dataclasses.dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signs.

    Attributes:
        name: of the certificate's subject.
        algorithm: C2PA's name of it.
        certificates: the signer's, and those above it, in PEM.
        key: the private key in PEM; never printed or written.
    """

    name: str
    algorithm: str
    certificates: bytes
    key: bytes = dataclasses.field(repr=False)

    def sign(self, content: bytes, kind: str, origin: Origin) -> bytes:
        """Return the bytes of a signed picture file.

        Args:
            content: bytes of the file.
            kind: Pillow's name of its format: PNG, JPEG, WEBP or GIF.
            origin: what drew it.

        Raises:
            ValueError: the library refuses certificate or key.
        """
        c2pa = _library()
        created = {
            "action": "c2pa.created",
            "digitalSourceType": origin.source_type,
            "softwareAgent": {"name": f"keras_gen {origin.model}", "version": version("keras_gen")},
        }
        manifest = {
            "claim_generator_info": [{"name": "keras_gen", "version": version("keras_gen")}],
            "assertions": [{"label": "c2pa.actions", "data": {"actions": [created]}}],
        }
        context = _context({"builder": {"thumbnail": {"enabled": False}}, "verify": OFFLINE})
        signed = io.BytesIO()
        try:
            signer = c2pa.Signer.from_info(
                c2pa.C2paSignerInfo(self.algorithm.encode(), self.certificates, self.key, None)
            )
            with signer, c2pa.Builder(manifest, context=context) as builder:
                builder.sign(signer, Image.MIME[kind], io.BytesIO(content), signed)
        except c2pa.C2paError as error:
            raise ValueError(f"cannot sign as {self.name}: {error}") from error
        return signed.getvalue()


def load_signer(certificates: str | Path, key: str | Path) -> Signer:
    """Return who signs, after a trial signature, so that a fault shows before any work begins.

    Args:
        certificates: PEM file, the signer's first, then those of the authorities above it.
        key: PEM file of the private key, without a password.

    Raises:
        FileNotFoundError: no such file.
        ValueError: no certificate, no key, a pair that does not fit, or one that C2PA refuses, such
            as a certificate that signs itself; or the extra `sign` is not installed.
    """
    _library()
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    chain = _certificates(certificates)
    content = _pem(key, "a private key")
    try:
        secret: Any = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:  # TypeError: it has a password
        raise ValueError(f"{key}: expected a private key in PEM without a password") from error
    if secret.public_key() != chain[0].public_key():
        raise ValueError(f"{key}: expected the key of the first certificate in {certificates}")
    if isinstance(secret, ec.EllipticCurvePrivateKey):
        algorithm = CURVES.get(secret.curve.name)
    else:
        kinds = {rsa.RSAPrivateKey: "ps256", ed25519.Ed25519PrivateKey: "ed25519"}
        algorithm = next((name for kind, name in kinds.items() if isinstance(secret, kind)), None)
    if algorithm is None:
        raise ValueError(f"{key}: expected a key of P-256, P-384, P-521, Ed25519 or RSA")
    names = chain[0].subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    signer = Signer(
        name=str(names[0].value) if names else chain[0].subject.rfc4514_string(),
        algorithm=algorithm,
        certificates=b"".join(each.public_bytes(pem[0]) for each in chain),
        key=secret.private_bytes(*pem, serialization.NoEncryption()),
    )
    trial = Origin(model="trial", run_id="", seed=0)
    encode_generated(Image.new("L", (1, 1)), trial, Marks(signer=signer))
    return signer


def load_anchors(path: str | Path) -> str:
    """Return the certificates of trusted authorities, in PEM.

    Raises:
        FileNotFoundError: no such file.
        ValueError: no certificates, or the extra `sign` is not installed.
    """
    _library()
    _certificates(path)
    return _pem(path, "a certificate").decode()


def read_signature(
    content: bytes, anchors: str | None = None
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return what a file's signature says, as lines and faults of a `Reading`.

    Args:
        content: bytes of a picture file.
        anchors: certificates of trusted authorities, or None where nobody is asked for.
    """
    if not all(sign in content for sign in SIGNS):
        return ([("signature", "none")], ["no signature"]) if anchors else ([], [])
    try:
        c2pa = _library()
    except ValueError:
        return [("signature", f"there is one, not checked; {INSTALL}")], []
    kind = next((kind for start, kind in KINDS.items() if content.startswith(start)), "")
    trust = {"trust": {"user_anchors": anchors}} if anchors else {}
    context = _context({**trust, "verify": {"verify_trust": True, **OFFLINE}})
    try:
        with c2pa.Reader(Image.MIME[kind], io.BytesIO(content), context=context) as reader:
            state, manifest = reader.get_validation_state(), reader.get_active_manifest() or {}
            codes = json.loads(reader.json()).get("validation_status", [])
    except (c2pa.C2paError, KeyError) as error:
        return [("signature", f"cannot be read: {error}")], ["unreadable signature"]
    signed = manifest.get("signature_info", {})
    whose = f"of {signed.get('common_name', 'somebody')} ({signed.get('issuer', 'not named')})"
    if state == "Trusted":
        return [("signature", f"valid, {whose}, who is trusted")], []
    if state == "Valid":
        hint = "" if anchors else "; --trust names an authority"
        faults = ["signed by somebody who is not trusted"] if anchors else []
        return [("signature", f"valid, {whose}, who is not known{hint}")], faults
    why = ", ".join(dict.fromkeys(str(each.get("code")) for each in codes))
    return [("signature", f"invalid, {whose}: {why}")], ["invalid signature"]


def _library() -> Any:
    try:
        import c2pa
    except ImportError as error:
        raise ValueError(f"signatures: expected c2pa-python, found none; {INSTALL}") from error
    return c2pa


def _context(settings):
    c2pa = _library()
    return c2pa.Context(c2pa.Settings.from_dict(settings))


def _pem(path, what):
    """Return the bytes of a small file."""
    path = require_file(path, what)
    if path.stat().st_size > LARGEST_PEM:
        raise ValueError(f"{path}: expected {what}, found a file of more than 1 MiB")
    return path.read_bytes()


def _certificates(path):
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(_pem(path, "a certificate"))
    except ValueError as error:
        raise ValueError(f"{path}: expected certificates in PEM") from error
