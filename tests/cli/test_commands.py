"""Commands: what they write and print, and mistakes that end in one clear line and status 2."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_gen.cli import main
from keras_gen.environment import fastest_precision

SMALL = [
    "--generator-width=8",
    "--discriminator-width=8",
    "--latent-dim=8",
    "--batch-size=16",
    "--penalty=none",
]

pytestmark = pytest.mark.usefixtures("judges_once")


def run(*words):
    """Run the command line in this process; argparse leaves by SystemExit."""
    try:
        return main([str(word) for word in words])
    except SystemExit as leave:
        return leave.code


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory, untraced):
    path = tmp_path_factory.mktemp("runs") / "small"
    with untraced():
        assert run("train", "mlp_gan", "--run-dir", path, "--steps", 2, *SMALL) == 0
    return path


# --- generate -----------------------------------------------------------------------------------


def test_generate_writes_a_grid_into_the_run_by_default(run_dir, capsys):
    assert run("generate", run_dir, "--n", 9, "--seed", 4) == 0
    path = run_dir / "generated-seed-4.png"
    assert str(path) in capsys.readouterr().out
    with Image.open(path) as picture:
        assert picture.size == ((3 * 30 - 2) * 2,) * 2


def test_generate_writes_single_images_and_raw_samples_that_agree(run_dir, tmp_path):
    npz, folder = tmp_path / "raw.npz", tmp_path / "new" / "folder"
    assert run("generate", run_dir, "--n", 5, "--npz", npz, "--out", folder) == 0
    images = np.load(npz)["images"]
    assert images.shape == (5, 28, 28, 1) and images.dtype == np.uint8
    files = sorted(folder.iterdir())
    assert len(files) == 5
    for file, image in zip(files, images, strict=True):
        assert np.array_equal(np.asarray(Image.open(file)), image[..., 0])


def test_the_same_seed_draws_the_same_images(run_dir, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run("generate", run_dir, "--n", 3, "--seed", seed, "--npz", tmp_path / f"{name}.npz")
    a, b, c = (np.load(tmp_path / f"{name}.npz")["images"] for name in "abc")
    assert np.array_equal(a, b) and not np.array_equal(a, c)


def test_evaluate_prints_a_table_and_writes_it(run_dir, capsys):
    assert run("evaluate", run_dir, "--n", 200) == 0
    out = capsys.readouterr().out
    assert "FD-FashionNet" in out and "200 samples" in out and "95 % interval" in out
    figures = json.loads((run_dir / "metrics.json").read_text())["figures"]
    assert {figure["n_fake"] for figure in figures} == {200}


def test_stylize_paints_and_says_what_it_made(pictures, capsys):
    words = [*PAINT, "mug", "--size", 40, "--steps", 2, "--weights", "random"]
    assert run(*words, "--style-weights", 3, 1, "--optimizer", "adam", "--tile", 0) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"features: VGG19 with random kernels, seed 0, {fastest_precision()}"
    assert out[2].startswith("SSIM of luminance with the content: 0.")
    assert out[3].startswith("style distance: ") and "(the content's: " in out[3]
    assert out[4].endswith(" s; content-style-mug.png and content-style-mug.json")
    record = json.loads(Path("content-style-mug.json").read_text())
    assert record["arguments"]["style_weights"] == [3.0, 1.0] and record["steps"] == 2


def test_stylize_that_was_stopped_says_so_and_is_status_130(pictures, monkeypatch, capsys):
    from keras_gen import stylization

    record = {"measures": {"luminance_ssim": 0.5}, "seconds": 1.0, "finished": False, "steps": 7}
    monkeypatch.setattr(stylization, "stylize", lambda *words, **labels: (Path("a.png"), record))
    assert run(*PAINT) == 130
    assert "stopped at step 7; this is the best picture so far" in capsys.readouterr().out


@pytest.mark.usefixtures("few_steps")
@pytest.mark.slow
def test_a_style_run_paints_by_the_command_line(pictures, capsys):
    words = ["--data", "folder", "--image-size", 32, "--width", 4, "--blocks", 1, "--steps", 1]
    Path("folder/a.jpg").write_bytes(Path("whole.jpg").read_bytes())
    words += ["--style-size", 32, "--batch-size", 1, "--weights", "random", "--run-dir", "run"]
    assert run("train", "fast_style", *words) == 0
    assert run("stylize", "content.png", "--model", "run", "--size", 40, "--out", "a.webp") == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(" s; a.webp and a.json")
    with Image.open("a.webp") as picture:
        assert picture.size == (40, 36)


def test_a_study_is_made_and_its_answers_are_read(run_dir, tmp_path, capsys):
    """Four answers, three of them for the generated image: a rate of 0.75."""
    page, answers = tmp_path / "study.html", tmp_path / "answers.csv"
    assert run("study", run_dir, "--trials", 4, "--out", page) == 0
    assert "4 pairs; real images: test split of fashion_mnist_10k" in capsys.readouterr().out
    sides = ["left", "right", "left", "right"]
    choices = ["right", "left", "right", "right"]
    lines = ["study,participant,trial,run,real_side,choice,correct,milliseconds"]
    for i, (side, choice) in enumerate(zip(sides, choices, strict=True), start=1):
        lines.append(f"0123456789ab,a,{i},runs/x,{side},{choice},{int(side == choice)},900")
    answers.write_text("\n".join(lines) + "\n")
    assert run("study-results", answers, "--json", tmp_path / "rates.json") == 0
    assert "0.750" in capsys.readouterr().out
    (found,) = json.loads((tmp_path / "rates.json").read_text())["runs"]
    assert (found["taken_for_real"], found["n"]) == (0.75, 4)


def test_pictures_are_reviewed_and_the_approved_ones_copied(run_dir, tmp_path, monkeypatch, capsys):
    """Two reviewers, three pictures of a run; one picture is approved by both."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("keras_gen.evaluation.hints.MOST", 100)
    assert run("review", run_dir, "--n", 3, "--out", "r.html", "--checks") == 0
    out = capsys.readouterr().out
    assert "3 of 3 pictures in r\n  suspected copies of training images: 0\n" in out
    assert "perhaps not the class asked for: not checked, the run was asked for no class" in out
    assert "review-results FILE.csv ... --images r --apply approved" in out
    pictures = sorted(Path("r").iterdir())
    for name, decisions in (("a", ("approve",) * 3), ("b", ("reject", "approve", "reject"))):
        lines = ["review,reviewer,file,sha256,decision,reason,time,milliseconds"]
        for picture, decision in zip(pictures, decisions, strict=True):
            sha256 = hashlib.sha256(picture.read_bytes()).hexdigest()
            time = "2026-01-02T03:04:05.678Z"
            lines.append(f"0123456789ab,{name},{picture.name},{sha256},{decision},,{time},900")
        Path(f"{name}.csv").write_text("\n".join(lines) + "\n")
    words = ["review-results", "a.csv", "b.csv", "--images", "r", "--apply", "approved"]
    assert run(*words, "--json", "figures.json") == 0
    assert capsys.readouterr().out.endswith("copied 1 approved pictures to approved\n")
    assert [path.name for path in Path("approved").iterdir()] == ["00001.png"]
    assert json.loads(Path("figures.json").read_text())["pairs"][0]["agreed"] == 1
    pictures[1].write_bytes(pictures[0].read_bytes())
    assert run(*words[:-1], "again") == 1
    errors = capsys.readouterr().err
    assert errors.startswith("keras-gen review-results: r/00001.png: expected the picture that was")
    assert len(errors.splitlines()) == 1 and not Path("again").exists()


