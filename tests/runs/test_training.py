"""Runs: what they leave, how they stop, and that resuming is exact."""

import dataclasses
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gen.cli import main
from keras_gen.recipes import (
    DCGANRecipe,
    FastStyleRecipe,
    MLPGANRecipe,
    RestorerRecipe,
    VAERecipe,
)
from keras_gen.runs import Run, callbacks, training
from keras_gen.runs.callbacks import TrainingStopped

SMALL = {"generator_width": 8, "discriminator_width": 8, "latent_dim": 8, "batch_size": 16}
PLAIN = {**SMALL, "penalty": "none"}  # where the game itself does not count


def checkpoints(run_dir):
    """Those of a folder that may not be there yet."""
    return Run(path=run_dir, name="", recipe=None, provenance={}).checkpoints


def state(run_dir):
    """Everything that training moves: weights, average, both optimizers, random states."""
    model = Run.open(run_dir).load_model()
    variables = [*model.variables, *model.d_optimizer.variables, *model.g_optimizer.variables]
    return [np.array(v) for v in variables], model.sample(4)


def assert_same_state(a, b):
    (first, samples), (second, other) = state(a), state(b)
    assert len(first) == len(second) > 20
    for x, y in zip(first, second, strict=True):
        np.testing.assert_array_equal(x, y)
    np.testing.assert_array_equal(samples, other)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One uninterrupted run of 40 steps."""
    run_dir = tmp_path_factory.mktemp("runs") / "whole"
    recipe = DCGANRecipe(**SMALL, steps=40, save_every=10)
    assert training.train("dcgan", recipe, run_dir)
    return run_dir


def test_a_run_leaves_what_the_design_promises(finished):
    names = {path.name for path in finished.iterdir()}
    assert names == {
        "recipe.json", "metrics.csv", "samples", "samples.png", "samples.gif", "losses.png",
        "checkpoints", "model.keras",
    }  # fmt: skip
    assert [row["step"] for row in Run.open(finished).read_metrics()] == [10, 20, 30, 40]
    assert list(Run.open(finished).read_metrics()[0]) == [
        "step", "d_loss", "g_loss", "real_score", "fake_score", "images_per_second",
        "cpu_seconds",
    ]  # fmt: skip
    assert [path.stem for path in Run.open(finished).sample_paths] == [
        f"step-{k:07d}" for k in (0, 10, 20, 30, 40)
    ]
    assert [step for step, _ in checkpoints(finished)] == [30, 40]
    with Image.open(finished / "samples.gif") as animation:
        assert animation.n_frames == 5
    with Image.open(finished / "samples.png") as picture:
        assert picture.size == ((8 * 30 - 2) * 2,) * 2  # 8 x 8 of 28 pixels, gap 2, zoom 2


def test_recipe_json_repeats_the_run(finished, tmp_path):
    """In two halves: twenty steps and twenty more equal forty."""
    run = Run.open(finished)
    assert (run.name, run.recipe.steps, run.recipe.save_every) == ("dcgan", 40, 10)
    assert len(run.provenance["data"]["sha256"]) == 64
    assert set(run.provenance["versions"]) >= {"keras_gen", "tensorflow", "keras", "python"}
    half = dataclasses.replace(run.recipe, steps=20)
    training.train(run.name, half, tmp_path / "again")
    assert training.resume(tmp_path / "again", steps=40)
    assert_same_state(finished, tmp_path / "again")
    assert Run.open(tmp_path / "again").recipe == run.recipe


RUN = """
import sys
from keras_gen.cli import main
sys.exit(main(sys.argv[1:]))
"""


def heed_signals():
    """Heed signals even if this process was started to ignore them, as by nohup."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def start(*words):
    """Start the command line in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", RUN, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,
    )


def wait_for(condition, process, seconds=300):
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.stderr.read()[-2000:]
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


FLAGS = [f"--{key.replace('_', '-')}={value}" for key, value in SMALL.items()]
FLAGS += ["--save-every=10"]


@pytest.mark.slow
def test_kill_and_resume_is_bit_for_bit_an_uninterrupted_run(finished, tmp_path):
    run_dir = tmp_path / "killed"
    process = start("train", "dcgan", "--run-dir", run_dir, "--steps", 40, *FLAGS)
    wait_for(lambda: any(step >= 10 for step, _ in checkpoints(run_dir)), process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL and not (run_dir / "model.keras").exists()
    assert training.resume(run_dir)
    assert_same_state(finished, run_dir)
    drop_rate = [
        [
            {k: v for k, v in row.items() if k not in ("images_per_second", "cpu_seconds")}
            for row in Run.open(path).read_metrics()
        ]
        for path in (finished, run_dir)
    ]
    assert drop_rate[0] == drop_rate[1]


@pytest.mark.parametrize("flags", ["", "--xla_dump_to=x"])
def test_xla_is_asked_once_to_add_in_one_order_and_keeps_its_other_flags(monkeypatch, flags):
    """Only a GPU can show the effect: see the comment at `XLA_DETERMINISM_FLAG`."""
    monkeypatch.setenv("XLA_FLAGS", flags)
    for _ in range(2):
        with pytest.raises(ValueError, match="unknown data"):
            training.train("dcgan", DCGANRecipe(data="no/such/folder"), "no/such/run")
    assert os.environ["XLA_FLAGS"].split() == [*flags.split(), "--xla_gpu_deterministic_ops=true"]


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_saves_and_says_how_to_resume(tmp_path, monkeypatch, capfd, number):
    """Ctrl-C, a container that is stopped, a terminal that is closed; all after step 3."""
    fit, run_dir = keras.Model.fit, tmp_path / "stopped"
    interrupt = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: batch == 2 and signal.raise_signal(number)
    )

    def interrupted(self, *arguments, callbacks, **options):
        return fit(self, *arguments, callbacks=[interrupt, *callbacks], **options)

    monkeypatch.setattr(keras.Model, "fit", interrupted)
    words = ["train", "mlp_gan", "--run-dir", str(run_dir), "--steps=100000", *FLAGS]
    words += ["--penalty=none"]
    assert main(words) == 130
    assert_stopped_in_order(run_dir, *capfd.readouterr())
    assert checkpoints(run_dir)[-1][0] == 3


@pytest.mark.slow
def test_an_interruption_from_outside_saves_and_says_how_to_resume(tmp_path):
    run_dir = tmp_path / "stopped"
    process = start("train", "dcgan", "--run-dir", run_dir, "--steps", 100000, *FLAGS)
    wait_for(lambda: any(step >= 10 for step, _ in checkpoints(run_dir)), process)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err[-2000:]
    assert_stopped_in_order(run_dir, out, err)


def assert_stopped_in_order(run_dir, out, err):
    step = checkpoints(run_dir)[-1][0]
    assert f"stopped; saved at step {step:,} of 100,000. Resume with:" in out
    assert f"keras-gen train --run-dir {run_dir} --resume" in out
    assert Run.open(run_dir).read_metrics()[-1]["step"] == step
    assert (run_dir / "samples.png").exists() and not (run_dir / "model.keras").exists()
    assert "Traceback" not in err


@pytest.mark.usefixtures("few_steps")
def test_an_interruption_just_before_the_first_step_is_not_lost(tmp_path, monkeypatch):
    """`fit` clears `stop_training` when it begins; the signal arrives a moment earlier."""
    fit = keras.Model.fit

    def interrupted(self, *arguments, **options):
        signal.raise_signal(signal.SIGTERM)
        return fit(self, *arguments, **options)

    monkeypatch.setattr(keras.Model, "fit", interrupted)
    recipe = MLPGANRecipe(**PLAIN, steps=40, save_every=10)
    assert not training.train("mlp_gan", recipe, tmp_path / "run")
    assert checkpoints(tmp_path / "run")[-1][0] == 1  # the step under way is done


@pytest.mark.usefixtures("few_steps")
def test_a_run_that_breaks_down_says_so_and_keeps_its_checkpoint(tmp_path):
    """A learning rate of 1e30 overflows float32 within a few steps."""
    recipe = MLPGANRecipe(
        **SMALL, steps=60, save_every=30, g_learning_rate=1e30, d_learning_rate=1e30
    )
    with pytest.raises(TrainingStopped, match=r"not a number. Try smaller learning rates"):
        training.train("mlp_gan", recipe, tmp_path / "run")
    assert checkpoints(tmp_path / "run")[-1][0] == 0
    assert np.isfinite(Run.open(tmp_path / "run").load_model().sample(2)).all()


@pytest.mark.usefixtures("few_steps")
def test_a_dead_discriminator_stops_the_run(tmp_path, monkeypatch):
    """D's only output weights are 0 and never move: every image scores 1/2."""
    build = MLPGANRecipe.build

    def dead(self):
        model = build(self)
        model.discriminator.layers[-1].kernel.assign(model.discriminator.layers[-1].kernel * 0.0)
        return model

    monkeypatch.setattr(MLPGANRecipe, "build", dead)
    monkeypatch.setattr(callbacks, "SILENT_STEPS", 4)
    with pytest.raises(TrainingStopped, match=r"at step 4: the discriminator is dead"):
        recipe = MLPGANRecipe(**PLAIN, steps=40, save_every=10, d_learning_rate=0.0)
        training.train("mlp_gan", recipe, tmp_path / "run")


