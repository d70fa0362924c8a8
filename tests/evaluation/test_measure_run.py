"""`evaluate` on tiny runs: what it writes, on which images, and which mistakes it names."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_gen import data, measures
from keras_gen.evaluation import measure_autoencoders, measure_run, tables
from keras_gen.evaluation.measure_run import evaluate, read_measurements
from keras_gen.evaluation.tables import format_measurements
from keras_gen.recipes import FastStyleRecipe, MLPGANRecipe, VAERecipe
from keras_gen.runs import Run, training

GAN_KEYS = [
    "frechet_distance", "kernel_distance", "second_frechet_distance", "second_kernel_distance",
    "precision", "recall", "density", "coverage",
    "class_entropy", *(f"class_{i}" for i in range(10)), "sharpness",
    "nearest_train", "copied", "duplicates", "membership_nearest", "membership_score",
]  # fmt: skip
VAE_KEYS = [
    *GAN_KEYS[:-1], "negative_elbo", "nll", "kl", "importance_weighted", "psnr", "ssim"
]  # fmt: skip
SMALL = {
    "generator_width": 8,
    "discriminator_width": 8,
    "latent_dim": 8,
    "batch_size": 16,
    "penalty": "none",
}
SMALL_VAE = {"width": 4, "hidden": 16, "latent_dim": 4, "batch_size": 16}

pytestmark = pytest.mark.usefixtures("judges_once")


@pytest.fixture(scope="module")
def gan(tmp_path_factory, untraced):
    run_dir = tmp_path_factory.mktemp("runs") / "gan"
    with untraced():
        training.train("mlp_gan", MLPGANRecipe(**SMALL, steps=2), run_dir)
    return run_dir


@pytest.fixture(scope="module")
def vae(tmp_path_factory, untraced):
    run_dir = tmp_path_factory.mktemp("runs") / "vae"
    with untraced():
        training.train("vae", VAERecipe(**SMALL_VAE, steps=2), run_dir)
    return run_dir


@pytest.fixture(scope="module")
def few_draws():
    """How many there are counts in test_measure_autoencoders.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measure_autoencoders, "LIKELIHOOD_DRAWS", 2)
        yield


@pytest.fixture(scope="module")
def measured(gan):
    return evaluate(gan, n=150)


@pytest.fixture(scope="module")
def measured_vae(vae, few_draws):
    return evaluate(vae, n=150)


@pytest.fixture
def copy(gan, tmp_path):
    """A copy of the run, without `metrics.json`, to be measured otherwise."""
    return shutil.copytree(gan, tmp_path / "copy", ignore=lambda *_: ["metrics.json"])


# --- what is measured ---------------------------------------------------------------------------


def test_a_gan_is_measured_as_a_set_and_a_vae_by_its_pairs_and_likelihood_too(
    measured, measured_vae
):
    assert list(measured.by_key) == GAN_KEYS
    assert list(measured_vae.by_key) == VAE_KEYS


def test_the_content_says_what_was_measured(measured, gan):
    assert (measured.recipe, measured.steps, measured.seed) == ("mlp_gan", 2, 0)
    assert measured.real_images.startswith("test images of fashion_mnist_10k: 2,000 images")
    for figure in measured.figures:
        assert figure.n_fake == 150
        counts = {"nearest_train": 10_000, "copied": 10_000}
        counts |= dict.fromkeys(("membership_nearest", "membership_score"), 300)
        assert figure.n_real == counts.get(figure.key, 150)


def test_the_figures_are_those_of_the_run_s_samples(measured, gan):
    """The samples by hand: the class shares of 150 images of seed 0."""
    samples = np.asarray(data.unit_to_uint8(Run.open(gan).load_model().sample(150, seed=0)))
    _, classes = measures.load_features("fashion_net", (28, 28, 1))(samples)
    shares = [measured.by_key[f"class_{i}"].value for i in range(10)]
    np.testing.assert_array_equal(shares, measures.class_shares(classes))


