"""Training images: where they come from, and how they reach a network.

    sources.py      load(source, image_shape): the one call that a recipe needs
    fashion.py      Fashion-MNIST: the embedded sample, and the whole data set
    idx.py          reads the file format of MNIST and Fashion-MNIST
    folder.py       a folder of your own photos as one array
    decoding.py     one photo: decoded, and resized without aliasing
    crops.py        crops of photographs that other packages ship
    table.py        kind, colour and angle of those photos, from a CSV file beside the folder
    catalogue.py    rendered products with known kind, colour, angle and matte
    composites.py   those products on other backgrounds, with their mattes
    conditions.py   what a picture is asked to show, as the vector that networks take
    tints.py        colours of products: hue, lightness, names
    shipped.py      the pictures that this package ships
    points.py       points of the plane, in toy worlds whose modes can be counted
    image_data.py   ImageData: what every source returns, pixels still uint8
    degradations.py noise, JPEG, holes and shrinking, for a restorer to undo
    scales.py       uint8, [0, 1] and [-1, 1], with exact inverses
    noise.py        noise instead of images, for a student that sees none
    poisson.py      the same as samples in which each image is by its own coin
    pipeline.py     uint8 array -> endless tf.data stream that is a function of the step number

Images stay uint8 in memory; `batches` scales them on their way to the network.
"""

from keras_gen.data.catalogue import PRODUCT_KINDS, products
from keras_gen.data.crops import photo_crops
from keras_gen.data.decoding import fit_photo, read_photo
from keras_gen.data.degradations import TASKS, damage
from keras_gen.data.fashion import (
    FASHION_MNIST_CLASSES,
    fashion_mnist,
    fashion_mnist_10k,
    fashion_mnist_folder,
    idx_folder,
)
from keras_gen.data.folder import image_folder
from keras_gen.data.image_data import ImageData
from keras_gen.data.noise import noise_batches
from keras_gen.data.pipeline import batches, steps_per_epoch
from keras_gen.data.points import MIXTURES, Mixture, PointData
from keras_gen.data.poisson import poisson_batches
from keras_gen.data.scales import (
    SCALES,
    symmetric_to_uint8,
    symmetric_to_unit,
    uint8_to_symmetric,
    uint8_to_unit,
    unit_to_symmetric,
    unit_to_uint8,
)
from keras_gen.data.shipped import picture_path
from keras_gen.data.sources import SOURCES, data_folder, has_test, held_out, load

__all__ = [
    "FASHION_MNIST_CLASSES",
    "MIXTURES",
    "PRODUCT_KINDS",
    "SCALES",
    "SOURCES",
    "TASKS",
    "ImageData",
    "Mixture",
    "PointData",
    "batches",
    "damage",
    "data_folder",
    "fashion_mnist",
    "fashion_mnist_10k",
    "fashion_mnist_folder",
    "fit_photo",
    "has_test",
    "held_out",
    "idx_folder",
    "image_folder",
    "load",
    "photo_crops",
    "picture_path",
    "noise_batches",
    "poisson_batches",
    "products",
    "read_photo",
    "steps_per_epoch",
    "symmetric_to_uint8",
    "symmetric_to_unit",
    "uint8_to_symmetric",
    "uint8_to_unit",
    "unit_to_symmetric",
    "unit_to_uint8",
]
