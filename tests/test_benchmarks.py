"""The benchmarks' command: its list, a table, and peers that train the same networks."""

import dataclasses
import json
import re
import runpy
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gen import data
from keras_gen.export import Artefact
from keras_gen.recipes import ConditionalGANRecipe, DCGANRecipe
from keras_gen.stylization.options import StyleOptions

FOLDER = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(FOLDER))

import class_weight  # noqa: E402
import distillation  # noqa: E402
import distillation_table  # noqa: E402
import export_table  # noqa: E402
import flow  # noqa: E402
import gan_quality  # noqa: E402
import privacy  # noqa: E402
import restoration  # noqa: E402
import restoration_pages  # noqa: E402
import restoration_peers  # noqa: E402
import results_table  # noqa: E402
import small_models  # noqa: E402
import step_memory  # noqa: E402
import step_parts  # noqa: E402
import step_peers  # noqa: E402
import step_rows  # noqa: E402
import style_default  # noqa: E402
import vae_likelihood  # noqa: E402
import watermark  # noqa: E402

RECIPE = DCGANRecipe(seed=0, batch_size=8, generator_width=4, discriminator_width=4, penalty="none")


@pytest.fixture
def benchmarks(monkeypatch, capsys):
    """Return a function that calls `python -m benchmarks` in this process, and what it prints."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["benchmarks", *map(str, words)])
        monkeypatch.setattr(sys, "path", [*sys.path])
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")  # as the script does; restored afterwards
        runpy.run_path(str(FOLDER), run_name="__main__")
        return capsys.readouterr().out

    return call


def test_help_lists_the_scripts(benchmarks, capsys):
    with pytest.raises(SystemExit, match="0"):
        benchmarks("--help")
    shown = capsys.readouterr().out
    for script in (
        "step",
        "gan_quality",
        "results_table",
        "vae_quality",
        "vae_likelihood",
    ):
        assert f"\n  {script} " in shown
    assert "step_times" not in shown  # no script, nothing happens when it is run


@pytest.mark.slow
def test_step_prints_a_table_and_stores_its_numbers(benchmarks, monkeypatch, tmp_path):
    monkeypatch.setattr(step_parts, "PENALTIES", {"none": {}, "r1": {"penalty": "r1"}})
    monkeypatch.setitem(step_parts.STEPS, "penalties", 1)
    tiny = {"batch_size": 4, "generator_width": 4, "discriminator_width": 4}
    monkeypatch.setattr(step_parts, "MODELS", {"tiny": tiny})
    monkeypatch.setattr(step_parts, "PLAIN", step_parts.PLAIN | tiny)
    both = {name: step_parts.COMPILED[name] for name in ("", ", bfloat16, XLA")}
    monkeypatch.setattr(step_parts, "COMPILED", both)
    out = tmp_path / "step.json"
    words = ["step", "--rows", "penalties", "compiled", "--turns", 1, "--out", out]
    table = benchmarks(*words).splitlines()
    assert table[0].startswith("| rows | case | beside | a step, ")
    cases = ["none", "r1", *("tiny" + name for name in step_parts.COMPILED)]
    assert [line.split(" | ")[1] for line in table[2:]] == cases
    raw = json.loads(out.read_text("utf-8"))
    assert [len(turns) for turns in raw["rows"]["penalties"].values()] == [1, 1]
    assert any(line.startswith("tensorflow ") for line in raw["environment"])
    assert str(Path.home()) not in out.read_text("utf-8")


def test_rows_are_worked_by_hand():
    """Least 3 s, turns 3 / 2 and 4 / 4; 1 / 2 and 1 / 4; times of n^2; a system that is missing."""
    seconds = {"none": [2.0, 4.0], "r1": [3.0, 4.0]}
    assert step_rows.part_rows("penalties", seconds)[1] == [
        "r1", "none", "3,000.0 ms", "1.25", "1.00 to 1.50",
    ]  # fmt: skip
    pairs = {"wide": [2.0, 4.0], "wide, XLA": [1.0, 1.0]}
    assert step_rows.part_rows("compiled", pairs)[1][:4] == [
        "wide, XLA",
        "wide",
        "1,000.0 ms",
        "0.38",
    ]
    squares = {"16": [0.01], "32": [0.04], "64": [0.16]}
    assert step_rows.part_rows("width", squares)[-1][3] == "width^2.00"
    missing = step_rows.part_rows("peers", {"ours, simultaneous": [1.0], step_parts.TORCH: None})
    assert missing[1][2] == "torch not installed"
    mib = {"ours, simultaneous": {"before": 400, "peak": 500}, "x": {"before": 1, "peak": 1000}}
    assert step_rows.part_rows("memory", mib)[1][2:4] == ["1,000 MiB, 1 before the first", "2.00"]


def test_the_table_of_steps_is_that_of_its_file():
    """Nothing on the pages is typed."""
    docs = FOLDER.parent / "docs"
    raw = json.loads((docs / "step.json").read_text("utf-8"))
    for page, text in (
        ("results.md", step_rows.table),
        ("results.zh-CN.md", step_rows.chinese_table),
    ):
        shown = (docs / page).read_text("utf-8")
        assert f"<!-- step -->\n{text(raw)}\n<!-- end of step -->" in shown
    assert not re.search(r" to |thread|before", step_rows.chinese_table(raw))


def descends(step, batches):
    """Tell whether D's loss falls: it learns first what so young a G draws. Keras' are means."""
    losses = [step(batches) for _ in range(40)]
    values = np.array([[float(loss[key]) for key in ("d_loss", "g_loss")] for loss in losses])
    return np.isfinite(values).all() and values[-1, 0] < 0.9 * values[0, 0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["keras.io's order", "TensorFlow tutorial's loop"])
def test_peers_train(name):
    step, batches = step_parts.start(step_peers.SYSTEMS[name][0], RECIPE)
    assert descends(step, batches)


def test_peers_and_ours_start_from_the_same_weights_and_settings():
    first, second = RECIPE.build(), RECIPE.build()
    for ours, theirs in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for name in ("d_optimizer", "g_optimizer"):
        ours, theirs = (getattr(model, name).get_config() for model in (first, second))
        assert ours | {"name": ""} == theirs | {"name": ""}


def test_a_process_has_held_some_memory():
    """TensorFlow alone takes more than 100 MiB."""
    assert 100 < step_memory.peak() < 100_000


@pytest.mark.peers
def test_torch_has_the_same_networks():
    """The twins agree on images and logits, running means and variances included."""
    torch = pytest.importorskip("torch", reason="torch is in the extra 'peers'")
    import step_torch

    gan = RECIPE.build()
    noise = np.random.default_rng(0).normal(size=(8, step_torch.LATENT_DIM)).astype("float32")
    twins = step_torch.generator(4), step_torch.discriminator(4)
    for network, twin in zip((gan.generator, gan.discriminator), twins, strict=True):
        step_torch.copy_weights(twin, network.get_weights())
        count = sum(p.numel() for p in twin.parameters())
        assert count == sum(int(np.prod(v.shape)) for v in network.trainable_variables)
    for training in (True, False):
        images = np.asarray(gan.generator(noise, training=training))
        logits = np.asarray(gan.discriminator(images, training=training))
        for twin in twins:
            twin.train(training)
        with torch.no_grad():
            drawn = twins[0](torch.tensor(noise))
            judged = twins[1](drawn)
        np.testing.assert_allclose(drawn.permute(0, 2, 3, 1), images, atol=1e-5)
        np.testing.assert_allclose(judged, logits, atol=1e-5)


@pytest.mark.peers
def test_torch_trains(monkeypatch):
    torch = pytest.importorskip("torch", reason="torch is in the extra 'peers'")
    # With more threads than idle cores each small operation of PyTorch waits for a time slice.
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    step, batches = step_parts.start_torch(RECIPE)
    assert descends(step, batches)
    scaled = data.uint8_to_symmetric(step_parts.pictures(28))
    assert next(batches).shape == (8, 1, 28, 28)
    assert float(next(batches).min()) == float(np.min(scaled)) and torch.get_num_threads() == 1


def test_a_bound_of_some_images_is_carried_over_to_all():
    """ELBOs of 1 to 6 and a bound that is tighter by 0.4 and 0.8 for the first two images."""

    class Judge:
        def elbo(self, images, seed):
            return images + 2.0, np.full(len(images), 3.0)  # negative ELBO: image + 5

        def importance_weighted_bound(self, images, k, seed):
            return -(images + 5.0) + [0.4, 0.8]

    figures = vae_likelihood.bound_of_all(Judge(), np.arange(6.0), some=2, draws=9, seed=0)
    assert figures["negative_elbo"] == pytest.approx(7.5)  # the mean of 5 to 10
    assert figures["bound"] == pytest.approx(7.5 - 0.6)
    assert figures["standard_error"] == pytest.approx(0.2)  # deviation 0.2828 over the root of 2


def test_a_row_of_exported_networks():
    """Sizes in millions of bytes; an encoder has no grey levels."""
    known = {"size": 2_950_000, "weights": "float32", "decibels": 99.0, "images_per_second": 1234.4}
    generator = Artefact(path=Path("a/generator.onnx"), difference=1.0, dtype="uint8", **known)
    encoder = Artefact(path=Path("a/encoder"), difference=3e-6, dtype="float32", **known)
    floats = dataclasses.replace(generator, difference=2.04e-7, dtype="float32")
    found = {"uint8": [generator, encoder], "float": [floats, encoder]}
    cells = export_table.rows("dcgan", "onnx", found)
    assert cells[0] == ["`dcgan`, generator", "`onnx`", "2.95", "2.0e-07", "1", "1,234"]
    assert cells[1][3:] == ["3.0e-06", "-", "1,234"]
    refused = export_table.rows("fast_style", "litert", {"uint8": [generator], "float": []})
    assert refused[0][3:] == ["> 1e-05", "1", "1,234"]
    assert export_table.table(cells, 1).splitlines()[0].startswith("| 网络 | 格式 | 大小，MB |")


@pytest.mark.parametrize("name", ["results", "penalties"])
def test_the_tables_of_results_are_those_of_the_stored_figures(name):
    """Mean and deviation of each cell, computed anew from the runs' figures in docs/."""
    stored = json.loads((FOLDER.parent / "docs" / f"{name}.json").read_text("utf-8"))
    results = {
        system: [{key: SimpleNamespace(value=value) for key, value in run.items()} for run in runs]
        for system, runs in stored.items()
    }
    columns = {"results": results_table.COLUMNS, "penalties": results_table.PENALTY_COLUMNS}[name]
    rows = [results_table.row(results, system, columns) for system in results]
    if name == "results":
        rows.append(results_table.row(results, "vae", results_table.VAE_COLUMNS))
    for page in ("results.md", "results.zh-CN.md"):
        text = (FOLDER.parent / "docs" / page).read_text("utf-8")
        for line in results_table.markdown(["", *columns.values()], rows)[2:]:
            assert text.count(f"\n{line}\n") == 1, line


