"""Tutorial 2, a GAN of dense layers. Format and builder: scripts/build_tutorials.py."""

# ruff: noqa: E501 - prose has one paragraph a line

# %% [markdown] lang="en"
# # 2. A GAN of dense layers
#
# "Write a GAN that draws a 28 x 28 image from noise" is an interview question whose published answer raises an error when it is built and, with that mended, does not learn. This notebook shows what must be right, and how a verdict on an image becomes a change of a weight. You need [tutorial 1](01_adversarial_game.ipynb).
#
# After this notebook you can
#
# - follow a gradient from $D$'s verdict through the image into $G$, and compute one by hand;
# - match the last activation with the range of the data;
# - write a whole GAN in plain Keras, and check that the library takes the same step;
# - say why freezing $D$ in a "combined model" of $G$ and $D$ cannot be relied on;
# - train the first document's network, mended, on product images in a minute.
#
# "The first document" and "the second document" are two published teaching texts that contain errors, which these notebooks mend. E1, E2, ... number the errors in the [errata](../../docs/errata.md); Q1, Q2, ... number the [interview questions](../../docs/interview.md). You can read on without following either.

# %% [markdown] lang="zh"
# # 2. 全连接层的 GAN
#
# “写一个 GAN，从噪声画出 28 x 28 的图像”是一道面试题，它的公开参考答案一搭建模型就报错，改掉这个错以后，仍然什么也学不到。本篇说明哪些地方必须做对，以及对一张图的判断怎样变成一个权重的改动。请先读[教程 1](01_adversarial_game.ipynb)。
#
# 学完本篇，你能够
#
# - 跟着梯度从 $D$ 的判断出发，穿过图像进入 $G$，并手算一遍；
# - 让最后一层的激活函数与数据的取值范围相配；
# - 只用 Keras 写出一个完整的 GAN，并验证库走的是同样的一步；
# - 说清楚把 $G$ 和 $D$ 串成一个“组合模型”时，冻结 $D$ 为什么靠不住；
# - 用一分钟在商品图上训练第一篇文档的网络（改正后）。
#
# “第一篇文档”和“第二篇文档”是两篇公开的教学文章，里面有错误，这套笔记本逐一改正。E1、E2……是[勘误](../../docs/errata.zh-CN.md)里这些错误的编号，Q1、Q2……是[面试题](../../docs/interview.zh-CN.md)的编号。不点开也能读下去。

# %%
import inspect
import os
import re
import warnings
from itertools import pairwise

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers

from keras_gen import data, losses, measures
from keras_gen.models import GAN
from keras_gen.networks import mlp_gan
from keras_gen.pictures import gif, grid, labelled_grid
from keras_gen.recipes import MLPGANRecipe

FAST = bool(os.environ.get("KERAS_GEN_FAST"))  # tests set it, to run everything with few steps

# %% [markdown] lang="en"
# ## The question
#
# The generator starts with random weights and draws noise; the first document's listing, from which this tutorial starts, stops there and shows the noise ([errata](../../docs/errata.md) E14). Nobody ever shows the generator a real image, and no pixel that it draws has a target. All it gets is $D$'s logit for its image. **How does a single number about 784 pixels tell each of a million and a half weights where to go, and what in a network can cut that message off?**

# %% [markdown] lang="zh"
# ## 问题
#
# 生成器（generator）从随机权重开始，画的是噪声；本篇从第一篇文档的代码讲起，那份代码到此为止，把噪声显示出来就结束了（[勘误](../../docs/errata.zh-CN.md) E14）。没有人给生成器看过一张真实图，它画的每个像素也没有标准答案。它得到的只有判别器（discriminator） $D$ 对这张图给出的 logit。**对 784 个像素只给出一个数，怎样让一百五十万个权重知道各自该往哪儿走？网络里又有什么会把这个消息切断？**

# %% [markdown] lang="en"
# ## The picture
#
# Above, sixteen products; below, what the untrained generator makes of sixteen noise vectors. Both are on the same scale, pixels in $[-1, 1]$, black at $-1$. What you should see: clothes, shoes and a bag on black above, and below the same grey speckle sixteen times.

# %% [markdown] lang="zh"
# ## 图示
#
# 上面是十六件商品，下面是未经训练的生成器用十六个噪声向量画出的东西。两者尺度相同，像素都在 $[-1, 1]$ 内，黑色是 $-1$。你应该看到：上面是黑底上的衣服、鞋子和一只包，下面是十六张几乎一样的灰色噪点。

# %%
images = data.load("fashion_mnist_10k").images  # (10000, 28, 28, 1) uint8
scaled = data.uint8_to_symmetric(images).numpy()  # the same in [-1, 1]
keras.utils.set_random_seed(0)
generator, discriminator = mlp_gan.generator(), mlp_gan.discriminator()
noise = tf.random.stateless_normal((16, 100), seed=(0, 0))
drawn = generator(noise)  # (16, 28, 28, 1) in [-1, 1]

print("D of the untrained pair:", tf.sigmoid(discriminator(drawn)).numpy()[:4, 0].round(3))
labelled_grid((np.concatenate([scaled[:16], drawn]) + 1) / 2, ["real", "untrained"])

# %% [markdown] lang="en"
# ## The formula, one step a line
#
# **Forward.** Noise $z$ goes through dense layers to 784 pixels, and these through $D$ to one logit $s$:
#
# $$
# \begin{aligned}
# a_1 &= W_1 z, \quad h_1 = \phi(\mathrm{BN}(a_1)), \quad \dots, \quad h_4 = \phi(\mathrm{BN}(W_4 h_3)) && (1) \\
# \mathrm{BN}(a) &= \gamma \, \frac{a - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}} + \beta && (2) \\
# x &= \tanh(W_5 h_4 + b), \qquad 784 = 28 \cdot 28 \cdot 1 \text{ units} && (3) \\
# D(x) &= \sigma(s), \qquad L_G = \mathrm{softplus}(-s) && (4)
# \end{aligned}
# $$
#
# $\phi(a) = \max(a, 0.2\, a)$ is the LeakyReLU. BatchNorm (2) takes the mean $\mu_B$ and the variance $\sigma_B^2$ over the batch for each unit; $\gamma$ and $\beta$ are learnt, and $\varepsilon$ is a small constant. (In training it also keeps running averages of both statistics, which take their place with `training=False`.) Since the mean is subtracted, every bias is taken away again, so the layers before it have none.
#
# **Backward.** For a weight $\theta$ of $G$, the chain rule from the end:
#
# $$
# \begin{aligned}
# \frac{\partial L_G}{\partial \theta} &= \frac{\partial L_G}{\partial s} \cdot \frac{\partial s}{\partial x} \cdot \frac{\partial x}{\partial \theta} && (5) \\
# \frac{\partial L_G}{\partial s} &= \sigma(s) - 1 && (6) \\
# \frac{\partial s}{\partial x} &\in \mathbb{R}^{784} && (7) \\
# \frac{\partial x}{\partial \theta} &= (1 - x^2)\, \frac{\partial (W_5 h_4 + b)}{\partial \theta} && (8)
# \end{aligned}
# $$
#
# (7) is all that $G$ ever learns about products: 784 numbers, a picture drawn by $D$ of what it would like to see changed in this image. (8) uses $\tanh' = 1 - \tanh^2$. A zero in any factor cuts the message off.

