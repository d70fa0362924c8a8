"""The curves of a run's metrics."""

import io

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from keras_gen.pictures.curves import save_curves

PANELS = [("loss", {"d_loss": "D"}), ("score", {"real_score": "D(x)"})]


def rows(slope, n=5):
    return [{"step": k, "d_loss": slope * k, "real_score": 0.5} for k in range(n)]


def test_curves_are_drawn_and_differ_with_the_numbers(tmp_path):
    for name, slope in (("up", 1.0), ("down", -1.0)):
        save_curves(tmp_path / f"{name}.png", rows(slope), PANELS)
    up, down = (np.asarray(Image.open(tmp_path / f"{name}.png")) for name in ("up", "down"))
    assert up.shape == down.shape and up.shape[1] > 2 * up.shape[0]
    assert (up != down).any()


class ByFile(FigureCanvasAgg):
    """Draws by way of the file that `savefig` writes."""

    def draw(self):
        FigureCanvasAgg(self.figure)

    def buffer_rgba(self):
        buffer = io.BytesIO()
        self.figure.savefig(buffer, dpi=110)
        with Image.open(buffer) as image:
            assert image.info["dpi"] == pytest.approx((110, 110), abs=0.01)
            return np.asarray(image)


@pytest.mark.parametrize("n", [1, 40])  # one row is drawn as a point
def test_the_picture_is_the_one_that_matplotlib_would_write(tmp_path, monkeypatch, n):
    """Drawn in memory and written by `save_picture`, with the pixels of savefig."""
    save_curves(tmp_path / "memory.png", rows(0.5, n), PANELS)
    monkeypatch.setattr("keras_gen.pictures.curves.FigureCanvasAgg", ByFile)
    save_curves(tmp_path / "file.png", rows(0.5, n), PANELS)
    with Image.open(tmp_path / "memory.png") as ours, Image.open(tmp_path / "file.png") as theirs:
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))
        assert ours.info["dpi"] == pytest.approx((110, 110), abs=0.01)


def test_the_settings_of_the_user_have_no_say(tmp_path, monkeypatch):
    """text.usetex without LaTeX ended a finished training without its model."""
    save_curves(tmp_path / "a.png", rows(1.0), PANELS)
    for name, value in (("text.usetex", True), ("axes.facecolor", "black"), ("font.size", 30)):
        monkeypatch.setitem(matplotlib.rcParams, name, value)
    save_curves(tmp_path / "b.png", rows(1.0), PANELS)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert matplotlib.rcParams["text.usetex"] is True
