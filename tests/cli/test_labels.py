"""Labels from the command line: every command that writes pictures, and `inspect`."""

import json
import re
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_gen.cli import main

SMALL = ["--generator-width=4", "--discriminator-width=4", "--latent-dim=4", "--batch-size=16"]
SUFFIXES = (".png", ".jpg", ".webp", ".gif")
BY_MODEL, COMPOSITE = "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"

pytestmark = pytest.mark.usefixtures("judges_once")


def run(*words):
    """Run the command line in this process; argparse leaves by SystemExit."""
    try:
        return main([str(word) for word in words])
    except SystemExit as leave:
        return leave.code


@pytest.fixture(scope="module")
def folder(tmp_path_factory, untraced):
    """A folder with two small runs, a photograph and a style."""
    path = tmp_path_factory.mktemp("labels")
    steps = ["--steps", 2, "--save-every", 1]
    vae = ["--width=4", "--hidden=4"]
    with untraced():
        assert run("train", "mlp_gan", "--run-dir", path / "gan", *steps, *SMALL) == 0
        assert run("train", "vae", "--run-dir", path / "vae", *steps, *vae) == 0
        assert run("train", "ring", "--run-dir", path / "ring", *steps) == 0
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype="uint8")
    exif = Image.Exif()
    exif[271], exif[274] = "Camera", 6
    exif.get_ifd(34853)[1] = "N"
    Image.fromarray(noise).save(path / "photo.jpg", exif=exif)
    Image.fromarray(noise[:, :40]).save(path / "style.png")
    return path


