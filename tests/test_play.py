"""The page `play` in a browser, opened as a file: its sliders against Python's figures."""

import contextlib
import http.server
import importlib.util
import json
import math
import queue
import re
import shutil
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
MADE = ROOT / "build" / "play"
PATIENCE = 240  # seconds for a cold start on a busy machine
TOOLS = """
const wait = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
const until = async (test) => { while (!test()) await wait(0.1); };
const all = (selector) => [...document.querySelectorAll(selector)];
const set = (element, value) => {
  element.value = value;
  element.dispatchEvent(new Event(element.tagName === "SELECT" ? "change" : "input"));
};
const grey = (canvas) => [...canvas.getContext("2d").getImageData(0, 0, canvas.width,
  canvas.height).data].filter((_, i) => i % 4 === 0);
const asked = async () => { SCRIPT };
addEventListener("load", () => asked().catch((error) => ({ error: String(error) })).then((answer) =>
  fetch("ADDRESS", { method: "POST", mode: "no-cors", body: JSON.stringify(answer) })));
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Write the page without Sphinx: its own elements, its scripts, the runtime and the models."""
    folder = tmp_path_factory.mktemp("play")
    shutil.copytree(ROOT / "docs" / "_static", folder / "en" / "_static")
    if MADE.is_dir():
        shutil.copytree(MADE, folder / "play")
    blocks = (ROOT / "docs" / "play.md").read_text("utf-8").split("```{raw} html\n")[1:]
    html = "\n".join(block.partition("```")[0] for block in blocks)
    path = folder / "en" / "play.html"
    path.write_text(f'<!doctype html><html lang="en"><meta charset="utf-8">{html}', "utf-8")
    return path


@contextlib.contextmanager
def listening():
    """Wait on loopback for one answer of a page: yield its address and a queue."""
    answers = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            answers.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", answers
        server.shutdown()