def test_info_names_versions_and_data(capsys):
    assert run("info") == 0
    out = capsys.readouterr().out
    assert "tensorflow " in out and "fashion_mnist_10k" in out and "10,000 images" in out


@pytest.mark.usefixtures("few_steps")
def test_a_dry_run_prints_a_recipe_from_which_the_run_can_be_trained(tmp_path, monkeypatch, capsys):
    """The same model by flags, and from the printed recipe; what is said beside it counts."""
    monkeypatch.chdir(tmp_path)
    flags = ["--steps", 2, "--seed", 3, *SMALL]
    assert run("train", "mlp_gan", *flags, "--dry-run") == 0
    text = capsys.readouterr().out
    assert json.loads(text)["fields"]["save_every"] == 1 and not list(tmp_path.iterdir())
    (tmp_path / "plan.json").write_text(text)
    assert run("train", "mlp_gan", "--run-dir", "flags", *flags) == 0
    assert run("train", "--recipe", "plan.json", "--run-dir", "plan") == 0
    for name in ("recipe.json", "samples.png"):
        assert Path("flags", name).read_bytes() == Path("plan", name).read_bytes()
    capsys.readouterr()
    assert run("train", "mlp_gan", "--recipe", "plan.json", "--seed", 4, "--dry-run") == 0
    fields = json.loads(capsys.readouterr().out)["fields"]
    assert (fields["seed"], fields["steps"], fields["latent_dim"]) == (4, 2, 8)


