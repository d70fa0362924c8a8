"""The server of examples/serving/ under load, and under hostile pictures; writes docs/serving.json.

    pip install "keras_gen[export,serve]"
    python benchmarks/serving.py

Exports the conditional GAN that comes with the package and a fast style network of the recipe's
size, untrained, which is as fast as a trained one; starts the server on 127.0.0.1 and asks it from
a process of clients on the same machine, which takes processor time as well. Each client asks
again as soon as it has its answer, and after a refusal (429) waits as long as the server says.
Every picture of every answer is decoded and compared with what onnxruntime draws for that question
without the server; one that differs counts as invalid. Writes the tables between their markers on
both pages of docs/.
"""

import argparse
import contextlib
import http.client
import io
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image
from results_table import DOCS, fill, markdown

from keras_gen.export import export_run
from keras_gen.files import write_text
from keras_gen.recipes import RECIPES
from keras_gen.runs import Run

SERVER = Path(__file__).parents[1] / "examples" / "serving" / "server.py"
CLIENTS = (1, 8, 64)
COUNT = 8  # images of one request of the second kind: 64 clients want twice the places
SIDE = 128  # of the photographs
QUESTIONS = 256  # different ones
LATENT_DIM, CLASSES = 100, 10
OK = ("200", "429")
LOADS = ("generate, 1 image", f"generate, {COUNT} images", f"stylize, {SIDE} pixels")
COLUMNS = (
    ("request", "请求"),
    ("clients", "客户端数"),
    ("p50, ms", "p50，毫秒"),
    ("p95, ms", "p95，毫秒"),
    ("p99, ms", "p99，毫秒"),
    ("images/s", "图数/秒"),
    ("of one client's", "与一个客户端之比"),
    ("refused", "拒绝"),
    ("errors", "错误"),
)
HOSTILE_COLUMNS = (("upload", "上传的内容"), ("status", "状态码"), ("reason", "说明"))
MEMORY_COLUMNS = (("after", "在此之后"), ("MiB", "MiB"))


# --- what is asked --------------------------------------------------------------------------------


def exported(folder):
    """Write both networks, and return the paths of their files."""
    (generator,) = export_run("conditional_gan", "onnx", out=folder / "conditional_gan")
    recipe = RECIPES["fast_style"]()
    run = Run(path=folder / "style", name="fast_style", recipe=recipe, provenance={})
    run.create()
    recipe.build_for_inference().save(run.model_path)
    (stylizer,) = export_run(run, "onnx")
    return generator.path, stylizer.path


def questions(generator, stylizer):
    """Return {load: [(method, path, body, expected pictures)]}, drawn without the server."""
    draw, paint = (
        onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        for path in (generator, stylizer)
    )
    found = {load: [] for load in LOADS}
    for seed in range(QUESTIONS):
        latents = np.random.default_rng(seed).normal(size=(COUNT, LATENT_DIM)).astype("float32")
        labels = np.eye(CLASSES, dtype="float32")[np.arange(COUNT) % CLASSES]
        (images,) = draw.run(["images"], {"latents": latents, "labels": labels})
        path = f"/generate?seed={seed}"
        found[LOADS[0]].append(("GET", path, None, images[:1]))
        found[LOADS[1]].append(("GET", f"{path}&count={COUNT}&format=zip", None, images))
    for seed in range(4):
        photo = np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
        (images,) = paint.run(["stylised"], {"images": photo[None]})
        found[LOADS[2]].append(("POST", "/stylize", png(photo), images))
    return found