@pytest.fixture
def here(folder, tmp_path, monkeypatch):
    """The same folder under short names, to work in a new one; style distances are not measured."""
    from keras_gen.stylization import by_optimisation

    monkeypatch.setattr(by_optimisation, "held_out_distances", lambda *words: [0.0, 0.0])
    for path in folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pictures(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def assert_marked(path, read_mark, source, model):
    said = read_mark(path)
    assert said, f"{path} is not marked"
    aigc = json.loads(said["TC260:AIGC"])
    assert aigc["Label"] == "1" and aigc["ProduceID"].startswith(f"{model}-"), path
    assert said["Iptc4xmpExt:DigitalSourceType"].rpartition("/")[2] == source, path
    assert run("inspect", path) == 0


# --- every command that writes pictures -----------------------------------------------------------


@pytest.mark.parametrize(("name", "model"), [("gan", "mlp_gan"), ("vae", "vae"), ("ring", "ring")])
def test_train_marks_samples_and_film_but_no_curves(folder, read_mark, name, model):
    found = pictures(folder / name)
    assert {"samples.png", "samples.gif", "losses.png"} <= {path.name for path in found}
    assert sum(path.parent.name == "samples" for path in found) == 3
    for path in found:
        if path.name == "losses.png":
            assert read_mark(path) == {}
        else:
            of_real_ones = path.stem in ("reconstructions", "interpolations", "traversals")
            real_as_well = of_real_ones or name == "ring"  # which shows real points beside others
            assert_marked(path, read_mark, COMPOSITE if real_as_well else BY_MODEL, model)
    if name == "vae":
        assert len(found) == 9


def test_generate_marks_grids_single_images_and_arrays(here, read_mark, capsys):
    for out in ("a.png", "b.jpg", "c.webp", "single"):
        assert run("generate", "gan", "--n", 2, "--seed", 5, "--out", out) == 0
    assert run("generate", "gan", "--n", 2, "--seed", 5, "--npz", "d.npz") == 0
    for path in [Path("a.png"), Path("b.jpg"), Path("c.webp"), *pictures(Path("single"))]:
        assert_marked(path, read_mark, BY_MODEL, "mlp_gan")
        assert "-5-" in json.loads(read_mark(path)["TC260:AIGC"])["ProduceID"]
    assert run("inspect", "d.npz") == 0
    with np.load("d.npz") as arrays:
        assert arrays["images"].shape == (2, 28, 28, 1) and arrays["images"].dtype == np.uint8
    lines = Path("gan/generated.jsonl").read_text().splitlines()
    last = json.loads(lines[-1])
    assert last["files"] == [str(here / "d.npz")] and (last["n"], last["seed"]) == (2, 5)
    assert last["marks"] == {"invisible": True, "visible": None, "producer": "keras_gen"}


def test_a_bundled_run_draws_with_labels_and_writes_nothing_into_the_package(here, read_mark):
    assert run("generate", "dcgan", "--n", 1, "--visible-label", "zh") == 0
    assert_marked(here / "dcgan-seed-0.png", read_mark, BY_MODEL, "dcgan")
    from keras_gen.runs import Run

    assert not (Run.open("dcgan").path / "generated.jsonl").exists()


PAINT = ["stylize", "photo.jpg", "style.png", "--size=48", "--steps=2", "--weights=random"]
PAINT += ["--optimizer=adam", "--schedule=classic"]


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_stylize_marks_the_picture_its_steps_and_film(here, read_mark, suffix):
    out = here / f"a.{suffix}"
    more = ["--save-every=1"] if suffix == "png" else []
    assert run(*PAINT, "--out", out, *more) == 0
    made = [out, *pictures(here / "a_steps"), *here.glob("*.gif")]
    assert len(made) == (4 if more else 1)
    for path in made:
        assert_marked(path, read_mark, COMPOSITE, "style_transfer")
    record = json.loads(out.with_suffix(".json").read_text())
    assert record["origin"]["composite"] and record["marks"]["invisible"]
    with Image.open(out) as picture:
        exif = picture.getexif()
        assert picture.size == (32, 48)  # the photograph lay on its side
        assert dict(exif) == {271: "Camera"}
    if suffix == "jpg":
        assert run(*PAINT, "--out", "b.jpg", "--keep-location") == 0
        with Image.open("b.jpg") as picture:
            assert picture.getexif().get_ifd(34853) == {1: "N"}


def test_a_network_of_a_style_run_marks_as_well(here, read_mark):
    """An untrained one; the samples of its training are marked as in test_training.py."""
    from keras_gen.recipes import FastStyleRecipe
    from keras_gen.runs import Run

    recipe = FastStyleRecipe(width=4, blocks=1)
    fast = Run(path=here / "fast", name="fast_style", recipe=recipe, provenance={})
    fast.create()
    recipe.build_for_inference().save(fast.model_path)
    assert run("stylize", "photo.jpg", "--model", "fast", "--size", 48, "--out", "a.png") == 0
    assert_marked(here / "a.png", read_mark, COMPOSITE, "fast_style")


def test_generated_pictures_inside_pages_are_marked(here, read_mark, monkeypatch):
    """The comparison inlines samples and curves; the parts of the demo are functions of a run."""
    from keras_gen.evaluation import evaluate
    from keras_gen.pages import comparison, demo, demo_style
    from keras_gen.runs import Run

    small = evaluate(Run.open("gan"), n=100, write=False)
    monkeypatch.setattr(comparison, "evaluate", lambda *words, **options: small)
    assert run("compare", "gan", "vae", "--out", "c.html") == 0
    inlined = {"c": Path("c.html").read_text(), "gan": demo._gan_section(Run.open("gan"))}
    monkeypatch.setattr(demo_style, "weights_here", lambda: "random")
    monkeypatch.setattr(demo_style, "SIZE", 48)
    inlined["style"], _ = demo_style.style_section(here / "style", steps=1)
    marked = {}
    for name, html in inlined.items():
        sources = re.findall(r'src="data:image/\w+;base64,([^"]*)"', html)
        marked[name] = [bool(read_mark(b64decode(source))) for source in sources]
    assert marked["c"] == [True, True, False, False]  # samples of two runs, their curves
    assert marked["gan"] == [True, False, False, True]  # drawn, real, curves, film
    assert marked["style"] == [True, True]


# --- switches -------------------------------------------------------------------------------------


def test_marks_can_be_switched_off_and_that_is_written_down(here, read_mark, capsys):
    assert run("generate", "gan", "--n=1", "--no-mark", "--out=a.png", "--npz=a.npz") == 0
    assert read_mark(here / "a.png") == {}
    assert list(np.load("a.npz")) == ["images"]
    assert run("inspect", "a.png") == 1
    assert "a.png: no label TC260:AIGC; no DigitalSourceType" in capsys.readouterr().out
    last = json.loads(Path("gan/generated.jsonl").read_text().splitlines()[-1])
    assert last["marks"]["invisible"] is False
    assert run(*PAINT, "--out=b.png", "--no-mark", "--visible-label=en") == 0
    assert json.loads(Path("b.json").read_text())["marks"]["visible"] == "en"
    assert read_mark(here / "b.png") == {}


def test_a_visible_label_is_drawn(here):
    assert run("generate", "gan", "--n=1", "--out=plain") == 0
    assert run("generate", "gan", "--n=1", "--out=told", "--visible-label=zh") == 0
    plain, told = (np.asarray(Image.open(f"{name}/00000.png")) for name in ("plain", "told"))
    assert told.shape[0] > plain.shape[0] and told[28:].max() == 255
    left = (told.shape[1] - 28) // 2
    np.testing.assert_array_equal(told[:28, left : left + 28], plain)


def test_the_producer_is_named_or_refused_before_anything_is_written(here, monkeypatch, capfd):
    monkeypatch.setenv("KERAS_GEN_PRODUCER", "某公司")
    assert run("generate", "gan", "--n=1", "--out=a.png") == 0 and run("inspect", "a.png") == 0
    assert "producer 某公司" in capfd.readouterr().out
    monkeypatch.setenv("KERAS_GEN_PRODUCER", "two\nlines")
    for words in (
        ["generate", "gan", "--out=b.png"],
        [*PAINT, "--out=b.png"],
        ["train", "mlp_gan", "--run-dir=new", "--steps=1"],
    ):
        assert run(*words) == 2
        (line,) = capfd.readouterr().err.splitlines()
        assert "KERAS_GEN_PRODUCER: expected a name of at most 200 printable characters" in line
    assert not Path("b.png").exists() and not Path("new").exists()


# --- inspect --------------------------------------------------------------------------------------


def test_inspect_says_of_each_file_what_it_found(here, capsys):
    run("generate", "gan", "--n=1", "--out=a.png")
    Image.open("a.png").save("again.png")
    assert run("inspect", "a.png", "again.png") == 1
    lines = capsys.readouterr().out.splitlines()[1:]
    assert lines[0] == "a.png: marked as generated, unchanged"
    assert lines[1].startswith("  TC260:AIGC         generated by AI; producer keras_gen; number")
    assert lines[2] == "  DigitalSourceType  trainedAlgorithmicMedia"
    assert lines[4].startswith("  pixels             those that were marked, sha256:")
    assert lines[5].startswith("again.png: no label TC260:AIGC; no DigitalSourceType of generated")


def test_inspect_goes_on_after_a_file_that_it_cannot_read(here, capsys):
    run("generate", "gan", "--n=1", "--out=a.png")
    Image.open("a.png").save("again.png")
    Path("text.png").write_text("not a picture")
    capsys.readouterr()
    assert run("inspect", "text.png", "a.png", "gone.png", "again.png") == 2
    said = capsys.readouterr()
    first, second = said.err.splitlines()
    assert first.startswith("keras-gen inspect: text.png: expected a PNG, JPEG, WebP, GIF or .npz")
    assert second == "keras-gen inspect: gone.png: expected a picture, found nothing"
    heads = [line for line in said.out.splitlines() if not line.startswith(" ")]
    assert [head.partition(":")[0] for head in heads] == ["a.png", "again.png"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the following arguments are required: FILE"),
        (["x.png"], "x.png: expected a picture, found nothing"),
        (["gan"], "gan: expected a picture, found a folder"),
        (["text.png"], "text.png: expected a PNG, JPEG, WebP, GIF or .npz file"),
        (["cut.jpg"], "cut.jpg: image file is truncated"),
    ],
)
def test_a_file_that_is_no_picture_is_one_line_and_status_2(here, capfd, words, message):
    Path("text.png").write_text("not a picture")
    Path("cut.jpg").write_bytes(Path("photo.jpg").read_bytes()[:1500])
    assert run("inspect", *words) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("keras-gen inspect: ") and message in line
