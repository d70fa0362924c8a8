"""Tutorial 3, the convolutional GAN and its training step. Format and builder: scripts/build_tutorials.py."""

# ruff: noqa: B023, E501 - lambdas are called at once; prose has one paragraph a line

# %% [markdown] lang="en"
# # 3. DCGAN: transposed convolutions, and one step of the game
#
# A DCGAN (deep convolutional GAN) has a generator that stamps its picture out of a small map, and a discriminator that looks through strided windows. In its training step each of them moves only itself. You need [tutorial 2](02_mlp_gan.ipynb), and to have met a convolution with its kernel, stride, channels and padding.
#
# After this notebook you can
#
# - write a transposed convolution as a transposed matrix, and compute its size and its coverage by hand;
# - predict where checkerboards come from, in the picture and in the gradient, and say what a kernel of 4 cures and what it does not;
# - write `train_step` for two players in Keras 3, and say what freezing $D$ really does there;
# - get both players' gradients from one backward pass, and say when that is not allowed.

# %% [markdown] lang="zh"
# # 3. DCGAN：转置卷积，以及博弈的一步
#
# DCGAN（深度卷积生成对抗网络）的生成器用小特征图“盖章”盖出图像，判别器透过带步幅的窗口看图；在训练步里，双方各自只动自己的权重。请先读[教程 2](02_mlp_gan.ipynb)，并且知道卷积核、步幅、通道和填充是什么。
#
# 学完本篇，你能够
#
# - 把转置卷积写成转置矩阵，并手算它的输出尺寸和覆盖次数；
# - 预测棋盘格会出现在哪里（图像里和梯度里），并说清楚大小为 4 的卷积核治得好什么、治不好什么；
# - 在 Keras 3 里为双方写出 `train_step`，并说清楚冻结 $D$ 究竟会怎样；
# - 用一次反向传播得到双方的梯度，并说出什么时候不允许这样做。

# %%
import inspect
import os
import time
import warnings

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops

from keras_gen import data, losses, measures
from keras_gen.models import GAN
from keras_gen.models.gan import ONE_BACKWARD_RATIOS
from keras_gen.networks import dcgan
from keras_gen.pictures import gif, grid, labelled_grid
from keras_gen.recipes import DCGANRecipe

FAST = bool(os.environ.get("KERAS_GEN_FAST"))  # tests set it, to run everything with few steps

# %% [markdown] lang="en"
# ## The question
#
# The second document promises a generator of "deconvolutions", a discriminator of convolutions and a combined model that trains both. Its listing doubles a map of 7 x 7 three times, which ends at 56 and not at 28; it takes kernels of 5, which the stride of 2 does not divide; its discriminator begins with `Flatten` and has no convolution; and the step that is meant for $G$ moves $D$ ([errata](../../docs/errata.md) E2, E17, E16, E15). Behind each of these stands a formula that the document does not write down.
#
# **How does a map of 7 x 7 become a picture of 28 x 28, which traces does that leave in the picture and in the gradient, and how do two networks take one step in which each moves nothing but itself?**

# %% [markdown] lang="zh"
# ## 问题
#
# 第二篇文档许诺的是：用“反卷积”搭的生成器（generator）、用卷积搭的判别器（discriminator），以及一个训练双方的组合模型。而它的代码把 7 x 7 的特征图放大了三次，得到的是 56 而不是 28；卷积核为 5，不能被步幅 2 整除；判别器以 `Flatten` 开头，一个卷积也没有；本该只训练 $G$ 的那一步，却动了 $D$（[勘误](../../docs/errata.zh-CN.md) E2、E17、E16、E15）。每一处背后都有一个那篇文档没有写出来的公式。
#
# **7 x 7 的特征图怎样变成 28 x 28 的图像？这会在图像里和梯度里留下什么痕迹？两个网络怎样走完一步训练，而每个梯度只更新自己那一方？**

# %% [markdown] lang="en"
# ## The picture
#
# A T-shirt, shrunk to 7 x 7, and what transposed convolutions make of it: each value, times the kernel, is stamped into a grid that is twice as fine, and where stamps overlap they add up. All kernels here are ones. Kernel 4 gives a soft picture. Kernel 5 gives a mesh, at every size; and three doublings give 56 x 56.

# %% [markdown] lang="zh"
# ## 图示
#
# 一件 T 恤先缩成 7 x 7，再看转置卷积（transposed convolution）把它变成什么：每个值在细一倍的网格上盖一个章，章的形状就是卷积核，重叠的地方相加。这里的卷积核元素全是 1。核为 4 时图像柔和；核为 5 时，不管放大几次都有棋盘格；放大三次得到的是 56 x 56。

# %%
images = data.load("fashion_mnist_10k").images  # (10000, 28, 28, 1) uint8
scaled = data.uint8_to_symmetric(images).numpy()  # the same in [-1, 1]


def enlarge(x, kernel, times):
    """Double maps (N, H, W, 1) by transposed convolutions whose kernels are all ones."""
    ones = np.ones((kernel, kernel, 1, 1), "float32")
    for _ in range(times):
        x = ops.conv_transpose(x, ones, strides=2, padding="same")
    return np.array(x)


small = images[6:7].astype("float32").reshape(1, 7, 4, 7, 4, 1).mean(axis=(2, 4))  # (1, 7, 7, 1)
PANELS = {
    "7 x 7": small,
    "kernel 4, twice: 28 x 28": enlarge(small, 4, 2),
    "kernel 5, twice: 28 x 28": enlarge(small, 5, 2),
    "kernel 5, three times: 56 x 56": enlarge(small, 5, 3),
}
figure, row = plt.subplots(1, 4, figsize=(11, 3))
for (title, picture), axes in zip(PANELS.items(), row, strict=True):
    axes.imshow(picture[0, ..., 0], cmap="gray")
    axes.set_title(title, fontsize=10)
    axes.axis("off")
plt.show()

# %% [markdown] lang="en"
# The stamps one after the other, two values of the map at a time, with kernel 4 at the left and kernel 5 at the right. Watch where they overlap: at the right a mesh appears while the picture grows.

# %% [markdown] lang="zh"
# 再一个接一个地盖章，每次盖特征图里的两个值，左边核为 4，右边核为 5。注意重叠的地方：右边的图一边长出来，一边就有了棋盘格。

# %%
film = []
for count in range(2, 50, 2):
    some = np.where(np.arange(49).reshape(1, 7, 7, 1) < count, small, 0)  # the first values
    stamped = np.concatenate([enlarge(some, kernel, 1) / kernel**2 for kernel in (4, 5)])
    film.append(grid(stamped / 70, columns=2, gap=1, zoom=14))  # (2, 14, 14, 1) in [0, 1]
gif(film, seconds=5, colours=32)

# %% [markdown] lang="en"
# And where this leads: the generator of this package, a map of 7 x 7 with 128 channels doubled twice, after 300 steps, a few seconds. What you should see: real products above, and below them samples that are bright blobs on black, a few of them with the outline of a garment already.

# %% [markdown] lang="zh"
# 再看这条路通向哪里：本项目的生成器把 128 个通道的 7 x 7 特征图放大两次，这里只训练 300 步，几秒钟。你应该看到：上排是真实商品，下排是黑底上一团团亮斑，其中几张已经有了服装的轮廓。

# %%
recipe = DCGANRecipe(seed=0)
sketch = recipe.build()
stream = data.batches(images, recipe.batch_size, seed=0)
sketch.fit(stream, steps_per_epoch=4 if FAST else 300, epochs=1, shuffle=False, verbose=0)
labelled_grid(np.concatenate([(scaled[:16] + 1) / 2, sketch.sample(16, seed=0)]), ["real", "drawn"])

# %% [markdown] lang="en"
# ## The formula, one step a line
#
# **The matrix.** In one dimension, with a kernel $w_0, \dots, w_{k-1}$ and a stride $s$:
#
# $$
# \begin{aligned}
# y_i &= \sum_{j=0}^{k-1} w_j \, x_{s i + j} && (1) \\
# y &= C x, \qquad C_{i m} = w_{m - s i} && (2) \\
# \hat x &= C^\top y, \qquad \hat x_m = \sum_i w_{m - s i} \, y_i && (3) \\
# \frac{\partial L}{\partial x} &= C^\top \frac{\partial L}{\partial y} && (4)
# \end{aligned}
# $$
#
# (1) is a strided convolution, a layer of $D$. In (2), row $i$ of $C$ holds the kernel, moved by $s i$, and zeros. (3) is the transposed convolution, a layer of $G$: $y_i$ stamps the kernel at $s i$. (4) is the chain rule for (2), and it is the same matrix: **what $G$ does forwards, $D$ does backwards.** $C^\top$ is not $C^{-1}$, so nothing is "deconvolved" (E42).
#
# **The size.** For $H$ values and $k \ge s$, the last stamp begins at $s (H - 1)$ and is $k$ long:
#
# $$
# \begin{aligned}
# H_{\text{valid}} &= s (H - 1) + k && (5) \\
# H_{\text{same}} &= s H && (6)
# \end{aligned}
# $$
#
# For (6) Keras cuts $k - s$ values off (5), half of them in front, rounded down. So doublings from 7 give 14, 28, 56, whatever the kernel (E2).
#
# **The coverage.** How many stamps reach place $m$?
#
# $$
# \begin{aligned}
# n_m &= \#\{\, i : 0 \le m - s i < k \,\} && (7) \\
# &= \left\lceil \frac{k - (m \bmod s)}{s} \right\rceil \quad \text{away from the ends} && (8) \\
# E[\hat x_m^2] &= n_m \, \sigma_w^2 \, E[y^2] && (9)
# \end{aligned}
# $$
#
# (8) is the same for all $m$ exactly if $s$ divides $k$. (9) holds for independent weights of mean 0 and variance $\sigma_w^2$, as in an untrained network (with several channels their number is one more factor). In two dimensions rows and columns multiply: kernel 5 with stride 2 has 2 or 3 in each direction, so 4, 6 and 9 (E17).

# %% [markdown] lang="zh"
# ## 公式，一行一步
#
# **矩阵。** 一维情形，卷积核为 $w_0, \dots, w_{k-1}$，步幅（stride）为 $s$：
#
# $$
# \begin{aligned}
# y_i &= \sum_{j=0}^{k-1} w_j \, x_{s i + j} && (1) \\
# y &= C x, \qquad C_{i m} = w_{m - s i} && (2) \\
# \hat x &= C^\top y, \qquad \hat x_m = \sum_i w_{m - s i} \, y_i && (3) \\
# \frac{\partial L}{\partial x} &= C^\top \frac{\partial L}{\partial y} && (4)
# \end{aligned}
# $$
#
# (1) 是带步幅的卷积，即 $D$ 的一层。(2) 中， $C$ 的第 $i$ 行是平移了 $s i$ 的卷积核，其余为零。(3) 是转置卷积，即 $G$ 的一层： $y_i$ 在 $s i$ 处盖下卷积核这个章。(4) 是对 (2) 用链式法则，用的是同一个矩阵：**$G$ 前向做的事，正是 $D$ 反向做的事。** $C^\top$ 不是 $C^{-1}$，所以并没有什么被“反”卷积了（E42）。
#
# **尺寸。** 设有 $H$ 个值， $k \ge s$，最后一个章从 $s (H - 1)$ 开始，长为 $k$：
#
# $$
# \begin{aligned}
# H_{\text{valid}} &= s (H - 1) + k && (5) \\
# H_{\text{same}} &= s H && (6)
# \end{aligned}
# $$
#
# 为得到 (6)，Keras 从 (5) 里裁掉 $k - s$ 个值，前面裁一半（向下取整）。所以从 7 开始加倍，得到 14、28、56，与卷积核的大小无关（E2）。
#
# **覆盖次数。** 有多少个章盖到位置 $m$？
#
# $$
# \begin{aligned}
# n_m &= \#\{\, i : 0 \le m - s i < k \,\} && (7) \\
# &= \left\lceil \frac{k - (m \bmod s)}{s} \right\rceil \quad \text{远离两端} && (8) \\
# E[\hat x_m^2] &= n_m \, \sigma_w^2 \, E[y^2] && (9)
# \end{aligned}
# $$
#
# (8) 在远离两端处成立；当且仅当 $s$ 整除 $k$ 时，它对所有 $m$ 都相同。(9) 要求权重相互独立、均值为 0、方差为 $\sigma_w^2$，未经训练的网络就是这样（有多个通道时，再乘以通道数）。二维时行与列相乘：核为 5、步幅为 2 时，每个方向是 2 次或 3 次，所以是 4、6、9 次（E17）。