@pytest.fixture
def ask(page, tmp_path):
    """Return a function that opens the page with more JavaScript and returns what that returns."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no chromium on this machine")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", "--disable-component-update"]
    flags += [f"--user-data-dir={tmp_path / 'profile'}"]

    def asked(script):
        with listening() as (address, answers):
            copy = page.with_name("asked.html")
            tools = TOOLS.replace("ADDRESS", address).replace("SCRIPT", script)
            copy.write_text(f"{page.read_text('utf-8')}<script>{tools}</script>", "utf-8")
            process = subprocess.Popen(
                [browser, *flags, copy.as_uri()], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
            try:
                answer = answers.get(timeout=PATIENCE)
            finally:
                process.terminate()
                process.communicate()
        assert "error" not in answer, answer
        return answer

    return asked


def test_pictures_are_those_of_the_onnx_files(ask):
    onnxruntime = importlib.import_module("onnxruntime")
    if not (MADE / "runtime.js").is_file():
        pytest.skip("scripts/build_play.py has not been run")
    answer = ask("""
        await until(() => document.querySelector("#play-vae canvas"));
        const read = async (id) => {
          const canvas = all(`#${id} canvas`).at(id === "play-walk" ? 1 : 0);
          await Play.engine.images("dcgan", Play.noise(100));  // what was asked before is drawn
          await wait(0.2);
          return { latents: [...canvas.latents()], pixels: grey(canvas) };
        };
        const seen = {};
        for (const id of ["play-dcgan", "play-conditional", "play-vae", "play-walk"]) {
          await Play.engine.images("dcgan", Play.noise(100));
          await wait(0.5);
          seen[id] = [await read(id)];
          set(all(`#${id} input`)[0], id === "play-walk" ? 0.25 : 3.5);
          await wait(1);
          seen[id].push(await read(id));
        }
        seen.ends = all("#play-walk canvas").map((canvas) => [...canvas.latents()]);
        set(all("#play-conditional select")[0], 9);
        await wait(1);
        seen["play-conditional"].push(await read("play-conditional"));
        return { ...seen, first: document.documentElement.dataset.firstPicture };
    """)
    print("first picture after", answer["first"], "ms")
    runs = {"dcgan": "dcgan", "conditional": "conditional_gan", "vae": "vae", "walk": "dcgan"}
    for part, run in runs.items():
        session = onnxruntime.InferenceSession(MADE / f"{run}.onnx")
        for i, seen in enumerate(answer[f"play-{part}"]):
            inputs = {"latents": np.float32([seen["latents"]])}
            if run == "conditional_gan":
                inputs["labels"] = np.eye(10, dtype="float32")[[9 if i == 2 else 0]]
            expected = session.run(["images"], inputs)[0].reshape(-1)
            assert expected.std() > 10  # a picture, not an empty canvas
            gap = np.abs(expected.astype(int) - seen["pixels"])
            assert gap.max() <= 1, (part, i, gap.max())
        pixels = [seen["pixels"] for seen in answer[f"play-{part}"]]
        assert pixels[0] != pixels[1]
    moved, start = (np.array(answer["play-dcgan"][i]["latents"]) for i in (1, 0))
    assert np.linalg.norm(moved - start) == pytest.approx(3.5, abs=1e-3)  # along a unit vector
    a, between, b = map(np.array, answer["ends"])
    angle = math.acos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))  # Shoemake 1985
    expected = (math.sin(0.75 * angle) * a + math.sin(0.25 * angle) * b) / math.sin(angle)
    np.testing.assert_allclose(between, expected, atol=1e-4)


def test_losses_and_slopes_are_those_of_keras_gen(ask):
    from keras_gen.losses import GAN_LOSSES

    found = ask("""
        const [fake, real] = all("#play-losses input");
        const seen = [];
        for (const [f, r] of [[-2.5, 1.5], [0.3, -0.2], [4.0, 5.0], [-6, 0.6]]) {
          set(fake, f);
          set(real, r);
          seen.push([f, r, Object.fromEntries(all("#play-losses tbody tr").map((row) =>
            [row.id.replace("loss-", ""), [...row.cells].slice(1).map((c) => +c.textContent)]))]);
        }
        return seen;
    """)
    import tensorflow as tf

    for f, r, rows in found:
        assert set(rows) == set(GAN_LOSSES)
        for name, pair in GAN_LOSSES.items():
            logits, real = tf.Variable([[f]], dtype="float64"), tf.constant([[r]], "float64")
            with tf.GradientTape(persistent=True) as tape:
                of_d = pair.discriminator(real, logits)
                of_g = pair.generator(real, logits) if pair.relativistic else pair.generator(logits)
            slopes = [tape.gradient(loss, logits)[0, 0] for loss in (of_d, of_g)]
            expected = [float(of_d), float(slopes[0]), float(of_g), float(slopes[1])]
            np.testing.assert_allclose(rows[name], expected, atol=1e-4, err_msg=name)


def test_the_divergence_of_two_gaussians(ask):
    found = ask("""
        const sliders = all("#play-gaussians input");
        return [[0, 1, 0, 1], [-1, 0.5, 2, 1.5], [-4, 0.4, 4, 0.4]].map((values) => {
          sliders.forEach((slider, i) => set(slider, values[i]));
          return [values, +document.getElementById("gaussians-told").dataset.js];
        });
    """)
    from scipy import integrate, stats

    for (m, s, n, t), js in found:
        p, q = stats.norm(m, s).pdf, stats.norm(n, t).pdf

        def integrand(x, p=p, q=q):
            mean = (p(x) + q(x)) / 2
            return (p(x) * np.log(p(x) / mean) + q(x) * np.log(q(x) / mean)) / 2

        expected = integrate.quad(integrand, -10, 10, points=[m, n], limit=200)[0]
        assert js == pytest.approx(expected, abs=1e-4)
    assert found[0][1] == pytest.approx(0, abs=1e-9)  # the same twice
    assert found[2][1] == pytest.approx(math.log(2), abs=1e-4)  # disjoint


def test_the_game_of_two_numbers(ask):
    found = ask("""
        const [rate, gamma, steps] = all("#play-game input");
        const told = () => all("#game-told span").map((span) => span.dataset);
        const read = () => told().map(({ theta, psi }) => [+theta, +psi]);
        set(rate, 0.2); set(steps, 1);
        const first = read();
        set(all("#play-game select")[0], "bilinear");
        set(steps, 100);
        const bilinear = read();
        set(gamma, 0.5);
        set(steps, 500);
        return { first, bilinear, damped: read() };
    """)
    # From (1, 0) D falls by 0.2 * 1 * sigma(0) = 0.1 to -0.1. G keeps 1 where it sees the old D;
    # else it moves by 0.2 * -0.1 * sigma(0.1) = -0.0104996.
    np.testing.assert_allclose(found["first"], [[1, -0.1], [0.9895004, -0.1]], atol=1e-6)
    # Simultaneous steps multiply by I + h J, J a quarter turn: the distance grows by sqrt(1 + h^2).
    simultaneous, alternating = np.linalg.norm(found["bilinear"], axis=1)
    assert simultaneous == pytest.approx(1.04**50, rel=1e-9)
    assert 0.8 < alternating < 1.2  # theta^2 + psi^2 - h theta psi stays
    theta, psi = found["bilinear"][1]
    assert theta**2 + psi**2 - 0.2 * theta * psi == pytest.approx(1, abs=1e-9)
    assert np.linalg.norm(found["damped"], axis=1).max() < 0.01


def test_a_gram_matrix_of_shuffled_pixels(ask):
    found = ask("""
        const [side] = all("#play-gram input");
        const told = document.getElementById("gram-told");
        return [0, 3, 6].map((power) => {
          set(side, power);
          const numbers = (row) => [...row.cells].slice(1).map((cell) => +cell.textContent);
          const [one, other] = all("#play-gram table").map((table) =>
            [...table.rows].slice(1).map(numbers));
          return { one, other, ...told.dataset };
        });
    """)
    for seen in found:
        assert float(seen["colours"]) < 1e-9
    assert float(found[0]["edges"]) > float(found[1]["edges"]) > float(found[2]["edges"]) == 0
    y, x = np.mgrid[:64, :64]
    striped = ((x + y) // 8 % 2)[..., None]
    rgb = np.where(striped, [0.9, 0.55, 0.15], [0.1, 0.25, 0.55]).reshape(-1, 3)
    expected = rgb.T @ rgb / len(rgb)  # the formula of keras_gen.losses.gram_matrix
    np.testing.assert_allclose(np.array(found[0]["one"])[:3, :3], expected, atol=5.1e-4)


def test_a_page_without_runtime_says_so_and_the_formulas_work(ask, page):
    for name in ("runtime.js", "models.js"):
        (page.parent.parent / "play" / name).unlink(missing_ok=True)
    seen = ask("""
        await until(() => document.getElementById("play-state").textContent.includes("missing"));
        return { state: document.getElementById("play-state").textContent,
                 rows: all("#play-losses tbody tr").length };
    """)
    assert "scripts/build_play.py" in seen["state"] and seen["rows"] == 6


@pytest.mark.parametrize("width", [390, 1280])
def test_no_option_is_cut_off_and_plots_label_whole_numbers(page, browser, width):
    browser.size(width)
    browser.open(page)
    browser.wait("document.querySelectorAll('#play-gram select').length")
    cut = browser.value("""[...document.querySelectorAll("select")].flatMap((select) => {
      const pen = document.createElement("canvas").getContext("2d");
      pen.font = getComputedStyle(select).font;
      const room = select.clientWidth - 28;  // the arrow and the padding
      return [...select.options].map((option) => option.text)
        .filter((words) => pen.measureText(words).width > room);
    })""")
    assert cut == []
    labels = browser.value("[...document.querySelectorAll('svg text')].map((t) => t.textContent)")
    assert len(labels) == 11  # two plots with four ends, one that begins at 0
    assert all(re.fullmatch(r"−?\d+", label) for label in labels), labels
