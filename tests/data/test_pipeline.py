import itertools

import numpy as np
import pytest
import tensorflow as tf

from keras_gen.data.pipeline import batches, steps_per_epoch
from keras_gen.data.scales import uint8_to_unit


def numbered(n):
    """Makes n images of 2 x 1 pixels; both pixels of image i have level i."""
    return np.broadcast_to(np.arange(n, dtype=np.uint8)[:, None, None, None], (n, 2, 1, 1)).copy()


def indices(dataset, steps):
    """Which images the first `steps` batches hold, (steps, batch)."""
    return np.array([np.rint(255 * b[:, 0, 0, 0].numpy()) for b in dataset.take(steps)], int)


def take(n, batch_size, steps, **options):
    options = {"seed": 0, "scale": uint8_to_unit, **options}
    return indices(batches(numbered(n), batch_size, **options), steps)


def test_elements():
    dataset = batches(numbered(10), 4, seed=0)
    assert dataset.element_spec == tf.TensorSpec((4, 2, 1, 1), tf.float32)
    assert dataset.cardinality() == tf.data.INFINITE_CARDINALITY
    # The default scale is [-1, 1]: level i becomes 2 i / 255 - 1, at most 18 / 255 - 1 here.
    batch = next(iter(dataset)).numpy()
    assert -1 <= batch.min() <= batch.max() <= 18 / 255 - 1 + 1e-6
    np.testing.assert_array_equal(batch[:, 0], batch[:, 1])  # images stay whole


def test_a_change_has_another_seed_in_each_step_and_the_same_when_resumed():
    def change(batch, seed):
        return batch, tf.random.stateless_uniform((4,), seed)

    options = {"seed": 1, "scale": uint8_to_unit, "change": change}
    noise = [pair[1].numpy() for pair in batches(numbered(10), 4, **options).take(4)]
    assert len({tuple(each) for each in noise}) == 4
    resumed, drawn = next(iter(batches(numbered(10), 4, start_step=3, **options)))
    np.testing.assert_array_equal(drawn, noise[3])
    np.testing.assert_array_equal(
        np.rint(255 * resumed[:, 0, 0, 0]), take(10, 4, steps=4, seed=1)[3]
    )


def test_each_epoch_holds_each_image_exactly_once():
    epochs = take(12, 4, steps=9).reshape(3, 12)
    np.testing.assert_array_equal(np.sort(epochs, axis=1), [np.arange(12)] * 3)


def test_epochs_differ_and_are_shuffled():
    epochs = take(60, 10, steps=5 * 6).reshape(5, 60)
    # Permutations of 60 agree in one place on average (Poisson, so 10 has probability 1e-7).
    for first, second in itertools.combinations([np.arange(60), *epochs], 2):
        assert np.sum(first == second) < 10


def test_permutations_of_many_epochs_are_distinct_and_uncorrelated():
    # 300 epochs of 50 images: `index_shuffle` has only 256 permutations here. The correlation of
    # two random permutations has standard deviation 1 / sqrt(49); the mean over 300 * 299 / 2
    # pairs is at most 0.02 in size by a wide margin.
    epochs = take(50, 50, steps=300)
    assert len({tuple(epoch) for epoch in epochs}) == 300
    correlations = np.corrcoef(epochs)[np.triu_indices(300, k=1)]
    assert abs(correlations.mean()) < 0.02
    assert correlations.std() == pytest.approx(1 / 7, rel=0.05)


def test_every_batch_is_full_and_the_rest_changes_with_the_epoch():
    # 10 images in batches of 4: 2 steps an epoch, 2 images left out, not the same ones each time.
    epochs = take(10, 4, steps=40).reshape(20, 8)
    assert all(len(set(epoch)) == 8 for epoch in epochs)
    assert set(epochs.ravel()) == set(range(10))


def test_the_seed_decides():
    np.testing.assert_array_equal(take(12, 4, 6, seed=7), take(12, 4, 6, seed=7))
    assert not np.array_equal(take(12, 4, 6, seed=7), take(12, 4, 6, seed=8))
    take(12, 4, 1, seed=2**40)  # seeds drawn from the clock are this large


def test_seed_and_epoch_do_not_stand_in_for_each_other():
    # Folding by addition would make epoch 1 of seed 0 equal to epoch 0 of seed 1.
    assert not np.array_equal(take(30, 30, 2, seed=0)[1], take(30, 30, 1, seed=1)[0])


@pytest.mark.parametrize("start_step", [0, 1, 2, 3, 7])
def test_a_resumed_stream_continues_the_uninterrupted_one(start_step):
    # 11 images in batches of 4: two steps an epoch, so 1, 3 and 7 start inside an epoch.
    whole = take(11, 4, steps=10)
    resumed = take(11, 4, steps=10 - start_step, start_step=start_step)
    np.testing.assert_array_equal(resumed, whole[start_step:])


def test_images_are_an_input_of_the_graph_and_not_embedded_in_it():
    # `scale` is traced right behind the gather, so it sees the graph that could hold the images.
    sizes = []

    def scale(pixels):
        sizes.append(pixels.graph.as_graph_def().ByteSize())
        return uint8_to_unit(pixels)

    batches(np.zeros((1_000, 32, 32, 1), np.uint8), 10, seed=0, scale=scale)  # 1 MB of images
    assert sizes and max(sizes) < 10_000


@pytest.mark.parametrize(("n", "batch_size", "steps"), [(10, 5, 2), (11, 5, 2), (5, 5, 1)])
def test_steps_per_epoch(n, batch_size, steps):
    assert steps_per_epoch(n, batch_size) == steps


@pytest.mark.parametrize("batch_size", [11, 0])
def test_a_batch_size_that_cannot_be_filled(batch_size):
    message = f"expected a batch size from 1 to the 10 images, found {batch_size}"
    with pytest.raises(ValueError, match=message):
        steps_per_epoch(10, batch_size)
    with pytest.raises(ValueError, match=message):
        batches(numbered(10), batch_size, seed=0)


def test_wrong_images_and_steps_are_refused():
    with pytest.raises(ValueError, match=r"expected uint8 images .* found float32 \(10, 2, 1, 1\)"):
        batches(numbered(10).astype(np.float32), 2, seed=0)
    with pytest.raises(ValueError, match=r"found uint8 \(10, 2, 1\)"):
        batches(numbered(10)[..., 0], 2, seed=0)
    with pytest.raises(ValueError, match="expected a start step of at least 0, found -1"):
        batches(numbered(10), 2, seed=0, start_step=-1)


def test_labels_go_with_their_images():
    """Image i is all i; its label is 10 i."""
    images = np.repeat(np.arange(7, dtype="uint8"), 4).reshape(7, 2, 2, 1)
    labels = 10 * np.arange(7)
    stream = batches(images, 3, seed=1, scale=lambda x: x, labels=labels)
    alone = batches(images, 3, seed=1, scale=lambda x: x)
    for (batch, label), other in zip(stream.take(5), alone.take(5), strict=True):
        assert np.array_equal(batch, other)
        assert np.array_equal(10 * np.asarray(batch)[:, 0, 0, 0].astype(int), label)
    with pytest.raises(ValueError, match="expected labels of 7 images, found 6"):
        batches(images, 3, seed=1, labels=labels[:6])