# %% [markdown] lang="en"
# ## A number by hand
#
# **Stamps.** $y = (1, 2, 3)$, kernel $(1, 10, 100)$, stride 2. By (5) there are $2 \cdot 2 + 3 = 7$ places, and the digits tell who stamped what:
#
# | place | 0 | 1 | 2 | 3 | 4 | 5 | 6 |
# |---|---|---|---|---|---|---|---|
# | from 1 | 1 | 10 | 100 | | | | |
# | from 2 | | | 2 | 20 | 200 | | |
# | from 3 | | | | | 3 | 30 | 300 |
# | sum (3) | 1 | 10 | 102 | 20 | 203 | 30 | 300 |
# | coverage (7) | 1 | 1 | 2 | 1 | 2 | 1 | 1 |
#
# By (6), `same` leaves the first six: one value is cut off, none in front.

# %% [markdown] lang="zh"
# ## 手算一个数
#
# **盖章。** $y = (1, 2, 3)$，卷积核 $(1, 10, 100)$，步幅 2。由 (5) 共有 $2 \cdot 2 + 3 = 7$ 个位置，从数字就能看出是谁盖的章：
#
# | 位置 | 0 | 1 | 2 | 3 | 4 | 5 | 6 |
# |---|---|---|---|---|---|---|---|
# | 来自 1 | 1 | 10 | 100 | | | | |
# | 来自 2 | | | 2 | 20 | 200 | | |
# | 来自 3 | | | | | 3 | 30 | 300 |
# | 总和 (3) | 1 | 10 | 102 | 20 | 203 | 30 | 300 |
# | 覆盖次数 (7) | 1 | 1 | 2 | 1 | 2 | 1 | 1 |
#
# 由 (6)，`same` 保留前六个：裁掉一个值，前面一个也不裁。

# %% [markdown] lang="en"
# ## Five lines of NumPy
#
# The matrix, its transpose, the cut and the coverage. Keras must agree in one dimension, in two (where a kernel that is a product becomes $C^\top Y C$), and in the gradient (4).

# %% [markdown] lang="zh"
# ## 五行 NumPy
#
# 矩阵、它的转置、裁剪，以及覆盖次数。Keras 在一维、二维（卷积核是乘积时，就是 $C^\top Y C$）和梯度 (4) 上都必须给出同样的结果。

# %%
y, w, s = np.array([1.0, 2, 3]), np.array([1.0, 10, 100]), 2

C = np.array([np.pad(w, (s * i, s * (len(y) - 1 - i))) for i in range(len(y))])  # (3, 7), (2)
valid = C.T @ y  # (3)
cut = (len(w) - s) // 2
same = valid[cut : cut + s * len(y)]  # (6)
coverage = (C > 0).sum(axis=0)  # (7)

print("valid   ", valid, "\nsame    ", same, "\ncoverage", coverage)
line, kernel = y.reshape(1, -1, 1), w.reshape(-1, 1, 1)
for padding, ours in {"valid": valid, "same": same}.items():
    theirs = ops.conv_transpose(line, kernel, strides=s, padding=padding)
    assert np.allclose(ours, np.ravel(theirs)), padding

square = layers.Conv2DTranspose(1, 3, strides=s)
square.build((None, 3, 3, 1))
square.set_weights([np.outer(w, w)[..., None, None], np.zeros(1)])
Y = np.arange(9.0).reshape(3, 3)
assert np.allclose(C.T @ Y @ C, square(Y[None, ..., None])[0, ..., 0])  # (7, 7)

x = tf.zeros((1, 7, 1), "float64")
with tf.GradientTape() as tape:
    tape.watch(x)
    strided = ops.conv(x, tf.constant(kernel), strides=s, padding="valid")  # (1, 3, 1)
assert np.allclose(tape.gradient(strided, x, output_gradients=tf.constant(line))[0, :, 0], valid)

# %% [markdown] lang="en"
# The sizes (6) of the networks of [`keras_gen.networks.dcgan`](../../keras_gen/networks/dcgan.py). A strided convolution with `same` padding gives $\lceil H / s \rceil$. The paper that gave the DCGAN its name (Radford, Metz and Chintala 2016) lists what made such networks trainable: strides in place of pooling; BatchNorm in both networks, though not at $G$'s output, where it would give the pixels of every batch the same mean and variance, nor at $D$'s input, where it would give a batch of real and a batch of generated images the same mean and variance, and so hide from $D$ a difference between them ((15) below shows this for a feature); no hidden dense layers; ReLU in $G$, with tanh at the end, which reaches exactly the range of the data; LeakyReLU in $D$, since a ReLU has slope 0 on its left half and $G$'s gradient has to come through; and Adam with $\beta_1 = 0.5$, since the training oscillated with the usual 0.9. The paper gives no reason for most of these; those that stand here are ours. This package keeps all of it but BatchNorm in $D$, for the reason that follows below.

# %% [markdown] lang="zh"
# 再核对 [`keras_gen.networks.dcgan`](../../keras_gen/networks/dcgan.py) 里各层的尺寸 (6)。带步幅的卷积用 `same` 填充时，尺寸是 $\lceil H / s \rceil$。给 DCGAN 命名的论文（Radford、Metz 与 Chintala 2016）列出了让这类网络训练得动的办法：用步幅代替池化；两个网络都用批归一化，但 $G$ 的输出层不用（否则每一批像素都被拉成同样的均值和方差）， $D$ 的输入层也不用（否则真实图一批、生成图一批分别送入时，两批被拉成同样的均值和方差， $D$ 就看不到这一差别，下文 (15) 在一个特征上演示）；不用隐藏的全连接层； $G$ 用 ReLU，以 tanh 结尾，恰好覆盖数据的范围； $D$ 用 LeakyReLU，因为 ReLU 左半边的斜率为 0，而 $G$ 的梯度要从这里穿过；Adam 取 $\beta_1 = 0.5$，因为用通常的 0.9 时训练会振荡。其中大多数办法，论文没有说明理由，这里的理由是我们加的。本项目照此办理，只有 $D$ 里的批归一化除外，原因见下文。