@pytest.mark.usefixtures("few_steps")
def test_epochs_count_full_batches(tmp_path):
    """10,000 images in batches of 3,000: 3 full ones an epoch, so 2 epochs are 6 steps."""
    recipe = MLPGANRecipe(**{**PLAIN, "batch_size": 3000}, save_every=6)
    training.train("mlp_gan", recipe, tmp_path / "run", epochs=2)
    assert Run.open(tmp_path / "run").recipe.steps == 6


@pytest.mark.usefixtures("few_steps")
def test_wasserstein_with_five_critic_steps_runs(tmp_path):
    fields = {"loss": "wasserstein_gp", "update": "alternating", "discriminator_steps": 5}
    recipe = MLPGANRecipe(**SMALL, **fields, steps=2, save_every=2)
    assert training.train("mlp_gan", recipe, tmp_path / "run")
    assert int(Run.open(tmp_path / "run").load_model().d_optimizer.iterations) == 10


def test_a_dry_preparation_resolves_what_depends_on_the_data_and_writes_nothing(tmp_path):
    """10,000 images in batches of 16 are 625 steps; 3 * 625 // 50 = 37."""
    recipe = DCGANRecipe(**SMALL)
    run, images = training.prepare("dcgan", recipe, tmp_path / "run", epochs=3)
    assert (run.recipe.steps, run.recipe.save_every) == (1875, 37)
    assert run.provenance["data"]["sha256"] == images.sha256
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("few_steps")
def test_further_callbacks_see_every_step_of_training_and_resuming(tmp_path):
    class Counter(keras.callbacks.Callback):
        steps = 0

        def on_train_batch_end(self, batch, logs=None):
            self.steps += 1

    counter, recipe = Counter(), MLPGANRecipe(**PLAIN, steps=3, save_every=5)
    training.train("mlp_gan", recipe, tmp_path / "run", callbacks=[counter])
    training.resume(tmp_path / "run", steps=5, callbacks=[counter])
    assert counter.steps == 5


