"""Tutorial 5, the variational autoencoder. Format and builder: scripts/build_tutorials.py."""

# ruff: noqa: E501 - prose has one paragraph a line

# %% [markdown] lang="en"
# # 5. The variational autoencoder
#
# A variational autoencoder describes how images are distributed, given hidden numbers, the *latents*; so each image has a probability density, its *likelihood*. A GAN, the subject of tutorial 1, does without it. Here its logarithm is bounded from below, with a second network that guesses which latents an image may have come from. You need integrals, expectations and the normal distribution; [tutorial 1](01_adversarial_game.ipynb) is not required.
#
# After this notebook you can
#
# - derive the evidence lower bound (ELBO) and say what is lost in it;
# - compute both of its terms by hand, and recognise in a loss curve whether a program sums or averages over pixels;
# - say why the noise must come from outside, with the numbers for the other way;
# - train a VAE on product images, reconstruct, sample, and interpolate from one product to another.

# %% [markdown] lang="zh"
# # 5. 变分自编码器
#
# 变分自编码器描述的是：给定几个看不见的数（隐变量，latent），图像服从什么分布；于是每张图都有一个概率密度，即它的似然（likelihood）。生成对抗网络（GAN，见教程 1）不用似然；这里再用一个网络去猜一张图可能来自哪些隐变量，就能给对数似然一个下界。需要会积分、期望和正态分布；不要求读过[教程 1](01_adversarial_game.ipynb)。
#
# 学完本篇，你能够
#
# - 推导证据下界（evidence lower bound，ELBO），并说出它损失了什么；
# - 手算它的两项，并从损失曲线看出一个程序对像素求的是和还是平均；
# - 说清楚噪声为什么必须来自外部，并用数字说明另一种办法差多少；
# - 在商品图上训练变分自编码器（Variational Autoencoder，VAE），重建、采样，并从一件商品走到另一件。

# %%
import inspect
import os
import time
from itertools import pairwise

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from keras_gen import data, losses, measures
from keras_gen.layers import GaussianSampling
from keras_gen.models import VAE
from keras_gen.networks import vae as networks
from keras_gen.pictures import gif, grid, labelled_grid
from keras_gen.pictures.latents import interpolations
from keras_gen.recipes import DCGANRecipe, VAERecipe

FAST = bool(os.environ.get("KERAS_GEN_FAST"))  # tests set it, to run everything with few steps

# %% [markdown] lang="en"
# ## The question
#
# Let an image $x$ be made in two steps: draw a few hidden numbers $z \sim N(0, 1)$ (kind, cut, sleeve), then draw pixels from $p(x \mid z)$, which a *decoder* network describes. Maximum likelihood needs
#
# $$
# p(x) = \int p(x \mid z)\, p(z)\, dz
# $$
#
# With 24 latents this is an integral over 24 dimensions, for every image, at every step; and nearly all $z$ contribute nothing, since nearly every $z$ means another product. **How can the likelihood be raised without computing that integral?**

# %% [markdown] lang="zh"
# ## 问题
#
# 设图像 $x$ 分两步产生：先抽几个看不见的数 $z \sim N(0, 1)$（款式、剪裁、袖长），再从 $p(x \mid z)$ 抽出像素，后者由**解码器**（decoder）网络描述。要用极大似然训练它，就需要
#
# $$
# p(x) = \int p(x \mid z)\, p(z)\, dz
# $$
#
# 有 24 个隐变量，就是 24 维的积分，每张图、每一步都要算；而且几乎所有的 $z$ 都没有贡献，因为几乎每个 $z$ 都代表另一件商品。**怎样才能不算这个积分，又让似然升高？**

# %% [markdown] lang="en"
# ## The picture
#
# One latent, one pixel that is either on or off, and a decoder that is simply written down: $p(x = 1 \mid z) = \mathrm{sigmoid}(3 z)$. Before anyone looks at the pixel, $z$ follows the *prior* $N(0, 1)$. Once the pixel is seen to be on, only some $z$ remain likely: that is the *posterior* $p(z \mid x)$. An *encoder* answers with a normal distribution $q(z \mid x) = N(\mu, \sigma^2)$ that should be close to it. (Symbols are those of the [notation](../../docs/notation.md).)
#
# What you should see: the shaded posterior lies to the right of the prior and is narrower, since a pixel that is on speaks for a large $z$. The orange curve, a normal one, comes close, but it cannot follow the posterior's longer tail on the right.

# %% [markdown] lang="zh"
# ## 图示
#
# 只有一个隐变量、一个非亮即暗的像素，解码器直接写出来： $p(x = 1 \mid z) = \mathrm{sigmoid}(3 z)$。观察之前， $z$ 服从先验（prior） $N(0, 1)$。看到像素亮了，就只有一部分 $z$ 仍然可能：这是**后验**（posterior） $p(z \mid x)$。**编码器**（encoder）用一个正态分布 $q(z \mid x) = N(\mu, \sigma^2)$ 来回答，它应当尽量接近后验。（符号见[记号表](../../docs/notation.zh-CN.md)。）
#
# 你应该看到：涂色的后验在先验的右边，而且更窄，因为像素亮着，说明 $z$ 偏大。橙色的曲线是正态分布，它很接近后验，却跟不上后验右侧较长的尾巴。


# %%
def normal(x, mean, deviation):
    """Density of the normal distribution."""
    return np.exp(-0.5 * ((x - mean) / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi))


z = np.linspace(-8, 8, 3201)
step = z[1] - z[0]
prior = normal(z, 0, 1)
likelihood = 1 / (1 + np.exp(-3 * z))  # p(x = 1 | z)
evidence = np.sum(prior * likelihood) * step  # p(x = 1)
posterior = prior * likelihood / evidence

figure, axes = plt.subplots(figsize=(7, 3))
axes.plot(z, prior, "k:", label="$p(z)$")
axes.plot(z, likelihood, "C2--", label="$p(x=1|z)$, decoder")
axes.fill_between(z, posterior, alpha=0.3, label="$p(z|x=1)$")
axes.plot(z, normal(z, 0.75, 0.65), "C1", label="some $q(z|x=1)$, encoder")
axes.set(xlabel="z", xlim=(-3, 3))
axes.legend(fontsize=8)
plt.show()
print(f"p(x = 1) = {evidence:.6f}, by symmetry 1/2; log p(x) = {np.log(evidence):.4f}")