@pytest.mark.parametrize(("name", "n"), [("flow", 3), ("longer", 4), ("critics", 4)])
def test_the_tables_of_single_runs_are_those_of_the_stored_figures(name, n):
    stored = json.loads((FOLDER.parent / "docs" / f"{name}.json").read_text("utf-8"))
    tables = {"longer": gan_quality.curve, "critics": gan_quality.critics}
    rows = flow.rows_of(stored["rows"]) if name == "flow" else tables[name](stored)
    assert len(rows) == n
    for page in ("results.md", "results.zh-CN.md"):
        text = (FOLDER.parent / "docs" / page).read_text("utf-8")
        for line in results_table.markdown([""], rows)[2:]:
            assert text.count(f"\n{line}\n") == 1, line


def test_what_is_said_of_five_steps_on_test_images_is_stored():
    rows = json.loads((FOLDER.parent / "docs" / "critics_test.json").read_text("utf-8"))
    assert [(row["split"], row["seed"]) for row in rows] == [("test", seed) for seed in range(3)]
    last = np.array([row[f"fd at {row['steps']}"] for row in rows])  # (3, 2)
    (first, second), (a, b) = last.mean(axis=0), last.std(axis=0, ddof=1)
    said = f"{first:.2f} ± {a:.2f}", f"{second:.1f} ± {b:.1f}"
    for page in ("results.md", "results.zh-CN.md"):
        text = (FOLDER.parent / "docs" / page).read_text("utf-8").replace("\n  ", " ")
        assert all(text.count(numbers) == 1 for numbers in said), said


