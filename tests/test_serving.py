"""The server of examples/serving/: what it answers, what it refuses, and how it ends.

The networks are the smallest that a recipe builds, untrained. All but the batcher needs the extras
`export` and `serve`, and is skipped where they are not installed.
"""

import ast
import asyncio
import contextlib
import importlib.util
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import urllib.request
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parent.parent
SERVING = ROOT / "examples" / "serving"
sys.path += [str(SERVING), str(ROOT / "benchmarks")]

from batching import Batcher, Full, Places  # noqa: E402 - from examples/serving
from serving_clients import bomb  # noqa: E402 - from benchmarks

NEEDED = ("tf2onnx", "onnx", "onnxruntime", "fastapi", "uvicorn", "prometheus_client", "httpx")
CLASSES = ["Coat", "Ankle boot", "Bag"]

pytestmark = pytest.mark.filterwarnings(
    "ignore::FutureWarning",
    "ignore::DeprecationWarning",  # of the converters
    "ignore:Using `httpx` with",  # Starlette's newest client would rather have httpx2
)
export = pytest.mark.export


# --- batches and places ---------------------------------------------------------------------------


def together(run, jobs, most):
    """Hand jobs, arrays of some rows, to a batcher at once; return answers and rows of calls."""
    sizes = []

    async def ask():
        batcher = Batcher(run, most, 0.01, sizes.append)
        work = asyncio.create_task(batcher.work())
        answers = [batcher({"x": np.asarray(rows)}) for rows in jobs]
        answers = await asyncio.gather(*answers, return_exceptions=True)
        work.cancel()
        return answers

    return asyncio.run(ask()), sizes


def test_requests_are_computed_together_and_each_gets_its_own_rows():
    """Two rows and two fill a call of four; three begin the next, which the last one fills."""
    jobs = [[1, 2], [3, 4], [5, 6, 7], [8], [9]]
    answers, sizes = together(lambda arrays: 10 * arrays["x"], jobs, most=4)
    assert [list(answer) for answer in answers] == [[10 * x for x in rows] for rows in jobs]
    assert sizes == [4, 4, 1]


def test_a_call_of_one_row_is_alone():
    answers, sizes = together(lambda arrays: -arrays["x"], [[1], [2], [3]], most=1)
    assert [list(answer) for answer in answers] == [[-1], [-2], [-3]] and sizes == [1, 1, 1]


def test_an_error_reaches_those_who_wait_and_the_next_batch_is_computed():
    def run(arrays):
        if 0 in arrays["x"]:
            raise ZeroDivisionError("zero")
        return 6 // arrays["x"]

    answers, _ = together(run, [[1, 0], [2, 3], [3, 1]], most=4)
    assert [type(answer) for answer in answers[:2]] == [ZeroDivisionError] * 2
    assert list(answers[2]) == [2, 6]


def test_who_has_given_up_is_not_computed():
    calls = []

    async def ask():
        batcher = Batcher(lambda arrays: calls.append(arrays["x"]) or arrays["x"], 4, 0.0, len_seen)
        given_up = asyncio.ensure_future(batcher({"x": np.array([1])}))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.sleep(0)
        work = asyncio.create_task(batcher.work())
        await batcher({"x": np.array([2])})
        work.cancel()

    def len_seen(rows):
        assert rows == 1

    asyncio.run(ask())
    assert [list(x) for x in calls] == [[2]]


def test_places_are_given_back():
    places = Places(3)
    with places.take(2):
        with pytest.raises(Full), places.take(2):
            pass
        with pytest.raises(KeyError), places.take(1):
            raise KeyError
        assert places.taken == 2
    assert places.taken == 0


# --- the application ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return the exported files {artefact: path} of three small runs."""
    for package in NEEDED:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is in the extras 'export', 'serve' and 'test'")
    from keras_gen.export import export_run
    from keras_gen.recipes import RECIPES
    from keras_gen.runs import Run

    small = {
        "conditional_gan": {
            "generator_width": 4, "discriminator_width": 4, "latent_dim": 8, "classes": 3,
        },
        "vae": {"latent_dim": 4, "width": 4, "hidden": 8},
        "fast_style": {"image_size": 24, "width": 4, "blocks": 1},
    }  # fmt: skip
    found = {}
    for name, fields in small.items():
        recipe = RECIPES[name](**fields)
        path = tmp_path_factory.mktemp(name) / "run"
        run = Run(path=path, name=name, recipe=recipe, provenance={"data": {"classes": CLASSES}})
        run.create()
        recipe.build_for_inference().save(run.model_path)
        found |= {artefact.path.stem: artefact.path for artefact in export_run(run, "onnx")}
    return found