# --- the VAE ------------------------------------------------------------------------------------

SMALL_VAE = {"width": 4, "hidden": 16, "latent_dim": 4, "batch_size": 16, "save_every": 10}


@pytest.fixture(scope="module")
def finished_vae(tmp_path_factory):
    """One uninterrupted run of 40 steps."""
    run_dir = tmp_path_factory.mktemp("runs") / "vae"
    assert training.train("vae", VAERecipe(**SMALL_VAE, steps=40), run_dir)
    return run_dir


def test_a_vae_run_leaves_its_terms_and_pictures_of_its_latents(finished_vae):
    names = {path.name for path in finished_vae.iterdir()}
    assert names == {
        "recipe.json", "metrics.csv", "samples", "samples.png", "samples.gif", "losses.png",
        "reconstructions.png", "interpolations.png", "traversals.png", "checkpoints", "model.keras",
    }  # fmt: skip
    rows = Run.open(finished_vae).read_metrics()
    assert list(rows[0]) == ["step", "negative_elbo", "nll", "kl", "images_per_second",
                             "cpu_seconds"]  # fmt: skip
    assert rows[-1]["negative_elbo"] < rows[0]["negative_elbo"]


@pytest.mark.slow
def test_a_killed_vae_run_goes_on_bit_for_bit(finished_vae, tmp_path):
    run_dir = tmp_path / "killed"
    flags = [f"--{key.replace('_', '-')}={value}" for key, value in SMALL_VAE.items()]
    process = start("train", "vae", "--run-dir", run_dir, "--steps", 40, *flags)
    wait_for(lambda: any(step >= 10 for step, _ in checkpoints(run_dir)), process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL and not (run_dir / "model.keras").exists()
    assert training.resume(run_dir)
    models = [Run.open(path).load_model() for path in (finished_vae, run_dir)]
    pairs = zip(*(model.variables + model.optimizer.variables for model in models), strict=True)
    assert all(np.array_equal(np.array(a), np.array(b)) for a, b in pairs)


# --- fast style transfer --------------------------------------------------------------------------

SMALL_STYLE = {
    "width": 4, "blocks": 1, "image_size": 32, "style_size": 32, "batch_size": 2,
    "save_every": 3, "weights": "random",
}  # fmt: skip


@pytest.fixture(scope="module")
def photo_folder(tmp_path_factory):
    """Six photos of noise."""
    folder = tmp_path_factory.mktemp("photos")
    for i in range(6):
        pixels = np.random.default_rng(i).integers(0, 256, (40, 50, 3), "uint8")
        Image.fromarray(pixels).save(folder / f"{i}.png")
    return folder


@pytest.fixture(scope="module")
def finished_style(tmp_path_factory, photo_folder):
    """One uninterrupted run of 6 steps."""
    run_dir = tmp_path_factory.mktemp("runs") / "style"
    recipe = FastStyleRecipe(**SMALL_STYLE, data=str(photo_folder), steps=6)
    assert training.train("fast_style", recipe, run_dir)
    return run_dir


def test_a_style_run_leaves_its_terms_and_the_products_beside_their_stylised_versions(
    finished_style, read_mark
):
    names = {path.name for path in finished_style.iterdir()}
    assert names == {
        "recipe.json", "metrics.csv", "samples", "samples.png", "samples.gif", "losses.png",
        "checkpoints", "model.keras",
    }  # fmt: skip
    rows = Run.open(finished_style).read_metrics()
    assert [row["step"] for row in rows] == [3, 6]
    assert list(rows[0]) == [
        "step", "loss", "style", "content", "total_variation", "images_per_second",
        "cpu_seconds",
    ]  # fmt: skip
    assert rows[-1]["loss"] < rows[0]["loss"]
    with Image.open(finished_style / "samples.png") as picture:
        assert picture.size == (4 * 258 - 2, 2 * 258 - 2)  # 4 x 2 of 256 pixels, gap 2
    marks = read_mark(finished_style / "samples.png")
    assert json.loads(marks["TC260:AIGC"])["ProduceID"].startswith("fast_style-")
    source = "compositeWithTrainedAlgorithmicMedia"  # real photos, painted
    assert marks["Iptc4xmpExt:DigitalSourceType"].endswith(f"/{source}")
    content = Run.open(finished_style).provenance
    assert content["features"]["description"] == "VGG19 with random kernels, seed 0"
    assert len(content["style"]["sha256"]) == 64


@pytest.mark.slow
def test_a_killed_style_run_goes_on_bit_for_bit(finished_style, tmp_path):
    """A run that was killed between its reports at 3 and 6 steps left this."""
    run_dir = shutil.copytree(finished_style, tmp_path / "killed")
    (run_dir / "model.keras").unlink()
    checkpoints(run_dir)[-1][1].unlink()
    assert training.resume(run_dir)
    models = [Run.open(path).load_model() for path in (finished_style, run_dir)]
    states = [[*m.network.variables, *m.optimizer.variables] for m in models]
    assert all(np.array_equal(np.array(a), np.array(b)) for a, b in zip(*states, strict=True))


@pytest.mark.slow
def test_a_resumed_style_run_keeps_its_features_and_its_style(photo_folder, tmp_path):
    style = tmp_path / "style.png"
    Image.new("RGB", (32, 32), "red").save(style)
    run_dir, fields = tmp_path / "run", {"data": str(photo_folder), "style": str(style)}
    assert training.train("fast_style", FastStyleRecipe(**SMALL_STYLE, **fields, steps=1), run_dir)
    Image.new("RGB", (32, 32), "blue").save(style)
    with pytest.raises(ValueError, match=r"the style changed since the run began: then .*sha256"):
        training.resume(run_dir, steps=2)


# --- restoration ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_killed_restorer_goes_on_bit_for_bit_with_the_same_damage(photo_folder, tmp_path):
    """A run that was killed between its reports at 6 and 9 steps left this."""
    fields = {"width": 2, "levels": 2, "image_size": 16, "batch_size": 2, "save_every": 3}
    recipe = RestorerRecipe(**fields, data=str(photo_folder), steps=9)
    assert training.train("restorer", recipe, tmp_path / "whole")
    run_dir = shutil.copytree(tmp_path / "whole", tmp_path / "killed")
    (run_dir / "model.keras").unlink()
    checkpoints(run_dir)[-1][1].unlink()
    assert training.resume(run_dir)
    models = [Run.open(tmp_path / name).load_model() for name in ("whole", "killed")]
    states = [[*m.variables, *m.optimizer.variables, *m.d_optimizer.variables] for m in models]
    assert len(states[0]) > 60
    assert all(np.array_equal(np.array(a), np.array(b)) for a, b in zip(*states, strict=True))
    with Image.open(run_dir / "samples.png") as picture:
        assert picture.size == (2 * (8 * 18 - 2), 2 * (4 * 18 - 2))  # four pairs, four tasks


# --- what must not be lost or taken for something else --------------------------------------------


@pytest.mark.usefixtures("few_steps")
def test_a_run_that_goes_on_and_is_stopped_is_used_in_its_new_state(finished, tmp_path):
    """The model of 40 steps was drawn and measured although 50 had been trained."""
    run_dir = shutil.copytree(finished, tmp_path / "run")
    before = Run.open(run_dir).load_model()
    stop = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: setattr(stop.model, "stop_training", batch >= 1)
    )
    assert not training.resume(run_dir, steps=100_000, callbacks=[stop])
    model = Run.open(run_dir).load_model()
    assert before.steps_done == 40 and model.steps_done == 42
    assert not np.array_equal(model.sample(2), before.sample(2))
    assert not (run_dir / "model.keras").exists()