def test_a_perfect_generator_scores_as_its_yardstick(copy, monkeypatch, measured):
    """A model that draws test images: its figures are nearly those of training images."""
    images = data.fashion_mnist_10k("test").images

    class Perfect:
        steps_done = 0

        def sample(self, n, seed):
            return images[:n] / 255.0

    monkeypatch.setattr(Run, "load_model", lambda _: Perfect())
    for key, figure in evaluate(copy, n=300).by_key.items():
        margin = 0.12
        if key == "second_kernel_distance":  # whose scale is that of features of another size
            margin = figure.interval[1] - figure.interval[0]
        assert figure.value == pytest.approx(figure.reference, rel=0.3, abs=margin), key
    assert measured.by_key["frechet_distance"].value > 20
    assert measured.by_key["second_frechet_distance"].value > 100


# --- metrics.json -------------------------------------------------------------------------------


def test_metrics_json_is_strict_json_and_holds_everything(measured, gan):
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    text = (gan / "metrics.json").read_text(encoding="utf-8")
    content = json.loads(text, parse_constant=refuse)
    assert list(content) == ["recipe", "steps", "real_images", "real_sha256", "seed", "figures"]
    assert read_measurements(gan) == measured and measured.to_json() == text
    assert [path.name for path in gan.iterdir() if path.name.startswith(".")] == []


def test_the_same_seed_writes_the_same_file(measured_vae, vae):
    before = (vae / "metrics.json").read_bytes()
    evaluate(vae, n=150)
    assert (vae / "metrics.json").read_bytes() == before


def test_another_seed_takes_other_samples_and_other_images(measured, copy):
    other = evaluate(copy, n=150, seed=1)
    assert other.seed == 1 and other.real_sha256 != measured.real_sha256
    assert other.by_key["frechet_distance"] != measured.by_key["frechet_distance"]


def test_a_run_that_was_not_measured_has_no_measurements(copy):
    assert read_measurements(copy) is None