def png(pixels):
    """Return the bytes of a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def pictures(content):
    """Return the pictures (N, H, W, C) of a PNG file, or of a zip file of them."""
    files = [content]
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = [archive.read(name) for name in archive.namelist()]
    decoded = np.stack([np.asarray(Image.open(io.BytesIO(file))) for file in files])
    return decoded if decoded.ndim == 4 else decoded[..., None]


# --- clients --------------------------------------------------------------------------------------


class Client(threading.Thread):
    """Asks one question after the other until its time is over, and counts the answers."""

    def __init__(self, port, asked, number, end):
        super().__init__()
        self.port, self.asked, self.number, self.end = port, asked, number, end
        self.seconds, self.images, self.invalid = [], 0, 0
        self.statuses = {}

    def run(self):
        """Ask."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        turn = self.number * 37
        while time.perf_counter() < self.end:
            method, path, body, expected = self.asked[turn % len(self.asked)]
            start = time.perf_counter()
            try:
                connection.request(method, path, body)
                answer = connection.getresponse()
                content, status = answer.read(), str(answer.status)
            except (OSError, http.client.HTTPException) as error:
                status = type(error).__name__
                connection.close()
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status == "200":
                self.seconds.append(time.perf_counter() - start)
                self.images += len(expected)
                self.invalid += not np.array_equal(pictures(content), expected)
                turn += 1
            elif status == "429":
                time.sleep(float(answer.headers["retry-after"]))


def loaded(port, asked, clients, seconds):
    """Return the figures of so many clients within so many seconds."""
    start = time.perf_counter()
    group = [Client(port, asked, number, start + seconds) for number in range(clients)]
    for client in group:
        client.start()
    for client in group:
        client.join()
    wall = time.perf_counter() - start
    times = np.concatenate([client.seconds for client in group])
    statuses = {}
    for client in group:
        for status, count in client.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    return {
        "clients": clients,
        "seconds": round(wall, 1),
        "answers": len(times),
        "p50": float(np.percentile(times, 50)),
        "p95": float(np.percentile(times, 95)),
        "p99": float(np.percentile(times, 99)),
        "images_per_second": sum(client.images for client in group) / wall,
        "statuses": statuses,
        "invalid": sum(client.invalid for client in group),
    }


# --- hostile pictures -----------------------------------------------------------------------------


def hostile():
    """Return {name: body} of pictures that have to be refused."""
    noise = np.random.default_rng(0).integers(0, 256, (512, 512, 3), np.uint8)
    whole, frames = png(noise), [Image.new("RGB", (64, 64), c) for c in ("red", "blue")]
    animated, large = io.BytesIO(), io.BytesIO()
    frames[0].save(animated, "WEBP", save_all=True, append_images=frames[1:])
    Image.new("RGB", (5000, 4000)).save(large, "JPEG")
    return {
        "decompression bomb, 30,000 x 30,000 pixels in a PNG file": bomb(30_000),
        "20 million pixels": large.getvalue(),
        "truncated PNG": whole[: len(whole) // 2],
        "wrong type: SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "animated WebP": animated.getvalue(),
        "body of 11 MiB": bytes(11 * 2**20),
    }


def bomb(side):
    """Return a PNG file of black pixels, one bit each, which zlib packs 1,000 to 1."""
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    header = side.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    chunks = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")
        for name, data in chunks
    )


def refused(port):
    """Send every hostile picture, and return {name: [status, reason]}."""
    answers = {}
    for name, body in hostile().items():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused while it is sent
            connection.request("POST", "/stylize", body)
        answer = connection.getresponse()
        answers[name] = [answer.status, json.loads(answer.read())["detail"]]
        connection.close()
    return answers


# --- the server, and the pages --------------------------------------------------------------------


@contextlib.contextmanager
def serving(generator, stylizer, threads):
    """Run the server, and yield its port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {"--generator": generator, "--stylizer": stylizer, "--port": port}
    options["--threads"] = threads
    words = [str(word) for pair in options.items() for word in pair]
    with subprocess.Popen([sys.executable, SERVER, *words]) as process:
        try:
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                if process.poll() is not None:
                    raise SystemExit("the server did not start")
                time.sleep(0.1)
            yield port, process
        finally:
            process.terminate()


def peak(process):
    """Return the most memory that a process of Linux has held, in MiB."""
    lines = Path(f"/proc/{process.pid}/status").read_text("utf-8").splitlines()
    return round(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 2**10)


def batch_mean(port):
    """Return the images of one call of the generator, mean of all calls so far."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    known = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    name = "keras_gen_batch_images"
    return float(known[f"{name}_sum"]) / float(known[f"{name}_count"])