def test_the_table_of_the_loss_of_classes_is_that_of_the_stored_figures():
    """And what the page says of them.

    Cells are hits by both judges, both distances, the distance within classes, precision, recall.
    """
    docs = FOLDER.parent / "docs"
    rows = json.loads((docs / "class_weight.json").read_text("utf-8"))
    text = class_weight.table(rows)
    assert f"\n{text}\n" in (docs / "results.md").read_text("utf-8")
    assert f"\n{results_table.in_chinese(text)}\n" in (docs / "results.zh-CN.md").read_text("utf-8")
    cells = {key: [float(cell.strip("%")) for cell in row] for key, row in rows.items()}
    real = cells.pop("real")
    weights = sorted(cells, key=float)
    assert weights == ["0", f"{ConditionalGANRecipe.class_weight:g}", "0.1", "0.3"]
    *hits, near, far, _, _, recall = np.transpose([cells[weight] for weight in weights])
    for rates, most in zip(hits, real, strict=False):
        assert (np.diff(rates) > 0).all() and (most - rates[1]) < 0.4 * (most - rates[0])
    assert (np.diff(recall) < 0).all()
    assert (np.diff(near) < 0).all() and (np.diff(far) > 0).all() and 2.5 < far[3] / far[0] < 3.5


@pytest.mark.parametrize(("page", "language"), [("export.md", 0), ("export.zh-CN.md", 1)])
def test_the_table_of_smaller_models_is_that_of_the_stored_figures(page, language):
    """And int8 is within 15 % of float32's distance, which was asked, and as fast as is said."""
    docs = FOLDER.parent / "docs"
    rows = json.loads((docs / "small_models.json").read_text("utf-8"))["rows"]
    assert f"\n{small_models.table(rows, language)}\n" in (docs / page).read_text("utf-8")
    by_name = {(row["network"], row["weights"]): row["distances"] for row in rows}
    assert len(by_name) == 9
    for (network, weights), distances in by_name.items():
        for judge, (distance, low, high) in distances.items():
            full = by_name[network, "float32"][judge][0]
            assert low < distance < high and abs(distance / full - 1) < 0.15, (network, weights)
    speed = {(row["network"], row["weights"]): row["images_per_cpu_second"] for row in rows}
    ratios = [
        speed[name, "int8"] / speed[name, "float32"] for name, weights in speed if weights == "int8"
    ]
    said = ("{:.1f} to {:.1f} times as many images", "int8 每秒的图数是 {:.1f} 到 {:.1f} 倍")[
        language
    ]
    assert said.format(min(ratios), max(ratios)) in (docs / page).read_text("utf-8")


