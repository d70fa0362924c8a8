"""Workers of one machine: equal weights, a clear end, one run that goes on."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from keras_gen.cli.parser import build_parser
from keras_gen.runs import Run, WorkerLost, workers
from keras_gen.runs.workers import free_ports, run_workers

SMALL = ["--batch-size=8", "--generator-width=4", "--discriminator-width=4", "--latent-dim=8"]


def test_ports_are_free_and_differ():
    ports = free_ports(3)
    assert len(set(ports)) == 3
    for port in ports:
        with socket.socket() as each:
            each.bind(("127.0.0.1", port))


def stand_in(monkeypatch, program):
    """Let workers run a few lines of Python, which see their number as `index`."""
    start = subprocess.Popen
    lines = "import json, os, sys, time, signal\n"
    lines += "index = json.loads(os.environ['TF_CONFIG'])['task']['index']\n" + program

    def popen(command, **options):
        return start([sys.executable, "-c", lines], **options)

    monkeypatch.setattr(workers.subprocess, "Popen", popen)
    monkeypatch.setattr(workers, "GRACE", 2.0)


def test_all_ending_well_is_status_0(monkeypatch):
    stand_in(
        monkeypatch, "assert len(json.loads(os.environ['TF_CONFIG'])['cluster']['worker']) == 3"
    )
    assert run_workers([], 3) == 0


@pytest.mark.parametrize(
    "program, message",
    [
        ("index and os.kill(os.getpid(), 9)\ntime.sleep(60)", "worker 1 of 2 was ended by SIGKILL"),
        ("index and sys.exit('no such disk')\ntime.sleep(60)", "worker 1 of 2: no such disk"),
    ],
)
def test_a_worker_that_fails_ends_the_others_and_is_named(monkeypatch, program, message):
    stand_in(monkeypatch, program)
    with pytest.raises(WorkerLost, match=message):
        run_workers([], 2)


def test_a_chief_that_has_said_why_is_enough(monkeypatch):
    stand_in(monkeypatch, "sys.exit(2)")
    assert run_workers([], 2) == 2


@pytest.mark.parametrize(
    "chosen, expected",
    [
        (None, ["0", "1"]),
        ("2, 3", ["2", "3"]),
        ("MIG-aaaa,MIG-bbbb,MIG-cccc", ["MIG-aaaa", "MIG-bbbb"]),
    ],
)
def test_workers_take_gpus_among_those_that_the_user_chose(monkeypatch, tmp_path, chosen, expected):
    """Each notes the only GPU that it may see."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if chosen is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", chosen)
    gpus = 2 if chosen is None else len(chosen.split(","))
    monkeypatch.setattr(workers.tf.config, "list_physical_devices", lambda kind: [kind] * gpus)
    note = f"open({str(tmp_path)!r} + f'/{{index}}', 'w')"
    stand_in(monkeypatch, f"{note}.write(os.environ['CUDA_VISIBLE_DEVICES'])")
    assert run_workers([], 2) == 0
    assert [(tmp_path / str(index)).read_text() for index in range(2)] == expected


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no SIGHUP")
def test_a_signal_that_was_ignored_stays_ignored(monkeypatch):
    """As under `nohup`: a closed terminal must not end the workers."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        stand_in(monkeypatch, "index or os.kill(os.getppid(), signal.SIGHUP)\ntime.sleep(0.5)")
        assert run_workers([], 2) == 0
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


# --- real workers -------------------------------------------------------------------------------


def start(*words, **environment):
    """Start `keras-gen train` with two workers in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "keras_gen", "train", *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **environment},
    )  # fmt: skip


def two_workers(*words):
    return start(*words, "--strategy=multiworker", "--workers=2")


def wait_for(condition, process, seconds=600):
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.stderr.read()[-2000:]
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.1)


def children(process):
    """Return the process ids of the workers, in the order of their start."""
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(number) for number in path.read_text().split()]