# %% [markdown] lang="zh"
# ## 公式，一行一步
#
# **前向。** 噪声 $z$ 经过几个全连接层变成 784 个像素，再经过 $D$ 变成一个 logit，即 $s$：
#
# $$
# \begin{aligned}
# a_1 &= W_1 z, \quad h_1 = \phi(\mathrm{BN}(a_1)), \quad \dots, \quad h_4 = \phi(\mathrm{BN}(W_4 h_3)) && (1) \\
# \mathrm{BN}(a) &= \gamma \, \frac{a - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}} + \beta && (2) \\
# x &= \tanh(W_5 h_4 + b), \qquad 784 = 28 \cdot 28 \cdot 1 \text{ 个单元} && (3) \\
# D(x) &= \sigma(s), \qquad L_G = \mathrm{softplus}(-s) && (4)
# \end{aligned}
# $$
#
# $\phi(a) = \max(a, 0.2\, a)$ 是 LeakyReLU。批归一化（BatchNorm）(2) 对每个单元在批次上求均值 $\mu_B$ 和方差 $\sigma_B^2$； $\gamma$、 $\beta$ 是学来的， $\varepsilon$ 是一个很小的常数。（训练时它还记下这两个统计量的滑动平均，`training=False` 时用它们代替。）既然减去了均值，偏置也就全部被减掉，所以它前面的层不设偏置。
#
# **反向。** 对 $G$ 的一个权重 $\theta$，从末端开始用链式法则：
#
# $$
# \begin{aligned}
# \frac{\partial L_G}{\partial \theta} &= \frac{\partial L_G}{\partial s} \cdot \frac{\partial s}{\partial x} \cdot \frac{\partial x}{\partial \theta} && (5) \\
# \frac{\partial L_G}{\partial s} &= \sigma(s) - 1 && (6) \\
# \frac{\partial s}{\partial x} &\in \mathbb{R}^{784} && (7) \\
# \frac{\partial x}{\partial \theta} &= (1 - x^2)\, \frac{\partial (W_5 h_4 + b)}{\partial \theta} && (8)
# \end{aligned}
# $$
#
# $G$ 对商品的全部了解都来自 (7)：784 个数，也就是 $D$ 画出的一幅图，指出它希望这张图像改哪里。(8) 用到 $\tanh' = 1 - \tanh^2$。任何一个因子为零，信号就断了。

# %% [markdown] lang="en"
# ## A number by hand
#
# The smallest pair there is: one noise number, one weight, one pixel. $x = \tanh(w z)$ and $s = v x$, with $z = 1$, $w = 0.5$, $v = 2$.
#
# - $x = \tanh 0.5 = 0.462$ and $s = 2 \cdot 0.462 = 0.924$, so $D(x) = \sigma(0.924) = 0.716$
# - (6): $0.716 - 1 = -0.284$. (7): $v = 2$. (8): $(1 - 0.462^2) \cdot z = 0.786$
# - $\partial L_G / \partial w = -0.2841 \cdot 2 \cdot 0.7864 = -0.447$: a larger $w$ would look more real
#
# And a size: a dense layer from $n$ to $m$ units has $(n + 1)\, m$ numbers with its bias. The last layer of $G$ has $(1024 + 1) \cdot 784 = 803600$.

# %% [markdown] lang="zh"
# ## 手算一个数
#
# 最小的一对：一个噪声数，一个权重，一个像素。 $x = \tanh(w z)$， $s = v x$，取 $z = 1$、 $w = 0.5$、 $v = 2$。
#
# - $x = \tanh 0.5 = 0.462$， $s = 2 \cdot 0.462 = 0.924$，所以 $D(x) = \sigma(0.924) = 0.716$
# - (6)： $0.716 - 1 = -0.284$。(7)： $v = 2$。(8)： $(1 - 0.462^2) \cdot z = 0.786$
# - $\partial L_G / \partial w = -0.2841 \cdot 2 \cdot 0.7864 = -0.447$： $w$ 再大一点，就更像真的
#
# 再算规模：从 $n$ 个单元到 $m$ 个单元的全连接层，连偏置共有 $(n + 1)\, m$ 个数。 $G$ 的最后一层有 $(1024 + 1) \cdot 784 = 803600$ 个。

# %% [markdown] lang="en"
# ## Five lines of NumPy
#
# The same pair, for the noise of the hand-worked number, then for a batch of four. The library must agree: one training step of [`keras_gen.models.GAN`](../../keras_gen/models/gan.py), with gradient descent at rate 1, must change $w$ by exactly minus this gradient. (In the batch the sign is the other one: three of its four noise numbers are negative, and there a larger $w$ makes the pixel darker, which looks less real.)

# %% [markdown] lang="zh"
# ## 五行 NumPy
#
# 还是这一对，先代入手算用的噪声，再用一批四个噪声数。库必须给出同样的结果：用学习率为 1 的梯度下降，让 [`keras_gen.models.GAN`](../../keras_gen/models/gan.py) 训练一步， $w$ 的改动必须恰好是这个梯度的相反数。（这一批的符号与手算的相反：四个噪声数里有三个是负的，那里 $w$ 变大，像素反而变暗，更不像真的。）


# %%
def tiny_gan():
    """One noise number, one weight w = 0.5, one pixel, one weight v = 2."""
    g = keras.Sequential(
        [keras.Input((1,)), layers.Dense(1, "tanh", use_bias=False), layers.Reshape((1, 1, 1))],
        name="generator",
    )
    d = keras.Sequential(
        [keras.Input((1, 1, 1)), layers.Flatten(), layers.Dense(1, use_bias=False)],
        name="discriminator",
    )
    g.set_weights([np.array([[0.5]])])
    d.set_weights([np.array([[2.0]])])
    gan = GAN(g, d, latent_dim=1, update="simultaneous", seed=0)
    gan.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0), jit_compile=False)
    return gan  # XLA, on a GPU, would draw noise that differs from the twin's below


def gradient_of_w(z):
    """Equation (5) for the tiny pair, mean over the batch z."""
    x = np.tanh(0.5 * z)
    s = 2.0 * x
    by_logit = 1 / (1 + np.exp(-s)) - 1  # (6)
    by_pixel = by_logit * 2.0  # (7)
    return (by_pixel * (1 - x**2) * z).mean()  # (8)


assert round(gradient_of_w(np.array([1.0])), 3) == -0.447  # the number worked by hand
gan = tiny_gan()
z = tiny_gan().draw_latents(4).numpy()  # a twin with the same seed draws the noise that gan will
print("noise", z[:, 0].round(2))
assert (z < 0).sum() == 3
gradient = gradient_of_w(z)

gan.fit(np.zeros((4, 1, 1, 1), "float32"), batch_size=4, verbose=0)
change = gan.generator.get_weights()[0].item() - 0.5
assert np.isclose(change, -gradient, rtol=2e-3)  # a GPU keeps three digits of a product, TF32
print(f"gradient {gradient:.6f}   change of w in one step of the library {change:.6f}")

# %% [markdown] lang="en"
# ## Value and slope
#
# Three ways to end a generator. On the left the pixel that each of them draws, in the middle its slope, on the right the pixels of real images. These fill $[-1, 1]$, and half of them are exactly $-1$, black: the first bar of the histogram. Its axis is logarithmic, so that the other bars can be seen beside it.

