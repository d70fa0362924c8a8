"""Each artefact against Keras, refused where it differs, and loaded by code that has no keras_gen.

The networks are the smallest that a recipe builds, untrained: their weights are what counts here.
Formats that the extra `export` writes or runs are skipped where it is not installed.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_gen.export import ArtefactRefused, comparison, export_run, quantised, runtimes
from keras_gen.recipes import RECIPES
from keras_gen.retouch import matting
from keras_gen.runs import Run

ROOT = Path(__file__).parents[2]
GAN = {"generator_width": 4, "discriminator_width": 4, "latent_dim": 8}
SMALL = {
    "mlp_gan": GAN,
    "conditional_gan": {**GAN, "classes": 3},
    "vae": {"latent_dim": 4, "width": 4, "hidden": 8},
    "fast_style": {"image_size": 24, "width": 4, "blocks": 1},
    "ring": GAN,
    "restorer": {"image_size": 32, "width": 4, "levels": 2, "bands": 3},
}
EXTRA = {"onnx": "onnxruntime", "litert": "ai_edge_litert"}
FORMATS = ["saved_model", *(pytest.param(name, marks=pytest.mark.export) for name in EXTRA)]

pytestmark = pytest.mark.filterwarnings(
    "ignore::FutureWarning",
    "ignore::DeprecationWarning",  # of the converters
)


def need(format):
    if format in EXTRA:
        pytest.importorskip(EXTRA[format], reason=f"{EXTRA[format]} is in the extra 'export'")


def small_run(folder, name, **fields):
    """Write the folder of a run, without training it."""
    recipe = RECIPES[name](**{**SMALL[name], **fields})
    secret = f"photos: 3 images, from {Path.home()}"
    known = {"description": secret, "sha256": "0" * 64, "classes": ["a", "b", "c"]}
    run = Run(path=folder / name, name=name, recipe=recipe, provenance={"data": known})
    run.create()
    recipe.build_for_inference().save(run.model_path)
    return run


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("name", "artefacts"),
    [("conditional_gan", ["generator"]), ("vae", ["encoder", "decoder"])],
)
def test_artefacts_agree_with_keras(name, artefacts, format, tmp_path):
    """Pixels are within a grey level of `sample`; floats within 1e-5."""
    need(format)
    run = small_run(tmp_path, name)
    found = export_run(run, format)
    assert [artefact.path.stem for artefact in found] == artefacts
    assert {artefact.path.parent for artefact in found} == {run.path / f"export-{format}"}
    for artefact in found:
        assert artefact.size > 1000 and artefact.images_per_second > 0
        assert artefact.difference <= (1 if artefact.dtype == "uint8" else 1e-5)
    model = run.load_model()
    latents = np.random.default_rng(3).normal(size=(3, model.latent_dim)).astype("float32")
    inputs = {"latents": latents}
    if name == "conditional_gan":
        inputs["labels"] = np.eye(3, dtype="float32")
        expected = model.draw(latents, np.arange(3))
    else:
        expected = model.decode(latents)
    pixels = runtimes.LOAD[format](found[-1].path)(inputs)["images"]
    assert pixels.dtype == np.uint8 and np.abs(pixels - 255.0 * expected).max() < 1.01


@pytest.mark.parametrize(("side", "count"), [(28, 64), (64, 12), (256, 1), (None, 27)])
def test_large_pictures_are_compared_in_small_numbers(side, count):
    """64 of 28 x 28 have 50,176 pixels: 12 of 64 x 64, 27 of the 37 x 50 that any size stands for.

    64 of 256 x 256, with 64 channels, took a gigabyte for each layer of a style network.
    """
    seen = []
    pictures = keras.Input((side, side, 3), name="images")
    network = keras.Model(pictures, {"images": keras.layers.ReLU()(pictures)})

    def runner(inputs):
        seen.append(len(inputs["images"]))
        return inputs

    assert comparison.signal_to_noise(network, runner) == np.inf
    assert seen == [count]


@pytest.mark.export
@pytest.mark.parametrize("weights", ["float16", "int8"])
@pytest.mark.parametrize("name", ["dcgan", "vae"])
def test_fewer_bits_make_smaller_files_that_still_agree(name, weights, tmp_path):
    """Of the trained runs; the bytes of a weight are arithmetic, the noise is measured."""
    need("litert")
    full = export_run(name, "litert", out=tmp_path / "float32")[-1]
    found = export_run(name, "litert", out=tmp_path / weights, weights=weights)
    assert [artefact.path.stem for artefact in found][-1:] == [full.path.stem]
    assert ("encoder" in [artefact.path.stem for artefact in found]) == (
        name == "vae" and weights == "float16"  # int8 has no pictures to calibrate an encoder with
    )
    small = found[-1]
    share = {"float16": 0.5, "int8": 0.25}[weights]  # 2 bytes or 1 of 4, and a little for the graph
    assert share < small.size / full.size < share + 0.06
    assert small.weights == weights and metadata_of(small.path, "litert")["weights"] == weights
    # Rounding to 8 bits is 2^-9 of the range off on average, 50 dB or less after several layers;
    # 20 dB would be refused. float16 has 11 bits.
    assert (25 < small.decibels < 50) if weights == "int8" else small.decibels > 50
    assert small.difference >= (2 if weights == "int8" else 0) and small.dtype == "uint8"


def test_few_of_256_steps_lie_where_tanh_tells_numbers_apart():
    """What the page says of the DCGAN: below -100, so that 7 of the range's width are 15 steps."""
    generator = Run.open("dcgan").load_model().ema_generator
    assert generator.layers[-1].activation is keras.activations.tanh
    network = keras.Model(generator.inputs[0], generator.layers[-1].input)
    latents = comparison.fixed_inputs(network, quantised.EXAMPLES)["latents"]
    logits = np.asarray(network(latents))
    assert -150 < logits.min() < -100
    assert 13 < 2 * quantised.BOUND / (np.ptp(logits) / 256) < 17


