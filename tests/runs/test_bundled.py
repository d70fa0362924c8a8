"""Runs that come with the package: they draw, they are measured, and they are not changed."""

import contextlib
import re
import shutil

import numpy as np
import pytest

import keras_gen
from keras_gen.cli import main
from keras_gen.cli.flags import SAMPLERS
from keras_gen.data import degradations
from keras_gen.evaluation import read_measurements, write_measurements
from keras_gen.recipes import MLPGANRecipe
from keras_gen.runs import Run, bundled, generate, resume

NAMES = list(bundled.SHA256)
GARMENTS = [name for name in NAMES if name not in ("product_gan", "restorer")]


@pytest.mark.parametrize("name", GARMENTS)
def test_one_line_loads_a_model_that_draws(name, features):
    """The bounds are loose, since 500 samples bias the distance; noise is at 40."""
    model = keras_gen.load(name)
    images = model.sample(500, seed=1)
    assert images.shape == (500, 28, 28, 1) and images.min() >= 0 and images.max() <= 1
    drawn, _ = features(np.asarray(keras_gen.data.unit_to_uint8(images)))
    real, _ = features(keras_gen.data.fashion_mnist_10k("test").images)
    distance = keras_gen.measures.frechet_distance(real, drawn)
    assert 0.1 < distance < {"vae": 14}.get(name, 3), distance
    assert model.steps_done == Run.open(name).recipe.steps > 1000


def test_one_line_loads_a_model_that_draws_what_is_asked_for():
    """Of 2,000 requests 99.8 % (docs/product_gan.json), here of 80."""
    model = keras_gen.load("product_gan")
    images = keras_gen.data.unit_to_uint8(model.sample(80, seed=1))
    assert images.shape == (80, 64, 64, 3)
    seen = keras_gen.measures.load_product_judge().read(np.asarray(images))
    assert np.mean(seen.kinds == model.requested(80, 1).kinds) > 0.95
    assert model.steps_done == Run.open("product_gan").recipe.steps


def test_one_line_loads_a_model_that_restores():
    """The noise of docs/restoration.json, for eight of its products: gained are 11 dB of them."""
    model = keras_gen.load("restorer")
    truth = keras_gen.data.load("products", (64, 64, 3), "test").images[:8].astype("float32") / 255
    noisy = degradations.add_noise(truth, np.full(8, 0.1, "float32"), (0, 1))
    restored = np.clip(model(degradations.stack(noisy, "denoise")), 0, 1)
    gained = keras_gen.measures.psnr(restored, truth) - keras_gen.measures.psnr(noisy, truth)
    assert 8 < gained.mean() < 14
    assert model.steps_done == Run.open("restorer").recipe.steps


@pytest.fixture(scope="module")
def features():
    return keras_gen.measures.load_features("fashion_net", (28, 28, 1))


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_small_and_its_measurements_are_its_own(name):
    folder = bundled.FOLDER / name
    assert (folder / "weights.npz").stat().st_size <= 2_000_000
    run = Run.open(name)
    assert run.is_bundled and run.name == name
    if run.recipe.can_sample:
        assert read_measurements(name).steps == run.recipe.steps
    assert "/" not in run.provenance["data"]["description"]


@pytest.mark.parametrize(
    ("name", "options", "suffix"),
    [
        ("dcgan", ["--n", "4"], ".png"),
        ("conditional_gan", ["--n", "4", "--label", "bag"], ".png"),
        ("vae", ["--n", "4"], ".png"),
        ("product_gan", ["--kind", "mug", "--colour", "teal", "--turntable"], ".gif"),
    ],
)
def test_the_command_line_draws_from_it_into_the_working_directory(
    name, options, suffix, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(["generate", name, "--seed", "3", *options]) == 0
    assert capsys.readouterr().out.strip() == f"{name}-seed-3{suffix}"
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}-seed-3{suffix}"]


def test_a_second_picture_does_not_replace_the_first(tmp_path, monkeypatch):
    """The working directory is the user's: what lies there under the name may be anything."""
    monkeypatch.chdir(tmp_path)
    (bag,) = generate("conditional_gan", 1, labels=["bag"])
    first = bag.read_bytes()
    (coat,) = generate("conditional_gan", 1, labels=["coat"])
    assert [str(bag), str(coat)] == ["conditional_gan-seed-0.png", "conditional_gan-seed-0-2.png"]
    assert bag.read_bytes() == first != coat.read_bytes()


def test_second_measurements_do_not_replace_the_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known, run = read_measurements("dcgan"), Run.open("dcgan")
    (tmp_path / "dcgan-metrics.json").write_text("mine")
    assert str(write_measurements(run, known)) == "dcgan-metrics-2.json"
    assert (tmp_path / "dcgan-metrics.json").read_text() == "mine"
    assert (tmp_path / "dcgan-metrics-2.json").read_text() == known.to_json()


def test_all_of_them_are_named_where_one_can_be_asked_for(capsys):
    for text in (Run.open.__doc__, keras_gen.load.__doc__):
        assert all(f'"{name}"' in text for name in NAMES)
    assert set(SAMPLERS) == {name for name in NAMES if Run.open(name).recipe.can_sample}
    for command, names in (("generate", SAMPLERS), ("evaluate", SAMPLERS), ("export", NAMES)):
        with contextlib.suppress(SystemExit):
            main([command, "--help"])
        said = " ".join(capsys.readouterr().out.split())
        (listed,) = re.findall(r"one that comes with the package: ((?:\w+, )*\w+)", said)
        assert sorted(listed.split(", ")) == sorted(names)


def test_it_is_not_trained_further():
    with pytest.raises(ValueError, match="expected the folder of a run, found dcgan, which comes"):
        resume("dcgan")


def test_a_folder_of_that_name_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dcgan").mkdir()
    with pytest.raises(FileNotFoundError, match=r"expected recipe.json in dcgan"):
        Run.open("dcgan")


def test_damaged_weights_are_refused(tmp_path, monkeypatch):
    shutil.copytree(bundled.FOLDER / "dcgan", tmp_path / "dcgan")
    monkeypatch.setattr(bundled, "FOLDER", tmp_path)
    path = tmp_path / "dcgan" / "weights.npz"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"weights\.npz: damaged, expected SHA-256 .*reinstall"):
        keras_gen.load("dcgan")
    path.unlink()
    with pytest.raises(ValueError, match="found no file"):
        keras_gen.load("dcgan")


def test_weights_beyond_float16_are_not_written(tmp_path):
    model = MLPGANRecipe(generator_width=4, discriminator_width=4, latent_dim=2).build()
    bundled.save_half(model, tmp_path / "weights.npz")
    with np.load(tmp_path / "weights.npz") as arrays:
        assert {array.dtype for array in arrays.values()} == {np.dtype("float16")}
        assert {name.split("/")[0] for name in arrays} == {"ema_generator"}
    weights = model.ema_generator.get_weights()
    weights[0][0, 0] = 1e5
    model.ema_generator.set_weights(weights)
    with pytest.raises(ValueError, match="expected weights within float16, found 100000"):
        bundled.save_half(model, tmp_path / "weights.npz")
