"""Model cards: every figure from the run's records, the same in both languages."""

import re

import pytest

from keras_gen.evaluation.measurements import Measurement, Measurements
from keras_gen.files import write_text
from keras_gen.pages.model_card import NAMES, model_card, weaknesses, write_model_card
from keras_gen.recipes import ConditionalGANRecipe, DCGANRecipe, RingRecipe
from keras_gen.runs import Run

ROWS = [  # 16 images a step: 320 images in 4 s, then 160 in 1 s
    {"step": 20, "d_loss": 1.0, "images_per_second": 80.0, "cpu_seconds": 7.2},
    {"step": 30, "d_loss": 0.9, "images_per_second": 160.0, "cpu_seconds": 1.8},
]
VERSIONS = {"python": "3.11.7", "keras": "3.15.1"}
EMBEDDED = {
    "description": "fashion_mnist_10k: 10,000 images of 28x28x1, embedded",
    "sha256": "ab12",
}


def figure(key, label, value, reference=None, interval=None, better="near"):
    return Measurement(
        key=key, label=label, value=value, better=better, n_real=500, n_fake=500,
        features="FashionNet", interval=interval, reference=reference,
        reference_name=None if reference is None else "real images",
    )  # fmt: skip


FIGURES = (
    figure("frechet_distance", "FD-FashionNet", 6.554, 0.01175, (6.383, 6.725), "lower"),
    figure("recall", "recall (FashionNet)", 0.2181, 0.8643, (0.21, 0.2263), "higher"),
    figure("class_entropy", "entropy of the classes, nats", 0.9, 2.303),
    figure("class_0", "share of T-shirt/top", 0.0915, 0.0999),
    figure("class_7", "share of Sneaker", 0.0273, 0.1026),
    figure("sharpness", "sharpness, RMS of the Laplacian", 0.142, 0.4184),
    figure("copied", "suspected copies of training images", 0.03, 0.01, (0.02, 0.04), "lower"),
    figure("duplicates", "samples with a near-duplicate", 0.001, 0.0002, (0.0001, 0.01), "lower"),
)


@pytest.fixture
def run(tmp_path):
    recipe = DCGANRecipe(steps=30, seed=5)
    run = Run(
        path=tmp_path / "run",
        name="dcgan",
        recipe=recipe,
        provenance={"data": EMBEDDED, "versions": VERSIONS},
    )
    run.create()
    run.write_metrics(ROWS)
    return run


def measure(run, steps=30, figures=FIGURES):
    measurements = Measurements(
        recipe=run.name, steps=steps, real_images="test images", real_sha256="cd34", seed=0,
        figures=figures,
    )  # fmt: skip
    write_text(run.path / "metrics.json", measurements.to_json())


def test_a_card_says_what_the_records_say(run):
    measure(run)
    (run.path / "samples.png").touch()
    english, chinese = (path.read_text("utf-8") for path in write_model_card(run))
    for fact in (
        "fashion_mnist_10k: 10,000 images of 28x28x1", "`ab12`", "30 x 16", "keras 3.15.1",
        "| 6.554 | 6.383 - 6.725 | 0.01175", "| 0.0273 |  | 0.1026", "![", "](samples.png)",
        "0.00 CPU",
    ):  # fmt: skip
        assert fact in english and fact in chinese, fact
    assert "](losses.png)" not in english  # no such picture
    assert "seed: 5" in english and "种子：5" in chinese
    assert "MIT licence" in english and "MIT 许可证" in chinese


def test_both_languages_carry_the_same_numbers(run):
    measure(run)
    texts = [model_card(run, language) for language in NAMES]
    numbers = [re.findall(r"\d+(?:[.,]\d+)*", text.split("\n## ", 1)[1]) for text in texts]
    assert len(numbers[0]) > 40
    assert sorted(numbers[0]) == sorted(numbers[1])  # the order of a sentence may differ