# %% [markdown] lang="zh"
# ## 值与斜率
#
# 生成器最后一层的三种激活函数。左图是各自画出的像素值，中图是它的斜率，右图是真实图的像素。真实像素布满 $[-1, 1]$，其中一半恰好是 $-1$，即黑色，就是直方图的第一根柱子；纵轴取对数，免得其他柱子矮得看不见。

# %%
ENDS = {"tanh": tf.tanh, "sigmoid": tf.sigmoid, "ReLU (as published)": tf.nn.relu}
a = tf.linspace(-4.0, 4.0, 161)
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 3))
for name, end in ENDS.items():
    with tf.GradientTape() as tape:
        tape.watch(a)
        values = end(a)
    left.plot(a, values, label=name)
    middle.plot(a, tape.gradient(values, a), label=name)
left.set(title="pixel $x$", xlabel="input $a$ of the last activation", ylim=(-1.2, 2))
middle.set(title="its slope $dx / da$", xlabel="input $a$ of the last activation")
right.hist(scaled[:2000].ravel(), bins=40, color="grey")
right.set(title="pixels of real images", xlabel="$x$", yscale="log")
left.legend(fontsize=8)
plt.show()
assert 0.4 < (scaled == -1).mean() < 0.6

# %% [markdown] lang="en"
# What you should see: only $\tanh$ (blue) comes down to $-1$ and so reaches all of the data. The sigmoid cannot draw black, which is half of what there is to draw. (With data in $[0, 1]$ it could; but its slope is nowhere above 1/4, where that of $\tanh$ reaches 1.) The ReLU has no upper end, and slope 0 on its left half. A pixel there stays mid grey where black is wanted, and no message reaches it, since the slope of the activation in (8) is 0.
#
# ## Where it stands in `train_step`
#
# Write a whole GAN yourself before you read the library's. Four short cells of plain Keras are enough: networks, one round of the game, the loop, and a look at the result. First the two networks.
#
# - $G$ ends in $\tanh$, as (3) asks, and has BatchNorm in its hidden layers. It has none at its output: there BatchNorm would force the same mean and variance on a pixel in every batch, whatever that batch shows.
# - $D$ ends in a logit, (4). Its hidden layers have LeakyReLU, because the gradient for $G$ runs backwards through $D$, factor (7): a ReLU has slope 0 on its left half, and a unit there would pass nothing on.
# - $D$ has no BatchNorm either: its verdict on one image would then depend on the other images of the batch ([tutorial 3](03_dcgan.ipynb)).

# %% [markdown] lang="zh"
# 你应该看到：只有 $\tanh$（蓝线）降得到 $-1$，能覆盖全部数据。sigmoid 画不出黑色，而要画的有一半是黑的。（数据若在 $[0, 1]$ 内，它就画得出；但它的斜率处处不超过 1/4，而 $\tanh$ 的能到 1。）ReLU 上不封顶，左半边斜率为 0：落在那里的像素停在中灰，该黑的地方黑不下去，也收不到任何消息，因为 (8) 里激活函数的斜率为 0。
#
# ## 它在 `train_step` 中的位置
#
# 读库里的代码之前，先自己写一个完整的 GAN。只用 Keras，四个短单元就够：网络、博弈的一轮、循环、看结果。先写两个网络。
#
# - $G$ 按 (3) 以 $\tanh$ 结尾，隐藏层用批归一化。输出层不用：否则不管这一批画的是什么，每个像素在每一批里都会被强行拉到同样的均值和方差。
# - $D$ 以 logit 结尾，即 (4)。隐藏层用 LeakyReLU，因为 $G$ 的梯度要穿过 $D$ 往回传，即因子 (7)：ReLU 左半边的斜率为 0，落在那里的单元什么也传不过去。
# - $D$ 也不用批归一化：否则它对一张图的判断会取决于同一批里的其他图（[教程 3](03_dcgan.ipynb)）。