# %% [markdown] lang="en"
# ## The formula, one step a line
#
# **The bound.** For any density $q(z \mid x)$:
#
# $$
# \begin{aligned}
# \log p(x) &= E_q[\log p(x)] = E_q\!\left[\log \frac{p(x, z)}{p(z \mid x)}\right] && (1) \\
# &= E_q\!\left[\log \frac{p(x, z)}{q(z \mid x)}\right] + E_q\!\left[\log \frac{q(z \mid x)}{p(z \mid x)}\right] && (2) \\
# &= \mathrm{ELBO} + KL(q(z \mid x) \Vert p(z \mid x)) \ge \mathrm{ELBO} && (3) \\
# \mathrm{ELBO} &= E_q[\log p(x \mid z)] - KL(q(z \mid x) \Vert p(z)) && (4)
# \end{aligned}
# $$
#
# $E_q$ is the mean over $z \sim q(z \mid x)$. (1): $\log p(x)$ does not depend on $z$, and $p(x, z) = p(z \mid x)\, p(x)$. (2) multiplies and divides by $q$. (3): $KL(q \Vert p) = E_q[\log (q / p)]$ is the Kullback-Leibler divergence, a measure of how far $q$ is from $p$. It is never negative, since $-E_q[\log (q / p)] = E_q[\log (p / q)] \le \log E_q[p / q] \le \log 1 = 0$ by Jensen's inequality, so the first term is a lower bound, and what is lost is how far the encoder's answer is from the posterior: because its family holds nothing better, or because one network must answer for all images. (4): the same first term with $p(x, z) = p(x \mid z)\, p(z)$. It holds nothing that cannot be computed.
#
# **The divergence from the prior**, for $q = N(\mu, \sigma^2)$ and $p = N(0, 1)$, one latent:
#
# $$
# \begin{aligned}
# KL &= E_q\!\left[ -\tfrac12 \log \sigma^2 - \tfrac12 \frac{(z - \mu)^2}{\sigma^2} + \tfrac12 z^2 \right] && (5) \\
# &= -\tfrac12 \log \sigma^2 - \tfrac12 + \tfrac12 (\mu^2 + \sigma^2) && (6) \\
# &= \tfrac12 \left[ \mu^2 + \sigma^2 - 1 - \log \sigma^2 \right] && (7)
# \end{aligned}
# $$
#
# (5) is the logarithm of the quotient of two normal densities; $\sqrt{2 \pi}$ cancels. (6) uses $E_q[(z - \mu)^2] = \sigma^2$ and $E_q[z^2] = \mu^2 + \sigma^2$. The encoder answers with independent latents, which is a choice (the posterior's need not be), so their divergences add up.
#
# **The reconstruction**, each pixel a toss of a coin (a Bernoulli variable) with $p = \mathrm{sigmoid}(l)$ and the decoder's logit $l$:
#
# $$
# \begin{aligned}
# -\log p(x \mid z) &= -x \log \mathrm{sigmoid}(l) - (1 - x) \log(1 - \mathrm{sigmoid}(l)) && (8) \\
# &= x\, \mathrm{softplus}(-l) + (1 - x)\, \mathrm{softplus}(l) = \mathrm{softplus}(l) - x\, l && (9)
# \end{aligned}
# $$
#
# (9) uses $\mathrm{softplus}(l) = \log(1 + e^l) = -\log(1 - \mathrm{sigmoid}(l))$ and $\mathrm{softplus}(-l) = \mathrm{softplus}(l) - l$. Pixels are independent given $z$, so they add up as well: **a sum over pixels, a sum over latents, a mean over the batch.**
#
# **The gradient through a draw.** $\mu$ and $\sigma$ stand in the distribution over which (4) averages. Write $z = \mu + \sigma \epsilon$ with $\epsilon \sim N(0, 1)$, and they stand inside:
#
# $$
# \nabla_\mu E_q[f(z)] = \nabla_\mu E_\epsilon[f(\mu + \sigma \epsilon)] = E_\epsilon[f'(z)] \qquad (10)
# $$
#
# This is the *reparameterisation*. One draw of $\epsilon$ for each image estimates it without bias. For $\sigma$ the same step gives $\nabla_\sigma E_q[f(z)] = E_\epsilon[f'(z)\, \epsilon]$, which is why the noise must be kept until the way back.

# %% [markdown] lang="zh"
# ## 公式，一行一步
#
# **下界。** 对任意密度 $q(z \mid x)$：
#
# $$
# \begin{aligned}
# \log p(x) &= E_q[\log p(x)] = E_q\!\left[\log \frac{p(x, z)}{p(z \mid x)}\right] && (1) \\
# &= E_q\!\left[\log \frac{p(x, z)}{q(z \mid x)}\right] + E_q\!\left[\log \frac{q(z \mid x)}{p(z \mid x)}\right] && (2) \\
# &= \mathrm{ELBO} + KL(q(z \mid x) \Vert p(z \mid x)) \ge \mathrm{ELBO} && (3) \\
# \mathrm{ELBO} &= E_q[\log p(x \mid z)] - KL(q(z \mid x) \Vert p(z)) && (4)
# \end{aligned}
# $$
#
# $E_q$ 表示对 $z \sim q(z \mid x)$ 求平均。(1)： $\log p(x)$ 与 $z$ 无关，且 $p(x, z) = p(z \mid x)\, p(x)$。(2) 乘以 $q$ 再除以 $q$。(3)： $KL(q \Vert p) = E_q[\log (q / p)]$ 是 KL 散度（Kullback-Leibler divergence），衡量 $q$ 离 $p$ 多远。它不会为负，因为由詹森不等式（Jensen's inequality）， $-E_q[\log (q / p)] = E_q[\log (p / q)] \le \log E_q[p / q] \le \log 1 = 0$；所以第一项是下界，损失掉的正是编码器的回答与后验之差：或因它的分布族里没有更好的，或因一个网络要为所有图作答。(4)：同样的第一项，改用 $p(x, z) = p(x \mid z)\, p(z)$，里面的每一样都算得出来。
#
# **与先验的散度**，设 $q = N(\mu, \sigma^2)$， $p = N(0, 1)$，一个隐变量：
#
# $$
# \begin{aligned}
# KL &= E_q\!\left[ -\tfrac12 \log \sigma^2 - \tfrac12 \frac{(z - \mu)^2}{\sigma^2} + \tfrac12 z^2 \right] && (5) \\
# &= -\tfrac12 \log \sigma^2 - \tfrac12 + \tfrac12 (\mu^2 + \sigma^2) && (6) \\
# &= \tfrac12 \left[ \mu^2 + \sigma^2 - 1 - \log \sigma^2 \right] && (7)
# \end{aligned}
# $$
#
# (5) 是两个正态密度之商的对数， $\sqrt{2 \pi}$ 约掉了。(6) 用到 $E_q[(z - \mu)^2] = \sigma^2$ 和 $E_q[z^2] = \mu^2 + \sigma^2$。编码器给出的各隐变量相互独立（这是一种选择，后验未必如此），所以散度相加。
#
# **重建项**，把每个像素看作一次抛硬币（伯努利变量，Bernoulli）， $p = \mathrm{sigmoid}(l)$， $l$ 是解码器输出的 logit：
#
# $$
# \begin{aligned}
# -\log p(x \mid z) &= -x \log \mathrm{sigmoid}(l) - (1 - x) \log(1 - \mathrm{sigmoid}(l)) && (8) \\
# &= x\, \mathrm{softplus}(-l) + (1 - x)\, \mathrm{softplus}(l) = \mathrm{softplus}(l) - x\, l && (9)
# \end{aligned}
# $$
#
# (9) 用到 $\mathrm{softplus}(l) = \log(1 + e^l) = -\log(1 - \mathrm{sigmoid}(l))$ 和 $\mathrm{softplus}(-l) = \mathrm{softplus}(l) - l$。给定 $z$ 后各像素独立，所以也是相加：**对像素求和，对隐变量求和，对批次求平均。**
#
# **穿过抽样的梯度。** (4) 要对一个分布求平均，而 $\mu$ 和 $\sigma$ 就在这个分布里。写成 $z = \mu + \sigma \epsilon$， $\epsilon \sim N(0, 1)$，它们就到了期望里面：
#
# $$
# \nabla_\mu E_q[f(z)] = \nabla_\mu E_\epsilon[f(\mu + \sigma \epsilon)] = E_\epsilon[f'(z)] \qquad (10)
# $$
#
# 这就是**重参数化**（reparameterization）。每张图抽一个 $\epsilon$，就是无偏估计。对 $\sigma$ 同样有 $\nabla_\sigma E_q[f(z)] = E_\epsilon[f'(z)\, \epsilon]$，所以噪声要一直留到反向传播。

# %% [markdown] lang="en"
# ## A number by hand
#
# Two latents with $\mu = (1, 0)$ and $\log \sigma^2 = (0, 1)$, so $\sigma^2 = (1, e)$; two pixels $x = (1, 0.5)$ with logits $l = (0, 2)$. Logarithms are natural, and their unit is called *nat*.
#
# - $KL = \frac12 (1 + 1 - 1 - 0) + \frac12 (0 + e - 1 - 1) = 0.5 + 0.359 = 0.859$ nats
# - $-\log p(x \mid z) = (\log 2 - 0) + (\log(1 + e^2) - 0.5 \cdot 2) = 0.693 + 1.127 = 1.820$ nats
# - $-\mathrm{ELBO} = 1.820 + 0.859 = 2.679$ nats
#
# And a yardstick for real images: a decoder that answers 0 everywhere costs $\log 2$ a pixel, $784 \log 2 = 543.4$ nats an image.

