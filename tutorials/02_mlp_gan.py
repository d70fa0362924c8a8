"""Tutorial 2, a GAN of dense layers. Format and builder: scripts/build_tutorials.py."""

# ruff: noqa: E501 - prose has one paragraph a line

# %% [markdown] lang="en"
# # 2. A GAN of dense layers
#
# "Write a GAN that draws a 28 x 28 image from noise": an interview question, with a published answer that cannot be built and, once it can, does not learn. Here is what must be right, and how a verdict on an image becomes a change of a weight. You need [tutorial 1](01_adversarial_game.ipynb).
#
# After this notebook you can
#
# - follow a gradient from $D$'s verdict through the image into $G$, and compute one by hand;
# - choose the last layer and the scale of the data together;
# - say why freezing $D$ and compiling a combined model goes wrong, both ways;
# - train the first document's network, mended, on product images in a minute.

# %% [markdown] lang="zh"
# # 2. 全连接层的 GAN
#
# “写一个 GAN，从噪声画出 28 x 28 的图像”：这是一道面试题，公开的参考答案根本建不起来，勉强建起来也什么都学不到。本篇说明哪些地方必须做对，以及对一张图的判断怎样变成一个权重的改动。请先读[教程 1](01_adversarial_game.ipynb)。
#
# 学完本篇，你能够
#
# - 跟着梯度从 $D$ 的判断出发，穿过图像进入 $G$，并手算一遍；
# - 把最后一层与数据的尺度放在一起选定；
# - 说清楚“冻结 $D$ 再编译组合模型”为什么怎么做都不对；
# - 用一分钟在商品图上训练第一篇文档的网络（改正后）。

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
from keras_gen.pictures import grid
from keras_gen.recipes import MLPGANRecipe

FAST = bool(os.environ.get("KERAS_GEN_FAST"))  # tests set it, to run everything with few steps

# %% [markdown] lang="en"
# ## The question
#
# The generator starts with random weights and draws noise; the listing that this tutorial starts from, that of the first of the two documents, stops there and shows the noise ([errata](../../docs/errata.md) E14). Nobody ever shows it a real image, and no pixel that it draws has a target. All it gets is $D$'s logit for its image. **How does a single number about 784 pixels tell each of a million and a half weights where to go, and what in a network can cut that message off?**

# %% [markdown] lang="zh"
# ## 问题
#
# 生成器（generator）从随机权重开始，画的是噪声；本篇要改正的那份代码，即两篇文档中第一篇的，到此为止，把噪声显示出来就结束了（[勘误](../../docs/errata.zh-CN.md) E14）。没有人给它看过一张真实图，它画的每个像素也没有标准答案。它得到的只有判别器（discriminator） $D$ 对这张图给出的 logit。**关于 784 个像素的一个数，怎样告诉一百五十万个权重各自该往哪儿走？网络里又有什么会把这个消息切断？**

# %% [markdown] lang="en"
# ## The picture
#
# Sixteen products, and what the untrained generator makes of sixteen noise vectors. Both are on the same scale, pixels in $[-1, 1]$, black at $-1$.

# %% [markdown] lang="zh"
# ## 图示
#
# 十六件商品，以及未经训练的生成器用十六个噪声向量画出的东西。两者尺度相同，像素都在 $[-1, 1]$ 内，黑色是 $-1$。

# %%
images = data.load("fashion_mnist_10k").images  # (10000, 28, 28, 1) uint8
scaled = data.uint8_to_symmetric(images).numpy()  # the same in [-1, 1]
keras.utils.set_random_seed(0)
generator, discriminator = mlp_gan.generator(), mlp_gan.discriminator()
noise = tf.random.stateless_normal((16, 100), seed=(0, 0))
drawn = generator(noise)  # (16, 28, 28, 1) in [-1, 1]

print("D of the untrained pair:", tf.sigmoid(discriminator(drawn)).numpy()[:4, 0].round(3))
grid((np.concatenate([scaled[:16], drawn]) + 1) / 2, columns=16, zoom=2)