def steps(folder):
    with contextlib.suppress(FileNotFoundError, ValueError):
        return [step for step, _ in Run.open(folder).checkpoints]
    return []


# Prints the weights' digest of each worker: the chief's is in its file, the other's nowhere else.
DIGEST = """
import hashlib, sys
import keras
from keras_gen.cli import main
from keras_gen.models import GAN

class Digest(keras.callbacks.Callback):
    def on_train_end(self, logs=None):
        states = [w for net in (self.model.generator, self.model.discriminator,
                                self.model.ema_generator) for w in net.weights]
        content = b"".join(w.numpy().tobytes() for w in states)
        with open(sys.argv[1], "w") as file:
            file.write(f"{self.model.steps_done} {hashlib.sha256(content).hexdigest()}")

fit = GAN.fit
def with_digest(self, *arguments, callbacks=(), **options):
    return fit(self, *arguments, callbacks=[*callbacks, Digest()], **options)
GAN.fit = with_digest
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.slow
def test_two_workers_hold_the_same_weights_after_fifty_steps(tmp_path):
    """The workers are started as a cluster does it, with TF_CONFIG from outside."""
    addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
    words = ["train", "dcgan", f"--run-dir={tmp_path / 'run'}", "--strategy=multiworker"]
    processes = []
    for index in range(2):
        task = {"type": "worker", "index": index}
        config = json.dumps({"cluster": {"worker": addresses}, "task": task})
        command = [sys.executable, "-c", DIGEST, str(tmp_path / f"digest-{index}"), *words]
        command += ["--steps=50", *SMALL]
        processes.append(
            subprocess.Popen(
                command,
                env={**os.environ, "TF_CONFIG": config},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    said = [process.communicate(timeout=900) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    first, second = ((tmp_path / f"digest-{index}").read_text() for index in range(2))
    assert first == second and first.startswith("50 ")
    assert "samples.png" in said[0][0] and said[1][0] == ""  # the chief alone speaks and writes
    run = Run.open(tmp_path / "run")
    assert run.provenance["devices"] == [{"from_step": 0, "strategy": "multiworker", "replicas": 2}]


def kill_one(folder, victim):
    """Train with two workers, kill one, and expect the end within a minute and one clear line."""
    length = ["--steps=100000", "--save-every=10"]
    process = two_workers("dcgan", f"--run-dir={folder}", *length, *SMALL)
    wait_for(lambda: steps(folder)[-1:] > [10], process)
    os.kill(children(process)[victim], signal.SIGKILL)
    killed = time.monotonic()
    _, errors = process.communicate(timeout=120)
    assert time.monotonic() - killed < 60 and process.returncode == 1
    last = errors.strip().splitlines()[-1]
    assert f"worker {victim} of 2 was ended by SIGKILL" in last and "--resume" in last
    assert "Traceback" not in errors


@pytest.mark.slow
def test_a_killed_worker_ends_the_run_within_a_minute(tmp_path):
    kill_one(tmp_path / "run", victim=1)


@pytest.mark.slow
def test_a_killed_chief_ends_the_run_within_a_minute_and_it_goes_on(tmp_path):
    """Which writes the checkpoints: what it was at must not be in the way."""
    folder = tmp_path / "run"
    kill_one(folder, victim=0)
    stopped = steps(folder)[-1]
    process = two_workers(f"--run-dir={folder}", "--resume", f"--steps={stopped + 10}")
    _, errors = process.communicate(timeout=900)
    assert process.returncode == 0, errors[-2000:]
    assert steps(folder)[-1] == stopped + 10 and Run.open(folder).is_finished


@pytest.mark.slow
def test_a_stop_from_outside_saves_on_all_workers(tmp_path):
    folder = tmp_path / "run"
    process = two_workers(
        "dcgan", f"--run-dir={folder}", "--steps=100000", "--save-every=10", *SMALL
    )
    wait_for(lambda: steps(folder)[-1:] > [0], process)
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 130, errors[-2000:]
    assert f"saved at step {steps(folder)[-1]:,} of 100,000" in output
    with zipfile.ZipFile(Run.open(folder).checkpoints[-1][1]) as archive:
        assert archive.testzip() is None
    assert np.isfinite([list(row.values()) for row in Run.open(folder).read_metrics()]).all()


@pytest.mark.slow
def test_a_lone_worker_of_a_cluster_says_that_its_peer_is_gone(tmp_path):
    """Without a parent that watches: TensorFlow itself notices the broken connection."""
    addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
    words = ["dcgan", f"--run-dir={tmp_path / 'run'}", "--strategy=multiworker", "--steps=100000"]
    both = [
        start(*words, "--save-every=10", *SMALL, TF_CONFIG=json.dumps(
            {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        ))
        for index in range(2)
    ]  # fmt: skip
    wait_for(lambda: steps(tmp_path / "run")[-1:] > [0], both[0])
    both[1].kill()
    both[1].communicate()
    killed = time.monotonic()
    _, errors = both[0].communicate(timeout=120)
    assert time.monotonic() - killed < 60 and both[0].returncode == 1, errors[-2000:]
    assert "another worker of this run is gone" in errors.strip().splitlines()[-1]


# --- examples/cluster ---------------------------------------------------------------------------

CLUSTER = Path(__file__).parents[2] / "examples" / "cluster"


def train_words(text):
    """Return the words of the one `keras-gen train` in a script, its variables filled in."""
    (line,) = re.findall(r"exec keras-gen (train .*)", text)
    return line.replace('"$what"', "dcgan").replace('"$folder"', "runs/a").split()


def test_the_slurm_script_is_shell_with_flags_that_exist():
    file = CLUSTER / "slurm.sh"
    assert subprocess.run(["bash", "-n", file], check=False).returncode == 0
    arguments = build_parser().parse_args(train_words(file.read_text("utf-8")))
    assert (arguments.recipe, arguments.strategy) == ("dcgan", "multiworker")
    resumed = build_parser().parse_args(["train", "--resume", "--run-dir", "runs/a"])
    assert resumed.resume and resumed.recipe is None


def run_by_shell(script, **environment):
    """Run a script with stand-ins of srun, scontrol and keras-gen; return what the last printed."""
    stand_ins = (
        'srun() { shift; "$@"; }\nscontrol() { printf "node1\\nnode2\\n"; }\n'
        'keras-gen() { echo "$TF_CONFIG"; }\nexport -f keras-gen\n'
    )
    script = stand_ins + script.replace("exec keras-gen", "keras-gen")
    done = subprocess.run(
        ["bash", "-c", script, "script", "dcgan", "runs/a"],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_slurm_script_lists_all_nodes_and_its_own_number():
    text = (CLUSTER / "slurm.sh").read_text("utf-8")
    found = run_by_shell(text, SLURM_JOB_NODELIST="node[1-2]", SLURM_PROCID="1")
    assert found["cluster"] == {"worker": ["node1:12345", "node2:12345"]}
    assert found["task"] == {"type": "worker", "index": 1}


def test_the_manifest_gives_each_pod_its_number():
    yaml = pytest.importorskip("yaml")
    service, job = yaml.safe_load_all((CLUSTER / "kubernetes.yaml").read_text("utf-8"))
    (container,) = job["spec"]["template"]["spec"]["containers"]
    script = container["args"][0]
    arguments = build_parser().parse_args(train_words(script))
    assert (arguments.recipe, arguments.strategy) == ("dcgan", "multiworker")
    found = run_by_shell(script, JOB_COMPLETION_INDEX="1")
    pods = [f"keras-gen-{i}.{service['metadata']['name']}:12345" for i in range(2)]
    assert found == {"cluster": {"worker": pods}, "task": {"type": "worker", "index": 1}}
    assert job["spec"]["completions"] == len(pods)
    assert job["spec"]["template"]["spec"]["subdomain"] == service["metadata"]["name"]