def test_times_add_up(run):
    run.write_metrics([{**row, "cpu_seconds": 1800.0} for row in ROWS])
    assert "0.00 hours by the clock, 1.00 CPU-hours" in model_card(run, "en")  # 5 s, 2 x 1,800 s
    run.write_metrics([{"step": 30, "d_loss": 1.0, "images_per_second": 480 / 1800}])
    text = model_card(run, "en")
    assert "0.50 hours by the clock; energy was not measured" in text  # of an older run
    assert "time: not recorded" in model_card(Run.open("dcgan"), "en")


def test_the_front_matter_is_what_the_hub_reads(run):
    head, body = model_card(run, "en").removeprefix("---\n").split("\n---\n")
    keys = dict(line.split(": ", 1) for line in head.splitlines())
    assert keys["library_name"] == "keras"
    assert keys["pipeline_tag"] == "unconditional-image-generation"
    assert keys["datasets"] == "[zalando-datasets/fashion_mnist]"
    assert keys["license"] == "unknown"  # whoever publishes decides
    assert body.startswith("\n# dcgan")


def test_weaknesses_follow_from_the_figures():
    """Two rules each: what falls short by the rule, and what does not."""
    assert weaknesses(FIGURES, "en") == [
        "Little variety: 22% of real images lie among the samples (recall); among other real "
        "images, 86% do.",
        "Sneaker: 2.7% of the samples, 10.3% of real images.",
        "Blurred: edges are 0.14 strong, those of real images 0.42.",
        "3.0% of the samples are suspiciously close to a training image; by chance 1.0% would be.",
    ]  # one T-shirt in eleven is not rare, and the interval of duplicates holds the yardstick
    assert len(weaknesses(FIGURES, "zh")) == 4
    good = (figure("recall", "recall (FashionNet)", 0.6, 0.86), figure("psnr", "PSNR", 1.0))
    assert weaknesses(good, "en") == []
    low, high = ((0.90, 0.91), (0.90, 0.93))
    hits = [figure("label_hits", "hits", 0.905, 0.923, interval) for interval in (low, high)]
    assert [len(weaknesses((each,), "en")) for each in hits] == [1, 0]


def test_every_measure_has_a_chinese_name():
    for name in ("conditional_gan", "vae"):
        table = model_card(Run.open(name), "zh").split("|---|---|---|---|")[1].split("\n\n")[0]
        for row in table.strip().splitlines():
            label = row.split(" | ")[0]
            if "占比：" not in label:  # the names of classes are those of the data
                assert not re.findall(r"\b[a-z]{4,}", label), label  # FashionNet is a name


def test_a_card_tells_nobody_where_photos_lie(tmp_path):
    private = tmp_path / "private" / "photos"
    provenance = {"data": {"description": f"photos: 9 images, from {private}", "sha256": "ab"}}
    recipe = ConditionalGANRecipe(data=str(private), classes=3)
    run = Run(path=tmp_path / "run", name="conditional_gan", recipe=recipe, provenance=provenance)
    run.create()
    for language in NAMES:
        assert str(private) not in model_card(run, language)
    assert "a folder of photos" in model_card(run, "en")
    ring = Run(path=tmp_path / "ring", name="ring", recipe=RingRecipe(), provenance={})
    ring.create()
    assert "points are computed" in model_card(ring, "en")


def test_a_card_says_that_products_are_rendered(tmp_path):
    recipe = ConditionalGANRecipe(data="products", image_size=64, channels=3, classes=8)
    run = Run(path=tmp_path / "run", name="conditional_gan", recipe=recipe, provenance={})
    run.create()
    assert "Apache-2.0; rendered by keras_gen" in model_card(run, "en")
    assert "Apache-2.0；由 keras_gen 渲染" in model_card(run, "zh")


def test_measures_of_an_earlier_state_are_left_out(run):
    measure(run, steps=20)
    text = model_card(run, "en")
    assert "6.554" not in text and "Not measured yet" in text


def test_a_run_of_the_package_keeps_its_folder_as_it_is():
    with pytest.raises(ValueError, match="expected the folder of a run, found dcgan of the pack"):
        write_model_card("dcgan")
