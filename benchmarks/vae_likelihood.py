"""A VAE beside published likelihoods: binarised test images of Fashion-MNIST, 5,000 draws.

    keras-gen train vae --data fashion_mnist --pixels binary --steps 28000 --run-dir runs/vae-binary
    python benchmarks/vae_likelihood.py runs/vae-binary

Published figures are bounds of -log p(b) for images b of black and white pixels, drawn once from
the grey test images, with many draws of the latents (Burda et al. 2016, equation 8).
So many draws of all 10,000 images would take hours here. They are taken for some images, and the
ELBO of all, which is cheap and goes up and down with the bound, carries them over to the rest:

    bound of all = mean ELBO of all + mean of (bound - ELBO) over some

The error that is printed is that of the second mean. The first has none, since the published
figures are of the same test images.
"""

import argparse
import json

import numpy as np

from keras_gen import data
from keras_gen.layers import BernoulliSampling
from keras_gen.measures import Likelihood
from keras_gen.runs import Run


def bound_of_all(judge, images, some, draws, seed):
    """Return figures by name: the negative ELBO, the bound and its standard error, in nats."""
    elbo = -sum(judge.elbo(images, seed))  # (N,)
    bound = judge.importance_weighted_bound(images[:some], draws, seed)  # (some,)
    gain = bound - elbo[:some]  # (some,)
    return {
        "negative_elbo": -elbo.mean(),
        "bound": -(elbo.mean() + gain.mean()),
        "standard_error": gain.std(ddof=1) / np.sqrt(some),
    }


def main():
    """Measure a run and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", help="folder of a run of the recipe vae with --pixels binary")
    parser.add_argument("--draws", type=int, default=5000, help="of the latents, for each image")
    parser.add_argument("--some", type=int, default=200, help="images that get all draws")
    parser.add_argument("--seed", type=int, default=777, help="of pixels and latents")
    arguments = parser.parse_args()
    run = Run.open(arguments.run)
    model = run.load_model()
    test = data.load("fashion_mnist", split="test").images
    order = np.random.default_rng(arguments.seed).permutation(len(test))  # the classes are sorted
    grey = np.asarray(data.uint8_to_unit(test[order]))
    images = np.asarray(BernoulliSampling(arguments.seed)(grey))
    figures = bound_of_all(
        Likelihood(model.encoder, model.decoder),
        images,
        arguments.some,
        arguments.draws,
        arguments.seed,
    )
    row = {"steps": run.recipe.steps, "draws": arguments.draws, "some": arguments.some, **figures}
    print(json.dumps(row))


if __name__ == "__main__":
    main()
