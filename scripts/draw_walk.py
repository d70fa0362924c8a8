"""Draw the moving picture of the front page, docs/images/walk.webp: noise on a closed way.

    python scripts/draw_walk.py

Every tile shows one class of the conditional GAN that comes with the package, all of them from the
same noise. It goes around the circle cos(t) a + sin(t) b through two draws a and b, on which each
point is as normal a draw as they are.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from keras_gen.models.sampling import draw_noise
from keras_gen.pictures import grid
from keras_gen.provenance import save_generated
from keras_gen.runs import Run

PATH = Path(__file__).parent.parent / "docs" / "images" / "walk.webp"
RUN, SEED = "conditional_gan", 5
FRAMES, MILLISECONDS = 40, 140  # of the whole way, of one frame
COLUMNS, ZOOM = 5, 4
QUALITY = 75


def main():
    """Draw the frames and save them as one film."""
    run = Run.open(RUN)
    model = run.load_model()
    a, b = np.asarray(draw_noise(2, model.latent_dim, SEED))
    classes = np.arange(model.classes)
    frames = []
    for t in np.linspace(0, 2 * np.pi, FRAMES, endpoint=False):
        latents = np.tile(np.cos(t) * a + np.sin(t) * b, (len(classes), 1)).astype("float32")
        tiles = grid(model.draw(latents, classes), COLUMNS)
        size = (tiles.width * ZOOM, tiles.height * ZOOM)
        frames.append(tiles.resize(size, Image.Resampling.BICUBIC).convert("RGB"))
    film = {"save_all": True, "append_images": frames[1:], "duration": MILLISECONDS, "loop": 0}
    save_generated(PATH, frames[0], run.origin, quality=QUALITY, method=6, **film)
    print(f"{PATH}: {frames[0].width}x{frames[0].height}, {PATH.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
