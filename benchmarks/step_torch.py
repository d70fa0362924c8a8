"""The same GAN in PyTorch, eagerly: the recipe's networks for 28 x 28 pixels, and one step.

Imports no TensorFlow, so that `step_memory.py` sees PyTorch alone. The step is that of PyTorch's
DCGAN tutorial: D on real and on detached generated images, then G on the same ones, judged anew.
"""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

LATENT_DIM = 100


def _norm(channels):
    return [nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01), nn.ReLU()]  # Keras' defaults


def generator(width):
    """Map noise (B, 100) to images (B, 1, 28, 28), as `keras_gen.networks.dcgan.generator`."""
    layers = [nn.Linear(LATENT_DIM, 49 * 4 * width, bias=False)]
    layers += [nn.Unflatten(1, (4 * width, 7, 7)), *_norm(4 * width)]
    layers += [nn.ConvTranspose2d(4 * width, 2 * width, 3, 1, 1, bias=False), *_norm(2 * width)]
    layers += [nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False), *_norm(width)]
    return nn.Sequential(*layers, nn.ConvTranspose2d(width, 1, 4, 2, 1), nn.Tanh())


def discriminator(width):
    """Map images to logits (B, 1), as `keras_gen.networks.dcgan.discriminator`."""
    layers = [nn.Conv2d(1, width, 4, 2, 1), nn.LeakyReLU(0.2)]
    layers += [nn.Conv2d(width, 2 * width, 4, 2, 1), nn.LeakyReLU(0.2)]
    layers += [nn.ZeroPad2d((1, 2, 1, 2))]  # Keras' "same" pads 7 pixels by one more at the end
    layers += [nn.Conv2d(2 * width, 4 * width, 4, 2), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(16 * 4 * width, 1))


def copy_weights(network, weights):
    """Give a network the weights of its twin in Keras, arrays in the order of `get_weights`."""
    weights = iter(weights)
    for module in network:
        if isinstance(module, nn.BatchNorm2d):
            targets = (module.weight, module.bias, module.running_mean, module.running_var)
            arrays = [next(weights) for _ in targets]
        elif isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            targets = [module.weight] if module.bias is None else [module.weight, module.bias]
            arrays = [_kernel(module, next(weights)), *(next(weights) for _ in targets[1:])]
        else:
            continue
        for target, array in zip(targets, arrays, strict=True):
            target.data.copy_(torch.tensor(array))


def _kernel(module, kernel):
    """Turn Keras' kernel into PyTorch's: channels first, also where maps are flattened."""
    if not isinstance(module, nn.Linear):
        return kernel.transpose(3, 2, 0, 1)  # (h, w, i, o) -> (o, i, h, w); transposed: (i, o, ...)
    if module.out_features == 1:  # (h w c, 1)
        return kernel.reshape(4, 4, -1).transpose(2, 0, 1).reshape(1, -1)
    kernel = kernel.reshape(LATENT_DIM, 7, 7, -1)  # (L, h w c)
    return kernel.transpose(3, 1, 2, 0).reshape(-1, LATENT_DIM)


def batches(images, batch_size, device="cpu"):
    """Draw batches without end from uint8 images (N, 28, 28, 1) in the device's memory."""
    scaled = torch.tensor(images, device=device).permute(0, 3, 1, 2).float().contiguous()
    scaled = scaled / 127.5 - 1.0
    while True:
        yield scaled[torch.randint(len(scaled), (batch_size,), device=device)]


def training_step(g, d, learning_rate, beta_1):
    """Return a step that takes an iterator of batches and returns both losses."""
    options = {"lr": learning_rate, "betas": (beta_1, 0.999), "eps": 1e-7}  # Keras' epsilon
    d_optimizer = torch.optim.Adam(d.parameters(), **options)
    g_optimizer = torch.optim.Adam(g.parameters(), **options)

    def step(stream):
        images = next(stream)
        ones = torch.ones(len(images), 1, device=images.device)
        fakes = g(torch.randn(len(images), LATENT_DIM, device=images.device))
        d_optimizer.zero_grad()
        d_loss = cross_entropy(d(images), ones)
        d_loss = d_loss + cross_entropy(d(fakes.detach()), torch.zeros_like(ones))
        d_loss.backward()
        d_optimizer.step()
        g_optimizer.zero_grad()
        g_loss = cross_entropy(d(fakes), ones)
        g_loss.backward()
        g_optimizer.step()
        return {"d_loss": d_loss.detach(), "g_loss": g_loss.detach()}

    return step


def start(images, recipe, threads, weights=None, device="cpu"):
    """Return (step, batches) of a `DCGANRecipe`, from given weights of G and D or from its own."""
    torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    g, d = generator(recipe.generator_width), discriminator(recipe.discriminator_width)
    for network, arrays in zip((g, d), weights or (), strict=False):
        copy_weights(network, arrays)
    step = training_step(g.to(device), d.to(device), recipe.d_learning_rate, recipe.beta_1)
    return step, batches(images, recipe.batch_size, device)