# %%
for network in (dcgan.generator(), dcgan.discriminator()):
    for layer in network.layers:
        if not hasattr(layer, "strides"):
            continue
        (_, before, _, _), (_, after, _, channels) = layer.input.shape, layer.output.shape
        stride, size = layer.strides[0], layer.kernel_size[0]
        print(
            f"{network.name:13s} kernel {size} stride {stride}: {before:2d} -> {after:2d}, "
            f"{channels:3d} channels"
        )
        up = isinstance(layer, layers.Conv2DTranspose)
        assert after == (stride * before if up else -(-before // stride))
        assert size % stride == 0

# %% [markdown] lang="en"
# ## Value and slope
#
# **The value.** Random maps go through 256 untrained last layers of a generator. Bars: the root mean square of the pixels along one row. Dots: what (9) predicts. **The slope.** Below, the same for the gradient at the image: untrained discriminators with kernels of 3, 4 and 5, three strided layers each, and how strongly the output reacts to each pixel (mean 1, averaged over six networks, 64 outputs and 128 images). The four kinds of pixels that are printed are those of even and odd rows and columns.

# %% [markdown] lang="zh"
# ## 值与斜率
#
# **值。** 让随机的特征图通过 256 个未经训练的生成器最后一层。柱子是沿一行的像素的均方根，圆点是 (9) 的预测。**斜率。** 下排对图像处的梯度做同样的事：未经训练的判别器，核为 3、4、5，各有三个带步幅的层，看每个像素处的梯度有多大（均值为 1，对六个网络、64 个输出、128 张图求平均）。打印的“四种像素”按行号和列号的奇偶来分。


# %%
def with_kernel(network, kernel):
    """Return a fresh network of the same layers, with another kernel wherever the stride is 2."""

    def clone(layer):
        config = layer.get_config()
        if tuple(config.get("strides", ())) == (2, 2):
            config["kernel_size"] = (kernel, kernel)
        return layer.from_config(config)

    return keras.models.clone_model(network, clone_function=clone)


def loudness(kernel, seeds):
    """Root mean square of D's gradient at each pixel, (28, 28), relative to its inner mean."""
    squares = 0
    for seed in range(seeds):
        keras.utils.set_random_seed(seed)
        trunk = with_kernel(dcgan.discriminator(), kernel)
        heads = keras.Model(trunk.input, layers.Dense(64)(trunk.layers[-2].output))
        some = tf.constant(scaled[:128])
        with tf.GradientTape() as tape:
            tape.watch(some)
            answers = heads(some)  # (128, 64)
        upstream = tf.random.stateless_normal(answers.shape, seed=(seed, 1))
        squares += (tape.gradient(answers, some, output_gradients=upstream).numpy() ** 2).mean(0)
    root = np.sqrt(squares[..., 0])
    return root / root[8:-8, 8:-8].mean()


maps = np.maximum(np.random.default_rng(0).normal(size=(64, 14, 14, 32)), 0).astype("float32")
figure, panels = plt.subplots(2, 3, figsize=(10, 5.6), height_ratios=(1, 1.7))
for size, (top, bottom) in zip((3, 4, 5), panels.T, strict=True):
    keras.utils.set_random_seed(0)
    pixels = layers.Conv2DTranspose(256, size, strides=2, padding="same")(maps).numpy()
    row = np.sqrt((pixels**2).mean(axis=(0, 1, 3)))  # (28,), over images, rows and layers
    stamps = np.pad(np.ones((14, 1)), ((0, 0), (0, 1))).ravel()[:-1]  # one every 2 places
    counts = np.convolve(stamps, np.ones(size))[(size - 2) // 2 :][:28]  # n_m, cut as in (6)
    top.bar(np.arange(28), row / row.mean(), color="C0", alpha=0.6)
    top.plot(np.sqrt(counts) / np.sqrt(counts).mean(), "k.", ms=4)
    top.set(title=f"kernel {size}, stride 2: pixels of G", ylim=(0, 1.5), xlabel="place in a row")
    slopes = loudness(size, seeds=1 if FAST else 6)
    shades = bottom.imshow(slopes, cmap="RdBu_r", vmin=0.4, vmax=1.6)
    bottom.set_title(f"kernel {size}: slope of D")
    bottom.grid(False)
    inner = slopes[8:-8, 8:-8]
    phases = [inner[p::2, q::2].mean() for p in (0, 1) for q in (0, 1)]
    print(f"kernel {size}: four kinds of pixels, slope", np.round(phases, 2))
    assert FAST or size % 2 or np.ptp(phases) < 0.1
    assert FAST or size != 5 or max(phases) > 1.5 * min(phases)
    assert np.allclose(row / row.mean(), np.sqrt(counts) / np.sqrt(counts).mean(), atol=0.1)
figure.colorbar(shades, ax=panels[1], shrink=0.8, label="relative to the mean")
plt.show()
print(
    "predicted for kernel 5 by (9):",
    np.round(np.sqrt([4, 6, 6, 9]) / np.sqrt([4, 6, 6, 9]).mean(), 2),
)

# %% [markdown] lang="en"
# - Kernel 4 treats all pixels nearly alike, in the picture and in the slope. (The dark frame is the padding: pixels near the edge are reached by fewer windows.)
# - With kernel 5 one pixel in four gets more than one and a half times the slope of another, before the discriminator has learnt anything: on average, whatever it asks for, it asks for it in a checkerboard. Kernel 3 is worse: 1 or 2 windows instead of 2 or 3, and three layers deep the boards of 2, 4 and 8 pixels lie on top of each other.
#
# **Both gradients from one pass.** At a generated image $x_i$ with the logit $s_i$ (from here on $s$ is a logit and no longer the stride), $\ell_D$ and $\ell_G$ being its contributions to $L_D$ and $L_G$:
#
# $$
# \begin{aligned}
# \frac{\partial L_D}{\partial x_i} &= \ell_D'(s_i) \, \frac{\partial s_i}{\partial x_i} && (10) \\
# \frac{\partial L_G}{\partial x_i} &= \ell_G'(s_i) \, \frac{\partial s_i}{\partial x_i} = r(s_i) \, \frac{\partial L_D}{\partial x_i} && (11) \\
# r(s) &= \frac{\ell_G'(s)}{\ell_D'(s)} = \frac{\sigma(s) - 1}{\sigma(s)} = -e^{-s} \quad \text{(non-saturating)} && (12)
# \end{aligned}
# $$
#
# For the saturating loss, and for the Wasserstein loss of tutorial 4, $r = -1$. Two conditions: $\ell_D'(s)$ must not be 0, and $s_i$ must depend on $x_i$ alone, or (10) has more terms than one.
#
# **By hand.** $D$ gives a generated image $s = -2$. Then $\ell_D' = \sigma(-2) = 0.119$, $\ell_G' = 0.119 - 1 = -0.881$, and $r = -0.8808 / 0.1192 = -7.39 = -e^{2}$.
#
# **The ratio.** Where is (12) defined? On the left $\ell_D'$, the denominator; on the right $r$. (Besides cross-entropy there are two losses that [tutorial 4](04_losses.ipynb) explains. On a generated image least squares has $\ell_D = \frac12 s^2$ and $\ell_G = \frac12 (s - 1)^2$, the hinge $\ell_D = \max(0, 1 + s)$ and $\ell_G = -s$.)

# %% [markdown] lang="zh"
# - 核为 4 时，图像和斜率都是均匀的。（深色边框来自填充：靠近边缘的像素被更少的窗口看到。）
# - 核为 5 时，判别器还没有训练，对某四分之一像素的梯度就已经超过另外四分之一的一倍半；平均起来，不管它要求什么，传回的梯度都带着棋盘格。核为 3 更糟：每个方向 1 或 2 个窗口，而不是 2 或 3 个；三层下来，周期为 2、4、8 个像素的棋盘格叠在一起。
#
# **一次反向传播得到双方的梯度。** 在 logit 为 $s_i$ 的生成图 $x_i$ 处（从这里起 $s$ 是 logit，不再是步幅）， $\ell_D$ 与 $\ell_G$ 是这张图对 $L_D$ 和 $L_G$ 的贡献：
#
# $$
# \begin{aligned}
# \frac{\partial L_D}{\partial x_i} &= \ell_D'(s_i) \, \frac{\partial s_i}{\partial x_i} && (10) \\
# \frac{\partial L_G}{\partial x_i} &= \ell_G'(s_i) \, \frac{\partial s_i}{\partial x_i} = r(s_i) \, \frac{\partial L_D}{\partial x_i} && (11) \\
# r(s) &= \frac{\ell_G'(s)}{\ell_D'(s)} = \frac{\sigma(s) - 1}{\sigma(s)} = -e^{-s} \quad \text{（非饱和）} && (12)
# \end{aligned}
# $$
#
# (12) 是非饱和损失的情形；饱和损失与教程 4 的 Wasserstein 损失则是 $r = -1$。有两个条件： $\ell_D'(s)$ 不能为 0；而且 $s_i$ 只能取决于 $x_i$，否则 (10) 就不止一项。
#
# **手算。** $D$ 给某张生成图的是 $s = -2$。于是 $\ell_D' = \sigma(-2) = 0.119$， $\ell_G' = 0.119 - 1 = -0.881$， $r = -0.8808 / 0.1192 = -7.39 = -e^{2}$。
#
# **比值。** (12) 在哪里有定义？左图是分母 $\ell_D'$，右图是 $r$。（除交叉熵外，还有[教程 4](04_losses.ipynb) 讲解的两种损失。对生成图，最小二乘是 $\ell_D = \frac12 s^2$、 $\ell_G = \frac12 (s - 1)^2$；合页是 $\ell_D = \max(0, 1 + s)$、 $\ell_G = -s$。）

# %%
logits = tf.constant(np.linspace(-4, 4, 402)[:, None])  # 0 is not among them
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
LOSSES = {
    "non-saturating": "non_saturating",
    "saturating loss": "saturating",
    "least squares": "least_squares",
    "hinge loss": "hinge",
}
for label, name in LOSSES.items():
    pair = losses.GAN_LOSSES[name]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        d_loss, g_loss = pair.discriminator(0 * logits, logits), pair.generator(logits)
    d_slope = tape.gradient(d_loss, logits).numpy()[:, 0] * len(logits)
    g_slope = tape.gradient(g_loss, logits).numpy()[:, 0] * len(logits)
    ratio = g_slope / np.where(d_slope == 0, np.nan, d_slope)
    left.plot(logits, d_slope, label=label)
    right.plot(logits, np.where(np.abs(ratio) > 20, np.nan, ratio))
    if name in ONE_BACKWARD_RATIOS:
        assert np.allclose(ratio, np.ravel(ONE_BACKWARD_RATIOS[name](logits)))
assert np.isclose(ONE_BACKWARD_RATIOS["non_saturating"](np.array([-2.0]))[0], -np.exp(2))
left.set(title=r"$\ell_D'$ of a generated image", xlabel="$s$", ylim=(-2, 3))
right.set(title="ratio $r$", xlabel="$s$", ylim=(-8, 4))
left.legend(fontsize=8)
plt.show()

# %% [markdown] lang="en"
# The ratio of least squares has a pole at $s = 0$, which is where $D$ pushes generated images. The hinge has no ratio at all for $s \lt -1$: there $\ell_D' = 0$, while $\ell_G'$ is still $-1$. (In the left panel the two curves of cross-entropy coincide; in the right one the hinge lies on the saturating loss.) Both losses need two passes in the library.
#
# ## Where it stands in `train_step`
#
# First the step written out. A `keras.Model` whose `train_step` is Algorithm 1: $D$ moves, then $G$, each on fresh noise. Everything else, `fit`, callbacks, progress, comes from Keras.

# %% [markdown] lang="zh"
# 最小二乘的比值 $r$ 在 $s = 0$ 处有极点，而 $D$ 正是把生成图往 0 推；合页损失在 $s \lt -1$ 处没有比值：那里 $\ell_D' = 0$，而 $\ell_G'$ 仍是 $-1$。（左图中，交叉熵的两条曲线重合；右图中，合页的线盖住了饱和损失的。）在库里，这两种损失都要做两次反向传播。
#
# ## 它在 `train_step` 中的位置
#
# 先把这一步写出来。下面的 `keras.Model`，其 `train_step` 就是算法 1： $D$ 走一步，然后 $G$ 走一步，各用新的噪声。其余的，`fit`、回调、进度条，都由 Keras 提供。


# %%
class TwoPlayers(keras.Model):
    """A GAN that needs nothing but Keras and TensorFlow."""

    def __init__(self, generator, discriminator, latent_dim=100):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.latent_dim = latent_dim

    def compile(self, d_optimizer, g_optimizer):
        """Take an optimizer for each player."""
        super().compile()
        self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer

    def draw_latents(self, n):
        """Return noise for n images."""
        return tf.random.normal((n, self.latent_dim))  # (B, L)

    def train_step(self, real):
        """Play one round on a batch of real images."""
        n = tf.shape(real)[0]  # real: (B, 28, 28, 1) in [-1, 1]
        fake = self.generator(self.draw_latents(n), training=True)  # outside of the tape
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(real, training=True)  # (B, 1)
            fake_logits = self.discriminator(fake, training=True)  # (B, 1)
            d_loss = tf.reduce_mean(tf.nn.softplus(-real_logits) + tf.nn.softplus(fake_logits))
        self.move(self.discriminator, self.d_optimizer, tape, d_loss)

        with tf.GradientTape() as tape:
            fake = self.generator(self.draw_latents(n), training=True)
            fake_logits = self.discriminator(fake, training=True)  # the new D
            g_loss = tf.reduce_mean(tf.nn.softplus(-fake_logits))
        self.move(self.generator, self.g_optimizer, tape, g_loss)
        return {"d_loss": d_loss, "g_loss": g_loss}

    def move(self, network, optimizer, tape, loss):
        """Take one step with the weights of one network, and of no other."""
        variables = network.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)


# %% [markdown] lang="en"
# Each gradient is taken by the variables of one network only, and that alone keeps the other player still. A gradient of $L_D$ that reached $G$ would make its images *easier* to reject. Drawing outside of the tape protects nothing more; it spares recording $G$.
#
# Is this what [`keras_gen.models.GAN`](../../keras_gen/models/gan.py) does? Both get the same weights, the same images, the same noise (a twin of the library's model draws it), and one step of plain gradient descent. Then the model above is trained for 200 steps.

# %% [markdown] lang="zh"
# 每个梯度都写明是谁的，单凭这一点，另一方就不会动。假如 $L_D$ 的梯度到了 $G$，只会让它的图**更容易**被识破。在 tape 之外画图并不提供更多保护，只是省得把 $G$ 记录下来。
#
# 这与 [`keras_gen.models.GAN`](../../keras_gen/models/gan.py) 做的一样吗？两者用同样的权重、同样的图、同样的噪声（由种子相同的另一个库模型来抽），各走一步普通的梯度下降。然后把上面的模型训练 200 步。


# %%
def small_networks():
    """Return a generator and a discriminator, the same weights at each call."""
    keras.utils.set_random_seed(0)
    return dcgan.generator(width=8), dcgan.discriminator(width=8)


own, library, twin = (
    TwoPlayers(*small_networks()),
    *(GAN(*small_networks(), latent_dim=100, update="alternating", seed=0) for _ in range(2)),
)
own.draw_latents = twin.draw_latents
start = [weight.numpy() for weight in own.trainable_variables]
for gan in (own, library):
    gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
    gan.fit(scaled[:16], batch_size=16, shuffle=False, verbose=0)
moves = [
    np.concatenate([(now - old).numpy().ravel() for now, old in zip(weights, start, strict=True)])
    for weights in (own.trainable_variables, library.trainable_variables)
]
print(f"largest step {np.abs(moves[1]).max():.4f}")
print(f"largest difference from the library {np.abs(moves[0] - moves[1]).max():.0e}")
assert np.allclose(*moves, atol=5e-3 * np.abs(moves[1]).max())  # TF32 on a GPU

keras.utils.set_random_seed(0)
own = TwoPlayers(dcgan.generator(width=16), dcgan.discriminator(width=16))
own.compile(*(keras.optimizers.Adam(1e-3, beta_1=0.5) for _ in range(2)))
noise = tf.random.stateless_normal((16, 100), seed=(0, 0))
rows, likeness, mean_product = [], [], scaled[:2000].mean(axis=0).ravel()
for steps in (0, 4, 4) if FAST else (0, 50, 150):
    if steps:
        stream = data.batches(images, 32, seed=0, start_step=0)
        own.fit(stream, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0)
    rows.append(own.generator(noise, training=True).numpy())  # (16, 28, 28, 1)
    likeness.append(np.corrcoef(rows[-1].mean(axis=0).ravel(), mean_product)[0, 1])
print("correlation of the mean picture with the mean product:", np.round(likeness, 2))
assert FAST or likeness[-1] > 0.5 > abs(likeness[0])
labelled_grid((np.concatenate(rows) + 1) / 2, ["untrained", "50 steps", "200 steps"])

# %% [markdown] lang="en"
# What you should see: noise, then bright blobs that look alike, and then rough outlines of garments, with regular dots over them. Forty lines are enough for that. The library's model does the same, and more around it. Tutorial 1 printed the two halves of an alternating step, tutorial 2 a simultaneous step; here is what calls them, and the average.

# %% [markdown] lang="zh"
# 你应该看到：先是噪声，然后是彼此相似的亮斑，再是服装的大致轮廓，上面还带着规则的小点。四十行就够了。库里的模型做的是同样的事，只是周围多一些东西。教程 1 打印过交替更新的两个半步，教程 2 打印过同时更新的一步；这里是调用它们的代码，以及滑动平均。

# %%
for step in (GAN.train_step, GAN.play, GAN.update_average):
    print(inspect.getsource(step))

# %% [markdown] lang="en"
# - `train_step` is called by `fit` with one batch. `unpack_x_y_sample_weight` takes the images, and the labels of a conditional GAN, out of what `fit` hands over. A network without trainable weights is refused before the first step; otherwise that player would never move while the training went on.
# - **Alternating** is Algorithm 1 of Goodfellow et al. `train_discriminator` takes new noise and draws outside of the tape, as above. Real and generated images pass through $D$ one after the other, so that no batch statistic mixes them; what that means follows below, at (15).
# - `train_generator`: new noise again, because these images are judged by the *new* $D$. The gradient names its variables, and no flag is set that could be forgotten.
# - `training=True` is written out: `train_step` is no layer, and Keras would not guess it. `call_keeping_statistics` runs a network in training mode and leaves its moving statistics alone, so that each network's statistics move in its own half only.
# - **Simultaneous**: both gradients at the same point, with the same noise. Half as many passes through $G$, and for losses in `ONE_BACKWARD_RATIOS` one backward pass through $D$.
# - `update_average` moves the averaged generator, which draws the samples: $\bar\theta \leftarrow d\, \bar\theta + (1 - d)\, \theta$ after every step, the exponential moving average (EMA) of tutorial 1. Here $d = \min(0.999, (1 + t) / (10 + t))$, with $t$ the number of steps done, so that the first, still random weights are soon forgotten. In the game $x y$ there the players circle, and the average lies nearer to the middle. A real training is not that game, but its weights jitter from step to step as well, and an average dampens that (Q11); further below its effect on checkerboards is measured. At the end `train_step` returns the metrics that the model keeps, and `fit` shows them.
#
# **Is one pass exact?** Two GANs from one seed, gradient descent at rate 1, the same noise; one of them is told to take two backward passes. Their steps must agree, and so must (11), image by image.

# %% [markdown] lang="zh"
# - `fit` 每次用一个批次调用 `train_step`。`unpack_x_y_sample_weight` 从 `fit` 交来的东西里取出图像，条件 GAN 还会取出标签。没有可训练权重的网络在第一步之前就会被拒绝；否则训练照常进行，那一方却永远不动。
# - **交替**就是 Goodfellow 等人的算法 1。`train_discriminator` 取新噪声，在 tape 之外画图，与上面一样。真实图与生成图先后通过 $D$，于是没有批次统计量把它们混在一起；这意味着什么，见下文 (15) 处。
# - `train_generator`：再取新噪声，因为这些图要由**新的** $D$ 来评判。梯度写明了变量，没有需要设置的开关，也就没有会忘记的开关。
# - `training=True` 写了出来：`train_step` 不是层，Keras 不会替你猜。`call_keeping_statistics` 以训练模式运行网络，但不动它的滑动统计量，这样每个网络的统计量只在它自己的那一半里改动。
# - **同时**：在同一点、用同样的噪声求双方的梯度。穿过 $G$ 的次数减半；对 `ONE_BACKWARD_RATIOS` 里的损失，反向穿过 $D$ 只需一次。
# - `update_average` 更新滑动平均的生成器，样本由它来画：每一步之后 $\bar\theta \leftarrow d\, \bar\theta + (1 - d)\, \theta$，即教程 1 的指数滑动平均（exponential moving average，EMA）。这里 $d = \min(0.999, (1 + t) / (10 + t))$， $t$ 是已走的步数，所以最初那些还是随机的权重很快就被忘掉。在那里的博弈 $x y$ 中，玩家绕圈，平均离中心更近。真实的训练与它不同，但各步的权重同样会抖动，取平均能减轻抖动（Q11）；下文在棋盘格上测量它的效果。最后，`train_step` 返回模型自己记录的那几项指标，由 `fit` 显示。
#
# **只做一次反向传播，结果还精确吗？** 同一个种子的两个 GAN，学习率为 1 的梯度下降，噪声相同；其中一个改做两次反向传播。两者走的一步必须一致，(11) 也必须逐图成立。


# %%
def step_of_g(one_backward):
    """Return how far one step of gradient descent moves each weight of G."""
    keras.utils.set_random_seed(0)
    pair = dcgan.generator(width=8), dcgan.discriminator(width=8)
    gan = GAN(*pair, latent_dim=100, update="simultaneous", seed=0)
    gan.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0))
    gan.one_backward = one_backward
    before = [weight.numpy() for weight in gan.generator.trainable_variables]
    gan.fit(scaled[:16], batch_size=16, shuffle=False, verbose=0)
    after = [weight.numpy() for weight in gan.generator.trainable_variables]
    return np.concatenate([(a - b).ravel() for a, b in zip(after, before, strict=True)])