def test_a_run_killed_before_its_model_was_written_gets_it(finished, tmp_path):
    """It has a model of 20 steps, and the checkpoints of 40."""
    run_dir = shutil.copytree(finished, tmp_path / "run")
    (run_dir / "model.keras").unlink()
    assert training.resume(run_dir)
    assert_same_state(finished, run_dir)
    with pytest.raises(ValueError, match="has already completed 40 of 40 steps"):
        training.resume(run_dir)


@pytest.mark.usefixtures("few_steps")
def test_the_model_is_saved_before_the_pictures(tmp_path, monkeypatch):
    """A disk that is full then must not cost the model; resuming draws them."""
    recipe = MLPGANRecipe(**PLAIN, steps=2, save_every=2)

    def fail(*words):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(training, "animation", fail)
    with pytest.raises(OSError, match="No space"):
        training.train("mlp_gan", recipe, tmp_path / "run")
    assert Run.open(tmp_path / "run").load_model().steps_done == 2
    monkeypatch.undo()
    assert training.resume(tmp_path / "run")
    assert (tmp_path / "run" / "samples.gif").exists()


def test_a_broken_frame_is_left_out_of_the_animation(finished, tmp_path):
    run_dir = shutil.copytree(finished, tmp_path / "run")
    run = Run.open(run_dir)
    run.sample_paths[1].write_bytes(b"")
    run.sample_path(15).write_text("no picture")
    (run_dir / "samples.png").unlink()
    assert training.resume(run_dir)
    with Image.open(run_dir / "samples.gif") as animation:
        assert animation.n_frames == 4
    assert (run_dir / "samples.png").read_bytes() == (finished / "samples.png").read_bytes()


