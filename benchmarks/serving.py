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
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnxruntime
from results_table import DOCS, fill, markdown
from serving_clients import LATENT_DIM, LOADS, class_vectors, loaded, questions, refused

from keras_gen.export import export_run
from keras_gen.files import write_text
from keras_gen.recipes import RECIPES
from keras_gen.runs import Run

SERVER = Path(__file__).parents[1] / "examples" / "serving" / "server.py"
CLIENTS = (1, 8, 64)
OK = ("200", "429")
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


def exported(folder):
    """Write both networks, and return the paths of their files."""
    (generator,) = export_run("conditional_gan", "onnx", out=folder / "conditional_gan")
    recipe = RECIPES["fast_style"]()
    run = Run(path=folder / "style", name="fast_style", recipe=recipe, provenance={})
    run.create()
    recipe.build_for_inference().save(run.model_path)
    (stylizer,) = export_run(run, "onnx")
    return generator.path, stylizer.path


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
            inputs = {"latents": np.zeros((n, LATENT_DIM), "float32"), "labels": class_vectors(n)}
            start = time.process_time()
            draw.run(["images"], inputs)
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
    parser.add_argument("--few-seconds", type=float, default=10.0, help="of 1 and of 8 clients")
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
