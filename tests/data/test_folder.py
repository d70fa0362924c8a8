import os
import warnings

import numpy as np
import pytest
from PIL import Image

from keras_gen.data.folder import check_image_shape, image_folder


def save(path, grey, size=(6, 4)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (grey,) * 3).save(path)


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    save(folder / "b.png", 20)
    save(folder / "a" / "z.PNG", 10)
    save(folder / "c" / "deep" / "er.webp", 30)
    (folder / "prices.csv").write_text("not an image, and no image suffix")
    save(folder / ".ipynb_checkpoints" / "b-checkpoint.png", 99)
    save(folder / "._b.png", 99)
    return folder


def test_all_photos_sorted_by_path(photos):
    data = image_folder(photos, (2, 3, 3))
    # a/z.PNG < b.png < c/deep/er.webp; the hidden two and the table are not there.
    assert data.images.shape == (3, 2, 3, 3)
    assert data.images.dtype == np.uint8
    np.testing.assert_allclose(data.images.mean(axis=(1, 2, 3)), [10, 20, 30], atol=1)
    assert data.labels is None and data.class_names is None and data.skipped == ()
    assert data.description == f"photos: 3 images of 2x3x3, from {photos}"


def test_grey_output_and_fit(photos):
    padded = image_folder(photos, (6, 6, 1)).images
    cropped = image_folder(photos, (6, 6, 1), fit="crop").images
    assert padded.shape == cropped.shape == (3, 6, 6, 1)
    # 6 x 4 in 6 x 6: one white row above and one below, unless it is cropped.
    np.testing.assert_array_equal(padded[:, [0, -1]], np.full((3, 2, 6, 1), 255))
    assert cropped.max() < 40


def test_many_photos_keep_their_order(tmp_path):
    # More files than threads: whoever finishes first must not come first.
    for grey in range(40):
        save(tmp_path / f"{grey:02}.png", grey, size=(2, 400) if grey % 5 == 0 else (2, 2))
    images = image_folder(tmp_path, (2, 2, 1), fit="crop").images
    np.testing.assert_array_equal(images[:, 0, 0, 0], np.arange(40))


def test_unreadable_files_are_skipped_and_named(photos):
    (photos / "aa.jpg").touch()
    (photos / "bb.png").write_text("not an image")
    (photos / "link.png").symlink_to(photos / "gone.png")
    data = image_folder(photos, (2, 3, 3))
    np.testing.assert_allclose(data.images.mean(axis=(1, 2, 3)), [10, 20, 30], atol=1)
    assert data.skipped == (
        (str(photos / "aa.jpg"), "not a JPEG, PNG or WebP image"),
        (str(photos / "bb.png"), "not a JPEG, PNG or WebP image"),
        (str(photos / "link.png"), "expected an image file, found nothing"),
    )
    assert data.description.endswith("(unreadable and skipped: 3)")


def test_strict_refuses_the_first_unreadable_file(photos):
    image_folder(photos, (2, 3, 3), strict=True)  # nothing to complain about yet
    (photos / "aa.jpg").touch()
    (photos / "bb.jpg").touch()
    with pytest.raises(ValueError) as caught:
        image_folder(photos, (2, 3, 3), strict=True)
    assert str(caught.value) == f"{photos / 'aa.jpg'}: not a JPEG, PNG or WebP image"


# 24 pixels: above the limit Pillow only warns, above twice the limit it refuses.
@pytest.mark.parametrize("limit", [23, 11])
def test_photos_larger_than_pillow_allows_are_skipped(photos, monkeypatch, limit):
    save(photos / "tiny.png", 40, size=(2, 2))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as users may have it; the loader must not depend on it
        data = image_folder(photos, (2, 2, 1))
    assert len(data.images) == 1
    assert len(data.skipped) == 3
    assert all("exceeds limit" in reason for _, reason in data.skipped)


def test_a_folder_of_unreadable_files_only(tmp_path):
    (tmp_path / "a.jpg").touch()
    with pytest.raises(ValueError, match=r"none of its 1 image files can be read; first .*a\.jpg"):
        image_folder(tmp_path)