@pytest.mark.slow
def test_a_run_killed_before_its_first_checkpoint_begins_anew(finished, tmp_path):
    run_dir = tmp_path / "run"
    (run_dir).mkdir()
    shutil.copy(finished / "recipe.json", run_dir)
    assert training.resume(run_dir)
    assert_same_state(finished, run_dir)


@pytest.mark.usefixtures("few_steps")
def test_a_state_that_is_not_finite_is_not_kept(tmp_path, monkeypatch):
    """Its samples are sound, since the average draws them; its discriminator is not."""

    def poison(batch, logs):
        bias = breaker.model.discriminator.trainable_variables[-1]
        bias.assign(np.full(bias.shape, np.nan))

    breaker = keras.callbacks.LambdaCallback(on_train_batch_begin=None, on_train_batch_end=poison)
    recipe = MLPGANRecipe(**PLAIN, steps=3, save_every=1)
    with pytest.raises(TrainingStopped, match=r"not a number.*checkpoint is of step 1"):
        training.train("mlp_gan", recipe, tmp_path / "run", callbacks=[breaker])
    assert [step for step, _ in checkpoints(tmp_path / "run")] == [0, 1]
    assert training.resume(tmp_path / "run")


def test_random_numbers_of_the_caller_are_left_alone(finished):
    random.seed(5), np.random.seed(5), keras.utils.set_random_seed(5)
    expected = (random.random(), np.random.rand(), np.array(keras.random.normal((2,))))
    keras.utils.set_random_seed(5)
    Run.open(finished).load_model()
    found = (random.random(), np.random.rand(), np.array(keras.random.normal((2,))))
    assert expected[:2] == found[:2] and np.array_equal(expected[2], found[2])


