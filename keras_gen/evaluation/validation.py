"""A distance to held-out images after every epoch, for other callbacks to monitor."""

from typing import Any

import keras
import numpy as np

from keras_gen import data, measures


class ValidationDistance(keras.callbacks.Callback):
    """Measures samples against held-out images at the end of each epoch of `fit`.

    The losses of a GAN do not tell whether its images become better. This callback adds
    `val_frechet_distance` to the logs, and with a second judge for the images
    `val_second_frechet_distance`. Put it before the callbacks that read them:

        gan.fit(batches, steps_per_epoch=500, epochs=20, callbacks=[
            ValidationDistance(data.load("fashion_mnist_10k", split="test").images),
            keras.callbacks.ModelCheckpoint("best.keras", monitor="val_frechet_distance",
                                            save_best_only=True),
        ])

    Args:
        images: (N, H, W, C) uint8, images that the model is not trained on.
        n: number of samples; by default N. Distances of other numbers cannot be compared.
        features: name in `measures.FEATURES`.
        seed: integer, of the samples: the same noise each time.

    Raises:
        ValueError, FileNotFoundError: as for `measures.load_judges`.

    Reference: Heusel et al. 2017, arXiv:1706.08500, for the distance.
    """

    def __init__(
        self,
        images: np.ndarray,
        n: int | None = None,
        features: str = "fashion_net",
        seed: int = 0,
    ):
        super().__init__()
        judges = measures.load_judges(features, images.shape[1:])
        self.judges = [(judge, judge(images)[0]) for judge in judges]  # features (N, D)
        self.n, self.seed = n or len(images), seed

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Draw, measure, and add the distances to the logs."""
        samples = np.asarray(data.unit_to_uint8(self.model.sample(self.n, self.seed)))
        prefixes = ("val_", "val_second_")
        for prefix, (judge, real) in zip(prefixes, self.judges, strict=False):
            distance = measures.frechet_distance(real, judge(samples)[0])
            if logs is not None:
                logs[f"{prefix}frechet_distance"] = distance