@pytest.mark.parametrize(("page", "language"), [("style.md", 0), ("style.zh-CN.md", 1)])
def test_the_table_of_style_transfers_default_is_that_of_the_stored_figures(page, language):
    """And what the prose says of the default at the size that was measured with and without."""
    rows = json.loads(style_default.FILE.read_text("utf-8"))["rows"]
    prose = (style_default.DOCS / page).read_text("utf-8")
    assert f"\n{style_default.table(rows, language)}\n" in prose
    small = {row["tolerance"]: row for row in rows if row["size"] == 128}
    default, every = small[StyleOptions().tolerance], small[0.0]
    said = ("{} of the {} steps", "{1} 步中的 {0} 步")[language]
    assert said.format(default["steps"], every["steps"]) in prose
    assert default["distance"] <= every["distance"] and default["ssim"] < every["ssim"]
    seconds = {row["size"]: row["seconds"] for row in rows if row["pair"] == "mug:flow_field"}
    said = (
        "{:.0f} s at 256 pixels and {:.0f} s at 512",
        "256 像素用 {:.0f} 秒，512 像素用 {:.0f} 秒",
    )
    assert said[language].format(seconds[256], seconds[512]) in prose


def test_only_pairs_with_each_tolerance_are_in_the_means():
    """Distances 0.2 and 0.4 without a tolerance; the pair that only one of them has is left out."""
    same = {"size": 64, "precision": "float32", "steps": 10, "ssim": 0.5}
    rows = [
        {**same, "tolerance": 0.0, "pair": "a", "distance": 0.2},
        {**same, "tolerance": 0.0, "pair": "b", "distance": 0.4},
        {**same, "tolerance": 0.1, "pair": "a", "distance": 0.21},
        {**same, "tolerance": 0.1, "pair": "b", "distance": 0.43},
        {**same, "tolerance": 0.1, "pair": "c", "distance": 9.0},
    ]
    assert style_default.table(rows, 0).splitlines()[2:] == [
        "| 64 | 0 | float32 | 2 | 10 | 0.500 | 0.300 |",
        "| 64 | 0.1 | float32 | 2 | 10 | 0.500 | 0.320 |",
    ]


