"""Style transfer end to end, on small pictures and the first blocks of a random network."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gen.models import StyleTransfer
from keras_gen.models.style import transfer as style
from keras_gen.models.style.presets import StylePreset
from keras_gen.models.style.stopping import Plateau
from keras_gen.networks import vgg19

RNG = np.random.default_rng(0)
HEIGHT, WIDTH = 32, 40


def blobs(height, width, rng=RNG):
    """Draw a picture of soft forms, float32 in [0, 1]."""
    coarse = rng.uniform(size=(1, 4, 4, 3))
    return tf.clip_by_value(tf.image.resize(coarse, (height, width), "bicubic")[0], 0, 1).numpy()


CONTENT, OTHER = blobs(HEIGHT, WIDTH), blobs(HEIGHT, WIDTH)
STRIPES = np.tile(np.arange(50) % 6 < 3, (24, 1)).astype("float32")[..., None] * [0.9, 0.5, 0.1]
STRIPES = STRIPES.astype("float32")  # (24, 50, 3)
QUICK = {"schedule": "classic", "steps": 4}


def preset(height, width, content=0.1):
    return StylePreset(
        style={"block1_conv1": 1.0, "block2_conv1": 1.0},
        content={"block2_conv1": content},
        total_variation=0.02,
        pooling="max",
        relative=True,
    )


@pytest.fixture(scope="module")
def model():
    return StyleTransfer(preset, "random")


@pytest.fixture(scope="module")
def faithful():
    return StyleTransfer(lambda *size: preset(*size, content=10.0), "random")


def stylize(model, styles=(STRIPES,), content=CONTENT, **options):
    return model.stylize(content, list(styles), **{**QUICK, **options})


# --- the picture ----------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_the_loss_falls_and_the_picture_is_in_range(model, optimizer):
    totals = []
    callback = lambda step: totals.append(sum(step.losses.values()))  # None: carry on
    made = stylize(model, [OTHER], steps=20, optimizer=optimizer, callback=callback)
    assert made.image.shape == (HEIGHT, WIDTH, 3) and made.image.dtype == np.float32
    assert made.image.min() >= 0 and made.image.max() <= 1
    assert made.finished and made.scales == [((HEIGHT, WIDTH), 20)]
    assert len(totals) == 20 and 0 < min(totals) < 0.4 * totals[0]
    assert abs(made.image - CONTENT).max() > 0.1


def test_the_losses_are_those_of_the_picture(model, monkeypatch):
    """The last of five evaluations is made a bad one: the picture is that of the one before."""
    heard, make = [], style._objective

    def objective(*arguments):
        made = make(*arguments)
        exact = made.value_and_gradient

        def worse_at_last(image):
            value, parts, gradient = exact(image)
            factor = 10.0 if len(heard) == 4 else 1.0
            return factor * value, {key: factor * part for key, part in parts.items()}, gradient

        made.value_and_gradient = worse_at_last
        return made

    monkeypatch.setattr(style, "_objective", objective)
    made = stylize(model, [OTHER], steps=5, callback=heard.append)
    totals = [sum(step.losses.values()) for step in heard]
    assert made.last is heard[4] and totals[3] == min(totals) < totals[4]
    assert made.losses == heard[3].losses and made.parts == heard[3].parts
    np.testing.assert_array_equal(made.image, heard[3].image)


def test_adams_losses_are_those_of_its_last_step(model):
    made = stylize(model, [OTHER], steps=5, optimizer="adam")
    assert made.losses is made.last.losses and made.parts is made.last.parts


@pytest.mark.parametrize("start", ["content", "noise"])
def test_a_seed_names_the_picture(model, start):
    again = StyleTransfer(preset, "random", seed=0)
    other = StyleTransfer(preset, "random", seed=1)
    first, second, third = (stylize(each, start=start).image for each in (model, again, other))
    np.testing.assert_array_equal(first, second)
    assert abs(first - third).max() > 0.01


def test_noise_comes_to_the_content_that_is_asked_for(faithful):
    """Weights of 0 and of 10 on the content: from the same noise only one comes to it."""
    free = StyleTransfer(lambda *size: preset(*size, content=0.0), "random")
    near, far = (
        np.mean((stylize(each, start="noise", steps=20).image - CONTENT) ** 2)
        for each in (faithful, free)
    )
    assert near < 0.1 * far


def test_a_picture_in_its_own_style_stays(model, faithful):
    """Its loss is its total variation alone, 0.02 times some 0.05, against 10 on the content."""
    made = stylize(faithful, [CONTENT], steps=20).image
    assert np.mean(abs(made - CONTENT)) < 0.01
    assert np.mean(abs(stylize(model, steps=20).image - CONTENT)) > 0.05  # another style does not


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_coarse_to_fine_ends_at_full_size(model, optimizer):
    # 182 / 128 is just above the square root of 2: two scales, of 33 x 129 and 46 x 182
    content, keep = blobs(46, 182), np.zeros((46, 182))
    keep[4:19, 50:120] = 1
    options = {"schedule": "quality", "optimizer": optimizer, "keep": keep}
    made = stylize(model, content=content, **options)
    assert made.scales == [((33, 129), 4), ((46, 182), 2)]
    assert made.image.shape == (46, 182, 3) and made.image.dtype == np.float32
    assert made.image.min() >= 0 and made.image.max() <= 1
    np.testing.assert_array_equal(made.image[keep == 1], content[keep == 1])
    assert np.all(np.mean(abs(made.image - content)[keep == 0], axis=0) > 0.005)


def test_elongated_pictures_are_stylised():
    """At 128 pixels of length this one would be 4 high, which is 1 in block 3."""
    deeper = StylePreset({"block3_conv1": 1.0}, {"block1_conv1": 0.1}, 0.0, "max", relative=True)
    made = stylize(StyleTransfer(lambda *size: deeper, "random"), content=blobs(12, 400), steps=2)
    assert made.image.shape == (12, 400, 3) and np.isfinite(made.image).all()


def test_the_border_is_mirrored_outwards_meanwhile(model, monkeypatch):
    """By 8 pixels, for the content, the regions and what is kept; the callback sees none of it."""
    given, original = [], style.StyleObjective

    def spy(*arguments):
        given.extend(arguments[2:6])  # content, Gram matrices, masks, keep
        return original(*arguments)

    monkeypatch.setattr(style, "StyleObjective", spy)
    mask, keep = RNG.uniform(size=(2, HEIGHT, WIDTH))
    made = stylize(model, masks=[mask], keep=keep, steps=1)
    content, _, (framed_mask,), framed_keep = given
    for found, picture in ((content, CONTENT), (framed_mask, mask), (framed_keep, keep)):
        widths = [(8, 8), (8, 8), (0, 0)][: picture.ndim]
        np.testing.assert_array_equal(found, np.pad(picture, widths, mode="reflect"))
    np.testing.assert_allclose(made.last.image, CONTENT, atol=1e-6)  # after one evaluation


def test_masks_give_each_style_its_region(model):
    """Red forms to the left, blue ones to the right; a style knows its mean colour."""
    red, blue = STRIPES * [1, 0.1, 0.1], STRIPES * [0.1, 0.1, 1] * [1, 1, 9]
    left = np.tile(np.arange(WIDTH) < 20, (HEIGHT, 1)).astype("float32")
    made = stylize(model, [red, blue], masks=[left, 1 - left], steps=20)
    redness = made.image[..., 0] - made.image[..., 2]
    assert np.mean(redness[:, :20]) > np.mean(redness[:, 20:]) + 0.2
    names = {f"style {number} {layer}" for number in (0, 1) for layer in preset(1, 1).style}
    assert set(made.last.parts) == {*names, "content 0 block2_conv1", "total_variation 0"}


def test_only_the_ratios_of_style_weights_matter(model):
    pair = [STRIPES, OTHER]
    alone = stylize(model).image
    first, equal, twice, uneven = (
        stylize(model, pair, style_weights=weights).image
        for weights in ([3, 0], None, [2.0, 2.0], [1, 3])
    )
    np.testing.assert_allclose(first, alone, atol=1e-6)
    np.testing.assert_array_equal(equal, twice)
    assert min(abs(equal - other).max() for other in (alone, uneven)) > 0.01


def test_a_style_is_seen_at_the_contents_size_times_the_style_scale(model):
    """Longer sides: 40 * 0.5 = 20 pixels, what a style of 12 x 20 has that was shrunk before."""
    large = blobs(48, 80)
    small = tf.clip_by_value(tf.image.resize(large, (12, 20), "lanczos3", antialias=True), 0, 1)
    shrunk, given = (stylize(model, [s], style_scale=0.5).image for s in (large, small.numpy()))
    np.testing.assert_array_equal(shrunk, given)
    assert abs(stylize(model, [large]).image - shrunk).max() > 0.01


# --- what a callback gets ------------------------------------------------------------------------


def test_a_callback_gets_every_step(model):
    heard = []
    # 3 steps of 33 * 129 and 2 of 46 * 182 pixels
    work = np.cumsum([33 * 129] * 3 + [46 * 182] * 2)
    options = {"schedule": "quality", "steps": 3, "callback": heard.append}
    made = stylize(model, content=blobs(46, 182), **options)
    assert [step.number for step in heard] == [1, 2, 3, 4, 5]
    assert [step.done for step in heard] == pytest.approx(list(work / work[-1]), rel=1e-12)
    assert heard[-1].done == 1.0 and made.last is heard[-1]
    assert [tuple(step.image.shape) for step in heard] == [(33, 129, 3)] * 3 + [(46, 182, 3)] * 2
    for step in heard:
        assert list(step.losses) == ["style", "content", "total_variation"]
        for term, total in step.losses.items():
            parts = [value for name, value in step.parts.items() if name.startswith(term)]
            assert len(parts) == (2 if term == "style" else 1)
            assert total == pytest.approx(sum(parts), rel=1e-12)
    np.testing.assert_array_equal(made.image, heard[-1].image)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
@pytest.mark.parametrize("ends", [2, 4])
def test_a_callback_stops_the_work_at_full_size(model, optimizer, ends):
    """At the first scale and at the second one, of 3 and 2 steps; kept pixels stay exact."""
    content, keep = blobs(46, 182), np.zeros((46, 182))
    keep[4:19, 50:120] = 1
    options = {"schedule": "quality", "steps": 3, "optimizer": optimizer, "keep": keep}
    made = stylize(model, content=content, callback=lambda step: step.number == ends, **options)
    assert not made.finished and made.last.number == ends and made.last.done < 1
    assert made.image.shape == (46, 182, 3) and np.isfinite(made.image).all()
    assert made.image.min() >= 0 and made.image.max() <= 1
    np.testing.assert_array_equal(made.image[keep == 1], content[keep == 1])


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_a_scale_that_gains_nothing_makes_way_for_the_next(model, optimizer, monkeypatch):
    """No step gains twice the loss, so that each scale ends once its window of 3 is full."""
    monkeypatch.setattr(style, "Plateau", lambda tolerance: Plateau(tolerance, window=3))
    heard = []
    options = {"schedule": "quality", "steps": 30, "optimizer": optimizer}
    made = stylize(model, content=blobs(46, 182), tolerance=1e9, callback=heard.append, **options)
    assert made.finished and made.scales == [((33, 129), 4), ((46, 182), 4)]
    assert made.image.shape == (46, 182, 3) and made.last is heard[-1]
    # planned are 30 steps of 33 * 129 and 15 of 46 * 182 pixels: the first scale leaps to its end
    first, second = 30 * 33 * 129, 46 * 182
    done = [4257, 8514, 12771, first, first + second, first + 2 * second, first + 3 * second]
    total = first + 15 * second
    assert [step.done for step in heard] == pytest.approx([*(d / total for d in done), 1.0])


# --- networks, tiles, precision -------------------------------------------------------------------


def test_a_preset_by_name_needs_neither_files_nor_packages_with_random_weights(monkeypatch):
    def refuse(weights):
        raise AssertionError("looked for a file")

    monkeypatch.setattr(vgg19.network, "load_kernels", refuse)
    model = StyleTransfer("relative", "random")
    assert model.network.source.name == "random" and model.network.smallest == 16
    heard = []
    made = stylize(model, content=CONTENT, steps=3, callback=heard.append)
    assert sum(heard[-1].losses.values()) < sum(heard[0].losses.values())
    assert np.isfinite(made.image).all() and len(heard[0].parts) == 5 + 1 + 1


def test_large_pictures_are_cut_into_tiles_by_themselves(model, monkeypatch):
    """Above UNTILED_MAX_PIXELS; in tiles a picture is the picture whole, up to float32.

    The picture has a seed of its own: L-BFGS can enlarge a difference in the last bit, as it does
    on some others.
    """
    assert style.TILE_SIDE % 16 == 0 and style.TILE_SIDE**2 < style.UNTILED_MAX_PIXELS
    used = []

    def spy(name, original):
        def make(*arguments, **tile):
            used.append(tile.get("tile"))
            return original(*arguments, **tile)

        monkeypatch.setattr(style, name, make)

    spy("StyleObjective", style.StyleObjective)
    spy("TiledStyleObjective", style.TiledStyleObjective)
    monkeypatch.setattr(style, "TILE_SIDE", 64)
    content = blobs(16, 200, np.random.default_rng(1))
    options = {"content": content, "steps": 3}
    whole = stylize(model, **options).image
    # With its frame the picture has more pixels than this.
    monkeypatch.setattr(style, "UNTILED_MAX_PIXELS", 32 * 200)
    tiled, asked = stylize(model, **options).image, stylize(model, **options, tile=None).image
    assert used == [None, 64, None]
    np.testing.assert_array_equal(asked, whole)
    np.testing.assert_allclose(tiled, whole, atol=1e-3)


def test_mixed_precision_gives_a_float32_picture(model):
    half = StyleTransfer(preset, "random", dtype="mixed_bfloat16")
    assert half.network(CONTENT[None])["block2_conv1"].dtype == "bfloat16"
    made = stylize(half, steps=10)
    assert made.image.dtype == np.float32 and np.isfinite(made.image).all()
    exact = stylize(model, steps=10)
    found, expected = (sum(each.last.losses.values()) for each in (made, exact))
    assert found == pytest.approx(expected, rel=0.3)


# --- mistakes -------------------------------------------------------------------------------------

GREY, ONES = CONTENT[..., 0], np.ones((HEIGHT, WIDTH), "float32")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"content": GREY}, "content: expected (H, W, 3), found (32, 40)"),
        ({"content": CONTENT[..., :1]}, "content: expected (H, W, 3), found (32, 40, 1)"),
        ({"styles": [STRIPES, GREY]}, "style 1: expected (H, W, 3), found (32, 40)"),
        ({"styles": []}, "styles: expected at least one, found none"),
        (
            {"style_weights": [1.0], "masks": [ONES]},
            "style weights: expected none beside masks, which share the picture",
        ),
        ({"style_weights": [1, 2]}, "style weights: expected 1, one for each style, found 2"),
        ({"style_weights": [-1.0]}, "style weights: expected some above 0, found [-1.0]"),
        ({"style_weights": [0.0]}, "style weights: expected some above 0, found [0.0]"),
        ({"masks": [ONES, ONES]}, "masks: expected 1, one for each style, found 2"),
        ({"masks": []}, "masks: expected 1, one for each style, found 0"),
        ({"masks": [ONES[:, :5]]}, "mask 0: expected (32, 40), found (32, 5)"),
        ({"keep": ONES[..., None]}, "keep: expected (32, 40), found (32, 40, 1)"),
        ({"keep": ONES}, "masks: expected pixels in every region, found a region without any"),
        ({"optimizer": "sgd"}, "unknown optimizer 'sgd': expected lbfgs or adam"),
        ({"start": "style"}, "unknown start 'style': expected content or noise"),
        ({"style_scale": 0}, "style scale: expected above 0, found 0"),
        ({"schedule": "fast"}, "unknown schedule 'fast': expected quality or classic"),
        ({"steps": 0}, "steps: expected at least 1, found 0"),
        ({"tolerance": -0.1}, "tolerance: expected at least 0, found -0.1"),
        ({"tile": 24}, "tile: expected a multiple of 16, found 24"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(model, changed, message):
    with pytest.raises(ValueError) as caught:
        stylize(model, **changed)
    assert str(caught.value) == message


def test_a_picture_smaller_than_its_frame_is_refused_in_one_line(model):
    """Mirroring 8 pixels of a border takes 9."""
    with pytest.raises(ValueError, match="content: expected more than 8 pixels") as caught:
        stylize(model, content=CONTENT[:8])
    assert "\n" not in str(caught.value)
    assert stylize(model, content=CONTENT[:9], steps=1).image.shape == (9, WIDTH, 3)


def test_integer_pixels_are_refused(model):
    with pytest.raises(ValueError, match=r"content: expected floats in \[0, 1\], found uint8"):
        stylize(model, content=np.zeros((32, 32, 3), np.uint8))


def test_an_unknown_preset_is_refused():
    message = "^unknown preset 'mine': expected paper, gatys_code, tf_tutorial, keras_io, relative$"
    with pytest.raises(ValueError, match=message):
        StyleTransfer("mine", "random")


def test_the_largest_scales_are_left_to_adam(model, monkeypatch):
    """24 x 24 pixels and their frames have 1,600; 34 x 34 have 2,500."""
    sides = {name: [] for name in style.OPTIMIZERS}

    def optimizer(name):
        def stay(objective, image, steps, on_step):
            sides[name].append(image.shape[1])
            return image

        return stay

    monkeypatch.setattr(style, "OPTIMIZERS", {name: optimizer(name) for name in sides})
    monkeypatch.setattr(style, "LBFGS_MAX_PIXELS", 2000)
    monkeypatch.setattr(style, "pyramid", lambda *a: [((24, 24), 1), ((34, 34), 1)])
    stylize(model, content=blobs(34, 34))
    assert sides == {"lbfgs": [40], "adam": [50]}