DAMAGES = {
    "torn": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "a list": lambda text: "[]",
    "no figures": lambda text: text.replace('"figures"', '"numbers"'),
    "no hash": lambda text: text.replace("real_sha256", "sha"),
    "a figure without a value": lambda text: text.replace('"value"', '"number"', 1),
    "a figure that is not a number": lambda text: text.replace('"value": ', '"value": NaN, "x": '),
    "not text": None,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named_in_one_line(damage, measured, gan, copy):
    path = copy / "metrics.json"
    if DAMAGES[damage]:
        path.write_text(DAMAGES[damage]((gan / "metrics.json").read_text()))
    else:
        path.write_bytes(b"\xff\xfe\x00{")
    message = r"metrics\.json cannot be read \(.*\); run `keras-gen evaluate` again"
    with pytest.raises(ValueError, match=message) as e:
        read_measurements(copy)
    assert "\n" not in str(e.value)


# --- which real images --------------------------------------------------------------------------


def a_run(**fields):
    """A run that remembers its images, in a folder that nothing looks at."""
    recipe = MLPGANRecipe(**SMALL, **fields)
    known = {"sha256": data.load(recipe.data, recipe.image_shape).sha256}
    return Run(path=Path("nowhere"), name="mlp_gan", recipe=recipe, provenance={"data": known})


def test_held_out_images_are_the_default():
    split, description, real, train, others = measure_run.real_images(a_run(), None, 400, 0)
    assert split == "test" and description.startswith("fashion_mnist_10k: 2,000 images")
    test = {image.tobytes() for image in data.fashion_mnist_10k("test").images}
    assert real.images.shape == (400, 28, 28, 1)
    assert all(image.tobytes() in test for image in real.images)
    np.testing.assert_array_equal(train, data.fashion_mnist_10k().images)
    assert sorted(map(bytes, others)) == sorted(map(bytes, train))  # all, in another order
    assert not np.array_equal(others, train)


def test_training_images_are_compared_with_other_training_images():
    split, _, real, train, others = measure_run.real_images(a_run(), "train", 400, 0)
    assert split == "train" and len(real.images) == 400 and len(others) == 9600
    together = np.concatenate([real.images, others])
    assert sorted(map(bytes, together)) == sorted(map(bytes, train))


def test_n_is_cut_to_what_there_is_and_leaves_as_many_others():
    for split, most in ((None, 2000), ("test", 2000), ("train", 5000)):
        real, _, others = measure_run.real_images(a_run(), split, 10_000, 0)[2:]
        assert len(real.images) == most and len(others) >= most


def test_the_hash_is_that_of_the_chosen_images():
    """All 2,000 test images are the same set for every seed; 400 of them are not."""
    hashes = {
        n: {measure_run.real_images(a_run(), None, n, seed)[2].sha256 for seed in (0, 1)}
        for n in (400, 2000)
    }
    assert len(hashes[400]) == 2
    assert hashes[2000] == {data.fashion_mnist_10k("test").sha256}


def test_a_folder_of_photos_has_only_training_images(tmp_path):
    for i, image in enumerate(data.fashion_mnist_10k().images[:220, ..., 0]):
        Image.fromarray(image).save(tmp_path / f"{i:03d}.png")
    photos = a_run(data=str(tmp_path))
    split, _, real, _, others = measure_run.real_images(photos, None, 150, 0)
    assert (split, len(real.images), len(others)) == ("train", 110, 110)
    with pytest.raises(ValueError, match="has no split 'test': expected 'train'"):
        measure_run.real_images(photos, "test", 150, 0)
    for file in sorted(tmp_path.iterdir())[:30]:
        file.unlink()
    with pytest.raises(ValueError, match="expected the images that nowhere was trained on"):
        measure_run.real_images(photos, None, 150, 0)
    with pytest.raises(
        ValueError, match=r"at least 100 real images .* as many others .*; found 95"
    ):
        measure_run.real_images(a_run(data=str(tmp_path)), None, 150, 0)


def test_split_train_is_written_down(copy):
    measured = evaluate(copy, split="train", n=150)
    assert measured.real_images.startswith("train images of fashion_mnist_10k: 10,000 images")
    assert measured.by_key["copied"].reference == pytest.approx(0.01, abs=0.01)


# --- the table ----------------------------------------------------------------------------------


def test_the_table_shows_every_figure_and_what_it_was_measured_on(measured):
    lines = format_measurements(measured).splitlines()
    assert lines[0].split("  ")[-1] == "reference" and "95 % interval" in lines[0]
    for figure, line in zip(measured.figures, lines[1:], strict=False):
        assert line.startswith(figure.label) and f"{figure.value:.4g}" in line
        assert f"{figure.reference:.4g} ({figure.reference_name})" in line
    below = "\n".join(lines[len(GAN_KEYS) + 1 :])
    assert "mlp_gan, 2 steps, seed 0" in below
    assert "150 samples, 150 real: test images of fashion_mnist_10k" in below
    hashes = {name: judge.sha256 for name, judge in measures.features.CLASSIFIERS.items()}
    assert f"StridedNet (weights {hashes['strided_net'][:8]})" in below
    assert f"FashionNet (weights {hashes['fashion_net'][:8]})" in below
    assert "PSNR and SSIM compare an image with its original" in below


def test_columns_stand_below_one_another():
    assert tables.align([("", "b"), ("long", "1"), ("s", "")]) == ["      b", "long  1", "s"]


# --- mistakes -----------------------------------------------------------------------------------


def test_mistakes_are_one_line_and_write_nothing(copy, tmp_path):
    Run(
        path=tmp_path, name="mlp_gan", recipe=MLPGANRecipe(**SMALL, image_size=32), provenance={}
    ).save()
    for name in ("untrained", "style"):
        (tmp_path / name).mkdir()
    Run(
        path=tmp_path / "untrained", name="mlp_gan", recipe=MLPGANRecipe(**SMALL), provenance={}
    ).save()
    Run(path=tmp_path / "style", name="fast_style", recipe=FastStyleRecipe(), provenance={}).save()
    cases = [
        (copy, {"n": 99}, r"n: expected at least 100 images to measure on, found 99"),
        (copy, {"split": "dev"}, r"unknown split 'dev'"),
        (
            copy,
            {"features": "vgg"},
            r"unknown features 'vgg': expected fashion_net or strided_net or .* or inception",
        ),
        (tmp_path, {}, r"fashion_net: expected images of 28x28x1, found 32x32x1"),
        (tmp_path / "nowhere", {}, r"expected a run folder, found nothing"),
        (tmp_path / "untrained", {}, r"expected a trained model or a checkpoint"),
        (tmp_path / "style", {}, r"expected a model that samples from noise, .* stylize --model"),
    ]
    for run_dir, options, message in cases:
        with pytest.raises((ValueError, FileNotFoundError), match=message) as error:
            evaluate(run_dir, **options)
        assert "\n" not in str(error.value)
    assert not list(tmp_path.rglob("metrics.json"))