def test_pruning_takes_the_smallest_numbers_of_each_kernel_and_training_keeps_the_zeros():
    """Half of 8 numbers; a bias is left alone. SGD would move all of them by 0.1."""
    inputs = keras.Input((4,))
    network = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    kernel, bias = network.trainable_variables
    kernel.assign(np.array([1, -8, 3, -4, 5, 6, -7, 2], "float32").reshape(4, 2))
    distillation.prune(network, 0.5)
    expected = np.array([0, -8, 0, 0, 5, 6, -7, 0], "float32").reshape(4, 2)
    np.testing.assert_array_equal(kernel, expected)
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.apply([np.ones((4, 2), "float32"), np.ones(2, "float32")], [kernel, bias])
    np.testing.assert_allclose(kernel, np.where(expected, expected - 0.1, 0), rtol=1e-6)
    np.testing.assert_allclose(bias, [-0.1, -0.1], rtol=1e-6)


def test_the_weight_of_the_best_student_is_taken(tmp_path):
    """Products of both distances: 2 * 30 and 3 * 19."""
    assert distillation.best_weight(tmp_path) == 0.1  # the recipe's, where nothing was measured
    for weight, distances in ((0.0, (2.0, 30.0)), (1.0, (3.0, 19.0))):
        folder = tmp_path / f"weights-{weight:g}"
        folder.mkdir()
        row = {"adversarial_weight": weight, "validation": dict(zip("ab", distances, strict=True))}
        (folder / "row.json").write_text(json.dumps(row), encoding="utf-8")
    assert distillation.best_weight(tmp_path) == 1.0


@pytest.mark.parametrize(("page", "language"), [("export.md", 0), ("export.zh-CN.md", 1)])
def test_the_tables_of_students_are_those_of_the_stored_figures(page, language):
    """And what the page says of them: zeros save no time, the adversarial loss helps."""
    docs = FOLDER.parent / "docs"
    rows = json.loads((docs / "distillation.json").read_text("utf-8"))
    text = (docs / page).read_text("utf-8")
    for table in (distillation_table.table, distillation_table.choice):
        assert f"\n{table(rows, language)}\n" in text
    named = {row["name"]: row for row in rows}
    teacher, student = named["teacher"], named["student-16"]
    assert student["images_per_cpu_second"] > 2 * teacher["images_per_cpu_second"]
    for name, row in named.items():
        if name.startswith("pruned"):
            assert 0.8 < row["images_per_cpu_second"] / teacher["images_per_cpu_second"] < 1.25
    for judge in ("FashionNet", "StridedNet"):
        without, best = named["weights-0"], named["weights-0.1"]
        assert best["validation"][judge] < without["validation"][judge]