# %% [markdown] lang="en"
# ## The formula, one step a line
#
# **Forward.** Noise $z$ goes through dense layers to 784 pixels and on to one logit:
#
# $$
# \begin{aligned}
# a_1 &= W_1 z, \quad h_1 = \phi(\mathrm{BN}(a_1)), \quad \dots, \quad h_4 = \phi(\mathrm{BN}(W_4 h_3)) && (1) \\
# \mathrm{BN}(a) &= \gamma \, \frac{a - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}} + \beta && (2) \\
# x &= \tanh(W_5 h_4 + b), \qquad 784 = 28 \cdot 28 \cdot 1 \text{ units} && (3) \\
# s &= D(x), \qquad L_G = \mathrm{softplus}(-s) && (4)
# \end{aligned}
# $$
#
# $\phi(a) = \max(a, 0.2\, a)$ is the LeakyReLU. BatchNorm (2) takes the mean and the variance over the batch for each unit; it takes every bias away again, so the layers before it have none.
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
# **前向。** 噪声 $z$ 经过几个全连接层变成 784 个像素，再变成一个 logit：
#
# $$
# \begin{aligned}
# a_1 &= W_1 z, \quad h_1 = \phi(\mathrm{BN}(a_1)), \quad \dots, \quad h_4 = \phi(\mathrm{BN}(W_4 h_3)) && (1) \\
# \mathrm{BN}(a) &= \gamma \, \frac{a - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}} + \beta && (2) \\
# x &= \tanh(W_5 h_4 + b), \qquad 784 = 28 \cdot 28 \cdot 1 \text{ 个单元} && (3) \\
# s &= D(x), \qquad L_G = \mathrm{softplus}(-s) && (4)
# \end{aligned}
# $$
#
# $\phi(a) = \max(a, 0.2\, a)$ 是 LeakyReLU。批归一化（BatchNorm）(2) 对每个单元在批次上求均值和方差；它会把偏置全部减掉，所以它前面的层不设偏置。
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
# $G$ 对商品的全部了解都来自 (7)：784 个数，也就是 $D$ 画出的一幅图，指出它希望这张图像改哪里。(8) 用到 $\tanh' = 1 - \tanh^2$。任何一个因子为零，消息就断了。

# %% [markdown] lang="en"
# ## A number by hand
#
# The smallest pair there is: one noise number, one weight, one pixel. $x = \tanh(w z)$ and $s = v x$, with $z = 1$, $w = 0.5$, $v = 2$.
#
# - $x = \tanh 0.5 = 0.462$ and $s = 2 \cdot 0.462 = 0.924$, so $D(x) = \sigma(0.924) = 0.716$
# - (6): $0.716 - 1 = -0.284$. (7): $v = 2$. (8): $(1 - 0.462^2) \cdot z = 0.786$
# - $\partial L_G / \partial w = -0.284 \cdot 2 \cdot 0.786 = -0.447$: a larger $w$ would look more real
#
# And a size: a dense layer from $n$ to $m$ units has $(n + 1)\, m$ numbers with its bias. The last layer of $G$ has $(1024 + 1) \cdot 784 = 803600$.

# %% [markdown] lang="zh"
# ## 手算一个数
#
# 最小的一对：一个噪声数，一个权重，一个像素。 $x = \tanh(w z)$， $s = v x$，取 $z = 1$、 $w = 0.5$、 $v = 2$。
#
# - $x = \tanh 0.5 = 0.462$， $s = 2 \cdot 0.462 = 0.924$，所以 $D(x) = \sigma(0.924) = 0.716$
# - (6)： $0.716 - 1 = -0.284$。(7)： $v = 2$。(8)： $(1 - 0.462^2) \cdot z = 0.786$
# - $\partial L_G / \partial w = -0.284 \cdot 2 \cdot 0.786 = -0.447$： $w$ 再大一点，就更像真的
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
    return gan  # XLA, on a GPU, would draw other noise from the same seed than its twin below


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
gradient = gradient_of_w(z)

gan.fit(np.zeros((4, 1, 1, 1), "float32"), batch_size=4, verbose=0)
change = gan.generator.get_weights()[0].item() - 0.5
assert np.isclose(change, -gradient, rtol=2e-3)  # a GPU keeps three digits of a product, TF32
print(f"gradient {gradient:.6f}   change of w in one step of the library {change:.6f}")

