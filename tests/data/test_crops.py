"""Crops of photographs: where they come from, what they show, and what is said without them."""

import importlib.util

import numpy as np
import pytest
from PIL import Image

from keras_gen.data import crops, photo_crops, picture_path, read_photo
from keras_gen.data.crops import PHOTOGRAPHS, random_crop, scikit_image_data
from keras_gen.pictures.picture import product_pictures

SHAPE = (12, 16, 3)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Four photographs of one colour each, under the names of scikit-image's."""
    for i, name in enumerate(PHOTOGRAPHS):
        Image.new("RGB", (60, 40), (50 * i, 0, 0)).save(tmp_path / name, quality=95)

    monkeypatch.setattr(crops, "scikit_image_data", lambda: tmp_path)
    return tmp_path


def test_crops_of_each_photograph_equally_often(folder):
    data = photo_crops(SHAPE)
    assert data.images.shape == (2000, *SHAPE) and data.images.dtype == np.uint8
    red = data.images[..., 0].mean(axis=(1, 2))
    counts = [int((abs(red - 50 * i) < 5).sum()) for i in range(4)]  # JPEG is not exact
    assert counts == [500] * 4
    assert data.description == (
        "photos: 2,000 images of 12x16x3, crops of 4 photographs of scikit-image"
    )


def test_the_same_at_every_call_and_grey_where_asked(folder):
    assert photo_crops(SHAPE).sha256 == photo_crops(SHAPE).sha256
    assert photo_crops((8, 8, 1)).images.shape == (2000, 8, 8, 1)


def test_held_out_crops_are_of_the_products():
    data = photo_crops(SHAPE, "test")
    assert data.images.shape == (400, *SHAPE)
    assert data.origin == "crops of 4 product pictures of keras_gen"
    # The sneaker lies on blue paper, all the other products on warmer ground.
    blue = data.images[..., 2].mean(axis=(1, 2)) - data.images[..., 0].mean(axis=(1, 2))
    assert np.median(blue[3::4]) > 5 > np.median(blue[2::4])


def test_an_unknown_split_is_refused():
    with pytest.raises(ValueError, match="photos has no split 'all': expected 'train' or 'test'"):
        photo_crops(SHAPE, "all")


@pytest.mark.parametrize(("size", "shape"), [((300, 200), (20, 20, 3)), ((90, 400), (30, 10, 3))])
def test_a_crop_is_a_box_of_the_right_aspect_within_the_picture(size, shape):
    """Each pixel holds its own place (red: column, green: row), so a crop tells its box."""
    width, height = size
    rows, columns = np.mgrid[:height, :width]
    places = np.stack([255 * columns / width, 255 * rows / height, 0 * rows], axis=-1)
    picture, rng = Image.fromarray(places.astype("uint8")), np.random.default_rng(0)
    boxes, mirrored = [], 0
    for _ in range(200):
        crop = random_crop(picture, shape, rng).astype(float)
        step = (crop[:, -1, 0] - crop[:, 0, 0]).mean() / 255 * width / (shape[1] - 1)
        mirrored += step < 0
        down = (crop[-1, :, 1] - crop[0, :, 1]).mean() / 255 * height / (shape[0] - 1)
        assert down == pytest.approx(abs(step), rel=0.15)  # pixels of the picture for one, rounded
        boxes.append([down, crop[..., 0].mean(), crop[..., 1].mean()])
    scales, across, along = np.transpose(boxes)
    largest = min(width / shape[1], height / shape[0])
    assert 0.27 * largest < scales.min() < 0.36 * largest  # 0.3 to 1, as documented
    assert 0.94 * largest < scales.max() < 1.05 * largest
    assert 70 < mirrored < 130  # half of 200, give or take four standard deviations
    assert max(np.ptp(across), np.ptp(along)) > 100


def test_the_photographs_are_in_scikit_image():
    pytest.importorskip("skimage")
    for name in PHOTOGRAPHS:
        photo = np.asarray(read_photo(scikit_image_data() / name))
        assert min(photo.shape[:2]) >= 300, name
        assert np.ptp(photo.astype(int), axis=-1).mean() > 5, name  # in colour


def test_without_scikit_image_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError) as caught:
        photo_crops(SHAPE)
    assert str(caught.value) == (
        "data photos: expected scikit-image, found none; pip install keras_gen[photos]"
    )


def test_a_picture_is_a_file_or_one_of_the_packages_own_by_name(tmp_path, monkeypatch):
    with Image.open(picture_path("stained_glass")) as picture:
        assert picture.size == (512, 512)
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (9, 9)).save("mine.png")
    assert picture_path("mine.png").resolve() == tmp_path / "mine.png"
    with pytest.raises(ValueError, match=r"expected a picture file or one of .*, found 'monalisa'"):
        picture_path("monalisa")


def test_the_products_whole():
    products = product_pictures(32)
    assert products.shape == (4, 32, 32, 3) and products.dtype == np.float32
    mug = np.asarray(read_photo(picture_path("mug")), "float32") / 255
    means = mug.reshape(32, 16, 32, 16, 3).mean(axis=(1, 3))  # another way to reduce 512 to 32
    assert abs(products[0] - means).mean() < 0.02
    assert products.min() >= 0 and products.max() <= 1