@pytest.fixture
def client(files):
    """Return a function of limits and labels that returns a client of an application."""
    from fastapi.testclient import TestClient
    from networks import DRAWS, PAINTS, Network
    from server import GENERATE, STYLIZE, Limits, create_app

    with contextlib.ExitStack() as stack:

        def start(marks=None, paths=(GENERATE, STYLIZE), **limits):
            known = {GENERATE: (files["generator"], DRAWS), STYLIZE: (files["stylizer"], PAINTS)}
            networks = {path: Network(*known[path], threads=1) for path in paths}
            return stack.enter_context(TestClient(create_app(networks, Limits(**limits), marks)))

        yield start


def drawn(files, count, seed, classes):
    """Return images as a program without the server draws them."""
    import onnxruntime

    session = onnxruntime.InferenceSession(files["generator"], providers=["CPUExecutionProvider"])
    latents = np.random.default_rng(seed).normal(size=(count, 8)).astype("float32")
    labels = np.eye(3, dtype="float32")[classes]
    return session.run(["images"], {"latents": latents, "labels": labels})[0]


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content)))


@export
def test_the_images_are_those_of_the_network_and_say_what_they_are(files, client, read_mark):
    """Without a label, all classes in turn; every kind of answer has the same pixels."""
    ask = client()
    expected = drawn(files, 5, 7, [0, 1, 2, 0, 1])
    (png,) = (ask.get("/generate", params={"seed": 7}).content,)
    np.testing.assert_array_equal(pixels(png), expected[0].squeeze())
    archive = ask.get("/generate", params={"seed": 7, "count": 5, "format": "zip"})
    with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
        names = opened.namelist()
        contents = [opened.read(name) for name in names]
    assert names == [f"{number:05d}.png" for number in range(5)]
    np.testing.assert_array_equal([pixels(c) for c in contents], expected.squeeze())
    for content in (png, *contents):
        mark = read_mark(content)
        aigc = json.loads(mark["TC260:AIGC"])
        assert aigc["Label"] == "1" and aigc["ProduceID"].startswith("conditional_gan-")
        assert mark["Iptc4xmpExt:DigitalSourceType"].endswith("/trainedAlgorithmicMedia")
    array = ask.get("/generate", params={"seed": 7, "count": 5, "format": "npz"})
    with np.load(io.BytesIO(array.content)) as opened:
        np.testing.assert_array_equal(opened["images"], expected)
        assert opened["labels"].tolist() == [0, 1, 2, 0, 1]
        assert json.loads(json.loads(str(opened["provenance"]))["AIGC"])["Label"] == "1"


@export
def test_labels_are_names_or_numbers(files, client):
    ask = client()
    asked = {"count": 3, "format": "npz", "label": ["bag", "0"]}
    with np.load(io.BytesIO(ask.get("/generate", params=asked).content)) as opened:
        assert opened["labels"].tolist() == [2, 0, 2]
        np.testing.assert_array_equal(opened["images"], drawn(files, 3, 0, [2, 0, 2]))


@export
@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("count=0&format=zip", "count: expected 1 to 64, found 0"),
        ("count=65&format=zip", "count: expected 1 to 64, found 65"),
        ("count=2", "format: png holds one image, zip and npz hold 2"),
        ("seed=-1", "seed: expected 0 to 9223372036854775807, found -1"),
        ("seed=1.5", "seed: Input should be a valid integer"),
        ("format=gif", "format: Input should be 'png', 'zip' or 'npz'"),
        ("label=hat", "label: expected one of Coat, Ankle boot, Bag, found 'hat'"),
    ],
)
def test_questions_that_make_no_sense_are_refused(client, query, reason):
    answer = client().get(f"/generate?{query}")
    assert answer.status_code == 422 and answer.json()["detail"].startswith(reason)


@export
def test_images_do_not_depend_on_what_they_were_computed_with(files, client):
    """Thirty requests at once, in fewer calls, against the same ones asked alone."""
    ask, alone = client(wait=0.5), client()
    asked = [{"seed": i, "count": 1 + i % 7, "format": "npz"} for i in range(30)]
    with ThreadPoolExecutor(len(asked)) as pool:
        found = list(pool.map(lambda params: ask.get("/generate", params=params), asked))
    for params, answer in zip(asked, found, strict=True):
        assert answer.status_code == 200
        assert answer.content == alone.get("/generate", params=params).content
    calls = re.search(r"keras_gen_batch_images_count (\S+)", ask.get("/metrics").text)[1]
    assert float(calls) < len(asked)


