"""Images in memory -> an endless stream of batches that is a function of the step number."""

import tensorflow as tf

from keras_gen.data.scales import as_points, uint8_to_symmetric


def steps_per_epoch(n, batch_size):
    """Count the full batches in one pass over the data.

    Formula:
        floor(n / batch_size)

    Args:
        n: number of images.
        batch_size: images per batch.

    Returns:
        int, at least 1.

    Raises:
        ValueError: `batch_size` is below 1 or above the number of images.
    """
    if not 1 <= batch_size <= n:
        raise ValueError(f"expected a batch size from 1 to the {n:,} images, found {batch_size:,}")
    return n // batch_size


def batches(
    images, batch_size, seed, start_step=0, scale=uint8_to_symmetric, labels=None, change=None
):
    """Stream shuffled batches without end; batch t depends only on the arguments and on t.

    Step t belongs to epoch t // steps_per_epoch. Each epoch is a new permutation of all images,
    drawn from (seed, epoch); images that do not fill a batch at its end are left out of that epoch.
    A run resumed with `start_step=t` therefore sees exactly what an uninterrupted one would. Each
    `fit` begins its stream anew: to train in several calls, give each a stream that starts at the
    model's `steps_done`, or it sees the first batches again. The models of this package warn of it.

    Args:
        images: uint8, (N, H, W, C); points are float32, (N, 1, 1, 2).
        batch_size: B, at most N.
        seed: int; another seed gives other permutations.
        start_step: number of batches that have already been used.
        scale: function from uint8 to the networks' scale; see `keras_gen.data.scales`.
        labels: (N, ...), one per image, or None.
        change: function from a scaled batch (B, H, W, C) and a seed (2,), another for each step, to
            what becomes of it, such as `damage`; or None.

    Returns:
        `tf.data.Dataset` of infinite cardinality; elements float32, (B, H, W, C), or what `change`
        makes of these, or pairs of these and their labels (B, ...).

    Raises:
        ValueError: images of another dtype or rank, fewer images than one batch needs, another
            number of labels, or a negative `start_step`.
    """
    dtype = "float32" if scale is as_points else "uint8"
    if images.ndim != 4 or images.dtype != dtype:
        raise ValueError(
            f"expected {dtype} images (N, H, W, C), found {images.dtype} {tuple(images.shape)}"
        )
    if start_step < 0:
        raise ValueError(f"expected a start step of at least 0, found {start_step}")
    n = len(images)
    if labels is not None and len(labels) != n:
        raise ValueError(f"expected labels of {n:,} images, found {len(labels):,}")
    steps = steps_per_epoch(n, batch_size)
    # Eager tensors are inputs of the dataset's graph, not constants in it, so the 2 GB limit of
    # protocol buffers does not apply to them. They stay in RAM, because tf.data runs on the CPU.
    with tf.device("CPU"):
        images = tf.constant(images)
        labels = None if labels is None else tf.constant(labels)
        change_seed = tf.constant([seed, 1], tf.int64)
        seed = tf.constant([seed, 0], tf.int64)

    def index_batches(epoch):
        # Not `index_shuffle`: with 60,000 images its permutations of different epochs have a
        # correlation of 0.77, and with 256 or fewer they repeat after 256 epochs (TensorFlow 2.21).
        epoch_seed = tf.random.experimental.stateless_fold_in(seed, epoch)
        order = tf.random.experimental.stateless_shuffle(tf.range(n), epoch_seed, alg="philox")
        full = tf.reshape(order[: steps * batch_size], (steps, batch_size))
        return tf.data.Dataset.from_tensor_slices(full)

    def gather(step, indices):
        batch = scale(tf.gather(images, indices))
        if change is not None:
            batch = change(batch, tf.random.experimental.stateless_fold_in(change_seed, step))
        return batch if labels is None else (batch, tf.gather(labels, indices))

    epoch, done = divmod(start_step, steps)
    dataset = tf.data.Dataset.counter(epoch).flat_map(index_batches).skip(done)
    dataset = tf.data.Dataset.zip(tf.data.Dataset.counter(start_step), dataset)
    dataset = dataset.map(gather, num_parallel_calls=tf.data.AUTOTUNE)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))
    dataset = dataset.prefetch(tf.data.AUTOTUNE)
    dataset.start_step = start_step  # so that `fit` can tell where it begins
    return dataset
