"""What a run of product_gan can be asked for: a kind, a colour, an angle, and series of them."""

from typing import Any


def add_product_options(generate) -> None:
    """Add the flags of `generate` that only such a run takes."""
    group = generate.add_argument_group("products, of a run of product_gan")
    group.add_argument("--kind", metavar="NAME", help="kind, by name or number (all in turn)")
    group.add_argument(
        "--colour", metavar="NAME", help="CSS colour name, such as teal, or #RRGGBB (random)"
    )
    group.add_argument("--angle", metavar="X", help="angle of the product in degrees (random)")
    group.add_argument(
        "--turntable",
        action="store_true",
        help="one object, once around, as a .gif or .webp animation",
    )
    group.add_argument(
        "--colourways", action="store_true", help="one object in sixteen colours, as a grid"
    )


def product_of(arguments) -> Any:
    """Return the `runs.ProductRequest` that a command line makes."""
    from keras_gen.runs import ProductRequest

    names = ("kind", "colour", "angle", "turntable", "colourways")
    return ProductRequest(**{name: getattr(arguments, name) for name in names})