# %% [markdown] lang="en"
# ## Value and slope
#
# Three ways to end a generator. The real images fill $[-1, 1]$, with half of all pixels at $-1$: the first bar of the histogram, whose axis is logarithmic and makes it look like one among equals.

# %% [markdown] lang="zh"
# ## 值与斜率
#
# 生成器的三种结尾。真实图布满 $[-1, 1]$，其中一半的像素是 $-1$，即直方图的第一根柱子；纵轴是对数的，所以它看上去并不出众。

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

# %% [markdown] lang="en"
# Only $\tanh$ reaches all of the data. The sigmoid cannot draw black, which is half of what there is to draw. The ReLU has no upper end, and slope 0 on its left half: such a pixel stays mid grey, where black is wanted, and hears nothing, since (8) is 0.
#
# ## Where it stands in `train_step`
#
# `update="simultaneous"` of the library moves both players from the same point, with one batch of noise:

# %% [markdown] lang="zh"
# 只有 $\tanh$ 能覆盖全部数据。sigmoid 画不出黑色，而要画的有一半是黑的。ReLU 上不封顶，左半边斜率为 0：落在那里的像素停在中灰，该黑的地方黑不下去，却听不到任何消息，因为 (8) 为 0。
#
# ## 它在 `train_step` 中的位置
#
# 库里的 `update="simultaneous"` 用同一批噪声，让双方从同一点出发各走一步：

# %%
print(inspect.getsource(GAN.train_both))
print(inspect.getsource(GAN.gradients))

# %% [markdown] lang="en"
# - The tape of `train_both` records $z \to x$, that of `gradients` records $x \to s$. `image_gradients` is (6) times (7): one number per pixel. The `gradient` call with `output_gradients` is (8).
# - For the non-saturating loss the gradient of $L_D$ at the image, times $-e^{-s}$, is already that of $L_G$ (`ONE_BACKWARD_RATIOS`), so that one backward pass through $D$ serves both players.
# - The variables of each player are named. No flag has to be set, so none can be forgotten.

# %% [markdown] lang="zh"
# - `train_both` 的 tape 记录 $z \to x$，`gradients` 的 tape 记录 $x \to s$。`image_gradients` 是 (6) 乘 (7)：每个像素一个数。带 `output_gradients` 的那次 `gradient` 调用就是 (8)。
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
# **The players.** The second document joins $G$ and $D$ to a "combined model" and trains it towards the label 1 (E15). Everything in it is trainable, so $D$ is trained too: to call generated images real. Watch $D$'s verdict on images that do not change at all. The usual cure, `discriminator.trainable = False`, does not help either: in Keras 3 the flag counts when the step is traced, at the first batch, so that $D$ then never learns ([tutorial 3](03_dcgan.ipynb) looks closer).

# %% [markdown] lang="zh"
# **双方。** 第二篇文档把 $G$ 和 $D$ 接成“组合模型”，用标签 1 来训练（E15）。里面的权重全都可训练，于是 $D$ 也被训练了：学会把生成图判为真。看看 $D$ 对一批丝毫不变的图怎样改口。常见的补救办法 `discriminator.trainable = False` 也不管用：Keras 3 看的是训练步被追踪时（第一个批次）的状态，于是 $D$ 从此什么也学不到（[教程 3](03_dcgan.ipynb) 看得更细）。

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
# **The last layer of $D$.** Both documents end $D$ in a sigmoid and compare with `binary_crossentropy` (E18). On paper $-\log \sigma(s)$ is $\mathrm{softplus}(-s)$. In float32 the way through the probability loses it: Keras clips $D$ at $10^{-7}$, so the loss stops at $-\log 10^{-7} = 16.12$ and the slope (6) is 0, just where $D$ is surest and $G$ has most to learn. (Where the sigmoid is the very last operation, Keras on TensorFlow finds its logit and repairs this. Any layer behind it, here a `Reshape` that changes nothing, and it does not.) The library's $D$ answers with a logit: [`keras_gen.losses.non_saturating_generator_loss`](../../keras_gen/losses/gan.py).

