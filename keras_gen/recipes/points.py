"""Toy worlds: GANs that learn points of the plane, where collapse can be seen and counted."""

from dataclasses import dataclass
from typing import ClassVar

from keras_gen.recipes.gan import GANRecipe
from keras_gen.recipes.recipe import option

SHOWN = 512  # points of each kind in a picture


@dataclass(frozen=True, kw_only=True)
class RingRecipe(GANRecipe):
    """Toy world: 8 Gaussians on a ring, where modes can be counted and D's surface be seen.

        keras-gen train ring
        keras-gen train ring --penalty r1 --run-dir runs/cured

    The pictures of a run show real points in grey, generated ones in orange, and D's logits from
    red (generated) to blue (real); with packing, those of a place beside each mode, averaged.
    `--penalty`, `--d-extras` and `--unrolled-steps` are the cures of collapse.

    Ten seconds on 2 idle CPU cores by the cost of a step, 2.5 ms; not timed as a whole. Modes that
    2,500 points reach, means of ten seeds (docs/results.md has all cures):

        these defaults                         3.5 of 8
        --penalty r1 --penalty-weight 0.1      8.0
        --d-extras packing                     7.4
        --unrolled-steps 5                     0.9
        with G five times as fast as D, --d-learning-rate 2e-4 --g-learning-rate 1e-3
        nothing else                           1.8
        --penalty r1 --penalty-weight 0.1      1.2
        --d-extras packing                     8.0
        --unrolled-steps 5                     8.0
    """

    data: str = option("ring", "ring or grid", choices=("ring", "grid"))
    image_size: int = option(1, "1, since a point is an image of one pixel", least=1, most=1)
    channels: int = option(2, "2, the coordinates of a point", least=2, most=2)
    steps: int = option(3000, "training steps, one generator update each", least=1)
    batch_size: int = option(256, "points per batch", least=1)
    latent_dim: int = option(32, "length of the noise vector", least=1, most=16384)
    dropout: float = option(
        0.0, "share of the discriminator's features dropped in training", below_one=True
    )
    update: str = option(
        "alternating",
        "the discriminator moves first, or both networks move from the same point",
        choices=("alternating", "simultaneous"),
    )
    unrolled_rate: float = option(0.01, "length of an unrolled step")
    d_learning_rate: float = option(1e-3, "learning rate of the discriminator")
    g_learning_rate: float = option(2e-4, "learning rate of the generator")
    ema_decay: float = option(
        0.0,
        "decay of the generator's moving average; 0 draws with the generator itself, which shows "
        "how it jumps from mode to mode",
        below_one=True,
    )

    # The plain game, since it is the one that collapses.
    suitable_penalties: ClassVar[dict[str | None, tuple]] = {
        "wasserstein_gp": ("wgan_gp", 0.1, 1),
        "relativistic": ("r1_r2", 0.1, 1),
        None: ("none", 0.0, 1),
    }
    layout: ClassVar[dict[str, int]] = {"columns": 1}
    pixel_scale: ClassVar[str] = "points"
    can_sample: ClassVar[bool] = False
    instead: ClassVar[str] = (
        "draws points; they are in {run}/samples.png, and keras-gen evaluate {run} counts the modes"
    )
    next_command: ClassVar[str] = "evaluate {run}"

    def networks(self):
        """Return `keras_gen.networks.point_gan`."""
        from keras_gen.networks import point_gan

        return point_gan

    def artefacts(self, model):
        """Return nothing: points are no images."""
        return {}

    def points(self, model, n, seed):
        """Return n generated points, (n, 1, 1, 2) float32."""
        import numpy as np

        from keras_gen.models.sampling import draw_noise

        return np.asarray(model.ema_generator(draw_noise(n, self.latent_dim, seed)))

    def samples(self, model):
        """Return a picture (1, H, W, 3) in [0, 1] of points and of D's surface."""
        from keras_gen import data
        from keras_gen.pictures.points import beside, lattice, point_picture

        mixture = data.MIXTURES[self.data]
        places = [lattice()]
        if "packing" in self.d_extras:  # D judges pairs: each place beside each mode
            places = [beside(places[0], centre) for centre in mixture.centres]
        logits = sum(model.discriminator(each) for each in places) / len(places)
        drawn = self.points(model, SHOWN, self.seed)
        return point_picture(mixture.draw(SHOWN, seed=1), drawn, logits)[None]


@dataclass(frozen=True, kw_only=True)
class GridRecipe(RingRecipe):
    """Toy world: 25 Gaussians on a grid, more modes than `ring` has.

        keras-gen train grid

    Ten seconds on 2 idle CPU cores by the cost of a step; not timed as a whole. With these steps
    2,500 points reach 22, 20 and 22 modes (seeds 0 to 2, docs/modes_grid.jsonl), and all 25 with
    --penalty r1 --penalty-weight 0.1 or with packing; only 5 to 13 % of them are of high quality by
    then, so more steps are worth while.
    """

    data: str = option("grid", "ring or grid", choices=("ring", "grid"))