# %% [markdown] lang="zh"
# ## 手算一个数
#
# 两个隐变量， $\mu = (1, 0)$， $\log \sigma^2 = (0, 1)$，即 $\sigma^2 = (1, e)$；两个像素 $x = (1, 0.5)$，logit 为 $l = (0, 2)$。对数取自然对数，单位叫奈特（nat）。
#
# - $KL = \frac12 (1 + 1 - 1 - 0) + \frac12 (0 + e - 1 - 1) = 0.5 + 0.359 = 0.859$ 奈特
# - $-\log p(x \mid z) = (\log 2 - 0) + (\log(1 + e^2) - 0.5 \cdot 2) = 0.693 + 1.127 = 1.820$ 奈特
# - $-\mathrm{ELBO} = 1.820 + 0.859 = 2.679$ 奈特
#
# 再记住一把真实图像的尺子：处处回答 0 的解码器，每个像素的代价是 $\log 2$，每张图 $784 \log 2 = 543.4$ 奈特。

# %% [markdown] lang="en"
# ## Five lines of NumPy
#
# Both terms and their sum; the library has them as [`keras_gen.losses.gaussian_kl`](../../keras_gen/losses/vae.py), [`keras_gen.losses.bernoulli_nll`](../../keras_gen/losses/vae.py) and [`keras_gen.losses.negative_elbo`](../../keras_gen/losses/vae.py).

# %% [markdown] lang="zh"
# ## 五行 NumPy
#
# 两项以及它们的和；库里分别是 [`keras_gen.losses.gaussian_kl`](../../keras_gen/losses/vae.py)、[`keras_gen.losses.bernoulli_nll`](../../keras_gen/losses/vae.py) 和 [`keras_gen.losses.negative_elbo`](../../keras_gen/losses/vae.py)。

# %%
mean, log_var = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])  # (B, L)
images, logits = np.array([1.0, 0.5]), np.array([0.0, 2.0])
images, logits = (pixels.reshape(1, 1, 2, 1) for pixels in (images, logits))  # (B, H, W, C)

kl = 0.5 * (mean**2 + np.exp(log_var) - 1 - log_var)
kl = kl.sum(axis=1).mean()
nll = np.logaddexp(0, logits) - images * logits
nll = nll.sum(axis=(1, 2, 3)).mean()
negative_elbo = nll + kl

assert np.isclose(kl, losses.gaussian_kl(mean, log_var))
assert np.isclose(nll, losses.bernoulli_nll(images, logits))
assert np.isclose(negative_elbo, losses.negative_elbo(images, logits, mean, log_var))
print(f"KL {kl:.3f}   reconstruction {nll:.3f}   negative ELBO {negative_elbo:.3f}")

# %% [markdown] lang="en"
# **Is it a bound?** In the world of the picture everything can be integrated. The map shows the ELBO (4) for every encoder's answer $(\mu, \sigma)$. Its summit must lie below $\log p(x) = -0.693$, and by (3) the distance must be exactly the divergence of the best $q$ from the posterior. The library, which only ever draws samples, must find the same height, give or take the noise of its draws. What you should see: one hill, with the star on its summit; white is lower than the scale shows.

# %% [markdown] lang="zh"
# **它真是下界吗？** 在图示的小世界里，一切都能积分。下面的地图给出编码器每个回答 $(\mu, \sigma)$ 的 ELBO (4)。它的最高点必须低于 $\log p(x) = -0.693$，而且按 (3)，差距恰好等于最好的 $q$ 与后验之间的散度。库只会抽样，也必须得到同样的高度，只差抽样噪声。你应该看到：一座山，星号在山顶；白色低于色标的范围。

# %%
means, deviations = np.linspace(-0.5, 2, 101), np.linspace(0.2, 1.4, 97)
kls = 0.5 * (means**2 + deviations[:, None] ** 2 - 1 - 2 * np.log(deviations[:, None]))
expected = [
    [np.sum(normal(z, m, d) * np.log(likelihood)) * step for m in means] for d in deviations
]
elbo = np.array(expected) - kls
row, column = np.unravel_index(elbo.argmax(), elbo.shape)
best_mean, best_deviation = float(means[column]), float(deviations[row])
best_q = normal(z, best_mean, best_deviation)
gap = np.sum(best_q * np.log(best_q / posterior)) * step

figure, axes = plt.subplots(figsize=(7, 3.4))
shades = axes.contourf(means, deviations, elbo, levels=np.arange(-2.2, -0.6, 0.1), cmap="Blues")
figure.colorbar(shades, label="ELBO, nats")
axes.plot(best_mean, best_deviation, "k*", ms=12)
axes.set(xlabel=r"$\mu$", ylabel=r"$\sigma$")
axes.grid(False)
plt.show()

copies = np.ones((100_000, 1), "float32")
mean, log_var = copies * best_mean, copies * float(2 * np.log(best_deviation))
draws = GaussianSampling(seed=0)(mean, log_var)  # (100000, 1)
pixel, logits = (np.reshape(v, (-1, 1, 1, 1)) for v in (copies, 3 * draws))
sampled = -float(losses.negative_elbo(pixel, logits, mean, log_var))
print(f"best encoder: mu {best_mean:.2f}, sigma {best_deviation:.2f}")
print(f"ELBO {elbo.max():.4f}   log p(x) - KL {np.log(evidence) - gap:.4f}   library {sampled:.4f}")
assert np.isclose(elbo.max(), np.log(evidence) - gap) and abs(sampled - elbo.max()) < 0.01
assert elbo.max() < np.log(evidence)

# %% [markdown] lang="en"
# **Why the noise comes from outside.** There is another unbiased estimate of the gradient in (10), the *score-function estimate* $f(z) \nabla_\mu \log q(z)$ (the score is the second factor), which needs no derivative of $f$. For $f(z) = z^2$, $\mu = \sigma = 1$ the true gradient is 2, and the variances can be worked out: 30 for the score function, 4 for the reparameterisation. And a constant in $f$, such as some hundred nats of an ELBO, makes only the first one worse. (Taking a *baseline* off $f$, a constant near its mean, mends that: with the mean itself 18 is left, and no constant gets below 14. The reparameterisation has 4.)

# %% [markdown] lang="zh"
# **噪声为什么来自外部。** (10) 中的梯度还有另一个无偏估计，即**得分函数估计**（score-function estimator） $f(z) \nabla_\mu \log q(z)$（第二个因子就是得分），它不需要 $f$ 的导数。取 $f(z) = z^2$、 $\mu = \sigma = 1$，真实梯度是 2，两者的方差也算得出来：得分函数是 30，重参数化是 4。如果 $f$ 里还有一个常数，比如 ELBO 的几百奈特，那么只有前者会变得更差。（从 $f$ 里减去一个接近其均值的常数，即基线（baseline），就能补救：减去均值时方差是 18，取任何常数都不会低于 14；重参数化是 4。）

# %%
noise = np.random.default_rng(0).normal(size=1_000_000)
values = 1 + noise
for constant in (0, 100):
    score = (values**2 + constant) * noise
    through = 2 * values
    print(
        f"z^2 + {constant:3d}   score function: mean {score.mean():.2f}, variance {score.var():7.0f}",
        end="",
    )
    print(f"   reparameterised: mean {through.mean():.2f}, variance {through.var():.1f}")