# %% [markdown] lang="zh"
# **判别器的最后一层。** 两篇文档的 $D$ 都以 sigmoid 结尾，再用 `binary_crossentropy` 比较（E18）。纸面上 $-\log \sigma(s)$ 就是 $\mathrm{softplus}(-s)$。但在 float32 里绕道概率就丢了：Keras 把 $D$ 截断在 $10^{-7}$，于是损失到 $-\log 10^{-7} = 16.12$ 为止，斜率 (6) 变成 0，而那正是 $D$ 最有把握、 $G$ 最该学的地方。（如果 sigmoid 恰好是最后一个运算，TensorFlow 后端的 Keras 能找到它的 logit，自动补救。后面再接任何一层，比如这里什么也不改的 `Reshape`，就补救不了。）库里的 $D$ 直接给出 logit：[`keras_gen.losses.non_saturating_generator_loss`](../../keras_gen/losses/gan.py)。

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

# %% [markdown] lang="en"
# **The scale.** The same networks, data and seed; only the last activation differs, one row for each, in the order of the printed lines. $D$'s two scores tell the rest (E13, E19).

# %% [markdown] lang="zh"
# **尺度。** 网络、数据、种子都相同，只有最后的激活函数不同，每种一行，次序与打印的相同。其余的看 $D$ 的两个分数（E13、E19）。

# %%
rows = []
for name, end in ENDS.items():
    gan = MLPGANRecipe(penalty="none", seed=0).build()
    gan.generator.layers[-2].activation = end
    gan.ema_generator.layers[-2].activation = end
    stream = data.batches(images, 64, seed=0)
    gan.fit(stream, steps_per_epoch=4 if FAST else 200, epochs=1, shuffle=False, verbose=0)
    rows.append(np.array(gan.ema_generator(noise)))  # as D sees them, not clipped
    scores = gan.get_metrics_result()
    print(
        f"{name:20s} D(x) {scores['real_score']:.2f}   D(G(z)) {scores['fake_score']:.2f}", end=""
    )
    print(f"   darkest pixel {rows[-1].min():.2f}, brightest {rows[-1].max():.2f}")
grid(np.clip((np.concatenate(rows) + 1) / 2, 0, 1), columns=16, zoom=2)

# %% [markdown] lang="en"
# With a sigmoid or a ReLU nothing is darker than 0, a mid grey. $D$ needs one look at the background to know: after 200 steps its two scores are still far apart.
#
# ## The real training
#
# The recipe, [`keras_gen.recipes.MLPGANRecipe`](../../keras_gen/recipes/gan.py), on the embedded sample: the first document's widths (128, 256, 512, 1024), the missing layer of 784 with $\tanh$, BatchNorm in $G$, dropout in $D$, and a penalty on the slope of $D$ that [tutorial 4](04_losses.ipynb) explains. Its default is 5,000 steps; here are 1,200. The rows show the same 16 noise vectors at different times.

# %% [markdown] lang="zh"
# 用 sigmoid 或 ReLU，没有一个像素比 0（中灰）更暗。 $D$ 看一眼背景就知道：200 步之后，两个分数仍然相差很远。
#
# ## 真正的训练
#
# 用配方 [`keras_gen.recipes.MLPGANRecipe`](../../keras_gen/recipes/gan.py) 学习内置的样本：宽度照第一篇文档（128、256、512、1024），补上缺少的那一层（784 个单元， $\tanh$）， $G$ 里有批归一化， $D$ 里有 dropout，还有[教程 4](04_losses.ipynb) 讲解的、对 $D$ 斜率的惩罚项。默认是 5,000 步，这里用 1,200 步。各行是同样的 16 个噪声向量在不同时刻画出的图。

# %%
recipe = MLPGANRecipe(seed=0)
gan = recipe.build()
curve = {"real_score": [], "fake_score": []}
rows = []
for epochs in (1, 1, 1, 1) if FAST else (1, 3, 8, 12):
    # Each `fit` begins the stream anew, so this one begins where the last one stopped.
    stream = data.batches(images, recipe.batch_size, seed=0, start_step=gan.steps_done)
    history = gan.fit(
        stream, steps_per_epoch=2 if FAST else 50, epochs=epochs, shuffle=False, verbose=0
    ).history
    for key, values in curve.items():
        values.extend(history[key])
    rows.append(gan.sample(16, seed=0))
    print(f"row {len(rows)}: step {gan.steps_done}")