def error_of_the_ratio(discriminator, fakes, name="non_saturating"):
    """Relative distance between the two sides of (11) on one batch of generated images."""
    fakes, pair = tf.constant(fakes), losses.GAN_LOSSES[name]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(fakes)
        real_logits = discriminator(scaled[: len(fakes)], training=True)
        fake_logits = discriminator(fakes, training=True)  # (B, 1)
        d_loss, g_loss = pair.discriminator(real_logits, fake_logits), pair.generator(fake_logits)
    ratios = tf.reshape(ONE_BACKWARD_RATIOS[name](fake_logits), (-1, 1, 1, 1))
    ours, right = ratios * tape.gradient(d_loss, fakes), tape.gradient(g_loss, fakes)
    return float(tf.norm(ours - right) / tf.norm(right))


latents = tf.random.stateless_normal((2048, 100), seed=(0, 1))
fakes = sketch.generator.predict(latents, batch_size=256, verbose=0)  # (2048, 28, 28, 1)
once, twice = step_of_g(True), step_of_g(False)
print(
    f"largest step {np.abs(twice).max():.4f}, largest difference {np.abs(once - twice).max():.0e}"
)
print(f"(11), relative error: {error_of_the_ratio(sketch.discriminator, fakes[:32]):.0e}")
assert np.allclose(once, twice, atol=2e-3 * np.abs(twice).max())  # TF32 on a GPU
assert error_of_the_ratio(sketch.discriminator, fakes[:32]) < 1e-2  # TF32 again

# %% [markdown] lang="en"
# **What does it save?** Processor time of one step on the machine that built this notebook, medians of four turns, with one backward pass as 1. No spread is printed, so take the second digit after the decimal point with a grain of salt.

# %% [markdown] lang="zh"
# **省了多少？** 在生成本笔记本的机器上测一步所用的处理器时间，取四轮的中位数，以一次反向传播为 1。这里没有打印各轮之间的离散程度，小数点后第二位不必当真。

# %%
still = tf.data.Dataset.from_tensors(scaled[:16]).repeat()
for width in (32,) if FAST else (32, 64):
    ways = {
        "one backward pass": "simultaneous",
        "two": "simultaneous",
        "in turns": "alternating",
    }
    contestants = {
        name: DCGANRecipe(discriminator_width=width, update=update, penalty="none").build()
        for name, update in ways.items()
    }
    contestants["two"].one_backward = False
    times = {name: [] for name in contestants}
    for _ in range(2 if FAST else 5):  # in turns; the first round also builds the graph
        for name, gan in contestants.items():
            start = time.process_time()
            gan.fit(still, steps_per_epoch=2 if FAST else 10, epochs=1, shuffle=False, verbose=0)
            times[name].append(time.process_time() - start)
    medians = {name: np.median(values[1:]) for name, values in times.items()}
    for name, median in medians.items():
        share = median / medians["one backward pass"]
        print(f"D of width {width}, {name}: {share:.2f}")

# %% [markdown] lang="en"
# The trick spares one walk back through $D$, a small part of a step here. The paper that it comes from (Shen et al. 2021) states an acceleration of 1.5 times, and compares with the usual scheme, alternating: that is the last of the three figures for each width, not the middle one. Alternating pays for more than the second walk back: it draws generated images twice and lets $D$ judge them twice.
#
# ## What goes wrong without it
#
# **The size** (E2). Three doublings, joined to a discriminator of 28 x 28:

# %% [markdown] lang="zh"
# 这个技巧省去了一次反向穿过 $D$，在这里只占一步的一小部分。提出它的论文（Shen et al. 2021）给出的加速是 1.5 倍，比较的对象是通常的交替更新：那是每种宽度三个数里的最后一个，而不是中间那个。交替更新多花的不只是第二次反向传播：生成图要画两次，也要让 $D$ 评判两次。
#
# ## 没有它会怎样
#
# **尺寸**（E2）。放大三次，再接到 28 x 28 的判别器上：

# %%
doublings = [layers.Conv2DTranspose(n, 5, strides=2, padding="same") for n in (128, 64, 1)]
try:
    keras.Sequential([keras.Input((7, 7, 256)), *doublings, dcgan.discriminator()])
except ValueError as error:
    print("ValueError:", str(error).splitlines()[0])

# %% [markdown] lang="en"
# **The kernel** (E17). The initial weights can be made innocent: here a last layer starts from zeros, and learns by gradient descent to turn a constant map into a flat mid grey. Each row shows the picture after 0, 1, 2, 4, ... steps, above with kernel 5, below with kernel 4.

# %% [markdown] lang="zh"
# **卷积核**（E17）。先排除随机初始权重的影响：这里的最后一层从零开始，用梯度下降学习把常数特征图变成均匀的中灰。每行是 0、1、2、4……步之后的图，上排核为 5，下排核为 4。