@export
def test_a_network_that_draws_otherwise_in_batches_is_noticed(files):
    from networks import DRAWS, Network

    class Careless(Network):
        def __call__(self, arrays):
            return super().__call__(arrays) + np.uint8(len(arrays["latents"]) > 4)

    assert Network(files["generator"], DRAWS, threads=2).same_in_batches(16)
    assert not Careless(files["generator"], DRAWS, threads=2).same_in_batches(16)


@export
def test_what_is_too_much_is_refused_and_does_not_wait(client):
    answer = client(images=4).get("/generate", params={"count": 5, "format": "zip"})
    assert answer.status_code == 429 and answer.headers["retry-after"] == "1"
    assert answer.json()["detail"].startswith("5 of 4 places wanted")
    late = client(seconds=0.0).get("/generate")
    assert late.status_code == 503 and late.json()["detail"] == "no answer within 0 s; try again"


@export
def test_visible_labels(client):
    """28 x 28 pixels grow by a strip that holds the text."""
    from keras_gen.provenance import Marks

    shape = pixels(client(marks=Marks(visible="en")).get("/generate").content).shape
    assert shape[0] > 28 and shape[1] > 28


@export
def test_the_figures_and_the_health(client):
    ask = client(paths=["/generate"])
    assert ask.post("/stylize", content=b"x").status_code == 404
    assert ask.get("/generate", params={"count": 3, "format": "zip"}).status_code == 200
    assert ask.get("/no/such/path").status_code == 404
    health = ask.get("/healthz").json()
    assert health["status"] == "ok" and health["networks"]["/generate"]["classes"] == CLASSES
    assert "synthetic" in health["networks"]["/generate"]["label_duty"]
    figures = ask.get("/metrics").text.splitlines()
    for line in (
        'keras_gen_requests_total{path="/generate",status="200"} 1.0',
        'keras_gen_requests_total{path="/stylize",status="404"} 1.0',
        'keras_gen_requests_total{path="other",status="404"} 1.0',
        'keras_gen_images_total{path="/generate"} 3.0',
        'keras_gen_places_taken{path="/generate"} 0.0',
        "keras_gen_batch_images_sum 3.0",
    ):
        assert line in figures


# --- pictures from strangers ----------------------------------------------------------------------


def encoded(format, size=(40, 30), mode="RGB", **options):
    buffer = io.BytesIO()
    Image.new(mode, size, 7).save(buffer, format, **options)
    return buffer.getvalue()


def noise(format):
    """Return a picture that does not compress, so that half of it is not all of it."""
    buffer = io.BytesIO()
    values = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(values).save(buffer, format)
    return buffer.getvalue()


def animation(format):
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, format, save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def many_scans():
    """Return a progressive JPEG file whose last scan stands in it 200 times."""
    content = encoded("JPEG", (64, 64), progressive=True)
    last = content.rfind(b"\xff\xda")
    return content[:last] + content[last:-2] * 200 + content[-2:]


HOSTILE = {
    "bomb": (lambda: bomb(20_000), 413, "many more"),
    "some pixels too many": (lambda: encoded("PNG", (300, 300)), 413, "found 300x300"),
    "a WebP bomb": (lambda: encoded("WEBP", (16000, 12000), lossless=True), 413, "many more"),
    "a large body": (lambda: bytes(70_000), 413, "at most 65,536 bytes"),
    "a cut JPEG": (lambda: noise("JPEG")[:2000], 422, "damaged or truncated"),
    "a cut PNG": (lambda: noise("PNG")[:6000], 422, "damaged or truncated"),
    "a GIF": (lambda: encoded("GIF"), 415, "found something else"),
    "text": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "found something else"),
    "nothing": (lambda: b"", 415, "found something else"),
    "an animated WebP": (lambda: animation("WEBP"), 422, "found an animation"),
    "an animated PNG": (lambda: animation("PNG"), 422, "found an animation"),
    "16 bits": (lambda: encoded("PNG", mode="I;16"), 422, "expected 8 bits"),
    "a thread": (lambda: encoded("PNG", (900, 20)), 422, "at least 16 pixels a side"),
    "many scans": (many_scans, 422, "at most 100 scans"),
}