# %%
def hidden(units):
    """A hidden layer of G; BatchNorm would take a bias away again, so there is none."""
    return [
        layers.Dense(units, use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.LeakyReLU(0.2),
    ]


keras.utils.set_random_seed(0)
plain_g = keras.Sequential(
    [
        keras.Input((100,)),  # (B, 100)
        *hidden(256),  # (B, 256)
        *hidden(512),  # (B, 512)
        layers.Dense(784, "tanh"),  # (B, 784) in [-1, 1]
        layers.Reshape((28, 28, 1)),  # (B, 28, 28, 1)
    ]
)
plain_d = keras.Sequential(
    [
        keras.Input((28, 28, 1)),  # (B, 28, 28, 1)
        layers.Flatten(),  # (B, 784)
        layers.Dense(512),  # (B, 512)
        layers.LeakyReLU(0.2),
        layers.Dense(256),  # (B, 256)
        layers.LeakyReLU(0.2),
        layers.Dense(1),  # (B, 1), a logit
    ]
)

# %% [markdown] lang="en"
# One round of the game is two gradient steps, one after the other; this is Algorithm 1 of the 2014 paper.
#
# - **$D$ moves first.** The generated images are made outside of the tape: $D$'s step needs no gradient of $G$, so nothing of $G$ has to be recorded. That $G$ stays where it is follows from the variables that the gradient names. With $-\log \sigma(s) = \mathrm{softplus}(-s)$ and $-\log(1 - \sigma(s)) = \mathrm{softplus}(s)$ the loss needs no probability and no labels.
# - **Then $G$ answers** the new $D$, on fresh noise. The gradient goes through $D$, but it names the variables of $G$, so that only $G$ moves.

# %% [markdown] lang="zh"
# 博弈的一轮是先后两个梯度步，即 2014 年论文的算法 1。
#
# - **$D$ 先走。** 生成图在 tape 之外画好：这一步用不着 $G$ 的梯度，不必记录 $G$。 $G$ 不动，是因为梯度写明的是 $D$ 的变量。利用 $-\log \sigma(s) = \mathrm{softplus}(-s)$ 和 $-\log(1 - \sigma(s)) = \mathrm{softplus}(s)$，损失既不用概率，也不用标签。
# - **然后 $G$ 回应**更新后的 $D$，用的是新抽的噪声。梯度穿过 $D$，但写明的是 $G$ 的变量，所以只有 $G$ 移动。

# %%
softplus, mean = tf.nn.softplus, tf.reduce_mean


@tf.function
def play(g, d, g_optimizer, d_optimizer, real, z_d, z_g):
    """Play one round on real (B, 28, 28, 1), with noise (B, 100) for each player's move."""
    fake = g(z_d, training=True)  # (B, 28, 28, 1)
    with tf.GradientTape() as tape:
        real_logits, fake_logits = d(real, training=True), d(fake, training=True)  # (B, 1) each
        d_loss = mean(softplus(-real_logits)) + mean(softplus(fake_logits))
    d_optimizer.apply(tape.gradient(d_loss, d.trainable_variables), d.trainable_variables)

    with tf.GradientTape() as tape:
        fake_logits = d(g(z_g, training=True), training=True)  # (B, 1), from the new D
        g_loss = mean(softplus(-fake_logits))
    g_optimizer.apply(tape.gradient(g_loss, g.trainable_variables), g.trainable_variables)
    return d_loss, g_loss


# %% [markdown] lang="en"
# Each player has an Adam of its own. Adam follows an average of the past gradients, which reaches back about $1 / (1 - \beta_1)$ steps. With the usual $\beta_1 = 0.9$ these are 10 steps, played against an opponent that has moved on since; with $\beta_1 = 0.5$ they are 2. The loop takes batches from `tf.data`, draws two batches of noise for each, and now and then lets $G$ draw the same 16 noise vectors.

# %% [markdown] lang="zh"
# 双方各有一个 Adam。Adam 跟随的是过去梯度的平均，大约回溯 $1 / (1 - \beta_1)$ 步。用常见的 $\beta_1 = 0.9$ 就是 10 步，而对手早已不在原处；用 $\beta_1 = 0.5$ 就是 2 步。循环从 `tf.data` 取批次，每批抽两份噪声，每隔一阵让 $G$ 用同样的 16 个噪声向量画一次。

# %%
batch_size, steps = 64, 60 if FAST else 600
batches = tf.data.Dataset.from_tensor_slices(scaled).shuffle(len(scaled), seed=0)
batches = batches.batch(batch_size, drop_remainder=True).repeat()  # (B, 28, 28, 1) each
g_adam, d_adam = (keras.optimizers.Adam(5e-4, beta_1=0.5) for _ in range(2))

frames, played = [plain_g(noise)], []
for step, real in enumerate(batches.take(steps), start=1):
    z_d, z_g = tf.random.normal((2, batch_size, 100))
    played.append(play(plain_g, plain_d, g_adam, d_adam, real, z_d, z_g))
    if step % (steps // 10) == 0:
        frames.append(plain_g(noise))  # (16, 28, 28, 1)

d_losses, g_losses = np.array(played).T  # (steps,) each
periods = {"first step": slice(1), "steps 21 to 40": slice(20, 40), "last 100": slice(-100, None)}
for name, period in periods.items():
    print(f"{name:14s} L_D {d_losses[period].mean():.2f}   L_G {g_losses[period].mean():.2f}")
first, early, late = (g_losses[period].mean() for period in periods.values())
assert FAST or first < late < early / 1.5

# %%
black = [np.mean(np.less(some, -0.9)) for some in (frames[0], frames[-1], scaled)]
print(f"dark pixels: untrained {black[0]:.0%}, trained {black[1]:.0%}, real {black[2]:.0%}")
assert FAST or black[0] < 0.05 < 0.15 < black[1]
gif([grid((np.array(frame) + 1) / 2, columns=8, zoom=2) for frame in frames], colours=8)

# %% [markdown] lang="en"
# What you should see in the moving picture: grey speckle at first; then the background turns dark, since it is what gives a generated image away most easily; then the outlines of tops, trousers and shoes, all still speckled. The last picture stays for two seconds. The two losses tell nothing of this: $L_G$ rises while the pictures improve, falls again, and ends above its first value (which is above 0.69 already, because $D$ has moved once before $G$ is judged). The section on the real training says why.
#
# **Is it the library's step?** Copies of both networks go into [`keras_gen.models.GAN`](../../keras_gen/models/gan.py), with `update="alternating"`. Both sides then take one step from the same weights, on the same batch. The noise is the same too: a second copy of the model, with the same seed, draws first the noise for $D$'s move, then that for $G$'s. The optimizer is plain gradient descent, because the first step of Adam has nearly the same length for every weight, whatever its gradient is, and would hide a wrong factor.

# %% [markdown] lang="zh"
# 在动图里你应该看到：起初是灰色噪点；接着背景变黑，因为背景最容易让生成图露馅；然后出现上衣、裤子和鞋子的轮廓，都还带着斑点。最后一帧停留两秒。这些从两个损失里都看不出来：图在变好， $L_G$ 却先升高，再回落，最后比第一步还高（第一步就已超过 0.69，因为 $G$ 被评判之前， $D$ 已经走了一步）。原因见下文“真正的训练”一节。
#
# **这与库的一步相同吗？** 把两个网络的副本放进 [`keras_gen.models.GAN`](../../keras_gen/models/gan.py)，取 `update="alternating"`。双方从同样的权重出发，用同一个批次各走一步。噪声也相同：用同样的种子再建一个模型，先抽 $D$ 那一步的噪声，再抽 $G$ 那一步的。优化器用普通的梯度下降，因为 Adam 的第一步对每个权重几乎一样长，与梯度大小无关，梯度差了一个倍数也看不出来。


# %%
def library_gan():
    """Return the library's model with copies of both networks, and gradient descent."""
    copies = [keras.models.clone_model(network) for network in (plain_g, plain_d)]
    for copy, network in zip(copies, (plain_g, plain_d), strict=True):
        copy.set_weights(network.get_weights())
    gan = GAN(*copies, latent_dim=100, update="alternating", penalty="none", seed=0)
    gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1), jit_compile=False)
    return gan


def trained(network):
    """Return the arrays of weights that gradients move."""
    return [weight.numpy() for weight in network.trainable_variables]


gan, twin = library_gan(), library_gan()
z_d, z_g = twin.draw_latents(batch_size), twin.draw_latents(batch_size)  # (B, 100) each
pairs = {"G": (plain_g, gan.generator), "D": (plain_d, gan.discriminator)}
before = {name: trained(mine) for name, (mine, _) in pairs.items()}

real = next(iter(batches))
gan.train_on_batch(real)
g_descent, d_descent = keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1)
play(plain_g, plain_d, g_descent, d_descent, real, z_d, z_g)

for name, (mine, library) in pairs.items():
    moves = [
        (after - start, other - start)
        for start, after, other in zip(before[name], trained(mine), trained(library), strict=True)
    ]  # of each array: ours, the library's
    furthest = max(np.abs(ours).max() for ours, _ in moves)
    gap = max(np.linalg.norm(a - b) / np.linalg.norm(b) for a, b in moves)
    print(f"{name}: {len(moves)} arrays moved, by up to {furthest:.4f}, relative gap {gap:.6f}")
    assert gap < 0.05  # a GPU keeps three digits of a product, TF32

# %% [markdown] lang="en"
# Every array of weights moves as the library moves it, for both players. (Left out are the running means and variances of BatchNorm, which no gradient moves: `play` updates them in both halves, the library only when $G$ moves.)
#
# The library's recipes (a recipe is a set of networks, losses and rates that go together) use another order, `update="simultaneous"`: both players move from the same point, with one batch of noise. The two gradients have the same formulas as before, but both are taken before either player has moved. That is cheaper: one pass through $G$, and one backward pass through $D$ instead of two. (It can circle more, tutorial 1; tutorial 3 compares the two orders.)

# %% [markdown] lang="zh"
# 双方的每个权重数组都与库里移动得一样。（这里没有比较批归一化的滑动均值和方差，它们不靠梯度移动：`play` 在前后两半里都更新它们，库只在 $G$ 移动时更新。）
#
# 库的配方（recipe，即配好的一套网络、损失和学习率）用的是另一种次序，`update="simultaneous"`：用同一批噪声，让双方从同一点出发各走一步。求的还是这两个公式的梯度，但都在双方移动之前求出。这样更省： $G$ 只前向一次，穿过 $D$ 的反向传播从两次变成一次。（它可能绕圈绕得更厉害，见教程 1；教程 3 比较这两种次序。）

# %%
print(inspect.getsource(GAN.train_both))
print(inspect.getsource(GAN.gradients))

