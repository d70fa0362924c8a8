"""The pictures that this package ships, and how they are named."""

from pathlib import Path

from keras_gen.files import expand

SHIPPED = Path(__file__).parent / "style_pictures"
PRODUCTS = [SHIPPED / f"{name}.jpg" for name in ("mug", "perfume", "handbag", "sneaker")]


def picture_path(name: str | Path) -> Path:
    """Return the path of a picture: a file, or a style or product picture of this package.

    Args:
        name: path of a file, or a bare name such as "stained_glass".

    Raises:
        ValueError: the name is neither.
    """
    path = expand(name)
    if path.is_file():
        return path
    names = sorted(path.stem for path in SHIPPED.glob("*.jpg"))
    if str(name) not in names:
        raise ValueError(
            f"expected a picture file or one of {', '.join(names)}, found {str(name)!r}"
        )
    return SHIPPED / f"{name}.jpg"