@export
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.filterwarnings("default::PIL.Image.DecompressionBombWarning")
def test_hostile_pictures_are_refused_with_a_reason(client, name):
    """The reason names nothing of this machine."""
    make, status, reason = HOSTILE[name]
    ask = client(paths=["/stylize"], upload_pixels=250 * 250, upload_bytes=2**16, side=250)
    answer = ask.post("/stylize", content=make())
    assert answer.status_code == status, answer.text
    said = answer.json()["detail"]
    assert said.startswith("picture: expected") and reason in said
    assert not re.search(r"/\w+/|\b0x|\.py|Error", said)


@export
def test_a_body_of_unknown_length_is_limited_while_it_is_read(client):
    read = []

    def chunks():
        for _ in range(100):
            read.append(1000)
            yield bytes(1000)

    ask = client(paths=["/stylize"], upload_bytes=5000)
    assert ask.post("/stylize", content=chunks()).status_code == 413


@export
def test_a_slow_body_is_not_waited_for(files):
    from fastapi import HTTPException
    from pictures import read_body

    class Slow:
        headers = {}  # noqa: RUF012

        async def stream(self):
            yield b"a"
            await asyncio.sleep(60)

    with pytest.raises(HTTPException) as caught:
        asyncio.run(read_body(Slow(), 100, 0.01))
    assert caught.value.status_code == 408


class Upload:
    """A request whose body is a picture, or never comes to an end."""

    headers = {}  # noqa: RUF012

    def __init__(self, content=None):
        self.content = content

    async def stream(self):
        if self.content is None:
            await asyncio.sleep(60)
        yield self.content


@export
def test_slow_bodies_take_no_place_from_those_who_are_painted(files):
    """One place to paint and three for bodies: two slow clients leave both free for a third."""
    from fastapi import HTTPException
    from networks import PAINTS, Network
    from server import STYLIZE, Limits, Service

    from keras_gen.provenance import Marks

    async def ask(uploads):
        networks = {STYLIZE: Network(files["stylizer"], PAINTS, threads=1)}
        service = Service(networks, Limits(bodies=3, uploads=uploads), Marks())
        async with service.working(None):
            slow = [asyncio.create_task(service.stylize(Upload())) for _ in range(2)]
            await asyncio.sleep(0)
            try:
                assert (service.arriving.taken, service.places[STYLIZE].taken) == (2, 0)
                answer = await service.stylize(Upload(encoded("PNG")))
                slow.append(asyncio.create_task(service.stylize(Upload())))
                await asyncio.sleep(0)
                with pytest.raises(HTTPException) as caught:
                    await service.stylize(Upload(encoded("PNG")))
                assert caught.value.detail.startswith("1 of 3 places wanted")
                return answer.status_code, caught.value.status_code
            finally:
                for each in slow:
                    each.cancel()

    assert asyncio.run(ask(uploads=1)) == (200, 429)
    with pytest.raises(HTTPException, match="1 of 0 places wanted"):
        asyncio.run(ask(uploads=0))


@export
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_is_painted(files, client, read_mark, format):
    """As the network paints it alone; a larger one is reduced."""
    import onnxruntime

    ask = client(paths=["/stylize"], side=50)
    content = noise(format)
    answer = ask.post("/stylize", content=content)
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    reduced = Image.open(io.BytesIO(content)).convert("RGB")
    reduced.thumbnail((50, 50))
    session = onnxruntime.InferenceSession(files["stylizer"], providers=["CPUExecutionProvider"])
    (expected,) = session.run(["stylised"], {"images": np.asarray(reduced)[None]})
    found = pixels(answer.content).astype(int)
    assert found.shape == (50, 50, 3)
    # A JPEG file may be decoded small before it is converted, which rounds elsewhere.
    assert np.abs(found - expected[0]).max() <= (0 if format != "JPEG" else 3)
    mark = read_mark(answer.content)
    assert mark["Iptc4xmpExt:DigitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")