# %% [markdown] lang="en"
# - The tape of `train_both` is that of $G$'s half above, cut in two at the images: it records $z \to x$, and that of `gradients` records $x \to s$. `image_gradients` is (6) times (7): one number per pixel. The `gradient` call with `output_gradients` multiplies them by (8).
# - For the non-saturating loss the gradient of $L_D$ at the image, times $-e^{-s}$, is already that of $L_G$ (`ONE_BACKWARD_RATIOS`), so that one backward pass through $D$ serves both players.
# - The variables of each player are named. No flag has to be set, so none can be forgotten.

# %% [markdown] lang="zh"
# - `train_both` 的 tape 就是上面 $G$ 那一半的 tape，在图像处截成两段：它记录 $z \to x$，`gradients` 的 tape 记录 $x \to s$。`image_gradients` 是 (6) 乘 (7)：每个像素一个数。带 `output_gradients` 的那次 `gradient` 调用再乘上 (8)。
# - 对非饱和损失， $L_D$ 在图像处的梯度乘以 $-e^{-s}$ 就已经是 $L_G$ 的梯度（`ONE_BACKWARD_RATIOS`），所以穿过 $D$ 的反向传播做一次就够双方用。
# - 每一方的变量都写了出来。没有需要设置的开关，也就没有会忘记的开关。

# %% [markdown] lang="en"
# ## What goes wrong without it
#
# **The size.** The [published answer](../../docs/errata.md) (E1) reshapes 1024 units to 28 x 28.

# %% [markdown] lang="zh"
# ## 没有它会怎样
#
# **尺寸。** [公开的答案](../../docs/errata.zh-CN.md)（E1）把 1024 个单元变形成 28 x 28。

# %%
try:
    layers.Reshape((28, 28, 1))(layers.Dense(1024, "relu")(keras.Input((100,))))
except ValueError as error:
    print("ValueError:", re.search(r"The total size.*\)", str(error))[0])

# %% [markdown] lang="en"
# **The players.** The second document joins $G$ and $D$ to a "combined model" and trains it towards the label 1 (E15). Everything in it is trainable, so $D$ is trained too: to call generated images real. Watch $D$'s verdict on images that do not change at all. The usual cure, `discriminator.trainable = False`, cannot be relied on: Keras 3 turns the training step into a graph at the first batch, and the graph keeps what was trainable then. A $D$ that was frozen at that moment never learns ([tutorial 3](03_dcgan.ipynb) looks closer).

# %% [markdown] lang="zh"
# **组合模型。** 第二篇文档把 $G$ 和 $D$ 接成“组合模型”，用标签 1 来训练（E15）。里面的权重全都可训练，于是 $D$ 也被训练了：学会把生成图判为真。看看 $D$ 对一批丝毫不变的图怎样改口。常见的补救办法 `discriminator.trainable = False` 也靠不住：Keras 3 在第一个批次把训练步编译成计算图，图里记住的是那一刻哪些权重可训练；那时已冻结的 $D$，此后就什么也学不到（[教程 3](03_dcgan.ipynb) 讲得更细）。

# %%
keras.utils.set_random_seed(0)
small_g, small_d = mlp_gan.generator(width=16), mlp_gan.discriminator(width=16, dropout=0.0)
combined = keras.Sequential([keras.Input((100,)), small_g, small_d])
combined.compile(
    keras.optimizers.Adam(1e-3),
    keras.losses.BinaryCrossentropy(from_logits=True),
    jit_compile=False,
)
still = small_g(noise)  # these images do not change any more
verdicts = []
for _ in range(30):
    verdicts.append(float(tf.reduce_mean(tf.sigmoid(small_d(still)))))
    combined.train_on_batch(noise, np.ones((16, 1)))
print(f"combined model: D of the same images {verdicts[0]:.2f} -> {verdicts[-1]:.2f}")
assert verdicts[-1] > verdicts[0] + 0.1

small_d = mlp_gan.discriminator(width=16, dropout=0.0)
small_d.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=False)
small_d.trainable = False  # after `compile`, as in the usual cure
before = [weight.copy() for weight in small_d.get_weights()]
with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    small_d.train_on_batch(scaled[:16], np.ones((16, 1)))
moved = max(np.abs(w - b).max() for w, b in zip(small_d.get_weights(), before, strict=True))
print(f"frozen D, trained on a batch: weights moved by {moved}")
print("a warning is all:", str(heard[-1].message).strip().splitlines()[0])
assert moved == 0

# %% [markdown] lang="en"
# **The last layer of $D$.** Both documents end $D$ in a sigmoid and take `binary_crossentropy` as the loss (E18). On paper $-\log \sigma(s)$ is $\mathrm{softplus}(-s)$. In float32 the detour through the probability loses both the value and the slope. There $\sigma(s)$ rounds to 0 for very negative $s$ and to exactly 1 above $s \approx 17$, and $\log 0 = -\infty$. To avoid that, Keras clips $D$ to $[10^{-7}, 1 - 10^{-7}]$. A clipped value no longer depends on $s$. So the loss stops at $-\log 10^{-7} = 16.12$, and the slope (6) is 0, just where $D$ is surest and $G$ has most to learn. Where the sigmoid is the very last operation, Keras on TensorFlow finds its logit and repairs this: that is the thick curve, and it is undamaged. With any layer behind the sigmoid, here a `Reshape` that changes nothing, Keras does not find the logit (dashed). The library's $D$ answers with a logit: [`keras_gen.losses.non_saturating_generator_loss`](../../keras_gen/losses/gan.py). What you should see: towards the left, the dashed curve leaves the other two near $s = -16$; its loss stays flat, and its slope jumps to 0.

# %% [markdown] lang="zh"
# **判别器的最后一层。** 两篇文档的 $D$ 都以 sigmoid 结尾，再用 `binary_crossentropy` 计算损失（E18）。纸面上 $-\log \sigma(s)$ 就是 $\mathrm{softplus}(-s)$。但在 float32 里，先算概率再取对数，值和斜率都会丢失。 $s$ 很负时 $\sigma(s)$ 舍入成 0，超过 $s \approx 17$ 时恰好舍入成 1（这时 $1 - \sigma(s) = 0$），而 $\log 0 = -\infty$。为了避开它，Keras 把 $D$ 截断到 $[10^{-7}, 1 - 10^{-7}]$。截断后的值不再随 $s$ 变化，于是损失停在 $-\log 10^{-7} = 16.12$，斜率 (6) 变成 0，而那正是 $D$ 最有把握、 $G$ 最该学的地方。如果 sigmoid 恰好是最后一个运算，TensorFlow 后端的 Keras 能找到它的 logit，自动补救：那就是粗线，值和斜率都没有丢。sigmoid 后面再接任何一层，比如这里什么也不改的 `Reshape`，就补救不了（虚线）。库里的 $D$ 直接给出 logit：[`keras_gen.losses.non_saturating_generator_loss`](../../keras_gen/losses/gan.py)。你应该看到：往左看，虚线在 $s = -16$ 附近离开另外两条曲线；它的损失变平，斜率跳到 0。