# %% [markdown] lang="en"
# ## Value and slope
#
# What one latent costs, by its $\mu$ and its $\log \sigma^2$, and what one pixel costs, by its logit. The slopes are $\mu$, $\frac12 (\sigma^2 - 1)$ and $\mathrm{sigmoid}(l) - x$: latents are pulled towards the prior, pixels towards the image.
#
# What you should see: each dashed slope crosses 0 where its solid curve is lowest. For $x = 0$ and $x = 1$ there is no such place: the logit is driven outwards for ever, ever more weakly.

# %% [markdown] lang="zh"
# ## 值与斜率
#
# 一个隐变量的代价随它的 $\mu$ 和 $\log \sigma^2$ 怎样变，一个像素的代价随它的 logit 怎样变。斜率分别是 $\mu$、 $\frac12 (\sigma^2 - 1)$ 和 $\mathrm{sigmoid}(l) - x$：隐变量被拉向先验，像素被拉向图像。
#
# 你应该看到：每条虚线（斜率）都在对应实线的最低处穿过 0。 $x = 0$ 与 $x = 1$ 没有这样的地方：logit 一直被往外推，只是越来越弱。

# %%
axis = tf.linspace(-4.0, 4.0, 81)


def latent(value):
    """One latent in a batch of one."""
    return tf.reshape(value, (1, 1))


def pixel_cost(x):
    """Return the cost of one pixel of value x as a function of the logit."""
    image = tf.fill((1, 1, 1, 1), x)
    return lambda logit: losses.bernoulli_nll(image, tf.reshape(logit, (1, 1, 1, 1)))


PANELS = [
    (
        r"KL ($\sigma = 1$)",
        r"$\mu$",
        {"value": lambda v: losses.gaussian_kl(latent(v), latent(0.0))},
    ),
    (
        r"KL ($\mu = 0$)",
        r"$\log \sigma^2$",
        {"value": lambda v: losses.gaussian_kl(latent(0.0), latent(v))},
    ),
    ("one pixel", "logit $l$", {f"value, x = {x}": pixel_cost(x) for x in (0.0, 0.3, 1.0)}),
]
figure, panels = plt.subplots(1, 3, figsize=(11, 3))
for (title, across, curves), axes in zip(PANELS, panels, strict=True):
    for name, cost in curves.items():
        with tf.GradientTape() as tape:
            tape.watch(axis)
            values = tf.map_fn(cost, axis)
        (line,) = axes.plot(axis, values, label=name)
        axes.plot(axis, tape.gradient(values, axis), "--", color=line.get_color())
    axes.plot([], [], "k--", label="slope")
    axes.set(title=title, xlabel=across, ylim=(-4, 8))
    axes.legend(fontsize=7)
panels[0].set_ylabel("nats")
plt.show()

# %% [markdown] lang="en"
# For $x = 0.3$ the cost never reaches 0: its least value, at $\mathrm{sigmoid}(l) = 0.3$, is the entropy of that toss. Grey pixels are not tosses of a coin: for an $x$ between 0 and 1, (8) is a cross-entropy and no longer minus the logarithm of a probability. So a VAE on photographs has a floor that no decoder gets under, the entropy of its pixels, and its ELBO compares only with that of other VAEs on the same images. Here it is, in nats an image, for the images used below ([Q29](../../docs/interview.md)).

# %% [markdown] lang="zh"
# 对 $x = 0.3$，代价永远到不了 0：它在 $\mathrm{sigmoid}(l) = 0.3$ 处取最小值，即那次抛硬币的熵。灰度像素并不是抛硬币： $x$ 介于 0 与 1 之间时，(8) 是交叉熵，不再是概率的负对数。所以照片上的 VAE 有一个任何解码器都低不过的下限，即各像素的熵；它的 ELBO 也只能与同一批图上别的 VAE 相比。下面对后文用到的图算出它，单位是每张图多少奈特（[Q29](../../docs/interview.zh-CN.md)）。

# %%
products = data.load("fashion_mnist_10k")
unit = data.uint8_to_unit(products.images).numpy()  # (10000, 28, 28, 1)
held_out = data.uint8_to_unit(data.load("fashion_mnist_10k", split="test").images).numpy()


def floor(x):
    """Return the entropy of tosses with the probabilities x, in nats an image."""
    entropy = -sum(p * np.log(np.maximum(p, 1e-30)) for p in (x, 1 - x))
    return entropy.sum(axis=(1, 2, 3)).mean()


print(f"floor: {floor(held_out):.1f} nats a held-out image, {floor(unit):.1f} a training image")
assert round(float(floor(held_out)), 1) == 188.5

# %% [markdown] lang="en"
# ## Where it stands in `train_step`

# %% [markdown] lang="zh"
# ## 它在 `train_step` 中的位置

# %%
print(inspect.getsource(VAE.train_step))
print(inspect.getsource(GaussianSampling.call))

# %% [markdown] lang="en"
# - One loss and one optimizer for both networks: no game, hence none of the troubles of one.
# - The encoder answers with $\log \sigma^2$, not with $\sigma$: every real number is then a valid answer.
# - `noise` is drawn outside of anything that is trained; the gradient runs through `mean` and `log_var`, as in (10).
# - [`keras_gen.losses.negative_elbo`](../../keras_gen/losses/vae.py) is (7) and (9), summed as they must be.

# %% [markdown] lang="zh"
# - 两个网络共用一个损失、一个优化器：没有博弈，也就没有博弈的麻烦。
# - 编码器输出 $\log \sigma^2$ 而不是 $\sigma$：这样任何实数都是合法的回答。
# - `noise` 在一切可训练的部分之外抽取；梯度穿过 `mean` 和 `log_var`，正如 (10)。
# - [`keras_gen.losses.negative_elbo`](../../keras_gen/losses/vae.py) 就是 (7) 与 (9)，按应有的方式求和。

# %% [markdown] lang="en"
# ## What goes wrong without it
#
# Three small VAEs with two latents, so that their codes can be drawn. They differ in one number, the weight $\beta$ of the divergence:
#
# - $\beta = 0$: no divergence at all, an autoencoder. This is what one of the two articles whose mistakes this project [collects](../../docs/errata.md) describes as a VAE (E38).
# - $\beta = 1$: the bound, at its tightest. (A larger $\beta$ gives a looser one, a smaller one none.)
# - $\beta = 784$: a *mean* over pixels beside a sum over latents, a mistake that is easily made: $\frac{1}{784} NLL + KL = \frac{1}{784} (NLL + 784\, KL)$.
#
# First the codes $\mu$ of 600 images, coloured by kind, and a dashed circle that holds 86 % of the prior (for a radius of 2 it is $1 - e^{-2}$). In the middle panel the numbers are 16 draws of the prior. Then the images that are decoded from these same draws, one row for each $\beta$. The scales of the panels differ: look at the axes.

# %% [markdown] lang="zh"
# ## 没有它会怎样
#
# 三个小 VAE，都只有两个隐变量，便于画出编码。它们只差一个数，即散度的权重 $\beta$：
#
# - $\beta = 0$：完全没有散度，就是自编码器。本项目所[勘误](../../docs/errata.zh-CN.md)的两篇文章之一，把它说成了 VAE（E38）。
# - $\beta = 1$：下界，而且是最紧的。（ $\beta$ 更大，界更松；小于 1 就不是界。）
# - $\beta = 784$：对像素求**平均**，却对隐变量求和，这个错误很容易犯： $\frac{1}{784} NLL + KL = \frac{1}{784} (NLL + 784\, KL)$。
#
# 先看 600 张图的编码 $\mu$，按种类着色；虚线圆里有先验的 86 %（半径为 2，即 $1 - e^{-2}$）。中间一幅里的数字是从先验抽出的 16 个样本。再看由这 16 个样本解码得到的图，每个 $\beta$ 一行。各幅的刻度不同，请看坐标轴。

# %%
some, kinds = unit[:600], products.labels[:600]
draws = keras.random.normal((16, 2), seed=0).numpy()  # of the prior, as `sample` takes them