def test_wrong_paths(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected a folder of images, found nothing"):
        image_folder(tmp_path / "missing")
    (tmp_path / "notes.txt").write_text("no image")
    with pytest.raises(ValueError, match=r"notes\.txt: expected a folder of images, found a file"):
        image_folder(tmp_path / "notes.txt")
    (tmp_path / "folder.png").mkdir()  # a folder that is called like an image
    with pytest.raises(FileNotFoundError, match=r"expected images \(.jpg, .*found 1 other files"):
        image_folder(tmp_path)


def test_wrong_arguments_are_refused_before_any_file_is_read(photos):
    with pytest.raises(ValueError, match="unknown fit 'stretch'"):
        image_folder(photos, fit="stretch")
    with pytest.raises(ValueError, match=r"found \(64, 64, 4\)"):
        image_folder(photos, (64, 64, 4))


@pytest.mark.parametrize("shape", [(28, 28), (0, 28, 1), (28, 28, 2), (28, 28, 1, 1)])
def test_wrong_shapes(shape):
    assert check_image_shape([28, 14, 1]) == (28, 14, 1)
    with pytest.raises(ValueError, match="1 or 3 channels"):
        check_image_shape(shape)


def test_a_folder_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    """Root reads everything, so the error of the system is simulated."""
    save(tmp_path / "a.png", 0)
    error = PermissionError(13, "Permission denied", str(tmp_path / "secret"))
    walk = os.walk

    def guarded(folder, onerror):
        onerror(error)
        return walk(folder)

    monkeypatch.setattr("keras_gen.data.folder.os.walk", guarded)
    assert image_folder(tmp_path).skipped == ((str(tmp_path / "secret"), "permission denied"),)
    with pytest.raises(ValueError, match="secret: permission denied"):
        image_folder(tmp_path, strict=True)


def test_subfolders_are_the_classes_where_all_photos_lie_in_some(tmp_path):
    """Deeper folders belong to the one above; a photo beside the folders means: no classes."""
    for name in ("mug/a.png", "mug/old/b.png", "lamp/c.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    images = image_folder(tmp_path, (8, 8, 3))
    assert images.class_names == ("lamp", "mug") and images.labels.tolist() == [0, 1, 1]
    assert "2 classes" in images.description
    Image.new("RGB", (8, 8)).save(tmp_path / "d.png")
    images = image_folder(tmp_path, (8, 8, 3))
    assert images.labels is None and images.class_names is None
    (tmp_path / "mug").rename(tmp_path.parent / "gone")
    (tmp_path / "d.png").unlink()
    assert image_folder(tmp_path, (8, 8, 3)).labels is None  # one folder is no choice


@pytest.fixture
def table(photos):
    path = photos.with_name("photos.csv")
    path.write_text(
        "file,kind,colour,angle\nb.png,mug,red,10\nc/deep/er.webp,mug,blue,-90\na/z.PNG,lamp,red,0\n"
    )
    return path


def test_a_table_beside_the_folder_gives_kinds_and_conditions(photos, table):
    data = image_folder(photos, (2, 3, 3))
    # in the order of the photos, a/z.PNG, b.png, c/deep/er.webp, not in that of the table
    assert data.class_names == ("lamp", "mug")
    np.testing.assert_array_equal(data.labels, np.uint8([0, 1, 1]))
    np.testing.assert_array_equal(data.conditions["angle"], np.float32([0, 10, 270]))
    assert list(data.conditions["colour"]) == ["red", "red", "blue"]
    assert data.description.endswith("(2 classes; with hue, lightness, chroma, angle, colour)")


def test_a_photo_that_cannot_be_read_takes_its_line_with_it(photos, table):
    (photos / "b.png").write_text("not an image")
    data = image_folder(photos, (2, 3, 3))
    np.testing.assert_array_equal(data.conditions["angle"], np.float32([0, 270]))
    assert len(data.images) == len(data.labels) == 2


def test_a_wrong_table_refuses_the_folder(photos, table):
    (photos / "new.png").write_bytes((photos / "b.png").read_bytes())
    with pytest.raises(ValueError, match=r"photos\.csv: expected a line for each of 4 photos"):
        image_folder(photos, (2, 3, 3))


def test_more_kinds_than_labels_can_count(tmp_path):
    for number in range(257):
        save(tmp_path / "many" / f"{number}.png", 9)
    lines = [f"{number}.png,kind {number},red,0\n" for number in range(257)]
    (tmp_path / "many.csv").write_text("file,kind,colour,angle\n" + "".join(lines))
    with pytest.raises(ValueError, match="expected at most 256 kinds, found 257"):
        image_folder(tmp_path / "many", (2, 2, 3))