# %%
s = np.linspace(-25, 5, 121, dtype="float32")[:, None]  # (121, 1)
last = {  # layers behind the logit, and how to draw the curve
    "sigmoid": ([layers.Activation("sigmoid")], {"lw": 6, "alpha": 0.4}),
    "logit, the library's loss": ([], {}),
    "sigmoid, then a layer": ([layers.Activation("sigmoid"), layers.Reshape((1,))], {"ls": "--"}),
}
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8))
for name, (end, look) in last.items():
    with tf.GradientTape() as tape:
        logits = tf.constant(s)
        tape.watch(logits)
        if end:
            answer = keras.Sequential([keras.Input((1,)), *end])(logits)
            each = keras.losses.binary_crossentropy(tf.ones_like(s), answer)  # (121,)
        else:
            each = tf.vectorized_map(losses.non_saturating_generator_loss, logits)  # (121,)
        total = tf.reduce_sum(each)
    slope = tape.gradient(total, logits)
    print(f"{name:25s} at s = -20: loss {each[20]:6.3f}   slope {slope[20, 0]:6.3f}")
    left.plot(s, each, label=name, **look)
    right.plot(s, slope, label=name, **look)
left.set(title="$L_G$ of one image", xlabel="logit $s$")
right.set(title="its slope (6)", xlabel="logit $s$")
left.legend(fontsize=8)
plt.show()
assert slope[20, 0] == 0
rounded = tf.sigmoid([-200.0, 15.0, 18.0]).numpy()
assert rounded[0] == 0 and rounded[1] < 1 and rounded[2] == 1

# %% [markdown] lang="en"
# **The scale.** The same networks, data and seed; only the last activation differs (E13, E19). There is one row for each. `ema_generator` in the code is a second generator: the library keeps a moving average of $G$'s weights and draws its pictures with that ([tutorial 1](01_adversarial_game.ipynb), (17)).

# %% [markdown] lang="zh"
# **尺度。** 网络、数据、种子都相同，只有最后的激活函数不同（E13、E19）。每种一行。代码里的 `ema_generator` 是第二个生成器：库保存 $G$ 的权重的滑动平均，用它来画图（公式见[教程 1](01_adversarial_game.ipynb) 的 (17)）。

# %%
rows, gaps = [], []
for name, end in ENDS.items():
    gan = MLPGANRecipe(penalty="none", seed=0).build()
    gan.generator.layers[-2].activation = end
    gan.ema_generator.layers[-2].activation = end
    stream = data.batches(images, 64, seed=0)
    gan.fit(stream, steps_per_epoch=4 if FAST else 200, epochs=1, shuffle=False, verbose=0)
    rows.append(np.array(gan.ema_generator(noise)))  # of the averaged G, not clipped
    scores = gan.get_metrics_result()
    gaps.append(scores["real_score"] - scores["fake_score"])
    print(
        f"{name:20s} D(x) {scores['real_score']:.2f}   D(G(z)) {scores['fake_score']:.2f}", end=""
    )
    print(f"   darkest pixel {rows[-1].min():.2f}, brightest {rows[-1].max():.2f}")
assert FAST or gaps[0] < 0.75 < 0.9 < min(gaps[1:])
labelled_grid(np.clip((np.concatenate(rows) + 1) / 2, 0, 1), list(ENDS))

# %% [markdown] lang="en"
# What you should see: blurred outlines of garments on black in the first row, and light dots on mid grey in the other two. With a sigmoid or a ReLU nothing is darker than 0, that grey. $D$ needs one look at the background to know, and it is certain: over these 200 steps its mean score is close to 1 for real images and close to 0 for generated ones. With $\tanh$, which can draw the background, the two scores (0.78 and 0.26) lie less far apart. It is not because $D$ is sure that the other two fail, since by (6) a sure $D$ gives the steepest slope; they fail because their last layer cannot draw what is asked of it.
#
# ## The real training
#
# The recipe, [`keras_gen.recipes.MLPGANRecipe`](../../keras_gen/recipes/gan.py), on the embedded sample: the first document's widths (128, 256, 512, 1024), the missing layer of 784 with $\tanh$, BatchNorm in $G$, dropout in $D$, and a penalty on the slope of $D$ that [tutorial 4](04_losses.ipynb) explains. Its default is 5,000 steps; here are 1,200. The rows show the same 16 noise vectors at different times. What you should see: a bright spot in the middle at first, then blurred outlines, and in the last row boots, tops and trousers, with one or two pictures still almost black.

# %% [markdown] lang="zh"
# 你应该看到：第一行是黑底上模糊的衣物轮廓，另外两行是中灰底上的亮点。用 sigmoid 或 ReLU，没有一个像素比 0 更暗，而 0 就是这种中灰。 $D$ 看一眼背景就知道，而且毫不怀疑：在这 200 步里，它给真实图的平均分数接近 1，给生成图的接近 0。用 $\tanh$ 时画得出背景，两个分数（0.78 和 0.26）离得没有那么开。另外两种学不会，不是因为 $D$ 有把握（由 (6)，有把握的 $D$ 给出的斜率最陡），而是因为最后一层根本画不出该画的东西。
#
# ## 真正的训练
#
# 用配方 [`keras_gen.recipes.MLPGANRecipe`](../../keras_gen/recipes/gan.py) 在内置的样本上训练：宽度照第一篇文档（128、256、512、1024），补上缺少的那一层（784 个单元， $\tanh$）， $G$ 里有批归一化， $D$ 里有 dropout，还有[教程 4](04_losses.ipynb) 讲解的、对 $D$ 斜率的惩罚项。默认是 5,000 步，这里用 1,200 步。各行是同样的 16 个噪声向量在不同时刻画出的图。你应该看到：起初只是中间一团亮斑，随后出现模糊的轮廓，最后一行有靴子、上衣和裤子，还有一两张几乎全黑。

# %%
recipe = MLPGANRecipe(seed=0)
gan = recipe.build()
curve = {"real_score": [], "fake_score": []}
rows, names = [], []
for epochs in (1, 1, 1, 1) if FAST else (1, 3, 8, 12):
    # Each `fit` begins the stream anew, so this one begins where the last one stopped.
    stream = data.batches(images, recipe.batch_size, seed=0, start_step=gan.steps_done)
    history = gan.fit(
        stream, steps_per_epoch=2 if FAST else 50, epochs=epochs, shuffle=False, verbose=0
    ).history
    for key, values in curve.items():
        values.extend(history[key])
    rows.append(gan.sample(16, seed=0))
    names.append(f"step {gan.steps_done:,}")
labelled_grid(np.concatenate(rows), names)

# %%
figure, axes = plt.subplots(figsize=(7, 2.6))
when = np.linspace(0, gan.steps_done, len(curve["real_score"]) + 1)[1:]
axes.plot(when, curve["real_score"], label="D(x)")
axes.plot(when, curve["fake_score"], label="D(G(z))")
axes.axhline(0.5, color="k", lw=0.8, ls=":")
axes.set(xlabel="step", ylim=(0, 1))
axes.legend()
plt.show()
gap = np.subtract(curve["real_score"], curve["fake_score"])
assert FAST or 0 < gap[-1] < gap[0] / 2

# %% [markdown] lang="en"
# What you should see: the two scores begin far apart and close in on 1/2, the dotted line, from both sides.
#
# How good is the generator? The losses cannot say (E33). $L_G$ measures $G$ against the $D$ of that moment. It falls when $G$ improves, but also when $D$ gets worse. And it may rise while the pictures improve, because $D$ has improved more; that is what the plain GAN above showed. $L_D$ near $\log 4$ ($\log 2 \approx 0.693$ for each of its two terms), with both mean scores near 1/2, says only that this $D$ cannot tell; a weak $D$ cannot either. Nor need $D$'s accuracy rise, although the second document expects it to (E34): the two scores draw nearer as $G$ gets better.
#
# The Fréchet distance (FD) can say how good $G$ is: it measures how far the generated images are from images that were held out, in the features of a garment classifier ([tutorial 7](07_measuring_quality.ipynb) derives it). The next cell prints it for $G$ and, as the two ends of the scale, for real training images and for noise. It also draws four straight walks, one a row, each from one noise vector on the left to another on the right; the last row walks between the ends of the first along the sphere (*slerp*).