def seconds_of_calls(generator, threads):
    """Return {rows: seconds} of calls of the generator, each the least of several in turns."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    draw = onnxruntime.InferenceSession(generator, options, providers=["CPUExecutionProvider"])
    found = {1: [], 64: []}
    for _ in range(20):
        for n, times in found.items():
            latents = np.zeros((n, LATENT_DIM), "float32")
            labels = np.eye(CLASSES, dtype="float32")[np.arange(n) % CLASSES]
            start = time.process_time()
            draw.run(["images"], {"latents": latents, "labels": labels})
            times.append(time.process_time() - start)
    return {n: min(times) for n, times in found.items()}


def tables(stored, language):
    """Return {marker: table} of a page, in English (0) or Chinese (1)."""
    loads = markdown([names[language] for names in COLUMNS], rows(stored))
    answers = [[name, str(status), reason] for name, (status, reason) in stored["hostile"].items()]
    hostile = markdown([names[language] for names in HOSTILE_COLUMNS], answers)
    peaks = [[after, str(mib)] for after, mib in stored["peak_mib"].items()]
    memory = markdown([names[language] for names in MEMORY_COLUMNS], peaks)
    return {"table": loads, "hostile": hostile, "memory": memory}


def rows(stored):
    """Return the cells of the table of loads."""
    lines = []
    for load, figures in stored["loads"].items():
        for each in figures:
            errors = sum(n for status, n in each["statuses"].items() if status not in OK)
            ratio = each["images_per_second"] / figures[0]["images_per_second"]
            lines.append([
                load, str(each["clients"]),
                *(f"{1000 * each[key]:,.0f}" for key in ("p50", "p95", "p99")),
                f"{each['images_per_second']:,.1f}", f"{ratio:.2f}",
                f"{each['statuses'].get('429', 0):,}", f"{errors + each['invalid']:,}",
            ])  # fmt: skip
    return lines


def main():
    """Measure, and write the figures and the pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="of 64 clients")
    parser.add_argument("--few-seconds", type=float, default=20.0, help="of 1 and of 8 clients")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of one call")
    parser.add_argument("--out", type=Path, default=DOCS / "serving.json")
    arguments = parser.parse_args()
    stored = {
        "environment": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("onnxruntime", "fastapi", "uvicorn", "pillow")},
            "logical processors": os.cpu_count(),
            "threads of one call": arguments.threads,
            "load of the last minute before": round(os.getloadavg()[0], 1),
        }
    }
    with tempfile.TemporaryDirectory() as folder:
        generator, stylizer = exported(Path(folder))
        asked = questions(generator, stylizer)
        stored["processor seconds of a call"] = seconds_of_calls(generator, arguments.threads)
        with serving(generator, stylizer, arguments.threads) as (port, process):
            stored["peak_mib"] = {"started": peak(process)}
            stored["hostile"] = refused(port)
            stored["peak_mib"]["hostile pictures"] = peak(process)
            stored["loads"] = {}
            for load in LOADS:
                print(load, flush=True)
                stored["loads"][load] = [
                    loaded(port, asked[load], clients, arguments.seconds if clients == 64 else few)
                    for few in [arguments.few_seconds]
                    for clients in CLIENTS
                ]
                stored["peak_mib"][load] = peak(process)
            stored["images of one call"] = round(batch_mean(port), 2)
        stored["exit_status"] = process.returncode
    stored["environment"]["load of the last minute after"] = round(os.getloadavg()[0], 1)
    write_text(arguments.out, json.dumps(stored, indent=1) + "\n")
    for page, language in (("serving.md", 0), ("serving.zh-CN.md", 1)):
        for marker, lines in tables(stored, language).items():
            fill(DOCS / page, marker, "\n".join(lines))
    print("\n".join(tables(stored, 0)["table"]))


if __name__ == "__main__":
    main()