# %%
flat = tf.ones((1, 14, 14, 1))
SHOWN = (0, 1, 2, 4, 8, 16, 32, 64)
rows = []
for size in (5, 4):
    weights = tf.Variable(tf.zeros((size, size, 1, 1)))
    for step in range(65):
        with tf.GradientTape() as tape:
            picture = ops.conv_transpose(flat, weights, strides=2, padding="same")
            loss = tf.reduce_mean((picture - 0.5) ** 2)
        if step in SHOWN:
            rows.append(picture.numpy())
        if step == 1:
            inner = picture.numpy()[0, 8:-8, 8:-8, 0]
            values = set(np.round(4 * inner / inner.min()).ravel())
            print(f"kernel {size}, one step: pixels in the proportion", *sorted(values))
            assert values == {5: {4, 6, 9}, 4: {4}}[size]
        weights.assign_sub(0.15 * tape.gradient(loss, weights))
labelled_grid(np.clip(np.concatenate(rows), 0, 1), ["kernel 5", "kernel 4"], SHOWN)

# %% [markdown] lang="en"
# The very first step paints the coverage (8), 4, 6 and 9: where more stamps meet, the same change of the weights does more. Kernel 5 has to unlearn what kernel 4 never sees. (What remains at 64 steps with kernel 4 is the frame.)
#
# Is the board gone with kernel 4, then? **Not by itself.** Coverage is equal, but each of the four kinds of pixels still has weights of its own, and random ones disagree. Below, both kernels in the library's own networks, and under them what Odena et al. recommend: resize the map, each value to 2 x 2 equal ones, then convolve with stride 1, so that every pixel is made with the same weights. Eight pictures fresh, then the same eight noise vectors after 100 steps. What is printed is the share of the variance that repeats every two pixels of a row or a column, and every four, for three seeds: the last layer draws boards of period 2, the layer before it those of period 4.

# %% [markdown] lang="zh"
# 第一步就画出了 (8) 的覆盖次数 4、6、9：章叠得多的地方，同样的权重改动起的作用就大。核为 5 要忘掉的东西，核为 4 从来没有。（核为 4 时，64 步后剩下的是边框。）
#
# 那么，核为 4 就没有棋盘格了吗？**还有。** 覆盖次数相等了，但四种像素各有各的权重，而随机的权重彼此不一致。下面把两种核用在库自己的网络里，最下面是 Odena 等人推荐的做法：先把特征图放大，每个值变成 2 x 2 个相同的值，再做步幅为 1 的卷积，这样每个像素都由同样的权重算出。左边八张是刚初始化的，右边是同样的八个噪声向量在训练 100 步之后的图。打印的是方差中周期为 2 和周期为 4（沿行或沿列）的成分各占多少，各三个种子：最后一层画出周期为 2 的棋盘格，倒数第二层画出周期为 4 的。