rows, reconstructions = [], []
figure, panels = plt.subplots(1, 3, figsize=(11, 4))
for beta, axes in zip((0.0, 1.0, 784.0), panels, strict=True):
    keras.utils.set_random_seed(0)
    sizes = {"latent_dim": 2, "width": 8, "hidden": 128}
    small = VAE(networks.encoder(**sizes), networks.decoder(**sizes), beta=beta, seed=0)
    small.compile(keras.optimizers.Adam(1e-3))
    stream = data.batches(products.images, 64, seed=0, scale=data.uint8_to_unit)
    small.fit(stream, steps_per_epoch=5 if FAST else 700, epochs=1, shuffle=False, verbose=0)
    terms = small.evaluate(held_out, batch_size=250, verbose=0, return_dict=True)
    print(f"beta {beta:3.0f}   reconstruction {terms['nll']:.1f}   KL {terms['kl']:.2f} nats")
    reconstructions.append(terms["nll"])
    codes, _ = small.encode(some)
    axes.scatter(*codes.T, c=kinds, cmap="tab10", s=4)
    axes.set(title=rf"$\beta$ = {beta:.0f}, codes $\mu$", aspect="equal", adjustable="datalim")
    axes.set(xlabel="first latent", ylabel="second latent")
    axes.add_patch(plt.Circle((0, 0), 2, fill=False, ls="--"))
    if beta == 1:
        nearest = np.linalg.norm(draws[:, None] - codes, axis=2).min(axis=1)  # (16,)
        for number, place in enumerate(draws, start=1):
            axes.text(*place, str(number), fontsize=9, ha="center", va="center").set_bbox(
                {"boxstyle": "circle,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.7}
            )
    rows.append(small.decode(draws))
plt.show()

lonely = np.argsort(nearest)[:-3:-1]  # the two draws that are farthest from any code
print(f"farthest from any of the 600 codes: draws {lonely[0] + 1} and {lonely[1] + 1},", end=" ")
print(f"{nearest[lonely[0]]:.2f} and {nearest[lonely[1]]:.2f}; median {np.median(nearest):.2f}")
mean_image = np.clip(unit.mean(axis=0), 1e-7, 1 - 1e-7)
logits = np.broadcast_to(np.log(mean_image / (1 - mean_image)), held_out.shape)
cost = float(losses.bernoulli_nll(held_out, logits.astype("float32")))
print(f"the mean training image as the answer to every image: {cost:.1f} nats")
assert FAST or (terms["kl"] < 0.1 and abs(terms["nll"] - cost) < 5)
assert FAST or nearest[lonely[1]] > 3 * np.median(nearest)
assert FAST or np.allclose(np.array(reconstructions) / 784, [0.35, 0.35, 0.49], atol=0.01)

# %%
labelled_grid(
    np.concatenate(rows),
    rows=[rf"$\beta$ = {beta}" for beta in (0, 1, 784)],
    columns=[str(number) for number in range(1, 17)],
    width=10,
)

# %% [markdown] lang="en"
# What you should see, row by row:
#
# - $\beta = 0$: the codes fill a region of their own choice, far larger than the prior and beside it. The decoder makes smears of draws of the prior, since it was never trained there.
# - $\beta = 1$: the codes lie roughly where the prior does, but with holes: many lie outside of the circle, and parts of the circle are empty. Most draws can be recognised as products. The printed line names the two that are farthest from any code: find their numbers in the middle panel, in an empty place, and look at what the decoder makes of them. This is the *prior hole*: the codes of all images together are not the prior, and in a hole this decoder is as lost as the first one is everywhere (Q30).
# - $\beta = 784$: every code is 0. The latents say nothing (*posterior collapse*), and every draw is the same average garment. The numbers agree: its reconstructions cost as much as the mean of the training images, given as the answer to every image (last line). Yet its reported loss, a mean over pixels, would look splendid: about 0.5.
#
# And the oddity of the printed lines: without any divergence the reconstruction is hardly different. So it is not the divergence that limits it here. The likely bottleneck is two latents and only 700 steps, which these three runs do not test.
#
# ## The real training
#
# The recipe of this package, [`keras_gen.recipes.VAERecipe`](../../keras_gen/recipes/vae.py), 24 latents, with fewer steps than its default.

# %% [markdown] lang="zh"
# 你应该看到，逐行来说：
#
# - $\beta = 0$：编码占据一块自选的区域，比先验大得多，而且在先验旁边。从先验抽出的样本落在解码器从未训练过的地方，解码出来只是一团模糊。
# - $\beta = 1$：编码大致在先验所在的地方，但有空洞：不少编码落在圆外，圆里又有空着的地方。抽样得到的大多看得出是商品。打印的那一行说出了离所有编码最远的两个样本：在中间一幅的空白处找到它们的编号，再看解码器把它们画成了什么。这就是先验空洞（prior hole）：所有图的编码合起来并不等于先验；在空洞里，这个解码器同样无所适从，就像第一个解码器处处如此（Q30）。
# - $\beta = 784$：所有编码都是 0。隐变量什么也没说，这叫后验坍塌（posterior collapse），每次抽样都是同一件平均的衣服。数字也对得上：它的重建代价，与不管什么图一律回答训练图的平均相同（最后一行）。可是它报告的损失是像素平均，看上去好极了：大约 0.5。
#
# 打印的数里还有一处奇怪：完全没有散度，重建却几乎没有差别。可见在这里限制它的不是散度；瓶颈多半是只有两个隐变量和 700 步，但这三次运行没有检验这一点。
#
# ## 真正的训练
#
# 用本项目的配方 [`keras_gen.recipes.VAERecipe`](../../keras_gen/recipes/vae.py)，24 个隐变量，步数比默认的少。

# %%
recipe = VAERecipe(steps=12 if FAST else 720, seed=0)
vae = recipe.build()
stream = data.batches(products.images, recipe.batch_size, seed=0, scale=data.uint8_to_unit)
history = vae.fit(
    stream, steps_per_epoch=recipe.steps // 12, epochs=12, shuffle=False, verbose=0
).history
terms = vae.evaluate(held_out, batch_size=250, verbose=0, return_dict=True)
print({name: round(value, 1) for name, value in terms.items()}, "nats per held-out image")
assert FAST or history["kl"][0] < max(history["kl"]) > history["kl"][-1]

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8))
when = recipe.steps // 12 * np.arange(1, 13)
left.plot(when, history["nll"], label="reconstruction")
left.plot(when, history["negative_elbo"], label="negative ELBO")
left.axhline(floor(unit), color="k", ls=":", label="floor")
right.plot(when, history["kl"], "C2", label="KL")
for axes in (left, right):
    axes.set(xlabel="step", ylabel="nats per image")
    axes.legend()
plt.show()

# %% [markdown] lang="en"
# The KL rises first, while the latents learn to speak, and then falls back a little: what they say is put more cheaply. The reconstruction falls, ever more slowly, and the dotted floor is still far below: what lies between them is all that a better model could still gain.
#
# Now products that it has not seen, each above its reconstruction from 24 numbers. What you should see: most kinds are right, but a sandal comes back as a blurred shoe, and thin straps, seams and patterns are gone.

# %% [markdown] lang="zh"
# KL 先升，这时隐变量在学着传递信息；然后回落一些，同样的信息用更低的代价说了出来。重建项一直下降，越来越慢，离虚线的下限还很远：更好的模型最多只能再改进这么多。
#
# 先看没见过的商品，每张的下方是由 24 个数重建的图。你应该看到：种类大多对，但凉鞋成了模糊的鞋，细带、缝线和图案都没有了。

# %%
labelled_grid(
    np.concatenate([held_out[:10], vae.reconstruct(held_out[:10])]),
    rows=["product", "from 24 numbers"],
)

