"""Grids and animations."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from keras_gen.pictures.grids import animation, gif, grid
from keras_gen.pictures.saving import save_picture


def test_grid_lays_images_out_row_by_row():
    """Five 4x6 images, gap 2: 3 columns make 2 rows, 4*2+2 by 6*3+2*2; place 6 stays white."""
    images = np.stack([np.full((4, 6, 1), k / 255.0, "float32") for k in range(5)])
    picture = np.asarray(grid(images))
    assert picture.shape == (10, 22)
    assert picture[0, 0] == 0 and picture[0, 8] == 1 and picture[6, 0] == 3 and picture[6, 8] == 4
    assert (picture[:, 6:8] == 255).all() and (picture[6:, 16:] == 255).all()


def test_grid_keeps_colour_and_zooms_without_smoothing():
    images = np.zeros((2, 2, 2, 3), "float32")
    images[1, ..., 0] = 1.0
    picture = np.asarray(grid(images, columns=2, gap=0, zoom=3))
    assert picture.shape == (6, 12, 3)
    assert (picture[:, :6] == 0).all() and (picture[:, 6:] == [255, 0, 0]).all()


def save_animation(path, frame_paths, **options):
    first, others = animation(path, frame_paths, **options)
    save_picture(path, first, **others)


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_animation_holds_every_frame_and_dwells_on_the_last(tmp_path, suffix):
    paths = []
    for k in range(4):
        paths.append(tmp_path / f"{k}.png")
        save_picture(paths[-1], grid(np.full((1, 16, 16, 1), k / 4.0, "float32")))
    save_animation(tmp_path / f"a.{suffix}", paths, seconds=2.0)
    with Image.open(tmp_path / f"a.{suffix}") as film:
        assert film.n_frames == 4
        durations = []
        for k in range(4):
            film.seek(k)
            film.load()
            durations.append(film.info["duration"])
    assert durations == [500, 500, 500, 2500]


def test_an_animation_has_60_frames_at_most_and_leaves_out_what_it_cannot_read(tmp_path, caplog):
    paths = [tmp_path / f"{k:03d}.png" for k in range(130)]
    for k, path in enumerate(paths):
        save_picture(path, Image.new("L", (4, 4), k))
    save_animation(tmp_path / "all.gif", paths)
    paths[0].write_bytes(b"")
    save_animation(tmp_path / "some.gif", paths)
    for name, count in (("all.gif", 60), ("some.gif", 59)):
        with Image.open(tmp_path / name) as film:
            assert film.n_frames == count
    assert "000.png is left out of the animation" in caplog.text
    with pytest.raises(ValueError, match="expected pictures for an animation, found none to read"):
        save_animation(tmp_path / "none.gif", paths[:1])


def test_a_gif_holds_its_frames_without_a_file():
    """Three greys for 0.3 seconds: 100 ms each, and two seconds more for the last one."""
    greys = [0, 128, 255]
    frames = [grid(np.full((1, 8, 8, 1), grey / 255.0, "float32")) for grey in greys]
    content = gif(frames, seconds=0.3, width=20)
    shown, look = content._repr_mimebundle_()
    assert base64.b64decode(shown["image/gif"]) == content and look["image/gif"] == {"width": 20}
    assert repr(content) == f"<GIF of {len(content):,} bytes>"  # a notebook prints it as well
    with Image.open(io.BytesIO(content)) as film:
        assert film.format == "GIF" and film.n_frames == 3 and film.info["loop"] == 0
        for k, (grey, duration) in enumerate(zip(greys, (100, 100, 2100), strict=True)):
            film.seek(k)
            assert film.convert("L").getpixel((4, 4)) == grey
            assert film.info["duration"] == duration