# %%
def board_share(pictures, period=2):
    """Share of the variance of pictures (N, 28, 28, 1) that rows or columns repeat that often."""
    power = np.abs(np.fft.fft2(pictures[..., 0])) ** 2  # (N, 28, 28)
    power[:, 0, 0] = 0
    here = np.zeros((28, 28), bool)
    here[[28 // period, -28 // period]] = True
    here[:, [28 // period, -28 // period]] = True
    return power[:, here].sum() / power.sum()


def resized(layer):
    """Return, in place of a strided transposed convolution, a resize and a convolution."""
    if not isinstance(layer, layers.Conv2DTranspose) or layer.strides != (2, 2):
        return layer.from_config(layer.get_config())
    convolution = layers.Conv2D(layer.filters, 3, padding="same", use_bias=layer.use_bias)
    return keras.Sequential([layers.UpSampling2D(), convolution])


rows, means = [], {}
many_latents = tf.random.stateless_normal((256, 100), seed=(0, 2))
WAYS_UP = {
    "kernel 5": lambda network: with_kernel(network, 5),
    "kernel 4": lambda network: with_kernel(network, 4),
    "resized": lambda network: keras.models.clone_model(network, clone_function=resized),
}
for way, remade in WAYS_UP.items():
    shares = {2: [], 4: []}
    for seed in range(1 if FAST else 3):
        keras.utils.set_random_seed(seed)
        pair = dcgan.generator(width=16), dcgan.discriminator(width=16)
        networks = [remade(network) for network in pair]
        gan = GAN(*networks, latent_dim=100, update="simultaneous", seed=seed)
        gan.compile(*(keras.optimizers.Adam(1e-3, beta_1=0.5) for _ in range(2)))
        stream = data.batches(images, 16, seed=seed)
        for steps in (0, 4 if FAST else 100):
            if steps:
                gan.fit(stream, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0)
            drawn = gan.generator(many_latents, training=True).numpy()
            for period, found in shares.items():
                found.append(board_share(drawn, period))
            if seed == 1 or FAST:
                rows.append(drawn[:8])
    for period, found in shares.items():  # found: fresh, trained, fresh, ...: two for each seed
        fresh, later = np.round(found[::2], 2), np.round(found[1::2], 3)
        print(f"{way}, period {period}: fresh {fresh}, later {later}", end="")
        print(f", means {np.mean(found[::2]):.2f}, {np.mean(found[1::2]):.3f}")
    means[way] = {period: np.mean(found[1::2]) for period, found in shares.items()}
real_share = {period: board_share(scaled[:1000], period) for period in (2, 4)}
print("real products:", {period: round(float(share), 3) for period, share in real_share.items()})
for period in (2, 4):
    assert FAST or means["kernel 5"][period] > 1.3 * means["kernel 4"][period]
    assert FAST or means["kernel 4"][period] > real_share[period] > means["resized"][period]
labelled_grid((np.concatenate(rows) + 1) / 2, list(WAYS_UP))

# %% [markdown] lang="en"
# The two kernels begin with boards alike: the means of the three fresh networks are 0.31 and 0.30, and the seeds differ much more. What kernel 4 takes away is the systematic part (8), which shows among *random* weights only in an average over many kernels, as over the 256 above. After 100 steps kernel 5 has about twice the share of kernel 4, for both periods: three seeds, a hint. In the mean both are still above real products, and it can be seen: bright dots at every fourth pixel. The resized maps have next to none of period 2, fresh or trained, and less than real products of either period after 100 steps. Hardly anything draws a board there, since all pixels are made with the same weights; the price is $3 \cdot 3 = 9$ multiplications for each pixel and pair of channels, where kernel 4 with stride 2 takes $2 \cdot 2 = 4$ (Q62).
#
# Training works against the rest, since boards give a picture away, but slowly: after 300 steps the generator of the first sketch still has more of both periods than real products. The *averaged* generator is ahead in this:

# %% [markdown] lang="zh"
# 两种核开始时都有棋盘格：三个刚初始化的网络的平均是 0.31 和 0.30，种子之间的差别大得多。核为 4 去掉的是系统性的那一部分，即 (8)，在**随机**权重中要对许多核求平均才看得出来，比如上面的 256 个。100 步之后，两种周期里核为 5 的比例都约为核为 4 的两倍；只有三个种子，只算迹象。平均起来，两者都还高于真实商品，图上也看得见：每隔四个像素有亮点。先放大的做法，不论初始还是训练之后，周期为 2 的几乎没有；100 步之后，两种周期都比真实商品少。这里几乎没有什么会画出棋盘格，因为所有像素由同样的权重算出；代价是每个像素、每对通道要做 $3 \cdot 3 = 9$ 次乘法，而步幅为 2 的核 4 只要 $2 \cdot 2 = 4$ 次（Q62）。
#
# 训练会减少其余的，因为棋盘格会让 $D$ 认出生成图，但减得慢：300 步之后，最初那个生成器的两种周期都还比真实商品多。**滑动平均**的生成器走在前面：

# %%
averaged = 2 * sketch.sample(512) - 1
for period in (2, 4):
    print(f"after {sketch.steps_done} steps, period {period}: generator", end=" ")
    print(f"{board_share(fakes, period):.4f}, averaged {board_share(averaged, period):.4f}", end="")
    print(f", real {real_share[period]:.4f}")
    assert FAST or board_share(averaged, period) < board_share(fakes, period)
    assert FAST or board_share(fakes, period) > real_share[period]

# %% [markdown] lang="en"
# **The discriminator** (E16). `Flatten` forgets which pixels are neighbours. Shuffle the pixels of all images in one order, and the rows of the first kernel alike: not one verdict of the dense network changes. The convolutional network judges shuffled products differently.

# %% [markdown] lang="zh"
# **判别器**（E16）。`Flatten` 忘掉了哪些像素相邻。把所有图的像素按同一个次序打乱，第一层权重的行也照样打乱：全连接网络的判断一个都不变。卷积网络对打乱后的商品，判断就不同了。

# %%
order = np.random.default_rng(0).permutation(784)
shuffled = scaled[:64].reshape(64, 784)[:, order].reshape(64, 28, 28, 1)
flatten = [keras.Input((28, 28, 1)), layers.Flatten()]
dense = keras.Sequential([*flatten, layers.Dense(512, "relu"), layers.Dense(1)])
verdicts = dense.predict(scaled[:64], verbose=0)
first, *others = dense.get_weights()
dense.set_weights([first[order], *others])
change = np.abs(dense.predict(shuffled, verbose=0) - verdicts).max()
views = [sketch.discriminator.predict(some, verbose=0) for some in (scaled[:64], shuffled)]
other = np.abs(views[1] - views[0]).max()
print(f"largest change of a logit: dense {change:.0e}, convolutions {other:.1f}")
assert change < 1e-4 < 0.1 < other

# %% [markdown] lang="en"
# **The two players** (E15). The whole loop of the second document, with the missing parts filled in (E3 to E5): $D$ is called on real and on generated images, then the combined model on noise with the label 1. Three ways to handle `trainable`, and the library's two steps. The first column is what $D$ says at the end of generated images, drawn from the noise of the last round, for the library from new noise. The others say how far one call moves all weights of a network together, averaged over 30 rounds; they should read: more than 0, 0, more than 0.

# %% [markdown] lang="zh"
# **组合模型**（E15）。第二篇文档的整个循环，补上缺少的部分（E3 至 E5）：先对真实图和生成图调用 $D$，再对噪声调用组合模型，标签为 1。处理 `trainable` 的三种办法，外加库的两步。第一列是结束时 $D$ 对生成图的判断，这些图用最后一轮的噪声画出，库的用新噪声。其余三列是一次调用把一个网络的全部权重合起来移动了多远，对 30 轮求平均；正确的结果依次是：大于 0、0、大于 0。


# %%
WAYS = ("as printed", "frozen from the start", "flag set before each call")


def small_pair():
    """Networks of the document's kind in small: two doublings with kernel 5, a dense D."""
    keras.utils.set_random_seed(0)
    generator = keras.Sequential(
        [
            keras.Input((100,)),
            layers.Dense(7 * 7 * 32, "relu"),
            layers.Reshape((7, 7, 32)),
            layers.Conv2DTranspose(16, 5, 2, "same", activation="relu"),
            layers.Conv2DTranspose(1, 5, 2, "same", activation="tanh"),
        ]
    )
    return generator, keras.Sequential([*flatten, layers.Dense(64, "relu"), layers.Dense(1)])


def compiled(model):
    """Compile as the document does, with logits; D's graph is built at its first call."""
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=False)
    return model


def moved(networks, call):
    """Return how far a call moves the weights of each network, as a Euclidean length."""
    before = [network.get_weights() for network in networks]
    call()
    pairs = [zip(n.get_weights(), b, strict=True) for n, b in zip(networks, before, strict=True)]
    return [np.sqrt(sum(((now - then) ** 2).sum() for now, then in pair)) for pair in pairs]


def published_loop(way, real):
    """Yield for each round how far D's calls move D, and the combined call moves D and G."""
    generator, discriminator = small_pair()
    pair, one, zero = (discriminator, generator), np.ones((32, 1)), np.zeros((32, 1))
    compiled(discriminator)
    discriminator.trainable = way == "as printed"
    combined = compiled(keras.Sequential([generator, discriminator]))
    rng = np.random.default_rng(0)
    for batch in np.split(real, len(real) // 32):
        z = rng.normal(size=(32, 100)).astype("float32")
        drawn = generator(z).numpy()
        if way == "flag set before each call":
            discriminator.trainable = True
        own = moved(pair, lambda: discriminator.train_on_batch(batch, one))
        moved(pair, lambda: discriminator.train_on_batch(drawn, zero))
        if way == "flag set before each call":
            discriminator.trainable = False
        joint = moved(pair, lambda: combined.train_on_batch(z, one))
        yield own[0], *joint, float(tf.reduce_mean(tf.sigmoid(combined(z))))


def library_loop(real):
    """The same with the library's two steps."""
    generator, discriminator = small_pair()
    gan = GAN(generator, discriminator, latent_dim=100, update="alternating", seed=0)
    gan.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    for batch in np.split(real, len(real) // 32):
        own = moved((discriminator,), lambda: gan.train_discriminator(tf.constant(batch)))
        joint = moved((discriminator, generator), lambda: gan.train_generator(batch))
        yield own[0], *joint, float(tf.reduce_mean(tf.sigmoid(gan(gan.draw_latents(32)))))


real = scaled[: 32 * (4 if FAST else 30)]
print("D(G(z))  D in D step  D in G step  G in G step")
found = {}
for way in (*WAYS, "keras_gen.models.GAN"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras says that there are no trainable weights
        rounds = list(published_loop(way, real) if way in WAYS else library_loop(real))
    found[way] = d_own, d_joint, g_joint, _ = np.mean(rounds, axis=0)
    print(f"{rounds[-1][-1]:7.2f}{d_own:13.4f}{d_joint:13.4f}{g_joint:13.4f}   {way}")
assert found["as printed"][1] > 0 and found["frozen from the start"][0] == 0
assert found["keras_gen.models.GAN"][1] == 0 and min(found["keras_gen.models.GAN"][::2]) > 0

# %% [markdown] lang="en"
# As printed, the step for $G$ moves $D$ as well. Frozen before the first call, which is the classical recipe, $D$ never moves, and says so in nothing but a warning. Setting the flag before each call does train, and for a bad reason: `train_on_batch` becomes a graph at its first call, and the graph keeps the list of weights that were trainable *then*. A batch of another size is another graph:

# %% [markdown] lang="zh"
# 照原样，训练 $G$ 的那一步也动了 $D$。若在第一次调用之前就冻结，也就是经典的做法， $D$ 就再也不更新，Keras 只给出一条警告。每次调用之前都设置开关，倒是能训练，却是出于一个糟糕的原因：`train_on_batch` 在第一次调用时变成计算图，图里记住的是**那一刻**可训练的权重。批大小一变，就是另一个图：

# %%
_, judge = small_pair()
compiled(judge)
for flag, size in ((True, 32), (False, 32), (False, 16), (True, 16)):
    judge.trainable = flag
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        distance = moved(
            (judge,),
            lambda: judge.train_on_batch(scaled[:size], np.ones((size, 1))),
        )
    print(f"trainable = {flag!s:5s} batch of {size}: D moved by {distance[0]:.4f}")
    assert (distance[0] > 0) == (size == 32)

# %% [markdown] lang="en"
# Frozen, and it learns from 32 images; thawed, and it learns nothing from 16. A gradient that names its variables does not depend on the history of a flag.
#
# **The batch.** BatchNorm meets two clouds. A feature has the mean $a$ on real and $b$ on generated images, and the deviation $\tau$ within each. With $\delta = (a - b) / 2$:
#
# $$
# \begin{aligned}
# \mu_B &= \frac{a + b}{2}, \qquad \sigma_B^2 = \tau^2 + \delta^2 && (13) \\
# \text{one mixed batch:} \quad & \pm \frac{\delta}{\sqrt{\tau^2 + \delta^2}} && (14) \\
# \text{two batches:} \quad & 0 \text{ and } 0 && (15)
# \end{aligned}
# $$
#
# (14) and (15) are the means of the two clouds behind the layer. Mixed, they lie on opposite sides of 0, because of the images they share the batch with. Separate, this difference is gone, and with it any difference in the spread, but not all differences: the shape of each cloud remains, how the features go together, and whatever an earlier layer without BatchNorm has seen. $D$ is a different function in each case. What counts in the end is whether $G$'s step meets the same function that $D$ was trained as.
#
# **By hand.** Real features 3 and 5, generated ones $-5$ and $-3$: $\mu_B = 0$, $\sigma_B^2 = 1 + 4^2 = 17$. Mixed, 3 and 5 become 0.728 and 1.213; separate, both pairs become $-1$ and $1$, and this feature no longer tells them apart.
#
# First such a feature of 1,000 real and 1,000 generated images, then a network.

# %% [markdown] lang="zh"
# 冻结了，却从 32 张图里学习；解冻了，却从 16 张图里什么也学不到。写明对哪些变量求梯度，就与开关先前的状态无关。
#
# **批次。** 批归一化（BatchNorm）遇到两团数据。某个特征在真实图上的均值是 $a$，在生成图上是 $b$，两团内部的标准差都是 $\tau$。令 $\delta = (a - b) / 2$：
#
# $$
# \begin{aligned}
# \mu_B &= \frac{a + b}{2}, \qquad \sigma_B^2 = \tau^2 + \delta^2 && (13) \\
# \text{一个混合批次：} \quad & \pm \frac{\delta}{\sqrt{\tau^2 + \delta^2}} && (14) \\
# \text{两个批次：} \quad & 0 \text{ 与 } 0 && (15)
# \end{aligned}
# $$
#
# (14)（混成一批）与 (15)（分成两批）是这一层之后两团数据的均值。混在一起时，两团分居 0 的两侧，一团落在哪里取决于同批的另一团。分开时，这一差别消失了，宽窄之差也一并消失，但不是一切差别：每一团的形状、各特征之间的关系还在，前面没有批归一化的层看到的东西也还在。两种情形下， $D$ 是不同的函数；归根结底要看， $G$ 的那一步里用到的 $D$，与训练时的 $D$ 是不是同一个函数。
#
# **手算。** 真实图的特征是 3 和 5，生成图的是 $-5$ 和 $-3$： $\mu_B = 0$， $\sigma_B^2 = 1 + 4^2 = 17$。混成一批时，3 和 5 变成 0.728 和 1.213；分成两批时，两对都变成 $-1$ 和 $1$，单凭这个特征再也分不开。
#
# 先看 1,000 张真实图和 1,000 张生成图的一个这样的特征，再看网络。

# %%
batch = np.array([[3.0], [5.0], [-5.0], [-3.0]])
normalise = layers.BatchNormalization(epsilon=0.0)
mixed, apart = normalise(batch, training=True), normalise(batch[:2], training=True)
assert np.allclose(mixed[:2, 0], batch[:2, 0] / np.sqrt(17)) and np.allclose(apart[:, 0], [-1, 1])
print("3 and 5 in a mixed batch:", np.round(mixed[:2, 0], 3), "separate:", np.round(apart[:, 0], 3))

rng = np.random.default_rng(0)
clouds = [rng.normal(mean, 0.5, (1000, 1)).astype("float32") for mean in (3.0, 1.0)]
both = normalise(np.concatenate(clouds), training=True).numpy()
VIEWS = {
    "the feature": clouds,
    "one mixed batch, (14)": np.split(both, 2),
    "two batches, (15)": [normalise(cloud, training=True).numpy() for cloud in clouds],
}
figure, row = plt.subplots(1, 3, figsize=(10, 2.4), sharey=True)
for (title, (r, g)), axes in zip(VIEWS.items(), row, strict=True):
    axes.hist(
        [r.ravel(), g.ravel()], 40, histtype="stepfilled", alpha=0.5, label=["real", "generated"]
    )
    axes.set(title=title, yticks=[])
row[0].legend(fontsize=8)
plt.show()
assert abs(both[:1000].mean() - 1 / np.sqrt(0.5**2 + 1)) < 0.01  # delta = 1, tau = 0.5

# %% [markdown] lang="en"
# In the middle the clouds lie on both sides of 0, each because of the other; at the right they cover each other. So separate batches seem to be the bad choice: $D$ loses the mean and the spread of this feature. But it keeps everything else, and it stays the same kind of function in all of its passes, whereas a $D$ that was trained on mixed batches meets a batch of generated images alone in the step of $G$. Which of the two harms more is to be measured.
#
# Now a discriminator with BatchNorm, as in the DCGAN paper, is trained to tell products from what the sketch above draws, once with mixed batches, once with separate ones. Then 512 real images that it has not seen are judged in batches of 64, twice, in other company: after mixed training beside generated and beside other real ones, after separate training beside two choices of other real ones. Not a pixel of theirs differs.

# %% [markdown] lang="zh"
# 中图里两团分居 0 的两侧，取决于各自的同伴；右图里两团重叠。乍看之下分开更糟： $D$ 丢掉了这个特征的均值和标准差。但其余的差别都还在，而且 $D$ 在每一次前向里都是同一种函数；用混合批次训练的 $D$，到了 $G$ 的那一步，面对的却是只有生成图的批次。哪一个害处更大，要测了才知道。
#
# 现在训练一个带批归一化的判别器（DCGAN 论文就是这样），让它分辨商品与本篇开头训练了 300 步的生成器画的图，一次用混合批次，一次用分开的批次。然后以 64 张为一批，评判 512 张它没见过的真实图，评两次，每次换一批同伴：混合训练之后，先与生成图同批，再与其他真实图同批；分开训练之后，两次都与其他真实图同批，但不是同一些。它们自己的像素一个也没变。


# %%
def with_batch_norm():
    """A discriminator with BatchNorm behind its second and third convolution."""
    stack = [keras.Input((28, 28, 1)), layers.Conv2D(16, 4, 2, "same"), layers.LeakyReLU(0.2)]
    for width in (32, 64):
        stack += [layers.Conv2D(width, 4, 2, "same"), layers.BatchNormalization()]
        stack += [layers.LeakyReLU(0.2)]
    return keras.Sequential([*stack, layers.Flatten(), layers.Dense(1)])


def learn(judge, mixed, steps):
    """Train a discriminator alone, with real and generated images in one batch or in two."""
    adam = keras.optimizers.Adam(1e-3, beta_1=0.5)
    adam.build(judge.trainable_variables)

    @tf.function
    def step(r, g):
        with tf.GradientTape() as tape:
            if mixed:
                real_logits, fake_logits = tf.split(judge(tf.concat([r, g], 0), training=True), 2)
            else:
                real_logits, fake_logits = judge(r, training=True), judge(g, training=True)
            loss = losses.minimax_discriminator_loss(real_logits, fake_logits)
        adam.apply(tape.gradient(loss, judge.trainable_variables))

    rng = np.random.default_rng(0)
    for _ in range(steps):
        step(scaled[rng.integers(8000, size=32)], fakes[rng.integers(1024, size=32)])


def beside(judge, some, company):
    """Return the logits of some images, 32 at a time, each time beside 32 others."""
    halves = [np.split(images, len(images) // 32) for images in (some, company)]
    pairs = [np.concatenate(pair) for pair in zip(*halves, strict=True)]
    return np.concatenate([judge(pair, training=True)[:32, 0] for pair in pairs])


asked, strangers, others = np.split(scaled[8000:9536], 3)  # 512 each
drawn = fakes[1024:1536]
for mixed, companies in ((True, (drawn, strangers)), (False, (strangers, others))):
    keras.utils.set_random_seed(0)
    judge = with_batch_norm()
    learn(judge, mixed, steps=4 if FAST else 200)
    scores = [beside(judge, asked, company) for company in companies]
    change = np.abs(scores[0] - scores[1]).mean()
    (a, b), rejected = [some.mean() for some in scores], [np.mean(some < 0) for some in scores]
    print("mixed batches" if mixed else "separate batches")
    print(f"   real products score {a:.2f} and {b:.2f}, moved by {change:.2f}")
    print(f"   called generated: {rejected[0]:.0%} and {rejected[1]:.0%}")
    if mixed:
        alone = np.concatenate([judge(part, training=True)[:, 0] for part in np.split(drawn, 16)])
        together = beside(judge, drawn, asked)
        print(f"   generated ones beside real ones {together.mean():.2f}")
        print(f"   generated ones in a batch of their own {alone.mean():.2f}")
    assert change > 0.01
    assert FAST or not mixed or b < 0.8 * a
scores = [beside(sketch.discriminator, asked, company) for company in (drawn, strangers)]
print(f"the library's D, no BatchNorm: moved by {np.abs(scores[0] - scores[1]).max():.0e}")
print(f"(11) with BatchNorm in D, relative error: {error_of_the_ratio(judge, fakes[:32]):.1f}")
assert error_of_the_ratio(judge, fakes[:32]) > 0.1 or FAST
assert np.abs(scores[0] - scores[1]).max() < 1e-3

# %% [markdown] lang="en"
# With mixed batches $D$ judges the company: the same products lose much of their score when no generated image sits beside them, and some are called generated. In the step of $G$ a batch holds generated images alone, and $D$ is another function than the one that was trained. Separate batches are consistent in that respect, but an image's score still moves with its neighbours, so that (11) fails, as the last line shows. The library's default $D$ has no BatchNorm, and for one that has, [`keras_gen.models.GAN`](../../keras_gen/models/gan.py) takes separate batches and two backward passes.
#
# ## The real training
#
# The recipe, [`keras_gen.recipes.DCGANRecipe`](../../keras_gen/recipes/gan.py), with 1,000 of its 15,000 steps, once with each order of play, both players at once (`"simultaneous"`) and in turns (`"alternating"`), everything else the same: the rates, and the penalty on $D$'s slope that [tutorial 4](04_losses.ipynb) explains. The FD is measured in between, so each run takes ten calls of `fit`, and each call begins its stream of images anew: `start_step` tells `data.batches` where to go on. Without it the ten stages would be shown the same 1,600 of the 10,000 images ten times over, and the library warns. FD is the Fréchet distance ([tutorial 7](07_measuring_quality.ipynb)) of 2,000 samples to 2,000 held-out images, in the features of a garment classifier: lower is better.

# %% [markdown] lang="zh"
# 用混合批次训练， $D$ 的分数取决于同批的其他图：同批没有生成图时，同样的商品得分大幅下降，有些甚至被判为生成图。而在 $G$ 的那一步，批次里只有生成图， $D$ 就不再是训练时的那个函数。分开的批次在这一点上是一致的，但一张图的分数仍随邻居而变，所以 (11) 不成立，见最后一行。库的默认 $D$ 没有批归一化；若有，[`keras_gen.models.GAN`](../../keras_gen/models/gan.py) 就用分开的批次和两次反向传播。
#
# ## 真正的训练
#
# 用配方 [`keras_gen.recipes.DCGANRecipe`](../../keras_gen/recipes/gan.py)，取它 15,000 步中的 1,000 步，两种更新次序各一次：双方同时（`"simultaneous"`）和交替（`"alternating"`），其余全部相同：学习率，以及[教程 4](04_losses.ipynb) 讲解的、对 $D$ 斜率的惩罚项。中途要测 FD，所以每次训练分十次调用 `fit`，而每次调用都从头取数据流：`start_step` 告诉 `data.batches` 从哪里接着取。少了它，十个阶段看到的会是同样的 1,600 张图（全部是 10,000 张），重复十遍；库会为此发出警告。FD 是 2,000 个样本与 2,000 张留出图之间的弗雷歇距离（Fréchet distance，见[教程 7](07_measuring_quality.ipynb)），取自一个服装分类器的特征，越小越好。

# %%
held_out = data.load("fashion_mnist_10k", split="test").images  # (2000, 28, 28, 1)
features = measures.load_features("fashion_net", (28, 28, 1))
held_out_features, _ = features(held_out)


def distance(gan):
    """Return the FD of samples of the averaged generator."""
    samples = data.unit_to_uint8(gan.sample(200 if FAST else 2000, seed=1))
    return measures.frechet_distance(held_out_features, features(samples)[0])


runs, rows = {}, [(scaled[:16] + 1) / 2]
ORDERS = {"at once": "simultaneous", "in turns": "alternating"}
for order, update in ORDERS.items():
    gan = DCGANRecipe(seed=0, update=update).build()
    run = {"step": [], "real_score": [], "fake_score": [], "seconds": [], "distance": []}
    spent = 0.0
    for stage in range(2 if FAST else 10):
        start = time.process_time()
        stream = data.batches(images, recipe.batch_size, seed=0, start_step=gan.steps_done)
        history = gan.fit(
            stream, steps_per_epoch=2 if FAST else 100, epochs=1, shuffle=False, verbose=0
        ).history
        spent += time.process_time() - start
        now = gan.steps_done, history["real_score"][0], history["fake_score"][0], spent
        for key, value in zip(run, (*now, distance(gan)), strict=True):
            run[key].append(value)
        if update == "simultaneous" and stage in (0, 1, 3, 9):
            rows.append(gan.sample(16, seed=0))
    runs[order] = run
    print(f"{order:8s} {gan.steps_done} steps, {spent:.0f} s of processor time", end="")
    print(f", FD {run['distance'][-1]:.2f}")
rows.append(gan.sample(16, seed=0))
drawn, averaged = gan.generator.predict(many_latents, verbose=0), 2 * gan.sample(512) - 1
for period in (2, 4):
    found = [board_share(some, period) for some in (drawn, averaged)]
    print("period {}: generator {:.4f}, averaged {:.4f}".format(period, *found), end="")
    print(f", real {real_share[period]:.4f}")
    assert FAST or found[1] < min(real_share[period], found[0])
assert FAST or all(run["distance"][-1] < run["distance"][0] for run in runs.values())
assert FAST or runs["in turns"]["distance"][-1] < runs["at once"]["distance"][-1]

# %% [markdown] lang="en"
# What you should see: above, real products. Then the same 16 noise vectors in the simultaneous run after 100, 200, 400 and 1,000 steps; in the last row, with the same noise, the end of the alternating run.

# %% [markdown] lang="zh"
# 你应该看到：最上面是真实商品。往下是同样的 16 个噪声向量，在同时更新的那次训练中 100、200、400、1,000 步之后画出的图；最后一行是同样的噪声在交替更新的那次训练结束时画出的图。

# %%
ORDER = ["real", "after 100 steps", "200", "400", "1,000", "in turns, 1,000"]
labelled_grid(np.concatenate(rows), ORDER[-len(rows) :] if FAST else ORDER)

# %%
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 3))
for (order, run), colour in zip(runs.items(), ("C0", "C1"), strict=True):
    left.plot(run["step"], run["real_score"], color=colour, label=f"D(x), {order}")
    left.plot(run["step"], run["fake_score"], color=colour, ls="--", label=f"D(G(z)), {order}")
    middle.plot(run["step"], run["distance"], ".-", color=colour, label=order)
    right.plot(run["seconds"], run["distance"], ".-", color=colour, label=order)
left.axhline(0.5, color="k", lw=0.8, ls=":")
left.set(xlabel="step", ylim=(0, 1), title="D's verdict, mean")
middle.set(xlabel="step", title="FD", ylim=(0, None))
right.set(xlabel="processor time, s", title="FD", ylim=(0, None))
left.legend(fontsize=8, ncol=2, loc="lower center")
middle.legend(fontsize=8)
plt.show()

# %% [markdown] lang="en"
# In these two runs alternating is ahead at the end, at equal steps. Its steps cost more, and at equal processor time the lead is smaller. Its scores lie closer together: $G$ answers the new $D$, not the old one. **One seed is no ranking**, and the recipe's rates were chosen for the simultaneous order, the one that the [results](../../docs/results.md) compare losses in, with three seeds and more steps. By the measure above, the averaged generator of the alternating run (the only one measured) has no more boards than real products, of either period; the generator itself has more than its average, as printed. A share in the mean is no proof for each picture: on flat areas of the last row a fine mesh can still be seen.
#
# ## Exercises
#
# **1.** The height behind one transposed convolution with kernel $\ge$ stride; the check stacks three.

# %% [markdown] lang="zh"
# 在这两次训练里，按同样的步数比，交替更新最后领先。它每步更贵，按同样的处理器时间比，领先就小一些。它的两个分数靠得更近： $G$ 回应的是新的 $D$，而不是旧的。**一个种子不是排名**，而且配方的学习率是按同时更新选的；[结果](../../docs/results.zh-CN.md)里比较各种损失时用的也是同时更新，那里有三个种子，步数更多。按上面的度量，交替更新那次训练（只测了它）里，滑动平均的生成器在两种周期上的棋盘格都不比真实商品多；生成器本身比它的平均多，见打印的数。平均的比例说明不了每一张图：最后一行的平坦处，仍能看见细细的棋盘格。
#
# ## 练习
#
# **1.** 一层转置卷积之后的高度，卷积核 $\ge$ 步幅；检查时会叠三层。


# %% exercise
def height_after(height, kernel, stride, padding):
    """Return the height behind the layer; padding is "same" or "valid"."""
    return ...


# %% check
found = height_after(1, 7, 1, "valid")
if found is not ...:
    found = height_after(height_after(found, 5, 2, "same"), 3, 2, "valid")
assert found is ... or found == 29, f"expected 29, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def height_after(height, kernel, stride, padding):
    """Return the height behind the layer; padding is "same" or "valid"."""
    # 1 -> 7 -> 14 -> 2 * 13 + 3
    return height * stride if padding == "same" else (height - 1) * stride + kernel


# %% [markdown] lang="en"
# **2.** (7) itself, ends included: how many of the stamps at $0, s, \dots, s (H - 1)$ reach place $m$? (`valid`, nothing is cut off.)

# %% [markdown] lang="zh"
# **2.** (7) 本身，包括两端：在 $0, s, \dots, s (H - 1)$ 处盖的章，有多少个盖到位置 $m$？（`valid`，什么也不裁。）


# %% exercise
def covered(m, height, kernel, stride):
    """Return how many of `height` stamps reach place m."""
    return ...


# %% check
found = [covered(m, height=4, kernel=5, stride=2) for m in range(11)]
right = [1, 1, 2, 2, 3, 2, 3, 2, 2, 1, 1]
assert ... in found or found == right, f"expected {right}, found {found}"
print("not yet" if ... in found else "right ✓")


# %% solution
def covered(m, height, kernel, stride):
    """Return how many of `height` stamps reach place m."""
    return sum(0 <= m - stride * i < kernel for i in range(height))


# %% [markdown] lang="en"
# **3.** One backward pass for the hinge, $\ell_D = \max(0, 1 + s)$ and $\ell_G = -s$ on a generated image, as far as it goes: what must the gradient of $L_D$ at a generated image be multiplied by to become that of $L_G$? `nan` for the images for which no number does it.

# %% [markdown] lang="zh"
# **3.** 合页损失（对生成图 $\ell_D = \max(0, 1 + s)$， $\ell_G = -s$）也只做一次反向传播，求出能求的那部分： $L_D$ 在生成图处的梯度要乘以什么，才变成 $L_G$ 的梯度？没有任何数做得到的图，返回 `nan`。


# %% exercise
def hinge_ratio(s):
    """Return r(s) for an array of logits, nan where there is none."""
    return ...


# %% check
found = hinge_ratio(np.array([-3.0, -0.5, 2.0]))
right = [np.nan, -1, -1]
assert found is ... or np.allclose(found, right, equal_nan=True), f"expected {right}, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def hinge_ratio(s):
    """Return r(s) for an array of logits, nan where there is none."""
    # D's slope is 1 above -1 and 0 below it, where G's is still -1
    return np.where(s > -1, -1.0, np.nan)


# %% [markdown] lang="en"
# ## Where to go from here
#
# **To say it aloud.** A transposed convolution stamps its kernel, one stamp for each value; it is the transposed matrix of a strided convolution, so that what $G$ does forwards $D$ does backwards. Where the stride does not divide the kernel, pixels get unequal numbers of stamps, and a checkerboard lies in the picture and in the gradient from the first step. A divisible kernel removes the systematic part only. One step of the game is two gradients, each for the variables of one player. At a generated image the two differ by a factor alone, so one backward pass serves both, as long as the slope of $D$'s loss is not 0 there and the score of an image depends on that image only.
#
# | | kernel 5, stride 2 | kernel 4, stride 2 |
# |---|---|---|
# | stamps on a pixel | 4, 6 or 9 | 4 |
# | systematic board | yes, in picture and gradient | none |
# | board of a single random kernel | yes | yes |
# | 7 x 7, doubled twice | 28 x 28 | 28 x 28 |
#
# **Predict, then run.** In `resized`, let `UpSampling2D` interpolate (`interpolation="bilinear"`), and repeat the cell that compares the ways up. What will the fresh pictures look like, and which of the printed shares will change? Write it down first.
#
# - [Networks](../../keras_gen/networks/dcgan.py) and [model](../../keras_gen/models/gan.py); [errata](../../docs/errata.md) E2 to E5, E15 to E17, E42; [interview questions](../../docs/interview.md) Q7, Q8, Q11, Q51, Q52, Q54, Q62, Q64. `keras-gen train dcgan --data fashion_mnist` is the full run, `--update alternating` the other order.
# - Radford, Metz and Chintala 2016, [arXiv:1511.06434](https://arxiv.org/abs/1511.06434); Odena, Dumoulin and Olah, "Deconvolution and Checkerboard Artifacts", Distill 2016, [doi:10.23915/distill.00003](https://doi.org/10.23915/distill.00003); Shen et al. 2021, [arXiv:2103.00430](https://arxiv.org/abs/2103.00430).
# - Next, [other losses](04_losses.ipynb).

# %% [markdown] lang="zh"
# ## 接下来
#
# **用几句话说出来。** 转置卷积拿卷积核当章，每个值盖一个；它是带步幅的卷积的转置矩阵，所以 $G$ 前向做的事，正是 $D$ 反向做的事。步幅不能整除卷积核的大小时，各像素被盖的次数不等，从第一步起，图像里和梯度里就有棋盘格。大小能被步幅整除的核，只去掉系统性的那一部分。博弈的一步是两个梯度，各给一方的变量。在一张生成图处，两个梯度只差一个因子，所以一次反向传播就够双方用，前提是 $D$ 的损失在那里的斜率不为 0，而且一张图的分数只取决于这张图。
#
# | | 核 5，步幅 2 | 核 4，步幅 2 |
# |---|---|---|
# | 一个像素被盖的次数 | 4、6 或 9 | 4 |
# | 系统性的棋盘格 | 有，图像和梯度里都有 | 没有 |
# | 单个随机核的棋盘格 | 有 | 有 |
# | 7 x 7 放大两次 | 28 x 28 | 28 x 28 |
#
# **先预测，再运行。** 让 `resized` 里的 `UpSampling2D` 做插值（`interpolation="bilinear"`），再运行比较几种放大方式的那个单元。刚初始化的图会是什么样，打印的比例哪些会变？先写下来。
#
# - [网络](../../keras_gen/networks/dcgan.py)与[模型](../../keras_gen/models/gan.py)；[勘误](../../docs/errata.zh-CN.md) E2 至 E5、E15 至 E17、E42；[面试题](../../docs/interview.zh-CN.md) Q7、Q8、Q11、Q51、Q52、Q54、Q62、Q64。完整的训练是 `keras-gen train dcgan --data fashion_mnist`，另一种更新次序是 `--update alternating`。
# - Radford、Metz 与 Chintala 2016，[arXiv:1511.06434](https://arxiv.org/abs/1511.06434)；Odena、Dumoulin 与 Olah，“Deconvolution and Checkerboard Artifacts”，Distill 2016，[doi:10.23915/distill.00003](https://doi.org/10.23915/distill.00003)；Shen et al. 2021，[arXiv:2103.00430](https://arxiv.org/abs/2103.00430)。
# - 下一篇：[其他损失](04_losses.ipynb)。

# %% words
# kernel 4, twice: 28 x 28 => 卷积核 4，两次：28 x 28
# kernel 5, twice: 28 x 28 => 卷积核 5，两次：28 x 28
# kernel 5, three times: 56 x 56 => 卷积核 5，三次：56 x 56
# coverage => 覆盖次数
# {network.name:13s} kernel {size} stride {stride}: {before:2d} -> {after:2d}, => {network.name:13s} 卷积核 {size} 步幅 {stride}：{before:2d} -> {after:2d}，
# {channels:3d} channels => {channels:3d} 个通道
# predicted for kernel 5 by (9): => 按 (9) 预测，卷积核 5：
# kernel {size}: four kinds of pixels, slope => 卷积核 {size}：四种像素的斜率
# kernel {size}, stride 2: pixels of G => 卷积核 {size}，步幅 2：G 的像素
# place in a row => 行内位置
# $\ell_D'$ of a generated image => 生成图的 $\ell_D'$
# ratio $r$ => 比值 $r$
# largest step {np.abs(twice).max():.4f}, largest difference {np.abs(once - twice).max():.0e} => 最大的一步 {np.abs(twice).max():.4f}，最大差 {np.abs(once - twice).max():.0e}
# (11), relative error: {error_of_the_ratio(sketch.discriminator, fakes[:32]):.0e} => (11) 的相对误差：{error_of_the_ratio(sketch.discriminator, fakes[:32]):.0e}
# one backward pass => 一次反向传播
# two => 两次
# D of width {width}, {name}: {share:.2f} => 宽度 {width} 的 D，{name}：{share:.2f}
# kernel {size}, one step: pixels in the proportion => 卷积核 {size}，一步之后：像素之比
# real products: => 真实商品：
# {way}, period {period}: fresh {fresh}, later {later} => {way}，周期 {period}：初始 {fresh}，之后 {later}
# , means {np.mean(found[::2]):.2f}, {np.mean(found[1::2]):.3f} => ，平均 {np.mean(found[::2]):.2f}、{np.mean(found[1::2]):.3f}
# after {sketch.steps_done} steps, period {period}: generator => {sketch.steps_done} 步之后，周期 {period}：生成器
# {board_share(fakes, period):.4f}, averaged {board_share(averaged, period):.4f} => {board_share(fakes, period):.4f}，滑动平均 {board_share(averaged, period):.4f}
# , real {real_share[period]:.4f} => ，真实图 {real_share[period]:.4f}
# largest change of a logit: dense {change:.0e}, convolutions {other:.1f} => logit 的最大变化：全连接 {change:.0e}，卷积 {other:.1f}
# 3 and 5 in a mixed batch: => 3 和 5，混在一批里：
# separate: => 分开：
# drawn => 画的
# kernel {size}: slope of D => 卷积核 {size}：D 的斜率
# relative to the mean => 与均值之比
# largest step {np.abs(moves[1]).max():.4f} => 最大的一步 {np.abs(moves[1]).max():.4f}
# largest difference from the library {np.abs(moves[0] - moves[1]).max():.0e} => 与库的最大差别 {np.abs(moves[0] - moves[1]).max():.0e}
# correlation of the mean picture with the mean product: => 平均图与平均商品的相关系数：
# untrained => 未训练
# 50 steps => 50 步
# 200 steps => 200 步
# kernel 5 => 卷积核 5
# kernel 4 => 卷积核 4
# resized => 先放大
# after 100 steps => 100 步之后
# in turns, 1,000 => 交替，1,000
# as printed => 照原文所写
# frozen from the start => 一开始就冻结
# flag set before each call => 每次调用前设置
# D(G(z))  D in D step  D in G step  G in G step => D(G(z))   D 步中的 D   G 步中的 D   G 步中的 G
# trainable = {flag!s:5s} batch of {size}: D moved by {distance[0]:.4f} => trainable = {flag!s:5s} 批次 {size} 张：D 移动了 {distance[0]:.4f}
# the feature => 特征
# one mixed batch, (14) => 一个混合批次，(14)
# two batches, (15) => 两个批次，(15)
# real => 真实
# at once => 同时
# in turns => 交替
# D(x), {order} => D(x)，{order}
# D(G(z)), {order} => D(G(z))，{order}
# non-saturating => 非饱和
# saturating loss => 饱和
# least squares => 最小二乘
# hinge loss => 合页
# generated => 生成
# mixed batches => 混合批次
# separate batches => 分开的批次
# real products score {a:.2f} and {b:.2f}, moved by {change:.2f} => 真实商品得分 {a:.2f} 和 {b:.2f}，移动了 {change:.2f}
# called generated: {rejected[0]:.0%} and {rejected[1]:.0%} => 被判为生成的：{rejected[0]:.0%} 和 {rejected[1]:.0%}
# generated ones beside real ones {together.mean():.2f} => 生成图与真实图同批 {together.mean():.2f}
# generated ones in a batch of their own {alone.mean():.2f} => 生成图自成一批 {alone.mean():.2f}
# the library's D, no BatchNorm: moved by {np.abs(scores[0] - scores[1]).max():.0e} => 库的 D，没有 BatchNorm：移动了 {np.abs(scores[0] - scores[1]).max():.0e}
# (11) with BatchNorm in D, relative error: {error_of_the_ratio(judge, fakes[:32]):.1f} => D 带 BatchNorm 时 (11) 的相对误差：{error_of_the_ratio(judge, fakes[:32]):.1f}
# {order:8s} {gan.steps_done} steps, {spent:.0f} s of processor time => {order:4s} {gan.steps_done} 步，处理器时间 {spent:.0f} 秒
# , FD {run['distance'][-1]:.2f} => ，FD {run['distance'][-1]:.2f}
# period {}: generator {:.4f}, averaged {:.4f} => 周期 {}：生成器 {:.4f}，滑动平均 {:.4f}
# step => 步数
# D's verdict, mean => D 判定的平均值
# processor time, s => 处理器时间（秒）
# expected 29, found {found} => 应为 29，得到的是 {found}