# %% [markdown] lang="en"
# Interpolations: in each row a straight line through the latents, from one product to the next. The moving picture walks a closed loop, the first three of these lines and a fourth from the shirt straight back to the first shoe; its four columns are a quarter of the loop apart. What you should see: on the way from a shoe to a bag or a shirt there is a moment when the picture is neither, a faint mixture. A straight line may lead through places where there are no codes.

# %% [markdown] lang="zh"
# 再看插值：每一行沿着隐空间里的一条直线，从一件商品走到下一件。动图走的是一个闭合的圈：前三条线，再从衬衫直接回到第一只鞋；四列依次相差四分之一圈。你应该看到：从鞋子走到包或衬衫的途中，有一刻两样都不像，是淡淡的混合。直线经过的地方，可能根本没有编码。

# %%
interpolations(vae, held_out[:5], rows=5, steps=11)

# %%
ends = [*held_out[:4], held_out[0]]
path = np.concatenate(
    [vae.interpolate(*pair, 7)[:-1] for pair in pairwise(ends)]
)  # (24, 28, 28, 1)
frames = [grid(np.roll(path, -t, axis=0)[::6], columns=4, zoom=3) for t in range(len(path))]
gif(frames, seconds=6, colours=32)

# %% [markdown] lang="en"
# And draws of the prior. What you should see: shoes, tops and dresses, all of them soft, and about as many shapes that are nothing one could name.

# %% [markdown] lang="zh"
# 最后是从先验抽样的图。你应该看到：鞋、上衣和连衣裙，都发虚，还有大约同样多的形状什么都不像。

# %%
grid(vae.sample(48, seed=0), columns=16, zoom=2)

# %% [markdown] lang="en"
# All these are the decoder's *mean*, a grey picture. A real draw of $p(x \mid z)$ would toss a coin for each pixel. What you should see below: the same garments, with a grain that no photograph has, since the tosses are independent given $z$. Hence the habit of showing the mean.

# %% [markdown] lang="zh"
# 以上画的都是解码器的**均值**，一幅灰度图。真要从 $p(x \mid z)$ 抽样，每个像素都得抛一次硬币。你应该看到：还是那些商品，却带着照片上没有的颗粒，因为给定 $z$ 之后各次抛掷相互独立。所以大家习惯只画均值。

# %%
probabilities = vae.sample(10, seed=0)  # (10, 28, 28, 1)
tossed = np.random.default_rng(0).random(probabilities.shape) < probabilities
labelled_grid(np.concatenate([probabilities, tossed]), rows=["mean", "one toss a pixel"])

# %% [markdown] lang="en"
# The latents that say something: (7) for each latent, mean over the held-out images. The others carry next to nothing, presumably since what they would have saved in the reconstruction was less than their KL; then that is no fault. What you should see: about ten bars, then a step down to nearly nothing. (If too many fall silent: a weight of the KL that grows from 0, or free bits, Q27.)

# %% [markdown] lang="zh"
# 哪些隐变量携带了信息：对每个隐变量计算 (7)，再对留出图求平均。其余的几乎没有用上，多半是因为换来的重建收益抵不上 KL 的代价；那样就不算毛病。你应该看到：十根左右的柱子，然后一下子降到将近零。（如果用不上的太多：让 KL 的权重从 0 逐渐增大，或者用 free bits，见 Q27。）

# %%
mean, log_var = vae.encode(held_out)
said = np.sort((0.5 * (mean**2 + np.exp(log_var) - 1 - log_var)).mean(axis=0))[::-1]
figure, axes = plt.subplots(figsize=(7, 2.2))
axes.bar(np.arange(1, 25), said)
axes.set(xlabel="latent, in order", ylabel="KL, nats")
plt.show()
print(f"{said.sum():.1f} nats in all, {np.sum(said > 0.1)} of 24 latents above 0.1")

# %% [markdown] lang="en"
# The reconstructions are *a* shoe of that kind rather than *this* shoe, and soft: a decoder that treats pixels as independent answers with the mean of all images that share a code, and the mean of an edge here and an edge there is half an edge twice.
#
# **VAE or GAN?** One of those two articles calls a VAE stable but of lower quality, a GAN better and diverse, and given to mode collapse, without a number (E39, E40). Here are numbers: two seeds of each, on the same 10,000 images, 300 steps for the VAE and 600 for the GAN, meant to take about the same time. (The VAE's recipe raises its rate from 0 over the first 200 steps, most of these 300, so a run this short does not do it justice. The seconds are printed; here the GAN's are the larger. The first fit of a model also traces its graph, and the machine had other work, so read them as an order of magnitude.) Sharpness is the strength of edges, best where it is that of real images; FD (lower is better), precision (do samples look real?) and recall (how much of the real variety is reached?) are those of [tutorial 7](07_measuring_quality.ipynb).

# %% [markdown] lang="zh"
# 重建出来的是**一只**那种鞋，而不是**这只**鞋，而且发虚：把像素看作独立的解码器，回答的是共用一个编码的所有图的平均；边缘有时在这里、有时在那里，平均起来就是两条半截的边缘。
#
# **VAE 还是 GAN？** 那两篇文章之一说 VAE 稳定但质量较低，GAN 更好、更多样，又容易模式崩溃（mode collapse），却没给任何数字（E39、E40）。这里给出数字：各用两个种子，同样的 10,000 张图，VAE 走 300 步，GAN 走 600 步，本意是让两边耗时相近。（VAE 的配方在前 200 步里把学习率从 0 升上去，这占了 300 步的大半，这么短的训练对它并不公平。秒数打印在下面，这里 GAN 用得更多。模型的第一次 fit 还要追踪计算图，机器当时也不空闲，所以只看数量级。）锐度是边缘的强弱，与真实图相等时最好；FD（越小越好）、精确率（样本像不像真的）和召回率（覆盖了多少真实的多样性）见[教程 7](07_measuring_quality.ipynb)。

# %%
features = measures.load_features("fashion_net", (28, 28, 1))
real_features, _ = features(data.unit_to_uint8(held_out))  # (2000, 96)


def report(name, drawn):
    """Measure images (n, 28, 28, 1) in [0, 1] against the held-out ones."""
    drawn_features, _ = features(data.unit_to_uint8(drawn))
    fd = measures.frechet_distance(real_features, drawn_features)
    precision, recall = measures.precision_recall(real_features, drawn_features)
    print(f"{name:17s} FD {fd:5.2f}   precision {precision:.2f}   recall {recall:.2f}", end="")
    print(f"   sharpness {measures.sharpness(drawn).mean():.3f}")
    return -fd, precision, recall, measures.sharpness(drawn).mean()


figures = {}
for family, steps in ((VAERecipe, 300), (DCGANRecipe, 600)):
    name = family.__name__.removesuffix("Recipe")
    for seed in (0, 1):
        recipe = family(seed=seed)
        model = recipe.build()
        stream = data.batches(
            products.images, recipe.batch_size, seed=seed, scale=data.SCALES[recipe.pixel_scale]
        )
        start = time.perf_counter()
        model.fit(stream, steps_per_epoch=4 if FAST else steps, epochs=1, shuffle=False, verbose=0)
        seconds = time.perf_counter() - start
        drawn = model.sample(200 if FAST else 2000, seed=1)  # (n, 28, 28, 1)
        figures[name, seed] = report(f"{name} seed {seed}, {seconds:.0f} s", drawn)
_ = report("training images", unit[:2000])
worst, best = (
    choose([figures[name, seed] for seed in (0, 1)], axis=0)
    for choose, name in ((np.min, "DCGAN"), (np.max, "VAE"))
)
assert FAST or (worst > best).all()  # FD with its sign changed, precision, recall, sharpness