def test_a_row_of_a_student():
    figures = {"megabytes": 0.8, "compressed_megabytes": 0.74, "images_per_cpu_second": 4321.0}
    row = {
        "name": "student-16",
        "steps": 5000,
        "zeros": 0.0,
        "test": {"a": [1, 0.5, 2], "b": [9, 8, 10]},
    }
    short = {"name": "weights-0.1", "adversarial_weight": 0.1, "validation": {"a": 2, "b": 3.5}}
    line = distillation_table.table([row | figures], 0).splitlines()
    assert len(line) == 3 and line[2] == (
        "| student of width 16 | 5,000 | 0 % | 0.80 | 0.74 | 1.000 (0.500, 2.000) "
        "| 9.000 (8.000, 10.000) | 4,321 |"
    )
    assert distillation_table.choice([row, short], 1).splitlines()[2] == "| 0.1 | 2.000 | 3.500 |"


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("task", restoration_peers.METHODS)
def test_classical_methods_keep_the_shape_of_grey_and_of_colour(task, channels):
    truth = np.random.default_rng(0).uniform(0.3, 0.7, (2, 24, 24, channels)).astype("float32")
    pixels, holes = restoration.damaged(task, truth)
    for method, options in restoration_peers.METHODS[task].values():
        parameters = {key: values[0] for key, values in options.items()}
        images = restoration_peers.apply(method, parameters, pixels, holes)
        assert images.shape == truth.shape and 0 <= images.min() <= images.max() <= 1
    with ThreadPoolExecutor(2) as pool:  # the last one side by side
        again = restoration_peers.apply(method, parameters, pixels, holes, pool.map)
    np.testing.assert_array_equal(again, images)


def test_how_far_a_method_is_behind_is_worked_by_hand():
    """Errors of 0.1 and 0.01 everywhere are 20 and 40 dB; the reference has 30 and 44."""
    truth = np.full((2, 12, 12, 1), 0.5) + 0.01 * np.random.default_rng(0).normal(
        size=(2, 12, 12, 1)
    )
    images = truth + np.array([0.1, 0.01]).reshape(2, 1, 1, 1)
    found = restoration.row(truth, {"psnr": images}, {"psnr": np.array([30.0, 44.0])}, method="x")
    assert found["psnr"]["mean"] == pytest.approx(30.0, abs=1e-6)
    # differences 10 and 4: mean 7, standard error 3; Student's quantile for two values is 12.706
    assert found["psnr_behind"]["mean"] == pytest.approx(7.0, abs=1e-6)
    assert found["psnr_behind"]["low"] == pytest.approx(7.0 - 12.706 * 3.0, abs=0.01)
    assert found["sharpness"] == pytest.approx(1.0) and found["n"] == 2 and found["method"] == "x"
    table = restoration_pages.rows_of({"rows": [{"task": "jpeg", **found}]})
    assert table == [["JPEG", "x", "30.00 ± 127.06", "-", "7.00 ± 38.12", "-", "1.00"]]


def test_an_image_that_the_reference_restores_exactly_is_left_out_of_the_comparison():
    """Errors of 0.1, 0.01 and 0.1 are 20, 40 and 20 dB; the reference's third PSNR is infinite."""
    truth = np.full((3, 12, 12, 1), 0.5) + 0.01 * np.random.default_rng(0).normal(
        size=(3, 12, 12, 1)
    )
    images = truth + np.array([0.1, 0.01, 0.1]).reshape(3, 1, 1, 1)
    reference = {"psnr": np.array([30.0, 44.0, np.inf])}
    found = restoration.row(truth, {"psnr": images}, reference, method="x")
    assert found["psnr"]["mean"] == pytest.approx(80 / 3, abs=1e-6)
    assert found["psnr_behind"]["mean"] == pytest.approx((10 + 4) / 2, abs=1e-6)


