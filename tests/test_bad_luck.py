"""Bad luck over all commands: full disks, read-only folders, closed streams, kills, damaged files.

A new command is covered by a row in `COMMANDS`. Whatever happens, a command ends by itself, with
the status that README names, in one line without a traceback, and leaves no half-written file.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import zipfile

import numpy as np
import pytest
from command_server import CommandServer  # from this folder
from PIL import Image

from keras_gen.cli import main
from keras_gen.files import digest

pytestmark = pytest.mark.slow

SMALL = [
    "--generator-width=4",
    "--discriminator-width=4",
    "--latent-dim=4",
    "--batch-size=8",
    "--penalty=none",
]
PAINT = ["--size=32", "--steps=3", "--weights=random"]

# Of each command: its words, and whether it writes a file.
COMMANDS = {
    "train": (["train", "mlp_gan", "--run-dir=new", "--steps=3", "--save-every=1", *SMALL], True),
    "resume": (["train", "--run-dir=run", "--resume", "--steps=6"], True),
    "generate": (["generate", "run", "--n=4", "--out=new.png", "--npz=new.npz"], True),
    "stylize": (["stylize", "mug", "flow_field", "--out=new.png", *PAINT], True),
    "restore": (["restore", "mug", "--model=restorer", "--out=new.png"], True),
    "evaluate": (["evaluate", "run", "--n=100"], True),
    "compare": (["compare", "run", "other", "--out=new.html", "--n=100"], True),
    "study": (["study", "run", "--trials=2", "--out=new.html"], True),
    "study-results": (["study-results", "answers.csv", "--json=new.json"], True),
    "export": (["export", "run", "--format=saved_model", "--out=new"], True),
    "review": (["review", "run", "--n=2", "--out=new.html"], True),
    "review-results": (["review-results", "r.csv", "--images=pictures", "--apply=new"], True),
    "demo": (["demo", "--steps=1", "--out=new"], True),
    "info": (["info"], False),
}
WITHOUT_DEMO = [name for name in COMMANDS if name != "demo"]  # it would take a minute each time
ANSWERS = """study,participant,trial,run,real_side,choice,correct,milliseconds
0123456789ab,a,1,run,left,right,0,900
0123456789ab,a,2,run,right,right,1,800
"""
REVIEW = "review,reviewer,file,sha256,decision,reason,time,milliseconds\n"
DECISION = "0123456789ab,a,0.png,{},approve,,2026-01-02T03:04:05Z,900\n"


@pytest.fixture(scope="module")
def template(tmp_path_factory, untraced):
    """Two measured runs, equal ones, and the answers of a study; each case works on a copy."""
    folder = tmp_path_factory.mktemp("luck") / "template"
    gan = ["--run-dir", str(folder / "run"), *SMALL, "--steps=3", "--save-every=1"]
    restorer = ["--run-dir", str(folder / "restorer"), "--steps=1", "--width=2", "--levels=2"]
    restorer += ["--image-size=16", "--batch-size=2"]
    with untraced():
        assert main(["train", "mlp_gan", *gan]) == 0
        assert main(["train", "restorer", *restorer]) == 0
    assert main(["evaluate", str(folder / "run"), "--n=100"]) == 0
    shutil.copytree(folder / "run", folder / "other")
    (folder / "answers.csv").write_text(ANSWERS)
    (folder / "pictures").mkdir()
    Image.new("L", (28, 28)).save(folder / "pictures" / "0.png")
    sha256 = digest(folder / "pictures" / "0.png")
    (folder / "r.csv").write_text(REVIEW + DECISION.format(sha256))
    return folder


@pytest.fixture
def folder(template, tmp_path):
    return shutil.copytree(template, tmp_path / "work")


@pytest.fixture(scope="module")
def server():
    """Starts the commands; in a view of the file systems of its own, where that is allowed."""
    with contextlib.closing(CommandServer(["unshare", "-m"] if has_mounts() else [])) as server:
        yield server


@pytest.fixture
def start(server):
    """Return a function that starts a command in a folder."""
    yield lambda name, folder, **options: server.start(COMMANDS[name][0], folder, **options)
    server.send_signal(signal.SIGKILL)  # one that a test has left behind


def has_mounts():
    """Whether this process may mount file systems of its own."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


def mounted(server, script, *paths):
    """Run a few lines of shell where only the server, and who is told, sees what they mount."""
    enter = ["nsenter", "-m", "-t", str(server.process.pid)]
    subprocess.run([*enter, "sh", "-e", "-c", script, "sh", *map(str, paths)], check=True)


def assert_ended_well(server, folder, statuses):
    """Expect one of the statuses, one line, and whole files."""
    output, errors = server.communicate(timeout=120)
    assert server.returncode in statuses, errors
    assert "Traceback" not in errors and "fault of keras_gen" not in errors, errors
    if server.returncode > 0 and "stopped" not in output:  # training that stops in order says so
        assert errors.strip().splitlines()[-1].startswith("keras-gen"), errors
    assert_whole(folder)
    return output


def assert_whole(folder):
    """Expect no half-written file, whatever its kind; unfinished ones have names of their own."""
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).parts  # a folder may be unfinished as a whole
        if not path.is_file() or any(part.startswith(".writing-") for part in inside):
            continue
        assert path.stat().st_size, path
        match path.suffix:
            case ".json":
                json.loads(path.read_text("utf-8"))
            case ".png" | ".gif" | ".jpg":
                with Image.open(path) as picture:
                    picture.load()
            case ".npz":
                np.load(path)["images"]
            case ".keras":
                with zipfile.ZipFile(path) as archive:
                    assert archive.testzip() is None
            case ".html":
                assert path.read_text("utf-8").endswith("</html>\n")


