"""`compare`: what it marks and refuses, when it measures, and the page that it writes."""

import base64
import dataclasses
import io
import re
import shutil

import numpy as np
import pytest
from PIL import Image

from keras_gen.evaluation import measure_autoencoders
from keras_gen.evaluation.measure_run import evaluate
from keras_gen.evaluation.measurements import Measurement, Measurements
from keras_gen.evaluation.side_by_side import check_comparable, table_rows
from keras_gen.pages.comparison import compare
from keras_gen.recipes import MLPGANRecipe, VAERecipe
from keras_gen.runs import training

SMALL = {
    "generator_width": 8,
    "discriminator_width": 8,
    "latent_dim": 8,
    "batch_size": 16,
    "penalty": "none",
}
SMALL_VAE = {"width": 4, "hidden": 16, "latent_dim": 4, "batch_size": 16}

pytestmark = pytest.mark.usefixtures("judges_once")


# --- the table, by hand -------------------------------------------------------------------------


def content(*figures, sha256="ab" * 32):
    return Measurements(
        recipe="vae",
        steps=1,
        real_images="test images",
        real_sha256=sha256,
        seed=0,
        figures=figures,
    )


def figure(key, value, better="lower", **fields):
    fields = {"label": key.upper(), "n_real": 100, "n_fake": 100, **fields}
    return Measurement(key=key, value=value, better=better, **fields)


def test_the_best_of_a_row_is_marked_by_what_is_better():
    rows = table_rows(
        [
            content(figure("fd", 2.0), figure("recall", 0.4, "higher"), figure("kl", 7.0, "near")),
            content(figure("fd", 3.0), figure("recall", 0.5, "higher"), figure("kl", 8.0, "near")),
        ]
    )
    assert rows == [
        ("FD", ["2 *", "3"], ""),
        ("RECALL", ["0.4", "0.5 *"], ""),
        ("KL", ["7", "8"], ""),
    ]


def test_of_equals_and_of_one_none_is_best():
    rows = table_rows(
        [
            content(figure("fd", 2.0)),
            content(figure("fd", 2.0), figure("psnr", 20.0, "higher")),
        ]
    )
    assert rows == [("FD", ["2", "2"], ""), ("PSNR", ["-", "20"], "")]


def test_a_cell_shows_half_the_width_of_the_interval():
    """From 1.5 to 2.7 are 1.2, half of it 0.6."""
    (row,) = table_rows([content(figure("fd", 2.1, interval=(1.5, 2.7))), content()])
    assert row == ("FD", ["2.1 ± 0.6", "-"], "")


def test_references_that_differ_are_all_shown():
    def psnr(value, reference, components):
        name = f"PCA of {components} components"
        return content(figure("psnr", value, "higher", reference=reference, reference_name=name))

    (same,) = table_rows([psnr(20.0, 18.0, 4), psnr(21.0, 18.0, 4)])
    (other,) = table_rows([psnr(20.0, 18.0, 4), psnr(21.0, 22.0, 24)])
    assert same[-1] == "18 (PCA of 4 components)"
    assert other[-1] == "18 (PCA of 4 components); 22 (PCA of 24 components)"


DIFFERENT = {
    "other images": content(figure("fd", 1.0), sha256="cd" * 32),
    "other real images": dataclasses.replace(
        content(figure("fd", 1.0)), real_images="train images"
    ),
    "other numbers": content(figure("fd", 1.0, n_fake=200)),
    "other features": content(figure("fd", 1.0, features="InceptionV3 (Keras)")),
    "other weights": content(figure("fd", 1.0, features_sha256="ef" * 32)),
}


@pytest.mark.parametrize("difference", DIFFERENT)
def test_figures_that_cannot_be_compared_are_refused_in_one_line(difference):
    same = content(figure("fd", 2.0))
    check_comparable(["a", "b"], [same, content(figure("fd", 1.0))])
    with pytest.raises(
        ValueError, match=r"a has .*; c has .*; measure all runs again with --remeasure"
    ) as e:
        check_comparable(["a", "b", "c"], [same, same, DIFFERENT[difference]])
    assert "\n" not in str(e.value)


# --- tiny runs ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs(tmp_path_factory, untraced):
    """A GAN and a VAE, both measured on 120 images."""
    folder = tmp_path_factory.mktemp("runs")
    with untraced():
        training.train("mlp_gan", MLPGANRecipe(**SMALL, steps=2), folder / "gan")
        training.train("vae", VAERecipe(**SMALL_VAE, steps=2), folder / "vae")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measure_autoencoders, "LIKELIHOOD_DRAWS", 2)
        for name in ("gan", "vae"):
            evaluate(folder / name, n=120)
    return [folder / "gan", folder / "vae"]


@pytest.fixture(scope="module")
def compared(runs, tmp_path_factory):
    """The text, and the path of the page."""
    out = tmp_path_factory.mktemp("out") / "new" / "page.html"
    return compare(runs, out), out


