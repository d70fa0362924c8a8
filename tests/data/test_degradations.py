"""Damage on purpose: how much, where, and the same for the same seed."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from keras_gen.data import degradations
from keras_gen.data.degradations import TASKS, damage, stack

RNG = np.random.default_rng(0)
SEED = (3, 4)


def smooth(count=2, side=32, channels=3):
    """Coloured ramps, between 0.2 and 0.8."""
    x, y = np.meshgrid(np.linspace(0.2, 0.8, side), np.linspace(0.2, 0.8, side))
    image = np.stack([x, y, 0.5 * (x + y)], axis=-1)[..., :channels]
    return np.repeat(image[None], count, axis=0).astype("float32")


def test_noise_has_the_deviation_asked_for_image_by_image():
    """80 x 80 x 3 draws estimate a deviation to 1 / sqrt(2 * 19,200) = 0.5 %; bounds of four."""
    images = np.full((3, 80, 80, 3), 0.5, "float32")
    deviations = np.array([0.0, 0.05, 0.1], "float32")
    noise = np.asarray(degradations.add_noise(images, deviations, SEED)) - 128 / 255
    assert np.abs(noise[0]).max() < 1e-6  # 0.5 is rounded to 128 of 255
    assert noise[1:].std(axis=(1, 2, 3)) == pytest.approx([0.05, 0.1], rel=0.02)
    assert abs(noise[1:].mean()) < 0.003


def test_damaged_images_are_eight_bits():
    noisy = degradations.add_noise(smooth(), np.full(2, 0.3, "float32"), SEED)
    levels = 255 * np.asarray(noisy, "float64")
    np.testing.assert_allclose(levels, np.rint(levels), atol=1e-4)
    assert levels.min() == 0 and levels.max() == 255


@pytest.mark.parametrize("channels", [1, 3])
def test_jpeg_is_that_of_pillow(channels):
    """Another encoder of the same standard; both halve the colour. At most a few levels apart."""
    image = smooth(1, channels=channels)
    image += RNG.normal(0, 0.05, image.shape).astype("float32")
    levels = np.rint(255 * np.clip(image[0], 0, 1)).astype("uint8")
    for quality in (10, 50):
        file = io.BytesIO()
        Image.fromarray(levels.squeeze()).save(file, "JPEG", quality=quality)
        with Image.open(file) as decoded:
            expected = np.asarray(decoded, "float32").reshape(image.shape) / 255
        found = np.asarray(degradations.compress(image, [quality]))
        assert np.abs(found - expected).mean() < 0.5 / 255
        assert np.abs(found - image).mean() > 2 / 255  # something was lost


def test_each_image_has_its_own_quality():
    images = np.repeat(RNG.uniform(size=(1, 32, 32, 1)).astype("float32"), 2, axis=0)
    low, high = np.abs(np.asarray(degradations.compress(images, [10, 90])) - images).mean((1, 2, 3))
    assert low > 1.5 * high


def test_holes_are_rectangles_of_the_promised_sides():
    """At most four rectangles of 8 to 24 of 96 pixels: 4 * 24 * 24 = 2,304 pixels, or 25 %."""
    masks = np.asarray(degradations.draw_holes((200, 96, 96), SEED))
    assert masks.shape == (200, 96, 96, 1) and set(np.unique(masks)) == {0.0, 1.0}
    shares = masks.mean(axis=(1, 2, 3))
    assert shares.max() <= 0.25
    # sides of mean 16 give 4 * 256 = 1,024 pixels, 11 %, less overlaps and what is cut off
    assert 0.07 < shares.mean() < 0.11
    assert len({mask.tobytes() for mask in masks}) == 200


def test_a_hole_of_one_pixel_is_the_mean_of_its_block():
    """Half the size is one pixel, the mean of the three that are known: (0.1 + 0.4 + 0.7) / 3."""
    image = np.array([0.1, 0.4, 0.7, 0.9], "float32").reshape(1, 2, 2, 1)
    holes = np.array([0, 0, 0, 1], "float32").reshape(1, 2, 2, 1)
    filled = np.asarray(degradations.fill(image, holes)).ravel()
    np.testing.assert_allclose(filled, [0.1, 0.4, 0.7, 0.4], atol=1e-6)


@pytest.mark.parametrize("size", [(32, 32), (21, 13)])
def test_filled_holes_are_like_what_is_around_and_the_rest_stays(size):
    """A ramp of 0.2 to 0.8 is continued to within 0.06, where a middle grey is off by 0.3."""
    images = smooth()[:, : size[0], : size[1]]
    holes = np.zeros((2, *size, 1), "float32")
    holes[0, :6, :6] = holes[1, 9:15, 4:10] = 1
    filled = np.asarray(degradations.fill(images, holes))
    inside = np.broadcast_to(holes > 0, images.shape)
    np.testing.assert_array_equal(filled[~inside], images[~inside])
    assert 0 < np.abs(filled - images)[inside].max() < 0.12
    assert np.abs(filled - images)[inside].mean() < 0.06
    other = np.where(inside, 1.0, images).astype("float32")
    np.testing.assert_array_equal(degradations.fill(other, holes), filled)


def test_a_constant_image_is_filled_exactly():
    holes = np.asarray(degradations.draw_holes((3, 31, 20), SEED))
    filled = degradations.fill(np.full((3, 31, 20, 3), 0.3, "float32"), holes)
    np.testing.assert_allclose(filled, 0.3, atol=1e-6)


def test_halves_are_means_of_four_and_doubles_are_bicubic():
    image = np.zeros((1, 4, 4, 1), "float32")
    image[0, :2, :2, 0] = [[0.0, 0.4], [0.8, 0.8]]
    half = np.asarray(degradations.halve(image))
    expected = np.rint(255 * 0.5) / 255  # (0 + 0.4 + 0.8 + 0.8) / 4 in 8 bits
    np.testing.assert_allclose(half[0, ..., 0], [[expected, 0], [0, 0]], atol=1e-6)
    ramp = np.broadcast_to(np.linspace(0.1, 0.9, 9, dtype="float32"), (9, 9))[None, ..., None]
    large = np.asarray(degradations.enlarge(ramp))[0, 8, :, 0]
    assert large.shape == (18,)
    # a ramp of 0.1 a pixel goes on as one of 0.05 away from the border, where samples lie at 1/4
    np.testing.assert_allclose(large[4:14], 0.275 + 0.05 * np.arange(10), atol=1e-5)


def test_planes_say_what_is_damaged_and_where():
    images = smooth()
    inputs = np.asarray(stack(images, "jpeg"))
    assert inputs.shape == (2, 32, 32, 7)
    np.testing.assert_array_equal(inputs[..., :3], images)
    assert (inputs[..., 4] == 1).all() and (inputs[..., [3, 5, 6]] == 0).all()
    holes = np.zeros((2, 32, 32, 1), "float32")
    holes[:, 4:9] = 1
    inputs = np.asarray(stack(images, "inpaint", holes))
    np.testing.assert_array_equal(inputs[..., 5:6], holes)
    assert (inputs[..., [3, 4, 6]] == 0).all()


@pytest.mark.parametrize(
    ("task", "holes", "message"),
    [
        ("blur", None, "task: expected denoise, jpeg, inpaint, upscale, found 'blur'"),
        ("inpaint", None, "holes: expected some for inpaint .* found none"),
        ("jpeg", np.ones((2, 32, 32, 1)), "holes: .* no other task, found some"),
    ],
)
def test_what_cannot_be_stacked_is_refused(task, holes, message):
    with pytest.raises(ValueError, match=message):
        stack(smooth(), task, holes)


def test_damage_draws_a_task_and_a_strength_for_each_image():
    images = smooth(80, side=16)
    inputs, truth = (np.asarray(x) for x in damage(images, SEED))
    np.testing.assert_array_equal(truth, images)
    planes = inputs[..., 3:].max(axis=(1, 2))  # (80, 4)
    assert (planes.sum(axis=1) == 1).all()
    # 20 of each on average, with a deviation of sqrt(80 * 3 / 16) = 3.9
    assert (np.abs(planes.sum(axis=0) - 20) < 16).all()
    errors = np.abs(inputs[..., :3] - images).mean(axis=(1, 2, 3))
    noisy = errors[planes[:, TASKS.index("denoise")] == 1]
    assert noisy.max() > 2 * noisy.min()
    untouched = inputs[..., 3:].max(axis=-1) == 0
    np.testing.assert_array_equal(inputs[..., :3][untouched], images[untouched])


def test_the_same_seed_does_the_same_damage_and_another_another():
    images = smooth(6, side=16)
    first, again, other = (np.asarray(damage(images, seed)[0]) for seed in (SEED, SEED, (3, 5)))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_only_tasks_that_were_asked_for():
    inputs, _ = damage(smooth(12, side=16), SEED, ("upscale", "denoise"))
    planes = np.asarray(inputs)[..., 3:].max(axis=(0, 1, 2))
    assert planes.tolist() == [1, 0, 0, 1]


def test_the_graph_knows_the_shape():
    traced = tf.function(damage).get_concrete_function(
        tf.TensorSpec((4, 16, 16, 1)), tf.TensorSpec((2,), "int32")
    )
    assert [tuple(x.shape) for x in traced.outputs] == [(4, 16, 16, 5), (4, 16, 16, 1)]