@pytest.mark.usefixtures("few_steps")
def test_a_worker_thread_may_train(tmp_path):
    """Only the main thread may handle signals, as Gradio, Streamlit and Flask found out."""
    found = []
    recipe = MLPGANRecipe(**PLAIN, steps=2, save_every=2)
    thread = threading.Thread(
        target=lambda: found.append(training.train("mlp_gan", recipe, tmp_path / "run"))
    )
    thread.start()
    thread.join()
    assert found == [True]


@pytest.mark.usefixtures("few_steps")
def test_two_that_prepare_the_same_folder_do_not_mix(tmp_path):
    recipe = MLPGANRecipe(**PLAIN, steps=2, save_every=2)
    first = training.prepare("mlp_gan", recipe, tmp_path / "run")
    second = training.prepare("mlp_gan", recipe, tmp_path / "run")
    assert training.begin(*first)
    content = (tmp_path / "run" / "model.keras").read_bytes()
    with pytest.raises(FileExistsError, match="run exists already"):
        training.begin(*second)
    assert (tmp_path / "run" / "model.keras").read_bytes() == content


def test_sizes_are_checked_before_images_are_loaded(tmp_path, monkeypatch):
    """28, 32 or 64 was said after 34 seconds of loading, or not before the memory was full."""
    monkeypatch.setattr(training.data, "load", lambda *words, **options: pytest.fail("loaded"))
    for name, recipe in (
        ("dcgan", DCGANRecipe(image_size=4096)),
        ("vae", VAERecipe(image_size=30)),
    ):
        with pytest.raises(ValueError, match=r"found (4096x4096|30x30)x1"):
            training.train(name, recipe, tmp_path / "run")


@pytest.mark.parametrize(
    "text", ["step,loss\n1\n", "step,loss\n1,2,3\n", "step,loss\n1,x\n", "a\n1\n", "step\n1e9\n"]
)
def test_damaged_metrics_are_one_line(tmp_path, text):
    (tmp_path / "metrics.csv").write_text(text)
    run = Run(path=tmp_path, name="", recipe=None, provenance={})
    with pytest.raises(ValueError, match=r"metrics\.csv: expected a row of numbers") as caught:
        run.read_metrics()
    assert "\n" not in str(caught.value)


# --- mistakes: one clear line, and nothing written ----------------------------------------------


def test_mistakes_at_the_start_write_nothing(tmp_path):
    cases = [
        (MLPGANRecipe(batch_size=20_000), r"batch size from 1 to the 10,000 images, found 20,000"),
        (DCGANRecipe(image_size=30), r"28, 32 or 64 pixels .* found 30x30x1"),
        (MLPGANRecipe(data=str(tmp_path / "nowhere")), r"unknown data .*nowhere"),
    ]
    for recipe, message in cases:
        with pytest.raises((ValueError, FileNotFoundError), match=message):
            training.train("any", recipe, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_left_alone(tmp_path):
    (tmp_path / "run").mkdir()
    with pytest.raises(FileExistsError, match="exists already"):
        training.train("mlp_gan", MLPGANRecipe(), tmp_path / "run")
    assert list((tmp_path / "run").iterdir()) == []


def test_resume_refuses_what_it_cannot_continue(finished, tmp_path):
    with pytest.raises(
        ValueError, match=r"has already completed 40 of 40 steps; pass a larger --steps"
    ):
        training.resume(finished)
    with pytest.raises(ValueError, match=r"epochs: expected at least 1, found 0"):
        training.resume(finished, epochs=0)
    with pytest.raises(FileNotFoundError, match=r"expected a run folder"):
        training.resume(tmp_path / "nowhere")
    (tmp_path / "recipe.json").write_text("{")
    with pytest.raises(ValueError, match=r"cannot be read as a recipe"):
        training.resume(tmp_path)
    content = json.loads((finished / "recipe.json").read_text())
    (tmp_path / "recipe.json").write_text(json.dumps(content))
    content["fields"]["colour"] = "red"
    (tmp_path / "recipe.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"cannot be read as a recipe: .*colour"):
        training.resume(tmp_path)