# %% [markdown] lang="en"
# Blurred, yes, and here farther from the data on every count. With 60 seconds each, on all 60,000 images, the order stays: FD 9.99 and 3.51, recall 0.067 and 0.53 ([results](../../docs/results.md), row "non_saturating"). "Diverse" is not a matter of the family: here the GAN reaches more of the variety than the VAE, but in those results the fully connected GAN reaches less (recall 0.041, the VAE's 0.067). About stability, two seeds say next to nothing. Three, on all 60,000 images, are a hint: there the VAE's distance varies by 0.5 %, a GAN's by 2 to 13 % ([results](../../docs/results.md)). And agreement between seeds is not yet stability of a training, which would mean that no run diverges or swings. What the GAN has not got is a bound on the likelihood, and codes for images that it is given.
#
# ## Exercises
#
# **1.** Another prior: $p(z) = N(0, \tau^2)$. What does (7) become, for one latent?

# %% [markdown] lang="zh"
# 模糊，没错；而且在这里每一项都离数据更远。两边各用 60 秒、全部 60,000 张图时，次序不变：FD 是 9.99 与 3.51，召回率是 0.067 与 0.53（[结果](../../docs/results.zh-CN.md)，“non_saturating”一行）。“多样”不由家族决定：这里是 GAN 覆盖的多样性更多；而在上述结果里，全连接的 GAN 反而不如 VAE（召回率 0.041 对 0.067）。关于稳定性，两个种子几乎说明不了什么；三个种子加全部 60,000 张图，是一个迹象：VAE 的距离只变动 0.5 %，各种 GAN 变动 2 至 13 %（[结果](../../docs/results.zh-CN.md)）。何况种子之间一致，还不等于训练稳定；稳定是说没有哪次训练会发散或大起大落。GAN 没有的是似然的下界，以及给定图像的编码。
#
# ## 练习
#
# **1.** 换一个先验： $p(z) = N(0, \tau^2)$。一个隐变量的 (7) 变成什么？


# %% exercise
def kl_to_wider_prior(mean, log_var, tau):
    """Return KL(N(mean, exp(log_var)) || N(0, tau**2)) of one latent."""
    return ...


# %% check
found = kl_to_wider_prior(np.array([1.0, 0.0]), np.array([0.0, 2 * np.log(2.0)]), tau=2.0)
right = [np.log(2) + 0.5 * (2 / 4 - 1), 0.0]
assert found is ... or np.allclose(found, right), f"expected {right}, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def kl_to_wider_prior(mean, log_var, tau):
    """Return KL(N(mean, exp(log_var)) || N(0, tau**2)) of one latent."""
    # z / tau has the prior N(0, 1), the mean mean / tau and the variance exp(log_var) / tau**2
    return 0.5 * ((mean**2 + np.exp(log_var)) / tau**2 - 1 - log_var + 2 * np.log(tau))


# %% [markdown] lang="en"
# **2.** Grey pixels as normal variables of a known deviation instead of tosses of a coin. Write the reconstruction term, with the reduction of this package: `images` and `means` are (B, H, W, C).

# %% [markdown] lang="zh"
# **2.** 不把灰度像素看作抛硬币，而看作标准差已知的正态变量。按本项目的归约方式写出重建项，`images` 与 `means` 的形状都是 (B, H, W, C)。


# %% exercise
def gaussian_nll(images, means, deviation):
    """Return -log N(images; means, deviation**2) in nats per image."""
    return ...


# %% check
found = gaussian_nll(np.ones((3, 1, 2, 1)), np.zeros((3, 1, 2, 1)), deviation=2.0)
right = 2 * (1 / 8 + np.log(2) + np.log(2 * np.pi) / 2)
assert found is ... or np.isclose(found, right), f"expected {right:.3f}, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def gaussian_nll(images, means, deviation):
    """Return -log N(images; means, deviation**2) in nats per image."""
    # two pixels of 1/8 + log 2 + log(2 pi) / 2 each
    pixels = 0.5 * ((images - means) / deviation) ** 2 + np.log(deviation * np.sqrt(2 * np.pi))
    return pixels.sum(axis=(1, 2, 3)).mean()


# %% [markdown] lang="en"
# **3.** How far is $\log p(x)$ above the ELBO? Several draws give a tighter bound: the logarithm of the *mean* of the ratios $p(x, z) / q(z \mid x)$. It is called the *importance-weighted bound*. Write it for their logarithms, `log_ratios` of shape (K,), so that nothing overflows.

# %% [markdown] lang="zh"
# **3.** $\log p(x)$ 比 ELBO 高多少？多抽几次能得到更紧的界：对比值 $p(x, z) / q(z \mid x)$ 先求**平均**，再取对数。已知它们的对数 `log_ratios`，形状为 (K,)，写出这个界，并且不能溢出。它叫**重要性加权下界**（importance-weighted bound）。


# %% exercise
def tighter_bound(log_ratios):
    """Return log(mean(exp(log_ratios)))."""
    return ...


# %% check
found = tighter_bound(np.array([-1000.0, -1000.0 + np.log(3.0)]))
assert found is ... or np.isclose(found, np.log(2) - 1000), f"expected -999.307, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def tighter_bound(log_ratios):
    """Return log(mean(exp(log_ratios)))."""
    highest = log_ratios.max()  # then the largest of the exponentials is 1
    return highest + np.log(np.mean(np.exp(log_ratios - highest)))


# %% [markdown] lang="en"
# **How far, then?** For the VAE of this notebook: 500 held-out images, one draw each for the ELBO and 50 for the bound, with the library's [`keras_gen.measures.Likelihood`](../../keras_gen/measures/likelihood.py). By (3) the true distance is the divergence of the encoder's answer from the posterior. (These images are grey, so $\log p(x)$ is here the logarithm of the mean of $e^{-NLL}$ over the prior, which is no likelihood in the strict sense; (3) holds for it all the same.) More draws show more of it; no number of draws shows too much of it, on average.

# %% [markdown] lang="zh"
# **那么高多少？** 就用本篇的 VAE：500 张留出图，ELBO 每张抽一次，这个界每张抽 50 次，用库里的 [`keras_gen.measures.Likelihood`](../../keras_gen/measures/likelihood.py)。按 (3)，真正的差距就是编码器的回答与后验之间的散度。（这些图是灰度图，所以这里的 $\log p(x)$ 是 $e^{-NLL}$ 对先验求平均之后的对数，严格说来不是似然；(3) 照样成立。）抽得越多，显露得越多；平均来说，抽多少次都不会高估它。

# %%
likelihood = measures.Likelihood(vae.encoder, vae.decoder)
few = held_out[: 20 if FAST else 500]
elbos = -np.sum(likelihood.elbo(few), axis=0)  # (500,)
bounds = likelihood.importance_weighted_bound(few, k=2 if FAST else 50)  # (500,)
print(f"ELBO {elbos.mean():.1f}   bound of 50 draws {bounds.mean():.1f} nats", end="   ")
print(f"log p(x) is at least {np.mean(bounds - elbos):.1f} nats above the ELBO")
assert FAST or 1 < np.mean(bounds - elbos) < 10

