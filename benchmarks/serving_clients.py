"""Clients of `serving.py`: what they ask and expect, and pictures that have to be refused."""

import contextlib
import http.client
import io
import json
import threading
import time
import zipfile
import zlib

import numpy as np
from PIL import Image

COUNT = 8  # images of one request of the second kind: 64 clients want twice the places
SIDE = 128  # of the photographs
QUESTIONS = 256  # different ones
LATENT_DIM, CLASSES = 100, 10
LOADS = ("generate, 1 image", f"generate, {COUNT} images", f"stylize, {SIDE} pixels")


def class_vectors(n):
    """Return all classes in turn as vectors, (n, K)."""
    return np.eye(CLASSES, dtype="float32")[np.arange(n) % CLASSES]


def questions(generator, stylizer):
    """Return {load: [(method, path, body, expected pictures)]}, drawn without the server."""
    import onnxruntime  # of the extra `serve`; the hostile pictures need none

    draw, paint = (
        onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        for path in (generator, stylizer)
    )
    found = {load: [] for load in LOADS}
    for seed in range(QUESTIONS):
        latents = np.random.default_rng(seed).normal(size=(COUNT, LATENT_DIM)).astype("float32")
        (images,) = draw.run(["images"], {"latents": latents, "labels": class_vectors(COUNT)})
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
