"""What a mark says, worked out by hand, and what cannot be a mark."""

import hashlib
import json

import numpy as np
import pytest
from PIL import Image

from keras_gen.provenance.marks import Marks, Origin, array_digest, array_mark, pixel_digest

ORIGIN = Origin(model="dcgan", run_id="0123456789ab", seed=7)
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def test_the_statement_has_the_seven_names_of_the_standard_and_iptcs_source_type():
    said = ORIGIN.statement(Marks(producer="某公司 & <Co>"), "ab" * 32)
    number = "dcgan-0123456789ab-7-abababababababab"
    assert json.loads(said["AIGC"]) == {
        "Label": "1",
        "ContentProducer": "某公司 & <Co>",
        "ProduceID": number,
        "ReservedCode1": "sha256:" + "ab" * 32,
        "ContentPropagator": "某公司 & <Co>",
        "PropagateID": number,
        "ReservedCode2": "",
    }
    assert said["DigitalSourceType"] == IPTC + "trainedAlgorithmicMedia"
    assert said["AISystemUsed"] == "keras_gen dcgan"
    photo = Origin(model="style_transfer", run_id="0", seed=0, composite=True)
    said = photo.statement(Marks(), "0" * 64)
    assert said["DigitalSourceType"] == IPTC + "compositeWithTrainedAlgorithmicMedia"


def test_the_digest_is_of_size_and_pixels_not_of_the_mode(tmp_path):
    """Two grey pixels, 1 and 2, as RGBA."""
    expected = hashlib.sha256(b"2x1:" + bytes([1, 1, 1, 255, 2, 2, 2, 255])).hexdigest()
    grey = Image.fromarray(np.uint8([[1, 2]]))
    for picture in (grey, grey.convert("RGB"), grey.convert("RGBA")):
        assert pixel_digest(picture) == expected
    assert pixel_digest(grey.rotate(90, expand=True)) != expected
    grey.save(tmp_path / "film.png", save_all=True, append_images=[Image.new("L", (2, 1), 9)])
    with Image.open(tmp_path / "film.png") as film:
        assert film.n_frames == 2 and pixel_digest(film) != expected


def test_arrays_are_marked_with_a_text_that_needs_no_pickle(tmp_path):
    images = np.arange(24, dtype="uint8").reshape(2, 2, 2, 3)
    np.savez(tmp_path / "a.npz", images=images, **array_mark(images, ORIGIN, Marks()))
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        assert arrays["provenance"].shape == ()
        said = json.loads(str(arrays["provenance"]))
    digest = hashlib.sha256(b"2x2x2x3" + bytes(range(24))).hexdigest()
    assert json.loads(said["AIGC"])["ReservedCode1"] == f"sha256:{digest}"
    assert array_digest(images.reshape(2, 4, 1, 3)) != digest
    assert array_mark(images, ORIGIN, Marks(invisible=False)) == {}


@pytest.mark.parametrize("name", ["two\nlines", "\x1b[2J", " ", "x" * 201])
def test_a_producer_that_cannot_be_written_is_refused(monkeypatch, name):
    monkeypatch.setenv("KERAS_GEN_PRODUCER", name)
    with pytest.raises(ValueError, match="KERAS_GEN_PRODUCER: expected a name of at most 200"):
        Marks()


def test_the_producer_is_that_of_the_environment(monkeypatch):
    monkeypatch.delenv("KERAS_GEN_PRODUCER", raising=False)
    assert Marks().producer == "keras_gen"
    monkeypatch.setenv("KERAS_GEN_PRODUCER", "某公司")
    assert Marks().producer == "某公司"
    with pytest.raises(ValueError, match="visible label: expected zh, en, found 'fr'"):
        Marks(visible="fr")
