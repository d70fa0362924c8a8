"""Networks that `keras-gen export RUN --format onnx` has written, run by onnxruntime."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
from batching import Arrays
from fastapi import HTTPException

from keras_gen.provenance import Origin

DRAWS, PAINTS = "images", "stylised"  # outputs of a generator or decoder, of a stylizer


class Network:
    """One exported network, and what travels with it.

    Args:
        path: file that `keras-gen export` has written, with pixels as bytes, its default.
        output: `DRAWS` or `PAINTS`.
        threads: of one call.

    Attributes:
        about: names and texts of what clients are told of it.
        latent_dim: numbers of one latent vector; None for a stylizer.
        classes: names of the classes that can be asked for; empty where there are none.

    Raises:
        ValueError: no such file, or one that is no such network.
    """

    def __init__(self, path: str | Path, output: str, threads: int):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Inputs have many sizes. With an arena, memory of the largest one would be kept for good.
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
        options.log_severity_level = 3
        if not Path(path).is_file():
            raise ValueError(f"{path}: expected a file of keras-gen export, found none")
        try:
            self._session = onnxruntime.InferenceSession(
                path, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's own types, one for each kind of damage
            reason = "expected an ONNX file, found another or a damaged one"
            raise ValueError(f"{path}: {reason}") from error
        known = self._session.get_modelmeta().custom_metadata_map
        if known.get("pixels") != "uint8" or "run_id" not in known:
            reason = "expected one of keras-gen export with pixels as bytes, found another"
            raise ValueError(f"{path}: {reason}")
        found = self._session.get_outputs()[0].name
        if found != output:
            raise ValueError(f"{path}: expected a network with the output {output}, found {found}")
        self.output = output
        shapes = {each.name: each.shape for each in self._session.get_inputs()}
        self.latent_dim = shapes["latents"][1] if "latents" in shapes else None
        count = shapes["labels"][1] if "labels" in shapes else 0
        names = json.loads(known["data"])["classes"] or [str(number) for number in range(count)]
        if count > len(names):
            reason = f"expected a network that takes classes, found one of {count} conditions"
            raise ValueError(f"{path}: {reason}")
        self.classes = names[:count]
        self.about = {key: known[key] for key in ("artefact", "recipe", "run_id", "label_duty")}
        self.about["classes"] = self.classes

    def __call__(self, arrays: Arrays) -> np.ndarray:
        """Return uint8 pictures (B, H, W, C)."""
        (pictures,) = self._session.run([self.output], arrays)
        return pictures

    def origin(self, seed: int) -> Origin:
        """Return what labels say of its pictures."""
        painted = self.output == PAINTS
        recipe, run_id = self.about["recipe"], self.about["run_id"]
        return Origin(model=recipe, run_id=run_id, seed=seed, composite=painted)

    def class_numbers(self, words: list[str], count: int) -> np.ndarray | None:
        """Return the classes of some images, (count,): those that words name, or all, in turn.

        Args:
            words: names or numbers of classes; upper and lower case are the same.
            count: of the images.

        Returns:
            Integers; None for a network without classes.

        Raises:
            HTTPException: 422, a word that names no class.
        """
        known = {str(number): number for number in range(len(self.classes))}
        known |= {name.casefold(): number for number, name in enumerate(self.classes)}
        for word in words:
            if word.casefold() not in known:
                expected = f"one of {', '.join(self.classes)}" if known else "none"
                raise HTTPException(422, f"label: expected {expected}, found {word[:40]!r}")
        numbers = [known[word.casefold()] for word in words] or range(len(self.classes))
        return np.resize(numbers, count) if known else None

    def inputs(self, count: int, seed: int, classes: np.ndarray | None) -> Arrays:
        """Return the noise of some images, and their classes as vectors.

        The first images of a seed are the same whatever the count is.

        Args:
            count: B, at least 1.
            seed: of the noise.
            classes: numbers (B,), or None.
        """
        latents = np.random.default_rng(seed).normal(size=(count, self.latent_dim))
        arrays = {"latents": latents.astype("float32")}  # (B, L)
        if classes is not None:
            arrays["labels"] = np.eye(len(self.classes), dtype="float32")[classes]  # (B, K)
        return arrays

    def same_in_batches(self, most: int) -> bool:
        """Tell whether images come out bit for bit the same, alone and in batches of many sizes.

        Matrix products may add in another order in another batch; this processor decides.
        """
        arrays = self.inputs(most, 0, self.class_numbers([], most))
        alone = [self({name: a[i : i + 1] for name, a in arrays.items()}) for i in range(most)]
        sizes = sorted({*range(2, min(10, most)), most // 2, most - 1, most} - {0, 1})
        return all(
            np.array_equal(
                self({name: a[-size:] for name, a in arrays.items()}),
                np.concatenate(alone[-size:]),
            )
            for size in sizes
        )