# %% [markdown] lang="zh"
# 你应该看到：两个分数起初相距很远，后来从两侧靠近虚线所示的 1/2。
#
# 生成器画得好不好？损失说不出来（E33）。 $L_G$ 是拿 $G$ 与此刻的 $D$ 相比： $G$ 变好，它会下降； $D$ 变差，它也会下降。图在变好时它还可能上升，因为 $D$ 进步得更多，上面那个自己写的 GAN 就是这样。 $L_D$ 接近 $\log 4$（两项各 $\log 2 \approx 0.693$），并且两个平均分数都接近 1/2，只说明这个 $D$ 分不出真假；太弱的 $D$ 也分不出。 $D$ 的准确率也不必像第二篇文档所想的那样上升（E34）： $G$ 变好时，两个分数反而靠近。
#
# 能说明 $G$ 好不好的是弗雷歇距离（Fréchet distance，FD）：在一个服装分类器的特征里，生成图与留出图相距多远（推导见[教程 7](07_measuring_quality.ipynb)）。下一个单元打印 $G$ 的距离，还有作为标尺两端的真实训练图和噪声的距离。它还沿噪声空间里的四条直线画图，每行一条，从左端的噪声向量走到右端的另一个；最后一行在第一行的两端之间沿球面走（球面线性插值，slerp）。

# %%
held_out = data.load("fashion_mnist_10k", split="test").images  # (2000, 28, 28, 1)
features = measures.load_features("fashion_net", (28, 28, 1))
rng = np.random.default_rng(0)
sets = {
    "G": data.unit_to_uint8(gan.sample(2000, seed=1)),
    "training images": images[:2000],
    "noise": rng.integers(256, size=held_out.shape).astype("uint8"),
}
for name, some in sets.items():
    distance = measures.frechet_distance(features(held_out)[0], features(some)[0])
    print(f"FD of 2,000 held-out images to {name:15s} {distance:6.2f}")

ends = tf.random.stateless_normal((4, 2, 100), seed=(0, 3)).numpy()
shares = np.linspace(0, 1, 14, dtype="float32")[:, None]
paths = [(1 - shares) * a + shares * b for a, b in ends]  # (14, 100) each
a, b = ends[0]  # the first pair once more, along the sphere
angle = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
paths.append((np.sin((1 - shares) * angle) * a + np.sin(shares * angle) * b) / np.sin(angle))
middles = [np.linalg.norm(path[6:8].mean(axis=0)) for path in (paths[0], paths[-1])]
print(f"length half-way: straight {middles[0]:.1f}, slerp {middles[1]:.1f}")
assert middles[0] < 8.5 < middles[1]
walk = np.concatenate([gan.ema_generator(path) for path in paths])
labelled_grid((walk + 1) / 2, ["straight"] * 4 + ["slerp"])

# %% [markdown] lang="en"
# What you should see: nothing jumps on the way, and what lies between depends on the ends. Where they are different things, one fades into the other through pictures that are neither; where they are of one kind, the walk stays there. Where an end is hardly a garment, its neighbours are not either; after so few steps not every noise vector gives one.
#
# The straight line could be another reason for what is neither. The squared length of a noise vector is a sum of 100 squares with mean 1, so its length is about $\sqrt{100} = 10$. Half-way, each number is the mean of two independent ones and has variance $1/2$, so the length is about $\sqrt{100 \cdot 1/2} = \sqrt{50} \approx 7$. $G$ has hardly ever seen noise so short. A walk along the sphere keeps it long, as the printed lengths show; in the pictures the difference is small here.
#
# Look once more at the last row of the training figure, after 1,200 steps. Most of its garments are recognisable, all with a speckle over them: a dense layer does not know which pixels are neighbours, so each has to learn by itself that it should agree with those beside it. Convolutions know it: [`keras_gen.networks.dcgan`](../../keras_gen/networks/dcgan.py).
#
# ## Exercises
#
# **1.** Count the numbers in a stack of dense layers with biases, `sizes` being the units from the input on.

# %% [markdown] lang="zh"
# 你应该看到：途中没有跳变。如果两端是不同的商品，前一种就渐渐变成后一种，中间几张两种都不像；如果两端同属一类，途中也一直是这一类。如果某一端的图几乎不像衣服，靠近它的几张也就不像；步数这么少，并非每个噪声向量都已画得出衣服。
#
# 中间几张不像衣服，直线插值也可能是原因之一。噪声向量长度的平方是 100 个平方之和，每个平方的均值是 1，所以长度约为 $\sqrt{100} = 10$。在中点，每个数是两个独立的数的平均，方差是 $1/2$，所以长度约为 $\sqrt{100 \cdot 1/2} = \sqrt{50} \approx 7$。这么短的噪声 $G$ 几乎没见过。沿球面走，长度就不缩短，打印的长度可以为证；不过在这里的图上，差别很小。
#
# 再看一眼“真正的训练”一节开头那组生成图的最后一行，即 1,200 步之后。衣物大多认得出来，但都有一层斑点：全连接层不知道哪些像素相邻，每个像素都得自己学会与旁边的一致。卷积天生就知道：[`keras_gen.networks.dcgan`](../../keras_gen/networks/dcgan.py)。
#
# ## 练习
#
# **1.** 数一数若干个带偏置的全连接层共有多少个参数，`sizes` 是从输入开始各层的单元数。


# %% exercise
def count_dense(sizes):
    """Return the number of weights and biases."""
    return ...


# %% check
found = count_dense([784, 1024, 512, 256, 1])  # D of the first document
assert found is ... or found == 1_460_225, f"expected 1460225, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def count_dense(sizes):
    """Return the number of weights and biases."""
    return sum((n + 1) * m for n, m in pairwise(sizes))


# %% [markdown] lang="en"
# **2.** The step (8) through the last activation: `upstream` is $\partial L / \partial x$ for every pixel, `x` the pixel itself, after $\tanh$. Return $\partial L / \partial a$.

# %% [markdown] lang="zh"
# **2.** (8) 中穿过最后一个激活函数的那一步：`upstream` 是每个像素的 $\partial L / \partial x$，`x` 是 $\tanh$ 之后的像素本身。返回 $\partial L / \partial a$。


# %% exercise
def through_tanh(upstream, x):
    """Return the gradient before the tanh."""
    return ...


# %% check
found = through_tanh(upstream=np.array([2.0, 2.0, 2.0]), x=np.array([0.0, 0.5, -1.0]))
assert found is ... or np.allclose(found, [2, 1.5, 0]), f"expected 2, 1.5, 0, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def through_tanh(upstream, x):
    """Return the gradient before the tanh."""
    return upstream * (1 - x**2)  # x is tanh(a) already


# %% [markdown] lang="en"
# **3.** The slope (6) as a $D$ with a sigmoid hands it over where Keras does not repair it: $\sigma(s)$ is first clipped to at least $10^{-7}$, then comes $-\log$. Return it for an array of logits.

# %% [markdown] lang="zh"
# **3.** 以 sigmoid 结尾、Keras 又没有补救的 $D$ 交出来的斜率 (6)：先把 $\sigma(s)$ 截断为至少 $10^{-7}$，再取 $-\log$。对一组 logit 返回它。