def files(runs):
    return [(run / "metrics.json").stat().st_mtime_ns for run in runs]


def test_the_text_shows_both_runs_and_explains_itself(runs, compared):
    lines = compared[0].splitlines()
    for run in runs:
        assert run.name in lines[0].split() and str(run.parent) not in lines[0]
    (distance,) = [line for line in lines if line.startswith("FD-FashionNet")]
    assert distance.count("*") == 1 and "(training images)" in distance
    (psnr,) = [line for line in lines if line.startswith("PSNR of reconstructions, dB")]
    assert psnr.split()[4] == "-" and "PCA of 4 components" in psnr
    for words in ("95 % interval", "* marks the best", "PSNR and SSIM compare an image"):
        assert words in lines[-1]


def test_the_page_holds_samples_figures_and_curves_and_asks_nothing_of_the_network(runs, compared):
    page = compared[1].read_text(encoding="utf-8")
    sources = re.findall(r'src="data:image/png;base64,([^"]*)"', page)
    assert len(sources) == 4 == page.count("<img")
    sizes = [Image.open(io.BytesIO(base64.b64decode(source))).size for source in sources]
    assert sizes[:2] == [((8 * 30 - 2) * 2,) * 2] * 2  # 8 x 8 samples of 28 pixels
    assert "120 samples of each run against 120 real images" in page
    assert page.count("<tr>") == 1 + 31  # the header, 25 figures of both runs, 6 of the VAE
    assert not re.search(r"https?:|<script|<link|@import|url\(", page)


def test_measured_runs_are_not_measured_again(runs, tmp_path):
    before = files(runs)
    compare(runs, tmp_path / "page.html", n=120, features="fashion_net")
    assert files(runs) == before


@pytest.mark.parametrize(
    "asked, found",
    [
        ({"n": 150}, "gan: expected measurements of 150 samples, found those of 120; .*remeasure"),
        ({"features": "strided_net"}, "gan: .* StridedNet, found those of FashionNet; .*remeasure"),
    ],
)
def test_stored_measurements_of_another_kind_than_asked_for_are_refused(
    runs, tmp_path, asked, found
):
    before = files(runs)
    with pytest.raises(ValueError, match=found):
        compare(runs, tmp_path / "page.html", **asked)
    assert files(runs) == before and not (tmp_path / "page.html").exists()


@pytest.fixture
def copies(runs, tmp_path):
    return [shutil.copytree(run, tmp_path / run.name) for run in runs]


def test_remeasure_measures_all_runs_again(runs, tmp_path):
    copies = [shutil.copytree(runs[0], tmp_path / name) for name in ("one", "other")]
    text = compare(copies, tmp_path / "page.html", remeasure=True, n=150)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "150 samples of each run against 150 real images" in page
    assert text.splitlines()[0].split()[-1] == "reference"


def test_a_run_that_was_trained_further_is_measured_again(copies, tmp_path, untraced):
    with untraced():
        training.resume(copies[0], steps=3)
    compare(copies, tmp_path / "page.html", n=120)
    assert '"steps": 3' in (copies[0] / "metrics.json").read_text()


def test_a_run_that_was_not_measured_is_measured_now_and_must_fit(copies, tmp_path):
    evaluate(copies[1], n=140)
    (copies[0] / "metrics.json").unlink()
    with pytest.raises(ValueError, match=r"vae: expected .* 120 samples, found those of 140"):
        compare(copies, tmp_path / "page.html", n=120)
    assert not (copies[0] / "metrics.json").exists()
    evaluate(copies[0], n=120)
    with pytest.raises(ValueError, match=r"gan has 120 samples.*vae has 140 samples.*--remeasure"):
        compare(copies, tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_mistakes_are_named_before_anything_is_measured(runs, copies, tmp_path):
    cases = [
        (copies[:1], ValueError, "expected at least two runs to compare, found 1"),
        ([copies[0], tmp_path / "nowhere"], FileNotFoundError, "expected a run folder"),
    ]
    (copies[0] / "metrics.json").unlink()
    for run_dirs, kind, message in cases:
        with pytest.raises(kind, match=message):
            compare(run_dirs, tmp_path / "page.html")
    assert not (copies[0] / "metrics.json").exists() and not (tmp_path / "page.html").exists()


# --- a browser ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("width", [1200, 400])
def test_a_browser_shows_the_page_on_a_desktop_and_on_a_phone(screenshot, compared, width):
    """Pictures on top; the table scrolls by itself, so that nothing crosses the right edge."""
    seen = screenshot(compared[1], width)
    assert seen.shape == (2400, width)
    assert (np.abs(np.diff(seen, axis=1)).mean(axis=1) > 8.0).sum() > 200  # rows of samples
    assert seen[:, -8:].std() < 1.0  # an empty margin