def test_the_bounded_copy_draws_the_same_within_its_bound():
    """tanh(3.5) = 0.99818, so that black is 0.00091 in [0, 1], a quarter of a grey level."""
    logits = keras.Input((1,), name="latents")
    images = keras.layers.Activation("tanh")(logits)
    copy = quantised.bounded(keras.Model(logits, {"images": images}))
    found = np.asarray(copy(np.array([[-105.0], [-3.4], [0.5], [9.0]], "float32"))["images"])
    expected = [-np.tanh(3.5), np.tanh(-3.4), np.tanh(0.5), np.tanh(3.5)]
    assert np.allclose(found[:, 0], expected, atol=1e-6)
    assert 0.2 < (1 - np.tanh(3.5)) / 2 * 255 < 0.25


def test_signal_to_noise_by_hand():
    """Outputs 0 and 1 have variance 1/4; an error of 0.05 squared is 1/400: 20 dB."""
    x = keras.Input((1,), name="latents")
    network = keras.Model(x, {"images": keras.ops.cast(x > 0, "float32")})

    def off(by, name="images"):
        return lambda inputs: {name: (inputs["latents"] > 0).astype("float32") + np.float32(by)}

    exact = network(comparison.fixed_inputs(network, 64)["latents"])["images"]
    share = float(np.mean(exact))
    expected = 10 * np.log10(share * (1 - share) / 0.05**2)
    assert 19.5 < expected <= 20.0
    assert comparison.signal_to_noise(network, off(0.05)) == pytest.approx(expected, abs=1e-4)
    assert comparison.signal_to_noise(network, off(0.0)) == np.inf
    assert comparison.signal_to_noise(network, off(0.0, "pixels")) == -np.inf