def test_the_tables_of_restoration_are_those_of_the_stored_figures():
    """On both pages; on the Chinese one no cell is left in English but names."""
    docs = FOLDER.parent / "docs"
    stored = json.loads((docs / "restoration.json").read_text("utf-8"))
    english, chinese = ((docs / f"restoration{s}").read_text("utf-8") for s in (".md", ".zh-CN.md"))
    for marker, text in restoration_pages.tables(stored).items():
        assert f"<!-- {marker} -->\n{text}\n<!-- end of {marker} -->" in english
        translated = restoration_pages.in_chinese(text)
        assert f"<!-- {marker} -->\n{translated}\n<!-- end of {marker} -->" in chinese
        names = set(re.findall(r"\b[a-z]\w{2,}", translated))
        assert names <= {"products", "fashion_mnist_10k"}, names


def test_the_table_of_privacy_is_that_of_the_stored_figures():
    """What is known by heart is told from its control by D; what the page says of the budgets."""
    rows = json.loads(privacy.FILE.read_text("utf-8"))
    text = "\n".join(privacy.table(rows))
    assert f"\n{text}\n" in (privacy.DOCS / "privacy.md").read_text("utf-8")
    assert f"\n{privacy.in_chinese(text)}\n" in (privacy.DOCS / "privacy.zh-CN.md").read_text(
        "utf-8"
    )
    attack = {row["row"]: row["membership_score"] for row in rows}
    assert attack["by heart"][1] > 0.9 > 0.55 > attack["as long"][2]
    noise = {row["row"]: row["noise"] for row in rows if "noise" in row}
    assert 1.5 * noise["10"] < noise["1"] < 2.5 * noise["10"] and noise["10"] < noise["3"]
    assert all(attack[name][1] < 0.5 < attack[name][2] for name in ("no limit", "10", "3", "1"))
    far = {row["row"]: row["second_frechet_distance"] for row in rows}
    near = {row["row"]: row["frechet_distance"] for row in rows}
    for name in ("10", "3", "1"):  # the judges disagree
        assert far[name][1] > far["no limit"][2] and near[name][2] < near["no limit"][1]


def test_a_watermark_is_found_with_its_key_alone():
    """On grey noise of 5 levels; sqrt(2 ln(2 * 4096 / 0.001)) = 5.6425 by hand."""
    noise = np.random.default_rng(0).normal(128, 5, (192, 256, 1)).clip(0, 255)
    picture = Image.fromarray(np.tile(noise, 3).astype("uint8"))
    marked = watermark.add_watermark(picture, b"key")
    error = np.asarray(marked, "float64") - np.asarray(picture, "float64")
    assert 20 * np.log10(255 / np.sqrt(np.mean(error**2))) == pytest.approx(42.0, abs=0.15)
    assert abs(watermark.THRESHOLD - 5.6425) < 1e-4
    shifted = marked.crop((13, 7, 256, 192))
    for image, key, found in (
        (marked, b"key", True),
        (shifted, b"key", True),
        (watermark.resized(marked, 0.5), b"key", True),
        (marked, b"another", False),
        (picture, b"key", False),
    ):
        assert (watermark.watermark_score(image, key) > watermark.THRESHOLD) == found


def test_the_table_of_the_watermark_is_that_of_the_stored_figures():
    """Why it stays out: on small pictures, and after one other resize, it is not found."""
    kinds = json.loads(watermark.FILE.read_text("utf-8"))["kinds"]
    text = "\n".join(watermark.table(kinds))
    for name, shown in (("", text), (".zh-CN", watermark.in_chinese(text))):
        assert f"\n{shown}\n" in (watermark.DOCS / f"compliance{name}.md").read_text("utf-8")
    assert all(found["false_positives"]["interval"][0] < 1e-3 for found in kinds.values())
    found = {kind: figures["found"] for kind, figures in kinds.items()}
    assert all(
        found[kind]["all three"]["interval"][0] > 0.8 for kind in ("photographs", "rendered")
    )
    assert all(found[kind]["all three"]["interval"][1] < 0.1 for kind in ("64 pixels", "28 pixels"))
    assert found["sheets"]["none"]["interval"][1] < 0.5
    assert all(each["80 % of the size"]["interval"][1] < 0.02 for each in found.values())