@pytest.mark.usefixtures("few_steps")
def test_a_number_that_was_taken_meanwhile_is_passed_over(tmp_path, monkeypatch, capsys):
    """Two trainings without --run-dir chose one folder, and one of them died."""
    from keras_gen.runs import training

    monkeypatch.chdir(tmp_path)
    prepare = training.prepare

    def slow(*words, **options):
        prepared = prepare(*words, **options)
        Path("runs/mlp_gan-1").mkdir(parents=True)  # by the other
        return prepared

    monkeypatch.setattr("keras_gen.runs.prepare", slow)
    assert run("train", "mlp_gan", "--steps=1", *SMALL) == 0
    assert Path("runs/mlp_gan-2/model.keras").is_file() and not list(
        Path("runs/mlp_gan-1").iterdir()
    )
    assert "in runs/mlp_gan-2: samples.png" in capsys.readouterr().out


@pytest.mark.usefixtures("few_steps")
@pytest.mark.slow
def test_images_that_were_moved_are_named_by_data_in_every_command(tmp_path, monkeypatch, capsys):
    """240 images: half of them to compare with, at least 100."""
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    for i in range(240):
        pixels = np.random.default_rng(i).integers(0, 256, (28, 28), "uint8")
        Image.fromarray(pixels).save(f"photos/{i:03d}.png")
    words = [*SMALL, "--steps=1", "--image-size=28", "--channels=1"]
    for name in ("a", "b"):
        assert run("train", "mlp_gan", "--data=./photos", f"--run-dir={name}", *words) == 0
    Path("photos").rename("moved")
    commands = (
        ["evaluate", "a", "--n=100"],
        ["compare", "a", "b", "--n=100", "--out=c.html"],
        ["study", "a", "--trials=2"],
        ["train", "--run-dir=a", "--resume", "--steps=2"],
    )
    for command in commands:
        capsys.readouterr()
        assert run(*command) == 2
        assert "the run was trained on photos: 240 images" in capsys.readouterr().err
        assert run(*command, "--data=moved") == 0
    assert str(tmp_path) not in Path("c.html").read_text()


# --- mistakes -----------------------------------------------------------------------------------

