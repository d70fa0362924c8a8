"""Noise instead of images: an endless stream of batches for training that sees no data."""

import tensorflow as tf


def noise_batches(batch_size, latent_dim, seed, start_step=0) -> tf.data.Dataset:
    """Stream standard normal noise without end; batch t depends only on the arguments and on t.

    Args:
        batch_size: B >= 1.
        latent_dim: L >= 1.
        seed: int; another seed gives other noise.
        start_step: number of batches that have already been used.

    Returns:
        `tf.data.Dataset` of infinite cardinality; elements float32 (B, L).
    """
    seed = tf.constant([seed, 2], tf.int64)  # 0 and 1 are those of `batches`

    def draw(step):
        step_seed = tf.random.experimental.stateless_fold_in(seed, step)
        # Named, so that a GPU's run draws what one without draws.
        return tf.random.stateless_normal((batch_size, latent_dim), step_seed, alg="philox")

    dataset = tf.data.Dataset.counter(start_step).map(draw, num_parallel_calls=tf.data.AUTOTUNE)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))
    dataset = dataset.prefetch(tf.data.AUTOTUNE)
    dataset.start_step = start_step  # so that `fit` can tell where it begins
    return dataset