# %% exercise
def clipped_slope(s):
    """Return the derivative by s of -log of the clipped sigmoid."""
    return ...


# %% check
found = clipped_slope(np.array([-20.0, 0.0, 2.0]))
right = [0, -0.5, -0.1192]
assert found is ... or np.allclose(found, right, atol=1e-4), f"expected {right}, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def clipped_slope(s):
    """Return the derivative by s of -log of the clipped sigmoid."""
    sigma = 1 / (1 + np.exp(-s))
    return np.where(sigma > 1e-7, sigma - 1, 0.0)  # what is clipped no longer depends on s


# %% [markdown] lang="en"
# ## Where to go from here
#
# **To say it aloud.** $G$ never sees a real image. It gets one slope for each pixel of its own image, drawn by $D$, and passes it back through its layers; a factor of 0 anywhere in the chain ends the lesson. So $D$ answers with a logit, because a probability that is clipped has no slope where $D$ is sure, and only some models are repaired. $G$ ends in tanh and the data are scaled to $[-1, 1]$, because $D$ otherwise tells them apart by the background. Each gradient names the variables that it moves, instead of a flag that somebody must set at the right time.
#
# | part | choice | what goes wrong otherwise |
# |---|---|---|
# | last layer of $G$ | tanh, data in $[-1, 1]$ | no black, and $D$ wins at once |
# | last layer of $D$ | none: a logit | slope 0 where $D$ is sure |
# | units of the last layer | 784, one for each pixel | the model cannot be built |
# | who moves | variables named in the gradient | $D$ learns to call generated images real, or learns nothing |
#
# **Predict, then run.** Build the generator without BatchNorm and train it for the same 1,200 steps: which of the two scores will move, and what will the pictures show? Write it down first.
#
# - [Networks](../../keras_gen/networks/mlp_gan.py) and [model](../../keras_gen/models/gan.py); [errata](../../docs/errata.md) E1 to E20; [interview questions](../../docs/interview.md) Q6 to Q8. `keras-gen train mlp_gan --data fashion_mnist` is the full run.
# - Goodfellow et al. 2014, [arXiv:1406.2661](https://arxiv.org/abs/1406.2661); Shen et al. 2021, [arXiv:2103.00430](https://arxiv.org/abs/2103.00430), for one backward pass.

# %% [markdown] lang="zh"
# ## 接下来
#
# **用几句话说出来。** $G$ 从来没见过真实图。它得到的是 $D$ 对它自己那张图的每个像素给出的一个斜率，再由它逐层往回传；链条上任何一处为 0，学习就到此为止。所以 $D$ 输出 logit，因为截断过的概率在 $D$ 有把握的地方没有斜率，而能自动补救的只是一部分模型。 $G$ 以 tanh 结尾，数据缩放到 $[-1, 1]$，否则 $D$ 凭背景就能分辨。每个梯度都写明它更新哪些变量，而不靠一个必须有人按时设置的开关。
#
# | 部分 | 选择 | 不这样会怎样 |
# |---|---|---|
# | $G$ 的最后一层 | tanh，数据在 $[-1, 1]$ 内 | 画不出黑色， $D$ 立刻获胜 |
# | $D$ 的最后一层 | 不加激活，输出 logit | 在 $D$ 有把握的地方斜率为 0 |
# | 最后一层的单元数 | 784，每个像素一个 | 模型建不起来 |
# | 更新谁 | 在梯度里写明变量 | $D$ 学会把生成图判为真，或者什么也学不到 |
#
# **先预测，再运行。** 去掉生成器里的批归一化，同样训练 1,200 步：两个分数里哪一个会变，图会是什么样？先写下来。
#
# - [网络](../../keras_gen/networks/mlp_gan.py)与[模型](../../keras_gen/models/gan.py)；[勘误](../../docs/errata.zh-CN.md) E1 至 E20；[面试题](../../docs/interview.zh-CN.md) Q6 至 Q8。完整的训练是 `keras-gen train mlp_gan --data fashion_mnist`。
# - Goodfellow et al. 2014，[arXiv:1406.2661](https://arxiv.org/abs/1406.2661)；Shen et al. 2021，[arXiv:2103.00430](https://arxiv.org/abs/2103.00430)，一次反向传播服务双方。

# %% words
# D of the untrained pair: => 未训练时的 D：
# gradient {gradient:.6f}   change of w in one step of the library {change:.6f} => 梯度 {gradient:.6f}   库走一步后 w 的变化 {change:.6f}
# ReLU (as published) => ReLU（照原文）
# pixel $x$ => 像素 $x$
# input $a$ of the last activation => 最后一个激活函数的输入 $a$
# its slope $dx / da$ => 它的斜率 $dx / da$
# pixels of real images => 真实图的像素
# first step => 第一步
# steps 21 to 40 => 第 21 至 40 步
# last 100 => 最后 100 步
# {name:14s} L_D {d_losses[period].mean():.2f}   L_G {g_losses[period].mean():.2f} => {name:10s} L_D {d_losses[period].mean():.2f}   L_G {g_losses[period].mean():.2f}
# dark pixels: untrained {black[0]:.0%}, trained {black[1]:.0%}, real {black[2]:.0%} => 暗像素：未训练 {black[0]:.0%}，训练后 {black[1]:.0%}，真实图 {black[2]:.0%}
# {name}: {len(moves)} arrays moved, by up to {furthest:.4f}, relative gap {gap:.6f} => {name}：{len(moves)} 个数组都动了，最多移动 {furthest:.4f}，相对差 {gap:.6f}
# combined model: D of the same images {verdicts[0]:.2f} -> {verdicts[-1]:.2f} => 组合模型：D 对同样的图 {verdicts[0]:.2f} -> {verdicts[-1]:.2f}
# frozen D, trained on a batch: weights moved by {moved} => 冻结的 D，用一个批次训练：权重移动了 {moved}
# a warning is all: => 只有一条警告：
# logit, the library's loss => logit，库的损失
# sigmoid, then a layer => sigmoid，再加层
# {name:25s} at s = -20: loss {each[20]:6.3f}   slope {slope[20, 0]:6.3f} => {name:21s} s = -20 处：损失 {each[20]:6.3f}   斜率 {slope[20, 0]:6.3f}
# $L_G$ of one image => 一张图的 $L_G$
# logit $s$ => logit $s$
# its slope (6) => 它的斜率 (6)
# darkest pixel {rows[-1].min():.2f}, brightest {rows[-1].max():.2f} => 最暗的像素 {rows[-1].min():.2f}，最亮的 {rows[-1].max():.2f}
# step {gan.steps_done:,} => 第 {gan.steps_done:,} 步
# real => 真实
# untrained => 未训练
# straight => 直线
# slerp => 球面
# length half-way: straight {middles[0]:.1f}, slerp {middles[1]:.1f} => 中点处的长度：直线 {middles[0]:.1f}，球面 {middles[1]:.1f}
# step => 步数
# training images => 训练图
# noise => 噪声
# FD of 2,000 held-out images to {name:15s} {distance:6.2f} => 与 2,000 张留出图的 FD：{name:12s} {distance:6.2f}
# expected 1460225, found {found} => 应为 1460225，得到的是 {found}
# expected 2, 1.5, 0, found {found} => 应为 2、1.5、0，得到的是 {found}