# %% [markdown] lang="en"
# ## Where to go from here
#
# **To say it aloud.** A VAE cannot compute the likelihood, so an encoder guesses the latents of each image, and the ELBO is the log-likelihood minus the error of that guess, a KL divergence. It has two terms: reconstruction, summed over pixels, and the divergence from the prior, summed over latents. The draw becomes differentiable once the noise comes from outside. Samples are soft because the decoder answers with a mean, and some are no garments at all because the codes do not fill the prior.
#
# | sign in the numbers | what it means |
# |---|---|
# | a loss below 1 | a mean over pixels; beside a sum over latents, $\beta$ is then 784 |
# | KL of 0, reconstruction of the mean image | posterior collapse |
# | good reconstructions, bad samples | holes in the prior |
# | reconstruction near the floor (188.5 nats for the held-out images) | nothing left to gain with this likelihood |
#
# **Predict, then run.** Train the small VAE with $\beta = 4$. Will the reconstruction lie above or below that of $\beta = 1$, and the KL? Write both down first.
#
# **Which program?** Three programs report reconstructions of 272, 0.35 and 0.49 for the held-out images. Which two take a mean over pixels? And in one of the three the latents say nothing: which one? (Multiply by 784, and compare with the lines printed above the three rows.)
#
# - [Losses](../../keras_gen/losses/vae.py) and [model](../../keras_gen/models/vae.py); [interview questions](../../docs/interview.md) Q22 to Q30; [results](../../docs/results.md) beside the GANs. `keras-gen train vae --data fashion_mnist` is the full run.
# - Where you meet it today: in front of latent diffusion, as the network that compresses (Q83), and with a codebook in place of the normal distribution, as VQ-VAE (Q93).
# - Kingma and Welling 2014, [arXiv:1312.6114](https://arxiv.org/abs/1312.6114); Burda et al. 2016, [arXiv:1509.00519](https://arxiv.org/abs/1509.00519), for the bound of exercise 3; Higgins et al. 2017, ICLR, for $\beta$.

# %% [markdown] lang="zh"
# ## 接下来
#
# **用几句话说出来。** VAE 算不出似然，就让编码器为每张图猜它的隐变量；ELBO 等于对数似然减去这个猜测的误差（一个 KL 散度）。它有两项：重建，对像素求和；与先验的散度，对隐变量求和。噪声来自外部，抽样就变得可导。样本发虚，是因为解码器回答的是均值；有些根本不像商品，是因为编码没有填满先验。
#
# | 数字里的迹象 | 说明什么 |
# |---|---|
# | 损失小于 1 | 对像素求了平均；若对隐变量仍是求和， $\beta$ 就成了 784 |
# | KL 为 0，重建等于平均图 | 后验坍塌 |
# | 重建好，样本差 | 先验有空洞 |
# | 重建接近下限（留出图是 188.5 奈特） | 用这种似然已没有可改进的 |
#
# **先预测，再运行。** 用 $\beta = 4$ 训练那个小 VAE。与 $\beta = 1$ 时相比，重建会更高还是更低，KL 呢？先把两个都写下来。
#
# **是哪个程序？** 三个程序对留出图报告的重建项是 272、0.35 和 0.49。哪两个对像素求了平均？其中有一个，隐变量什么也没说：是哪个？（乘以 784，再与那三行图上方打印的数比较。）
#
# - [损失函数](../../keras_gen/losses/vae.py)与[模型](../../keras_gen/models/vae.py)；[面试题](../../docs/interview.zh-CN.md) Q22 至 Q30；与 GAN 并列的[结果](../../docs/results.zh-CN.md)。完整的训练是 `keras-gen train vae --data fashion_mnist`。
# - 如今在哪里遇到它：在隐空间扩散模型的前面负责压缩（Q83）；把正态分布换成码本，就是 VQ-VAE（Q93）。
# - Kingma 与 Welling 2014，[arXiv:1312.6114](https://arxiv.org/abs/1312.6114)；Burda et al. 2016，[arXiv:1509.00519](https://arxiv.org/abs/1509.00519)，练习 3 的界；Higgins et al. 2017，ICLR，关于 $\beta$。

# %% words
# p(x = 1) = {evidence:.6f}, by symmetry 1/2; log p(x) = {np.log(evidence):.4f} => p(x = 1) = {evidence:.6f}，由对称性是 1/2；log p(x) = {np.log(evidence):.4f}
# $p(x=1|z)$, decoder => $p(x=1|z)$，解码器
# some $q(z|x=1)$, encoder => 某个 $q(z|x=1)$，编码器
# KL {kl:.3f}   reconstruction {nll:.3f}   negative ELBO {negative_elbo:.3f} => KL {kl:.3f}   重建 {nll:.3f}   负 ELBO {negative_elbo:.3f}
# best encoder: mu {best_mean:.2f}, sigma {best_deviation:.2f} => 最佳编码器：mu {best_mean:.2f}，sigma {best_deviation:.2f}
# ELBO {elbo.max():.4f}   log p(x) - KL {np.log(evidence) - gap:.4f}   library {sampled:.4f} => ELBO {elbo.max():.4f}   log p(x) - KL {np.log(evidence) - gap:.4f}   库 {sampled:.4f}
# ELBO, nats => ELBO，奈特
# z^2 + {constant:3d}   score function: mean {score.mean():.2f}, variance {score.var():7.0f} => z^2 + {constant:3d}   得分函数：均值 {score.mean():.2f}，方差 {score.var():7.0f}
# reparameterised: mean {through.mean():.2f}, variance {through.var():.1f} => 重参数化：均值 {through.mean():.2f}，方差 {through.var():.1f}
# KL ($\sigma = 1$) => KL（$\sigma = 1$）
# KL ($\mu = 0$) => KL（$\mu = 0$）
# one pixel => 一个像素
# value => 值
# value, x = {x} => 值，x = {x}
# nats => 奈特
# floor: {floor(held_out):.1f} nats a held-out image, {floor(unit):.1f} a training image => 下限（奈特）：留出图每张 {floor(held_out):.1f}，训练图每张 {floor(unit):.1f}
# first latent => 第一个隐变量
# second latent => 第二个隐变量
# farthest from any of the 600 codes: draws {lonely[0] + 1} and {lonely[1] + 1}, => 离 600 个编码最远的样本：{lonely[0] + 1} 号与 {lonely[1] + 1} 号，
# {nearest[lonely[0]]:.2f} and {nearest[lonely[1]]:.2f}; median {np.median(nearest):.2f} => {nearest[lonely[0]]:.2f} 与 {nearest[lonely[1]]:.2f}；中位数 {np.median(nearest):.2f}
# the mean training image as the answer to every image: {cost:.1f} nats => 一律回答训练图的平均：{cost:.1f} 奈特
# floor => 下限
# product => 商品
# from 24 numbers => 由 24 个数重建
# mean => 均值
# one toss a pixel => 每个像素抛一次
# ELBO {elbos.mean():.1f}   bound of 50 draws {bounds.mean():.1f} nats => ELBO {elbos.mean():.1f}   抽 50 次的界 {bounds.mean():.1f} 奈特
# log p(x) is at least {np.mean(bounds - elbos):.1f} nats above the ELBO => log p(x) 比 ELBO 至少高 {np.mean(bounds - elbos):.1f} 奈特
# slope => 斜率
# beta {beta:3.0f}   reconstruction {terms['nll']:.1f}   KL {terms['kl']:.2f} nats => beta {beta:3.0f}   重建 {terms['nll']:.1f}   KL {terms['kl']:.2f} 奈特
# $\beta$ = {beta:.0f}, codes $\mu$ => $\beta$ = {beta:.0f}，编码 $\mu$
# nats per held-out image => 奈特（每张留出图）
# reconstruction => 重建
# negative ELBO => 负 ELBO
# step => 步数
# nats per image => 奈特（每张图）
# {said.sum():.1f} nats in all, {np.sum(said > 0.1)} of 24 latents above 0.1 => 共 {said.sum():.1f} 奈特，24 个隐变量里有 {np.sum(said > 0.1)} 个高于 0.1
# latent, in order => 隐变量，按大小排列
# KL, nats => KL，奈特
# training images => 训练图
# {name:17s} FD {fd:5.2f}   precision {precision:.2f}   recall {recall:.2f} => {name:17s} FD {fd:5.2f}   精确率 {precision:.2f}   召回率 {recall:.2f}
# sharpness {measures.sharpness(drawn).mean():.3f} => 锐度 {measures.sharpness(drawn).mean():.3f}
# {name} seed {seed}, {seconds:.0f} s => {name} 种子 {seed}，{seconds:.0f} 秒
# expected {right:.3f}, found {found} => 应为 {right:.3f}，得到的是 {found}
# expected -999.307, found {found} => 应为 -999.307，得到的是 {found}