@export
def test_photographs_are_turned_and_laid_on_white(files):
    from pictures import decode

    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by 90 degrees
    wide = io.BytesIO()
    Image.new("RGB", (60, 20), (9, 8, 7)).save(wide, "JPEG", exif=exif)
    assert decode(wide.getvalue(), 10**6, 512).shape == (1, 60, 20, 3)
    for mode, colour, level in (("RGBA", (0, 0, 0, 128), 127), ("LA", (0, 0), 255)):
        clear = io.BytesIO()
        Image.new(mode, (20, 20), colour).save(clear, "PNG")
        found = decode(clear.getvalue(), 10**6, 512)
        np.testing.assert_array_equal(found, np.full((1, 20, 20, 3), level))


# --- the process ----------------------------------------------------------------------------------


def start(*words):
    command = [sys.executable, str(SERVING / "server.py"), *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        return answer.read().decode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@export
def test_sigterm_ends_it_once_the_request_in_flight_is_answered(files):
    port = free_port()
    process = start("--stylizer", files["stylizer"], "--port", port, "--threads", 1)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                assert json.loads(get(port, "/healthz"))["status"] == "ok"
                break
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
        found = []

        def ask():
            request = f"http://127.0.0.1:{port}/stylize"
            with urllib.request.urlopen(request, encoded("PNG", (512, 512)), 60) as answer:
                found.append(answer.read())

        asking = threading.Thread(target=ask)
        asking.start()
        while 'taken{path="/stylize"} 1.0' not in get(port, "/metrics"):
            assert asking.is_alive() or found  # answered before anybody looked
            if found:
                break
        process.send_signal(signal.SIGTERM)
        asking.join()
        assert pixels(found[0]).shape == (512, 512, 3)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.communicate()


@export
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "expected --generator, --stylizer or both, found neither"),
        (("--generator", "none.onnx"), "none.onnx: expected a file of keras-gen export"),
        (("--generator", __file__), "expected an ONNX file, found another or a damaged one"),
        (("--generator", "encoder"), "expected a network with the output images, found"),
    ],
)
def test_what_cannot_be_served_is_named_in_one_line(files, words, reason):
    process = start(*(files.get(word, word) for word in words))
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    assert errors.startswith("server.py: ") and reason in errors and errors.count("\n") == 1


def test_the_image_installs_what_serving_needs_and_nothing_of_training(tmp_path):
    """The line of the Dockerfile that lists requirements, run here."""
    text = (SERVING / "Dockerfile").read_text("utf-8")
    (code,) = re.findall(r'RUN python -c "(.*?)" > ', text)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    listed = done.stdout.split("\n")[:-1]
    assert set(project["optional-dependencies"]["serve"]) < set(listed)
    names = {re.split(r"[<>=]", line)[0] for line in listed}
    assert {"numpy", "pillow", "onnxruntime"} <= names
    assert not names & {"tensorflow", "keras", "tf2onnx"}
    for path in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.M):
        assert all((ROOT / each).exists() for each in path.split()), path


# --- the page -------------------------------------------------------------------------------------

PAGES = [ROOT / "docs" / name for name in ("serving.md", "serving.zh-CN.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_the_limits_of_the_page_are_those_of_the_server(page):
    """Read without importing the server, which needs the extra `serve`."""
    tree = ast.parse((SERVING / "server.py").read_text("utf-8"))
    (limits,) = (n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Limits")
    fields = {
        node.target.id: eval(compile(ast.Expression(node.value), "Limits", "eval"))
        for node in limits.body
        if isinstance(node, ast.AnnAssign)
    }
    assert fields.pop("wait") == 0.004 and "4 " in page.read_text("utf-8")
    listed = re.findall(r"^\| `(\w+)` \| ([\d,]+) \|", page.read_text("utf-8"), re.M)
    assert {name: float(value.replace(",", "")) for name, value in listed} == fields


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_the_tables_of_the_page_are_those_of_the_stored_figures(page):
    """And what they show is what was promised: refusals, but no error and no invalid picture."""
    pytest.importorskip("onnxruntime", reason="onnxruntime is in the extra 'serve'")
    import serving

    stored = json.loads((ROOT / "docs" / "serving.json").read_text("utf-8"))
    text = page.read_text("utf-8")
    for lines in serving.tables(stored, PAGES.index(page)).values():
        assert "\n".join(lines) in text
    for figures in stored["loads"].values():
        assert [each["clients"] for each in figures] == [1, 8, 64]
        assert figures[-1]["seconds"] >= 60
        assert all(set(each["statuses"]) <= {"200", "429"} for each in figures)
        assert all(each["invalid"] == 0 for each in figures)
    assert all(400 <= status < 500 for status, _ in stored["hostile"].values())
    assert stored["exit_status"] == 0