MISTAKES = {
    "unknown command": (["trian"], "invalid choice: 'trian'"),
    "unknown recipe": (["train", "dcgann"], "invalid choice: 'dcgann'"),
    "unknown field": (["train", "dcgan", "--colour", "red"], "unrecognized arguments: --colour"),
    "unknown loss": (["train", "dcgan", "--loss", "ns"], "invalid choice: 'ns'"),
    "not a number": (["train", "dcgan", "--steps", "many"], "invalid int value: 'many'"),
    "steps and epochs": (["train", "dcgan", "--steps=1", "--epochs=1"], "not allowed with"),
    "steps before, epochs after": (
        ["train", "--steps=5", "dcgan", "--epochs=3"],
        "expected --steps or --epochs, found both",
    ),
    "negative steps": (["train", "dcgan", "--steps=-3"], "steps: expected at least 1, found -3"),
    "zero epochs": (["train", "dcgan", "--epochs=0"], "epochs: expected at least 1, found 0"),
    "missing folder": (["train", "dcgan", "--data", "nowhere"], "unknown data 'nowhere'"),
    "folder without images": (["train", "dcgan", "--data", "empty"], "empty"),
    "batch larger than the data": (["train", "mlp_gan", "--batch-size=10001"], "found 10,001"),
    "image size": (["train", "dcgan", "--image-size=30"], "found 30x30x1"),
    "workers of nothing": (
        ["train", "dcgan", "--workers=2"],
        "--workers: expected --strategy multiworker beside it",
    ),
    "workers beside mirrored": (
        ["train", "dcgan", "--strategy=mirrored", "--workers=2"],
        "--workers: expected --strategy multiworker beside it",
    ),
    "no number of workers": (
        ["train", "dcgan", "--strategy=multiworker"],
        "multiworker: expected --workers N, or TF_CONFIG in the environment",
    ),
    "one worker": (
        ["train", "dcgan", "--strategy=multiworker", "--workers=1"],
        "--workers: expected at least 2, found 1",
    ),
    "one device": (["train", "dcgan", "--strategy=mirrored"], "expected two or more GPUs, found 0"),
    "a batch that workers cannot share": (
        ["train", "dcgan", "--strategy=multiworker", "--workers=3"],
        "batch size: expected a multiple of the 3 replicas, found 16",
    ),
    "existing run folder": (["train", "dcgan", "--run-dir", "empty"], "empty exists already"),
    "resume without a folder": (["train", "dcgan", "--resume"], "--resume needs the --run-dir"),
    "no recipe": (
        ["train"],
        "expected a recipe (mlp_gan, dcgan, conditional_gan, private_gan, product_gan, vae, ",
    ),
    "recipe from nothing": (["train", "--recipe", "x.json"], "expected x.json in ., found no such"),
    "another recipe's file": (
        ["train", "vae", "--recipe", "bare/recipe.json"],
        "recipe.json: expected vae, found dcgan",
    ),
    "resume and dry run": (
        ["train", "--resume", "--run-dir", "bare", "--dry-run"],
        "--resume: expected neither --dry-run nor --recipe",
    ),
    "resume and strict": (
        ["train", "--resume", "--run-dir", "bare", "--strict"],
        "--resume: expected no --strict beside it",
    ),
    "resume with the very list of the run": (
        ["train", "dcgan", "--resume", "--run-dir", "packed", "--d-extras", "packing"],
        "packed/recipe.json: expected the hash of its data, found none",
    ),
    "resume with another list": (
        ["train", "dcgan", "--resume", "--run-dir", "packed", "--d-extras", "minibatch_std"],
        "a resumed run keeps its recipe; packed has d_extras=('packing',)",
    ),
    "resume nothing": (
        ["train", "dcgan", "--resume", "--run-dir", "nowhere"],
        "nothing at nowhere",
    ),
    "resume no run": (["train", "dcgan", "--resume", "--run-dir", "empty"], "expected recipe.json"),
    "resume without a hash of the data": (
        ["train", "dcgan", "--resume", "--run-dir", "bare"],
        "bare/recipe.json: expected the hash of its data, found none",
    ),
    "unreadable recipe": (
        ["train", "dcgan", "--resume", "--run-dir", "torn"],
        "recipe.json cannot be read as a recipe",
    ),
    "resume another recipe": (
        ["train", "mlp_gan", "--resume", "--run-dir", "bare"],
        "a resumed run keeps its recipe; bare has dcgan",
    ),
    "resume with another field": (
        ["train", "dcgan", "--resume", "--run-dir", "bare", "--seed=9"],
        "a resumed run keeps its recipe; bare has seed=0",
    ),
    "generate from nothing": (["generate", "nowhere"], "expected a run folder"),
    "generate from an untrained run": (["generate", "bare"], "expected a trained model"),
    "generate none": (["generate", "bare", "--n=0"], "n: expected 1 to 1,000,000, found 0"),
    "unknown picture": (["generate", "bare", "--out", "a.xyz"], "found a.xyz"),
    "vae's size": (["train", "vae", "--image-size=30"], "found 30x30x1"),
    "evaluate nothing": (["evaluate", "nowhere"], "expected a run folder"),
    "evaluate an untrained run": (["evaluate", "bare"], "expected a trained model"),
    "evaluate on few": (["evaluate", "bare", "--n=99"], "expected at least 100 images"),
    "unknown split": (["evaluate", "bare", "--split=dev"], "invalid choice: 'dev'"),
    "unknown features": (["evaluate", "bare", "--features=x"], "invalid choice: 'x'"),
    "compare one": (["compare", "bare"], "expected at least two runs"),
    "compare nothing": (["compare", "bare", "nowhere"], "expected a run folder"),
    "study of nothing": (["study", "nowhere"], "expected a run folder"),
    "study of no trials": (["study", "bare", "--trials=0"], "trials"),
    "results of nothing": (["study-results", "nowhere.csv"], "nowhere.csv"),
    "answers as the place of results": (
        ["study-results", "--json", "torn/recipe.json", "answers-2.csv"],
        "torn/recipe.json exists already",
    ),
    "answers in place of a switch": (
        ["study-results", "--json", "answers-1.csv", "answers-2.csv"],
        "--json: expected a name that ends in .json, found answers-1.csv",
    ),
    "review of nothing": (["review", "nowhere"], "expected a run folder, found nothing at nowhere"),
    "review of an empty folder": (["review", "empty"], "empty: expected pictures"),
    "review of no pictures": (["review", "bare", "--n=0"], "n: expected 1 to 10,000 pictures"),
    "checks without a run": (["review", "empty", "--checks"], "checks: expected the run"),
    "decisions of nothing": (["review-results", "nowhere.csv"], "nowhere.csv"),
    "no CSV file": (["review-results", "torn/recipe.json"], "expected the header review,reviewer"),
    "apply without images": (
        ["review-results", "a.csv", "--apply=new"],
        "expected --images and --apply together",
    ),
    "apply over a folder": (
        ["review-results", "a.csv", "--images=bare", "--apply=empty"],
        "empty exists already",
    ),
    "data without a name": (["train", "mlp_gan", "--data="], "data: expected fashion_mnist_10k"),
    "a recipe as the place of samples": (
        ["generate", "bare", "--npz", "bare/recipe.json"],
        "npz: expected a name that ends in .npz",
    ),
    "unknown format": (["export", "bare", "--format=h5"], "invalid choice: 'h5'"),
    "no format": (["export", "bare"], "arguments are required: --format"),
    "export of nothing trained": (
        ["export", "bare", "--format=saved_model"],
        "expected a trained model or a checkpoint, found none in bare",
    ),
    "export over a folder": (
        ["export", "bare", "--format=saved_model", "--out=empty"],
        "empty exists already",
    ),
    "demo over a folder": (["demo", "--out", "empty"], "empty exists already"),
    "demo of no steps": (["demo", "--out", "new", "--steps=0"], "steps: expected at least 1"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_status_2_and_writes_nothing(
    mistake, tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    for folder in ("empty", "bare", "torn", "packed"):
        (tmp_path / folder).mkdir()
    (tmp_path / "bare" / "recipe.json").write_text('{"recipe": "dcgan", "fields": {}}')
    packed = '{"recipe": "dcgan", "fields": {"d_extras": ["packing"]}}'
    (tmp_path / "packed" / "recipe.json").write_text(packed)
    (tmp_path / "torn" / "recipe.json").write_text('{"recipe": "dcg')
    assert_refused(*MISTAKES[mistake], capfd)


def assert_refused(words, message, capfd):
    """Expect status 2, one line, and a working folder in which nothing has changed."""
    before = sorted(Path.cwd().rglob("*"))
    assert run(*words) == 2
    captured = capfd.readouterr()
    assert message in captured.err
    assert len(captured.err.strip().splitlines()) == 1 and captured.err.startswith("keras-gen")
    assert sorted(Path.cwd().rglob("*")) == before


PAINT = ["stylize", "content.png", "style.png"]
SHIPPED = "one of flow_field, handbag, ink_wash, mug, perfume, sneaker, stained_glass, wave_pattern"
STYLE_MISTAKES = {
    "no style": (["stylize", "content.png"], "styles: expected at least one, found none"),
    "missing content": (["stylize", "nope.png", "style.png"], f"{SHIPPED}, found 'nope.png'"),
    "missing style": (["stylize", "content.png", "starry"], f"{SHIPPED}, found 'starry'"),
    "a folder": (["stylize", "folder", "style.png"], f"{SHIPPED}, found 'folder'"),
    "text named .png": (["stylize", "content.png", "text.png"], "text.png: not a JPEG, PNG or"),
    "truncated JPEG": (["stylize", "cut.jpg", "style.png"], "cut.jpg: image file is truncated"),
    "one pixel": (["stylize", "dot.png", "style.png"], "at least 32x32 pixels, found 1x1"),
    "a line": (["stylize", "content.png", "line.png"], "32x32 pixels, found 20000x10"),
    "a long picture": (["stylize", "long.png", "style.png"], "at most 10 to 1, found 400x32"),
    "no size": ([*PAINT, "--size=0"], "size: expected 32 to 2048 pixels, found 0"),
    "too large": ([*PAINT, "--size=5000"], "size: expected 32 to 2048 pixels, found 5000"),
    "no steps": ([*PAINT, "--steps=0"], "steps: expected at least 1, found 0"),
    "tile off the grid": ([*PAINT, "--tile=100"], "tile: expected a multiple of 16, found 100"),
    "tile of words": ([*PAINT, "--tile=big"], "tile: expected auto or a number of pixels, found"),
    "unknown preset": ([*PAINT, "--preset=x"], "unknown preset 'x': expected paper, gatys_code"),
    "unknown colours": ([*PAINT, "--colours=x"], "invalid choice: 'x'"),
    "unknown schedule": ([*PAINT, "--schedule=x"], "invalid choice: 'x'"),
    "unknown optimizer": ([*PAINT, "--optimizer=sgd"], "invalid choice: 'sgd'"),
    "unknown start": ([*PAINT, "--start=x"], "invalid choice: 'x'"),
    "unknown precision": ([*PAINT, "--precision=float16"], "invalid choice: 'float16'"),
    "weights all 0": ([*PAINT, "--style-weights", 0], "style weights: expected some above 0"),
    "a weight below 0": ([*PAINT, "--style-weights", -1], "style weights: expected at least 0"),
    "more weights": ([*PAINT, "--style-weights", 1, 2], "style weights: expected 1, one for each"),
    "content weight": ([*PAINT, "--content-weight=-1"], "content weight: expected at least 0"),
    "not a number": ([*PAINT, "--smoothness=nan"], "smoothness: expected at least 0"),
    "style scale": ([*PAINT, "--style-scale=0"], "style scale: expected a style of 32 to 2048"),
    "more masks": ([*PAINT, "--masks", "half.png", "half.png"], "masks: expected 1, one for each"),
    "mask of another size": (
        [*PAINT, "--masks", "style.png"],
        "style.png: expected a mask of 40x36 pixels (width x height), found 50x40",
    ),
    "missing mask": ([*PAINT, "--masks", "x.png"], "x.png: expected an image file, found nothing"),
    "keep of another size": ([*PAINT, "--keep", "mug_logo_mask"], "found 512x512"),
    "black mask": ([*PAINT, "--masks", "black.png"], "black.png: expected white where"),
    "masks and weights": (
        [*PAINT, "--masks", "half.png", "--style-weights", 1],
        "style weights: expected none beside masks",
    ),
    "missing weights": (
        [*PAINT, "--weights=nope.h5"],
        "weights: expected auto, imagenet, hed, random or a file, found 'nope.h5'",
    ),
    "weights of another kind": (
        [*PAINT, "--weights=text.png"],
        "text.png: expected a weights file of Keras (HDF5), found another format",
    ),
    "unknown suffix": ([*PAINT, "--out=a.bmp"], "out: expected a file name in .jpg, .jpeg, .png"),
    "out is a folder": ([*PAINT, "--out=folder"], "out: expected a file name in .jpg"),
    "out below a file": ([*PAINT, "--out=text.png/a.png"], "expected a folder at"),
    "out exists": ([*PAINT, "--out=style.png"], "style.png exists already; pass another --out"),
    "record exists": ([*PAINT, "--out=taken.png"], "taken.json exists already; pass another"),
    "model and style": ([*PAINT, "--model=bare"], "expected --size and --keep only, found style"),
    "model and steps": (
        ["stylize", "content.png", "--model=bare", "--steps=5"],
        "--model: expected --size and --keep only, found --steps",
    ),
    "model of a GAN": (
        ["stylize", "content.png", "--model", "bare"],
        "bare: expected a run of fast_style, found one of dcgan",
    ),
    "missing model": (["stylize", "content.png", "--model", "x"], "expected a run folder"),
}


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """Work in a folder of good pictures and bad ones."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    sizes = {"content": (36, 40), "style": (40, 50), "dot": (1, 1), "line": (10, 20000)}
    for name, size in {**sizes, "long": (32, 400)}.items():
        Image.fromarray(rng.integers(0, 256, (*size, 3), "uint8")).save(f"{name}.png")
    half = np.zeros((36, 40), "uint8")
    Image.fromarray(half).save("black.png")
    half[:, :20] = 255
    Image.fromarray(half).save("half.png")
    Path("text.png").write_text("not a picture")
    Image.fromarray(rng.integers(0, 256, (64, 64, 3), "uint8")).save("whole.jpg")
    Path("cut.jpg").write_bytes(Path("whole.jpg").read_bytes()[:1500])
    Path("taken.json").touch()
    for folder in ("folder", "bare"):
        Path(folder).mkdir()
    Path("bare/recipe.json").write_text('{"recipe": "dcgan", "fields": {}}')


@pytest.mark.parametrize("mistake", STYLE_MISTAKES)
def test_a_mistake_in_stylize_is_one_line_and_status_2_and_writes_nothing(mistake, pictures, capfd):
    assert_refused(*STYLE_MISTAKES[mistake], capfd)


@pytest.mark.usefixtures("few_steps")
def test_a_run_that_breaks_down_is_status_1_and_one_line(tmp_path, capfd):
    rates = ["--d-learning-rate=1e30", "--g-learning-rate=1e30"]
    words = ["train", "mlp_gan", "--run-dir", tmp_path / "run", "--steps=50", *SMALL, *rates]
    assert run(*words) == 1
    last = capfd.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("keras-gen train: stopped at step") and "Try smaller" in last