FILL = """
mount -t tmpfs -o size=24m tmpfs "$1" && cp -r "$2"/. "$1"
head -c 64m /dev/zero > "$1/filler" 2>/dev/null || true
"""
EMPTY = 'rm "$1/filler" && cp -r "$1" "$2" && umount "$1"'


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk(name, template, tmp_path, server, start):
    """A small file system in memory, filled up."""
    if not has_mounts():
        pytest.skip("this process may not mount file systems")
    full = tmp_path / "full"
    full.mkdir()
    mounted(server, FILL, full, template)
    start(name, full)
    server.communicate(timeout=120)
    mounted(server, EMPTY, full, tmp_path / "after")
    assert_ended_well(server, tmp_path / "after", {1} if COMMANDS[name][1] else {0})


@pytest.mark.parametrize("name", COMMANDS)
def test_a_read_only_folder(name, folder, server, start):
    if has_mounts():
        mounted(server, 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"', folder)
    else:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
    start(name, folder)
    output = assert_ended_well(server, folder, {1} if COMMANDS[name][1] else {0})
    if name == "evaluate":
        assert "95 %" in output  # figures are printed before they are written


@pytest.mark.parametrize("name", WITHOUT_DEMO)
def test_an_output_that_nobody_reads(name, folder, server, start):
    """The reader of a pipe has ended; what was asked for is done all the same, or not begun."""
    start(name, folder, read=False)
    assert_ended_well(server, folder, {0, 1})


@pytest.mark.parametrize("name", WITHOUT_DEMO)
def test_an_interruption_as_soon_as_something_was_written(name, folder, server, start):
    """Commands that write at their end have ended by then."""
    before = set(folder.rglob("*"))
    start(name, folder)
    wait_for_a_change(folder, before, server)
    server.send_signal(signal.SIGTERM)
    # A command whose work is done gives the handlers back, so that the signal may kill it then.
    assert_ended_well(server, folder, {0, 130, -signal.SIGTERM})


@pytest.mark.parametrize("name", WITHOUT_DEMO)
def test_a_kill_as_soon_as_something_was_written(name, folder, server, start):
    """Nothing is half written, and the same command can be given again, or the run resumed."""
    before = set(folder.rglob("*"))
    start(name, folder)
    wait_for_a_change(folder, before, server)
    server.send_signal(signal.SIGKILL)
    server.communicate(timeout=120)
    assert_whole(folder)
    if name == "train" and (folder / "new").exists() and not (folder / "new/model.keras").exists():
        assert main(["train", "--run-dir", str(folder / "new"), "--resume"]) == 0
        assert_whole(folder)


def wait_for_a_change(folder, before, server):
    """Wait until a file is there that was not before, or the command has ended."""
    while server.poll(seconds=0.01) is None and set(folder.rglob("*")) == before:
        pass


DAMAGE = {
    "recipe.json": (b"{", {"resume", "generate", "evaluate", "compare", "study", "review"}),
    "checkpoints/step-0000003.keras": (b"", set()),  # the model beside it is whole
    "metrics.csv": (b"step\nx\n", {"resume"}),
    "metrics.json": (b"[]", {"compare"}),
    "model.keras": (b"PK", set()),  # the last checkpoint is as new
}


@pytest.mark.usefixtures("judges_once", "few_steps")
@pytest.mark.parametrize("file", DAMAGE)
@pytest.mark.parametrize("name", ["resume", "generate", "evaluate", "compare", "study", "review"])
def test_a_damaged_file_of_a_run(name, file, folder, monkeypatch, capfd):
    """In this process: nothing of the system is involved."""
    content, refusing = DAMAGE[file]
    (folder / "run" / file).write_bytes(content)
    monkeypatch.chdir(folder)
    status = main(COMMANDS[name][0])
    errors = capfd.readouterr().err
    assert status == (2 if name in refusing else 0), errors
    assert "Traceback" not in errors
    if status:
        assert file in errors and len(errors.strip().splitlines()) == 1
    if (name, file) in {("resume", "metrics.json"), ("evaluate", "metrics.csv")}:
        assert "the model card was not written" in errors  # which needs what the work did not


def test_links_and_devices_as_outputs(folder, monkeypatch, capfd):
    """/dev/null must stay what it is."""
    monkeypatch.chdir(folder)
    before = os.stat(os.devnull)
    for words in (
        ["generate", "run", "--out", os.devnull],
        ["generate", "run", "--npz", os.devnull],
        ["compare", "run", "other", "--out", os.devnull],
        ["study", "run", "--out", os.devnull],
        ["study-results", "answers.csv", "--json", os.devnull],
        ["review", "run", "--out", os.devnull],
        ["review-results", "r.csv", "--images=pictures", "--apply", os.devnull],
        ["stylize", "mug", "flow_field", "--out", os.devnull],
        ["demo", "--out", os.devnull],
        ["train", "mlp_gan", "--run-dir", os.devnull],
    ):
        assert main(words) == 2
        assert len(capfd.readouterr().err.strip().splitlines()) == 1
    after = os.stat(os.devnull)
    assert (before.st_mode, before.st_ino) == (after.st_mode, after.st_ino)