grid(np.concatenate(rows), columns=16, zoom=2)

# %%
figure, axes = plt.subplots(figsize=(7, 2.6))
when = np.linspace(0, gan.steps_done, len(curve["real_score"]) + 1)[1:]
axes.plot(when, curve["real_score"], label="D(x)")
axes.plot(when, curve["fake_score"], label="D(G(z))")
axes.axhline(0.5, color="k", lw=0.8, ls=":")
axes.set(xlabel="step", ylim=(0, 1))
axes.legend()
plt.show()

# %% [markdown] lang="en"
# The two scores begin far apart and close in on 1/2, the dotted line, from both sides. How good is the generator? The losses cannot say (E33), and $D$'s accuracy need not rise, although the second document expects it to (E34): the two scores draw nearer as $G$ gets better. The Fréchet distance to images that were held out can ([tutorial 7](07_measuring_quality.ipynb) derives it), in the features of a garment classifier (real training images score nearly 0, noise about 40); and a straight walk from one noise vector to another shows what lies between.

# %% [markdown] lang="zh"
# 两个分数起初相距很远，后来从两侧靠近虚线所示的 1/2。画得好不好？损失说不出来（E33）； $D$ 的准确率也不必像第二篇文档所想的那样上升（E34）： $G$ 变好时，两个分数反而靠近。能说明问题的，是在一个服装分类器的特征里，与留出图之间的弗雷歇距离（Fréchet distance，推导见[教程 7](07_measuring_quality.ipynb)）：真实训练图接近 0，噪声约为 40。另外，从一个噪声向量沿直线走到另一个，可以看到两者之间是什么。

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

ends = tf.random.stateless_normal((4, 2, 100), seed=(0, 3))
shares = np.linspace(0, 1, 14, dtype="float32")[:, None]
walk = np.concatenate([gan.ema_generator((1 - shares) * a + shares * b) for a, b in ends])
grid((walk + 1) / 2, columns=14, zoom=2)

# %% [markdown] lang="en"
# Nothing jumps on the way: one thing fades into the other, through pictures that are neither. Where an end is hardly a garment, what comes before it is not one either; after so few steps not every noise gives one. A straight walk adds to that: half-way between two independent noise vectors of 100 numbers, the length is 7 instead of 10, and $G$ has hardly seen noise so short. A walk along the sphere (*slerp*) keeps the length.
#
# Most of the garments above are recognisable, all with a speckle over them: a dense layer does not know which pixels are neighbours, so each has to learn by itself that it should agree with those beside it. Convolutions know it: [`keras_gen.networks.dcgan`](../../keras_gen/networks/dcgan.py).
#
# ## Exercises
#
# **1.** Count the numbers in a stack of dense layers with biases, `sizes` being the units from the input on.

# %% [markdown] lang="zh"
# 途中没有跳变：一样东西渐渐变成另一样，中间的图两样都不是。哪一端几乎不成衣服，它前面的也就不成；步数这么少，并非每个噪声都已画得出衣服。直线走法也有份：两个独立的 100 维噪声向量，中点的长度是 7 而不是 10，这么短的噪声 $G$ 几乎没见过。沿球面走（slerp）长度就不变。
#
# 上面的衣服大多认得出来，但都有一层斑点：全连接层不知道哪些像素相邻，每个像素都得自己学会与旁边的一致。卷积天生就知道：[`keras_gen.networks.dcgan`](../../keras_gen/networks/dcgan.py)。
#
# ## 练习
#
# **1.** 数一数一摞带偏置的全连接层共有多少个数，`sizes` 是从输入开始各层的单元数。


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
# **3.** What $G$ draws must come back to bytes before it is saved. Map $[-1, 1]$ to 0, ..., 255: rounded to the nearest, and nothing may wrap around.

# %% [markdown] lang="zh"
# **3.** $G$ 画的图在保存之前要变回字节。把 $[-1, 1]$ 映射到 0、……、255：四舍五入，而且不能溢出回绕。


