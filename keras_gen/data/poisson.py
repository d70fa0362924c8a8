"""Images in memory -> batches of random size: each image joins each of them by its own coin."""

import tensorflow as tf

from keras_gen.data.scales import uint8_to_symmetric


def poisson_batches(
    images, probability, draws, seed, start_step=0, scale=uint8_to_symmetric
) -> tf.data.Dataset:
    r"""Stream batches by Poisson sampling, without end; step t depends only on the arguments and t.

    Formula:
        image i is in a draw where $u_i < q$, with $u_i$ uniform on [0, 1), independent of all
        others; the size of a draw is binomial, with mean q N
        u < probability

    The accountants of differential privacy assume this sampling. Under shuffled batches of a fixed
    size the same noise protects less than they would say. Nothing is padded or cut, so that a draw
    may be of any size, and empty.

    Args:
        images: uint8, (N, H, W, C).
        probability: q in (0, 1], of each image in each draw.
        draws: k >= 1, draws in one step.
        seed: int; another seed gives other draws.
        start_step: number of steps that have already been taken.
        scale: function from uint8 to the networks' scale; see `keras_gen.data.scales`.

    Returns:
        `tf.data.Dataset` of infinite cardinality; elements are the images of the k draws one after
        another, float32 (n_1 + ... + n_k, H, W, C), and the sizes n, int32 (k,).

    Raises:
        ValueError: images of another dtype or rank, or numbers out of range.

    Reference: Abadi et al. 2016, arXiv:1607.00133, section 3.1 (lots); Chua et al. 2024,
        arXiv:2403.17673 (what shuffled batches protect less).
    """
    if images.ndim != 4 or images.dtype != "uint8":
        raise ValueError(
            f"expected uint8 images (N, H, W, C), found {images.dtype} {tuple(images.shape)}"
        )
    if not 0 < probability <= 1:
        raise ValueError(f"expected a probability in (0, 1], found {probability}")
    if draws < 1 or start_step < 0:
        raise ValueError(f"expected draws >= 1 and a step >= 0, found {draws} and {start_step}")
    n = len(images)
    with tf.device("CPU"):  # inputs of the graph, not constants in it; see `batches`
        images = tf.constant(images)
        seed = tf.constant([seed, 0], tf.int64)

    def draw(step):
        step_seed = tf.random.experimental.stateless_fold_in(seed, step)
        # float64, so that the probability of a coin is q to its last digits
        coins = tf.random.stateless_uniform((draws, n), step_seed, dtype=tf.float64, alg="philox")
        chosen = coins < probability  # (k, N)
        batch = scale(tf.gather(images, tf.where(chosen)[:, 1]))
        return batch, tf.math.count_nonzero(chosen, axis=1, dtype=tf.int32)

    dataset = tf.data.Dataset.counter(start_step).map(draw, num_parallel_calls=tf.data.AUTOTUNE)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))
    dataset = dataset.prefetch(tf.data.AUTOTUNE)
    dataset.start_step = start_step  # so that `fit` can tell where it begins
    return dataset