@pytest.mark.export
def test_the_bound_is_worth_decibels_and_too_much_noise_is_refused(tmp_path, monkeypatch):
    """The pages say five decibels; 11 were measured for the DCGAN (31 against 20)."""
    need("litert")
    (bounded,) = export_run("dcgan", "litert", out=tmp_path / "bounded", weights="int8")
    monkeypatch.setattr(quantised, "bounded", lambda network: network)
    monkeypatch.setattr(comparison, "LEAST_DECIBELS", 0.0)
    (free,) = export_run("dcgan", "litert", out=tmp_path / "free", weights="int8")
    assert 5 < bounded.decibels - free.decibels < 20
    monkeypatch.setattr(comparison, "LEAST_DECIBELS", 60.0)
    with pytest.raises(ArtefactRefused, match="signal to noise of at least 60 dB in int8, found "):
        export_run("dcgan", "litert", out=tmp_path / "refused", weights="int8")
    assert not (tmp_path / "refused").exists()


@pytest.mark.parametrize("format", FORMATS)
def test_a_stylizer_takes_pictures(format, tmp_path):
    """Of any size, but for LiteRT; in float32, though it was trained in bfloat16."""
    need(format)
    run = small_run(tmp_path, "fast_style", precision="mixed_bfloat16")
    (artefact,) = export_run(run, format, "float", tmp_path / "new" / "out")
    assert artefact.dtype == "float32" and artefact.difference <= 1e-5
    side = 24 if format == "litert" else 31
    images = np.random.default_rng(0).uniform(size=(2, side, side, 3)).astype("float32")
    stylised = runtimes.LOAD[format](artefact.path)({"images": images})["stylised"]
    assert stylised.shape == images.shape and 0.0 <= stylised.min() <= stylised.max() <= 1.0


@pytest.mark.parametrize("format", FORMATS)
def test_a_restorer_takes_pictures_and_planes_of_damage(format, tmp_path):
    need(format)
    run, rng = small_run(tmp_path, "restorer"), np.random.default_rng(0)
    model = run.load_model()
    last = model.network.layers[-2]  # begins with zeros, and would change nothing
    last.kernel.assign(rng.normal(0.0, 0.1, last.kernel.shape))
    model.save(run.model_path)
    (artefact,) = export_run(run, format, "float")
    assert artefact.path.stem == "restorer" and artefact.difference <= 1e-5
    side = 32 if format == "litert" else 37
    images = rng.uniform(size=(2, side, side, 3)).astype("float32")
    damage = np.zeros((2, side, side, 4), "float32")
    damage[:, 5:20, 3:9, 2] = 1.0  # holes
    found = runtimes.LOAD[format](artefact.path)({"images": images, "damage": damage})["restored"]
    expected = np.clip(model(np.concatenate([images, damage], axis=-1)), 0.0, 1.0)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    changed = np.abs(found - images).max(axis=-1) > 1e-3
    assert changed[:, 5:20, 3:9].mean() > 0.9 and not changed[damage.max(axis=-1) == 0].any()


@pytest.mark.parametrize("format", FORMATS)
def test_the_cut_out_leaves_with_its_limits(format, tmp_path):
    """Its mattes are those of the package, the mean with the mirror image included."""
    need(format)
    (artefact,) = export_run("cutout", format, out=tmp_path / "out")
    images = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    mattes = runtimes.LOAD[format](artefact.path)({"images": images})["mattes"]
    assert mattes.dtype == np.uint8 and mattes.shape == (2, 64, 64, 1)
    assert np.abs(mattes - 255.0 * matting.mattes_of(images)).max() < 1.01
    found = metadata_of(artefact.path, format)
    assert found["weights_sha256"] == matting.SHA256 and found["limits"] == matting.LIMITS
    assert "recipe" not in found  # no run drew it, and the server draws with none


def metadata_of(path, format):
    """Read what travels with an artefact."""
    if format == "onnx":
        import onnx

        texts = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
        return {
            key: json.loads(v) if v[0] in "{[" or v.isdigit() else v for key, v in texts.items()
        }
    file = path / "assets.extra/keras_gen.json" if path.is_dir() else path.with_suffix(".json")
    return json.loads(file.read_text("utf-8"))