# %% exercise
def to_bytes(x):
    """Return uint8 pixels for floats in [-1, 1]; what lies beyond is clipped."""
    return ...


# %% check
found = to_bytes(np.array([-1.0, 0.0, 0.999, 1.0, 1.2]))
right = [0, 128, 255, 255, 255]
assert found is ... or (found.dtype == "uint8" and list(found) == right), (
    f"expected uint8 {right}, found {found.dtype} {found}"
)
print("not yet" if found is ... else "right ✓")


# %% solution
def to_bytes(x):
    """Return uint8 pixels for floats in [-1, 1]; what lies beyond is clipped."""
    return np.round(np.clip((x + 1) * 127.5, 0, 255)).astype("uint8")  # 127.5 rounds to even, 128


# %% [markdown] lang="en"
# ## Where to go from here
#
# **To say it aloud.** $G$ never sees a real image. It gets one slope for each pixel of its own image, drawn by $D$, and passes it back through its layers; a factor of 0 anywhere in the chain ends the lesson. So $D$ answers with a logit, because a clipped probability has no slope where $D$ is sure. $G$ ends in tanh and the data are scaled to $[-1, 1]$, because $D$ otherwise tells them apart by the background. Each gradient names the variables that it moves, instead of a flag that somebody must set at the right time.
#
# | part | choice | what goes wrong otherwise |
# |---|---|---|
# | last layer of $G$ | tanh, data in $[-1, 1]$ | no black, and $D$ wins at once |
# | last layer of $D$ | none: a logit | slope 0 where $D$ is sure |
# | units of the last layer | 784, one for each pixel | the model cannot be built |
# | who moves | variables named in the gradient | $D$ learns to call generated images real, or nothing |
#
# **Predict, then run.** Build the generator without BatchNorm and train it for the same 1,200 steps: which of the two scores will move, and what will the pictures show? Write it down first.
#
# - [Networks](../../keras_gen/networks/mlp_gan.py) and [model](../../keras_gen/models/gan.py); [errata](../../docs/errata.md) E1 to E20; [interview questions](../../docs/interview.md) Q6 to Q8. `keras-gen train mlp_gan --data fashion_mnist` is the full run.
# - Goodfellow et al. 2014, [arXiv:1406.2661](https://arxiv.org/abs/1406.2661); Shen et al. 2021, [arXiv:2103.00430](https://arxiv.org/abs/2103.00430), for one backward pass.

# %% [markdown] lang="zh"
# ## 接下来
#
# **用几句话说出来。** $G$ 从来没见过真实图。它得到的是 $D$ 对它自己那张图的每个像素给出的一个斜率，再由它逐层往回传；链条上任何一处为 0，这一课就到此为止。所以 $D$ 输出 logit，因为截断过的概率在 $D$ 有把握的地方没有斜率。 $G$ 以 tanh 结尾，数据缩放到 $[-1, 1]$，否则 $D$ 凭背景就能分辨。每个梯度都写明它移动哪些变量，而不靠一个必须有人按时设置的开关。
#
# | 部分 | 选择 | 不这样会怎样 |
# |---|---|---|
# | $G$ 的最后一层 | tanh，数据在 $[-1, 1]$ 内 | 画不出黑色， $D$ 立刻获胜 |
# | $D$ 的最后一层 | 不加激活，输出 logit | 在 $D$ 有把握的地方斜率为 0 |
# | 最后一层的单元数 | 784，每个像素一个 | 模型建不起来 |
# | 谁在移动 | 在梯度里写明变量 | $D$ 学会把生成图判为真，或者什么也学不到 |
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
# row {len(rows)}: step {gan.steps_done} => 第 {len(rows)} 行：第 {gan.steps_done} 步
# step => 步数
# training images => 训练图
# noise => 噪声
# FD of 2,000 held-out images to {name:15s} {distance:6.2f} => 2,000 张留出图的 FD，对 {name:12s} {distance:6.2f}
# expected 1460225, found {found} => 应为 1460225，得到的是 {found}
# expected 2, 1.5, 0, found {found} => 应为 2、1.5、0，得到的是 {found}
# expected uint8 {right}, found {found.dtype} {found} => 应为 uint8 {right}，得到的是 {found.dtype} {found}
