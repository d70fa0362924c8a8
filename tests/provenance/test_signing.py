"""Signatures: whose they are, what they cover, and certificates that cannot sign."""

import datetime
import importlib.util
import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_gen.cli import main
from keras_gen.provenance import (
    Marks,
    Origin,
    encode_generated,
    load_anchors,
    load_signer,
    read_marks,
    save_generated,
)

c2pa = pytest.importorskip("c2pa", reason="c2pa is in the extra 'sign'")
pytestmark = pytest.mark.export

ROOT = Path(__file__).parents[2]
ORIGIN = Origin(model="vae", run_id="0123456789ab", seed=3)
PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype="uint8"))
FILM = {"save_all": True, "append_images": [Image.new("RGB", (60, 40), "red")], "duration": 90}
FILES = {
    "a.png": {},
    "a.jpg": {"quality": 80},
    "a.webp": {"lossless": True},
    "a.gif": {},
    "film.png": FILM,
    "film.webp": FILM,
    "film.gif": FILM,
}
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"


@pytest.fixture(scope="module")
def script():
    """The module of the script that makes a test authority."""
    spec = importlib.util.spec_from_file_location(
        "authority", ROOT / "scripts" / "make_test_authority.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def authority(script, tmp_path_factory):
    """A folder with authority.pem, certificate.pem and key.pem, and another of the same kind."""
    folder = tmp_path_factory.mktemp("signing")
    script.main(folder / "ours", "Shop 图")
    script.main(folder / "others")
    return folder


@pytest.fixture(scope="module")
def marks(authority):
    ours = authority / "ours"
    return Marks(signer=load_signer(ours / "certificate.pem", ours / "key.pem"))


def frames(path):
    """Return the RGBA bytes of all frames."""
    with Image.open(path) as picture:
        found = []
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            found.append(picture.convert("RGBA").tobytes())
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_signature_is_valid_in_every_format_and_changes_no_pixel(
    tmp_path, authority, marks, read_mark, name
):
    save_generated(tmp_path / f"plain-{name}", PICTURE, ORIGIN, **FILES[name])
    save_generated(tmp_path / name, PICTURE, ORIGIN, marks, **FILES[name])
    assert frames(tmp_path / name) == frames(tmp_path / f"plain-{name}")
    assert read_mark(tmp_path / name) == read_mark(tmp_path / f"plain-{name}")
    whose = "of Shop 图 signer (Shop 图)"
    unknown = read_marks(tmp_path / name)
    hint = f"valid, {whose}, who is not known; --trust names an authority"
    assert (dict(unknown.lines)["signature"], unknown.faults) == (hint, ())
    trusted = read_marks(tmp_path / name, load_anchors(authority / "ours" / "authority.pem"))
    assert (dict(trusted.lines)["signature"], trusted.faults) == (
        f"valid, {whose}, who is trusted",
        (),
    )
    others = read_marks(tmp_path / name, load_anchors(authority / "others" / "authority.pem"))
    assert dict(others.lines)["signature"] == f"valid, {whose}, who is not known"
    assert others.faults == ("signed by somebody who is not trusted",)
    assert "signature" not in dict(read_marks(tmp_path / f"plain-{name}").lines)
    grown = (tmp_path / name).stat().st_size - (tmp_path / f"plain-{name}").stat().st_size
    assert 1_000 < grown < 6_000  # certificates and one assertion; a thumbnail would be more


@pytest.mark.parametrize("composite", [False, True])
def test_the_manifest_says_what_the_metadata_say(marks, composite):
    origin = Origin(model="style_transfer", run_id="0", seed=0, composite=composite)
    content = encode_generated(PICTURE, origin, marks)
    with c2pa.Reader("image/png", io.BytesIO(content)) as reader:
        manifest = reader.get_active_manifest()
    (assertion,) = manifest["assertions"]
    (action,) = assertion["data"]["actions"]
    assert assertion["label"].startswith("c2pa.actions") and action["action"] == "c2pa.created"
    kind = "compositeWithTrainedAlgorithmicMedia" if composite else "trainedAlgorithmicMedia"
    assert action["digitalSourceType"] == IPTC + kind
    assert action["softwareAgent"]["name"] == "keras_gen style_transfer"
    assert manifest["claim_generator_info"][0]["name"] == "keras_gen"
    assert "thumbnail" not in manifest


def test_one_changed_byte_of_the_picture_makes_it_invalid(tmp_path, marks):
    path = tmp_path / "a.gif"
    save_generated(path, PICTURE, ORIGIN, marks)
    content = bytearray(path.read_bytes())
    content[-100] ^= 1  # of the compressed pixels
    path.write_bytes(content)
    reading = read_marks(path)
    assert reading.faults == ("other pixels than those that were marked", "invalid signature")
    said = dict(reading.lines)["signature"]
    assert said.startswith("invalid, of Shop 图 signer") and "assertion.dataHash.mismatch" in said


def test_saving_again_with_pillow_drops_the_signature_too(tmp_path, authority, marks):
    save_generated(tmp_path / "a.png", PICTURE, ORIGIN, marks)
    with Image.open(tmp_path / "a.png") as picture:
        picture.save(tmp_path / "b.png")
    reading = read_marks(tmp_path / "b.png", load_anchors(authority / "ours" / "authority.pem"))
    assert reading.faults[-1] == "no signature" and dict(reading.lines)["signature"] == "none"


def test_a_damaged_manifest_is_a_fault_and_no_traceback(tmp_path, marks):
    content = encode_generated(PICTURE, ORIGIN, marks)
    start = content.index(b"c2pa.signature") - 30
    for name, damaged in {
        "zeros": content[:start] + bytes(40) + content[start + 40 :],
        "foreign": encode_generated(PICTURE, ORIGIN) + b"jumb c2pa",
    }.items():
        (tmp_path / f"{name}.webp").write_bytes(damaged)
        with pytest.raises(ValueError) if name == "zeros" else io.BytesIO():
            reading = read_marks(tmp_path / f"{name}.webp")
            assert reading.faults == ("unreadable signature",)


# --- who can sign ---------------------------------------------------------------------------------


def test_certificates_and_keys_that_do_not_fit_are_refused(tmp_path, authority, script):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    ours, others = authority / "ours", authority / "others"
    key = ec.generate_private_key(ec.SECP256R1())
    name = script.named("a", "b")
    own = script.certificate(name, key, name, key, [script.usage("digital_signature")])
    (tmp_path / "own.pem").write_bytes(own.public_bytes(serialization.Encoding.PEM))
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    (tmp_path / "key.pem").write_bytes(key.private_bytes(*pem, serialization.NoEncryption()))
    locked = key.private_bytes(*pem, serialization.BestAvailableEncryption(b"word"))
    (tmp_path / "locked.pem").write_bytes(locked)
    cases = [
        (ours / "certificate.pem", others / "key.pem", "expected the key of the first certificate"),
        (ours / "certificate.pem", ours / "authority.pem", "expected a private key in PEM without"),
        (ours / "certificate.pem", tmp_path / "locked.pem", "in PEM without a password"),
        (ours / "key.pem", ours / "key.pem", "expected certificates in PEM"),
        (tmp_path / "own.pem", tmp_path / "key.pem", "cannot sign as b: Signature: the certificat"),
    ]
    for certificate, secret, message in cases:
        with pytest.raises(ValueError, match=message) as error:
            load_signer(certificate, secret)
        assert "PRIVATE KEY" not in str(error.value)
    with pytest.raises(FileNotFoundError, match="expected a certificate, found nothing"):
        load_signer(tmp_path / "none.pem", ours / "key.pem")


@pytest.mark.parametrize("kind", ["secp384r1", "secp521r1", "ed25519", "rsa"])
def test_other_keys_sign_as_well(tmp_path, script, monkeypatch, kind):
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    keys = {
        "secp384r1": lambda: ec.generate_private_key(ec.SECP384R1()),
        "secp521r1": lambda: ec.generate_private_key(ec.SECP521R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
    }
    drawn = iter([ec.generate_private_key(ec.SECP256R1()), keys[kind]()])
    monkeypatch.setattr(script.ec, "generate_private_key", lambda curve: next(drawn))
    script.main(tmp_path / "a")
    signer = load_signer(tmp_path / "a" / "certificate.pem", tmp_path / "a" / "key.pem")
    assert signer.algorithm == {"secp384r1": "es384", "secp521r1": "es512", "rsa": "ps256"}.get(
        kind, kind
    )
    save_generated(tmp_path / "a.png", PICTURE, ORIGIN, Marks(signer=signer))
    assert read_marks(tmp_path / "a.png", load_anchors(tmp_path / "a/authority.pem")).faults == ()


def test_the_key_is_shown_nowhere_and_readable_by_its_owner_only(authority, marks):
    path = authority / "ours" / "key.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    secret = path.read_text().splitlines()[1]
    assert secret not in repr(marks) and secret not in json.dumps(marks.record())
    assert marks.record()["signer"] == "Shop 图 signer"
    assert "signer" not in Marks().record()
    with pytest.raises(ValueError, match="expected metadata beside it"):
        Marks(invisible=False, signer=marks.signer)


# --- the command line -----------------------------------------------------------------------------


def test_the_commands_sign_and_say_whose_signature_it_is(tmp_path, authority, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    ours = [str(authority / "ours" / name) for name in ("certificate.pem", "key.pem")]
    trust = ["--trust", str(authority / "ours" / "authority.pem")]
    assert main(["generate", "dcgan", "--n=1", "--out=a.png", "--sign", *ours]) == 0
    assert main(["inspect", "a.png"]) == 0
    assert main(["inspect", "a.png", *trust]) == 0
    out = capfd.readouterr().out
    assert "  signature          valid, of Shop 图 signer (Shop 图), who is trusted" in out
    assert main(["generate", "dcgan", "--n=1", "--out=b.png"]) == 0
    assert main(["inspect", "b.png", *trust]) == 1
    assert "b.png: no signature\n" in capfd.readouterr().out
    assert main(["generate", "dcgan", "--out=c.png", "--no-mark", "--sign", *ours]) == 2
    assert "expected --sign or --no-mark, found both" in capfd.readouterr().err
    assert main(["generate", "dcgan", "--out=c.png", "--sign", ours[0], "none.pem"]) == 2
    assert "none.pem: expected a private key, found nothing" in capfd.readouterr().err
    assert not Path("c.png").exists()


def test_without_the_extra_one_line_says_so(tmp_path, authority, marks, monkeypatch, capfd):
    save_generated(tmp_path / "a.png", PICTURE, ORIGIN, marks)
    monkeypatch.setitem(sys.modules, "c2pa", None)
    said = dict(read_marks(tmp_path / "a.png").lines)["signature"]
    assert said == 'there is one, not checked; pip install "keras_gen[sign]"'
    ours = [str(authority / "ours" / name) for name in ("certificate.pem", "key.pem")]
    for words in (
        ["generate", "dcgan", f"--out={tmp_path / 'b.png'}", "--sign", *ours],
        ["inspect", str(tmp_path / "a.png"), "--trust", ours[0]],
    ):
        assert main(words) == 2
        (line,) = capfd.readouterr().err.splitlines()
        assert 'expected c2pa-python, found none; pip install "keras_gen[sign]"' in line
    assert not (tmp_path / "b.png").exists()


def test_an_expired_certificate_cannot_sign(tmp_path, script, monkeypatch):
    class Earlier(datetime.datetime):
        @classmethod
        def now(cls, zone=None):
            return datetime.datetime(2020, 1, 1, tzinfo=zone)

    monkeypatch.setattr(script.datetime, "datetime", Earlier)
    script.main(tmp_path / "a")
    monkeypatch.undo()
    with pytest.raises(ValueError, match=r"as keras_gen test signer: .*not valid at time"):
        load_signer(tmp_path / "a" / "certificate.pem", tmp_path / "a" / "key.pem")