@pytest.mark.parametrize("format", FORMATS)
def test_metadata_travel_along_and_no_folder_does(format, tmp_path):
    need(format)
    run = small_run(tmp_path, "mlp_gan", data=str(tmp_path), seed=5)
    (artefact,) = export_run(run, format)
    found = metadata_of(artefact.path, format)
    assert found["recipe"] == "mlp_gan" and found["seed"] == 5 and found["steps"] == 0
    assert found["data"]["description"] == "a folder of photos"
    assert found["data"]["sha256"] == "0" * 64 and found["exported_with"]["tensorflow"]
    assert found["inputs"] == {"latents": {"shape": [None, 8], "dtype": "float32"}}
    assert found["outputs"] == {"images": {"shape": [None, 28, 28, 1], "dtype": "uint8"}}
    assert "synthetic" in found["label_duty"]
    for file in artefact.path.parent.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert str(tmp_path).encode() not in content and b"site-packages" not in content


@pytest.mark.parametrize("fault", ["levels", "names", "not a number"])
def test_what_differs_is_refused_and_nothing_is_left_behind(fault, tmp_path, monkeypatch):
    run = small_run(tmp_path, "mlp_gan")
    load = runtimes.load_saved_model

    def faulty(path):
        def run(inputs):
            images = load(path)(inputs)["images"]
            if fault == "levels":
                images = images + np.uint8(2)  # 254 and more wrap around
            if fault == "not a number":
                images = np.full_like(images, np.nan)
            return {"pixels" if fault == "names" else "images": images}

        return run

    monkeypatch.setitem(runtimes.LOAD, "saved_model", faulty)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ArtefactRefused, match="expected a difference from Keras of at most"):
        export_run(run, "saved_model", "float" if fault == "not a number" else "uint8")
    assert sorted(tmp_path.rglob("*")) == before


def test_mistakes_are_named(tmp_path, monkeypatch):
    run = small_run(tmp_path, "mlp_gan")
    with pytest.raises(ValueError, match="format: expected saved_model, onnx, litert, found 'h5'"):
        export_run(run, "h5")
    with pytest.raises(ValueError, match="pixels: expected uint8 or float, found 'bits'"):
        export_run(run, "saved_model", "bits")
    with pytest.raises(ValueError, match="weights: expected float32, float16, int8, found 'int4'"):
        export_run(run, "litert", weights="int4")
    with pytest.raises(ValueError, match="int8: expected the format litert, found onnx"):
        export_run(run, "onnx", weights="int8")
    with pytest.raises(FileExistsError, match="exists already"):
        export_run(run, "saved_model", out=run.path)
    run.model_path.unlink()
    with pytest.raises(FileNotFoundError, match="expected a trained model or a checkpoint"):
        export_run(run, "saved_model")
    ring = small_run(tmp_path, "ring")
    with pytest.raises(ValueError, match=r"found one that draws points; they are in .* counts"):
        export_run(ring, "saved_model")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r'tf2onnx, found none; pip install "keras_gen\[export\]"'):
        export_run(run, "onnx")


@pytest.mark.export
def test_the_samples_of_the_page_run_without_keras_gen(tmp_path):
    """As printed, in a process that may not import keras_gen; both pages have the same ones."""
    need("onnx")
    need("litert")
    pages = [(ROOT / "docs" / name).read_text("utf-8") for name in ("export.md", "export.zh-CN.md")]
    samples, others = (re.findall(r"```python\n(.*?)```", page, re.DOTALL) for page in pages)
    assert len(samples) == 3
    assert [re.sub(r"#.*", "", each) for each in samples] == [
        re.sub(r"#.*", "", each) for each in others
    ]
    run = small_run(tmp_path, "conditional_gan", latent_dim=100, classes=10)
    for format in ("saved_model", "onnx", "litert"):
        export_run(run, format, out=tmp_path / f"conditional_gan-{format}")
    alone = "import sys\nsys.modules['keras_gen'] = sys.modules['keras'] = None\n"
    for sample in samples:
        code = alone + sample + "\nassert images.shape == (10, 28, 28, 1), images.shape\n"
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
