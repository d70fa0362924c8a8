"""Tutorial 7, how generated images are measured. Format and builder: scripts/build_tutorials.py."""

# ruff: noqa: E501 - prose has one paragraph a line

# %% [markdown] lang="en"
# # 7. Measuring quality
#
# How good are generated images? Eight measures, each derived, computed by hand, and then cheated. Means, covariances and nearest neighbours are all you need; [tutorial 1](01_adversarial_game.ipynb) helps with the last part.
#
# After this notebook you can
#
# - write PSNR, SSIM, the Fréchet distance, the kernel distance, precision, recall, density and coverage, and say what each one asks;
# - say why a distance between sets depends on the number of images, and why an honest one is sometimes negative;
# - name for each measure a set of images that fools it, and the measure that is not fooled;
# - report a training with intervals, and say why the loss is not in the report.

# %% [markdown] lang="zh"
# # 7. 衡量生成质量
#
# 生成的图像有多好？这里有八种指标，逐一推导、手算，然后逐一骗过。只需要会均值、协方差和最近邻；读过[教程 1](01_adversarial_game.ipynb) 对最后一部分有帮助。
#
# 学完本篇，你能够
#
# - 写出 PSNR、SSIM、弗雷歇距离、核距离、精确率、召回率、密度和覆盖率，并说出每一个在问什么；
# - 说清楚两组图之间的距离为什么与张数有关，诚实的距离为什么有时是负数；
# - 为每种指标举出一组能骗过它的图，以及没有被骗的那种指标；
# - 带着区间汇报一次训练，并说明报告里为什么没有损失。

# %%
import inspect
import itertools
import os

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from matplotlib.colors import ListedColormap
from scipy import stats

from keras_gen import data, measures
from keras_gen.evaluation import measure_run
from keras_gen.evaluation.tables import PAIRS_NOTE
from keras_gen.measures.features import FASHION_NET_WEIGHTS
from keras_gen.networks import fashion_net
from keras_gen.pictures import grid
from keras_gen.recipes import DCGANRecipe

FAST = bool(os.environ.get("KERAS_GEN_FAST"))  # tests set it, to run everything with few steps

# %% [markdown] lang="en"
# ## The question
#
# The manager of a shop looks at a training run and asks: how good are the pictures? The loss is no answer, although [it is often given as one](../../docs/errata.md) (E33): it compares the generator with the opponent of that moment. Nor is there a picture with which to compare: a sample shows a product that does not exist. **How can one measure pictures that have no original, and how far can the number be trusted?**

# %% [markdown] lang="zh"
# ## 问题
#
# 店长看着一次训练，问：这些图有多好？损失不是答案，虽然[常被当作答案](../../docs/errata.zh-CN.md)（E33）：它只是拿生成器（generator）与那一刻的对手相比。也没有一张图可供对照：样本画的是一件不存在的商品。**没有原图的图怎么衡量，得到的数又能信到什么程度？**

# %% [markdown] lang="en"
# ## The picture
#
# One set a row:
#
# 1. real products;
# 2. the simplest generator there is: draws of a normal distribution with the mean and the covariance of the training pixels;
# 3. real products, blurred;
# 4. real products with noise on them;
# 5. copies of training images;
# 6. one good image, again and again.
#
# Which row would you put on the shop's page? Row 5 looks as good as row 1, but a shop does not need a generator for what it already has. In row 6 nothing is wrong with any single picture. A measure has to see all of this.

# %% [markdown] lang="zh"
# ## 图示
#
# 每行一组：
#
# 1. 真实商品；
# 2. 最简单的生成器：从一个正态分布抽样，它的均值和协方差取自训练图的像素；
# 3. 真实商品，模糊过；
# 4. 真实商品，加了噪声；
# 5. 训练图的复制；
# 6. 同一张好图，一遍又一遍。
#
# 你会把哪一行放上商店的页面？第 5 行看上去与第 1 行一样好，但商店已经有的图，不需要生成器来画。第 6 行的任何一张单独看都没有毛病。好的指标要把这些全看出来。


# %%
def to_bytes(x):
    """Clip floats to [0, 1] and round them to uint8 pixels."""
    return np.asarray(data.unit_to_uint8(np.clip(x, 0.0, 1.0)))


def blurred(x, size=3):
    """Replace each pixel of uint8 images by the mean of size x size pixels around it."""
    return to_bytes(tf.nn.avg_pool2d(x / np.float32(255), size, strides=1, padding="SAME"))


def noisy(x, deviation):
    """Add normal noise to uint8 images."""
    noise = np.random.default_rng(1).normal(size=x.shape)
    return to_bytes(x / 255 + deviation * noise)


def moved(x, pixels):
    """Move images to the right; what comes in at the left is black."""
    return np.pad(x, [(0, 0), (0, 0), (pixels, 0), (0, 0)])[:, :, : x.shape[2]]


train = data.load("fashion_mnist_10k").images  # (10000, 28, 28, 1) uint8
trained_on, unseen = train[:5000], train[5000:]  # of an imagined generator
held_out = data.load("fashion_mnist_10k", split="test").images  # (2000, 28, 28, 1)
real, others = held_out[:1000], held_out[1000:]

pixels = trained_on.reshape(5000, 784) / 255
rng = np.random.default_rng(0)
drawn = rng.multivariate_normal(pixels.mean(axis=0), np.cov(pixels.T), size=8, method="eigh")
drawn = to_bytes(drawn.reshape(8, 28, 28, 1))
good = others[29]  # a typical pair of trousers
rows = (others, drawn, blurred(others[:8]), noisy(others[:8], 0.1), trained_on, [good] * 8)
grid(np.concatenate([row[:8] for row in rows]) / 255, columns=8, zoom=2)

# %% [markdown] lang="en"
# And the picture behind four of the measures. Every image is a point, here in the plane. Around each point of a set lies a ball that reaches to its $k$-th neighbour in the same set, and all balls together stand for the set's region. **Precision**: how many generated points lie in the real region (left)? **Recall**: how many real points lie in the generated region (right)? One outlier, and its ball is huge. What you should see: squares carry the balls, and circles are judged, filled where they lie in a ball. Most orange circles are filled at the left. At the right most blue ones are filled too, but only since one large orange ball covers them.

# %% [markdown] lang="zh"
# 下面是其中四种指标背后的图。每张图是一个点，这里画在平面上。以一组里的每个点为中心，作一个球，半径到同组的第 $k$ 个近邻为止；所有的球合起来，代表这一组的区域。**精确率**（precision）：生成的点有多少落在真实区域里（左）？**召回率**（recall）：真实的点有多少落在生成区域里（右）？只要有一个离群点，它的球就大得出奇。你应该看到：方块是球心，圆点是被评判的点，落在某个球里的画成实心。左图里橙色的圆点大多是实心的；右图里蓝色的也大多是实心的，但那只是因为有一个很大的橙色球盖住了它们。


# %%
def show_balls(axes, centres, points, title):
    """Draw a ball around each centre to its second neighbour; fill the points that lie in one."""
    lengths = np.sort(np.linalg.norm(centres[:, None] - centres, axis=2), axis=1)
    radii = lengths[:, 2]  # column 0 is the point itself
    inside = np.any(np.linalg.norm(points[:, None] - centres, axis=2) <= radii, axis=1)
    colour, other = ("C0", "C1") if title.startswith("precision") else ("C1", "C0")
    for centre, radius in zip(centres, radii, strict=True):
        axes.add_patch(plt.Circle(centre, radius, color=colour, alpha=0.12, lw=0))
    axes.plot(*centres.T, "s", color=colour, ms=4)
    axes.plot(*points[inside].T, "o", color=other, ms=6)
    axes.plot(*points[~inside].T, "o", color=other, ms=6, fillstyle="none")
    axes.set(title=f"{title} {inside.mean():.2f}", aspect="equal", xlim=(-3, 4.5), ylim=(-2.5, 2.5))
    axes.grid(False)
    return inside.mean()


rng = np.random.default_rng(3)
blue = rng.normal(size=(25, 2)) * [0.9, 0.7]
orange = np.concatenate([rng.normal(size=(19, 2)) * 0.35 + [-1.0, -0.4], [[3.6, 0.3]]])
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
shares = (
    show_balls(left, blue, orange, "precision: generated in the real region,"),
    show_balls(right, orange, blue, "recall: real in the generated region,"),
)
plt.show()
assert np.allclose(shares, measures.precision_recall(blue, orange, k=2))
print(
    f"without the outlier the recall is {measures.precision_recall(blue, orange[:-1], k=2).recall}"
)

# %% [markdown] lang="en"
# ## The formula, one step a line
#
# **Pairs.** For an image $x$ and the image $y$ that should equal it, $n$ pixels in $[0, 1]$:
#
# $$
# \begin{aligned}
# MSE &= \frac{1}{n} \sum_i (x_i - y_i)^2 && (1) \\
# PSNR &= 10 \log_{10} \frac{1^2}{MSE} = -10 \log_{10} MSE && (2) \\
# \sqrt{MSE} &= 10^{-PSNR / 20} && (3)
# \end{aligned}
# $$
#
# This is the *peak signal-to-noise ratio* in decibels; the peak is 1 here and 255 for bytes. The *structural similarity* (SSIM) compares three things in a window of $11 \times 11$ pixels, weighted by a bell with a deviation of 1.5, and takes the mean over all windows:
#
# $$
# \begin{aligned}
# l &= \frac{2 \mu_x \mu_y + C_1}{\mu_x^2 + \mu_y^2 + C_1}, \quad c = \frac{2 \sigma_x \sigma_y + C_2}{\sigma_x^2 + \sigma_y^2 + C_2}, \quad s = \frac{\sigma_{xy} + C_2 / 2}{\sigma_x \sigma_y + C_2 / 2} && (4) \\
# SSIM &= l\, c\, s = l \cdot \frac{2 \sigma_{xy} + C_2}{\sigma_x^2 + \sigma_y^2 + C_2} && (5)
# \end{aligned}
# $$
#
# Luminance, contrast and structure, each at most 1. In (5) the denominator of $s$, doubled, is the numerator of $c$. $C_1 = 0.01^2$ and $C_2 = 0.03^2$ keep the quotients finite, and they decide where nothing varies: a window that is black in both images gets 1, so that a dark background raises the mean.
#
# **Sets, by two moments.** The Fréchet distance of two distributions is what the cheapest pairing of them costs. On a line:
#
# $$
# \begin{aligned}
# d^2 &= \min E[(x - y)^2] && (6) \\
# E[(x - y)^2] &= (\mu_r - \mu_f)^2 + \sigma_r^2 + \sigma_f^2 - 2\, \mathrm{cov}(x, y) && (7) \\
# \mathrm{cov}(x, y) &\le \sigma_r \sigma_f && (8) \\
# d^2 &= (\mu_r - \mu_f)^2 + (\sigma_r - \sigma_f)^2 && (9) \\
# d^2 &= \lVert \mu_r - \mu_f \rVert^2 + \mathrm{tr}\!\left( \Sigma_r + \Sigma_f - 2 (\Sigma_r \Sigma_f)^{1/2} \right) && (10)
# \end{aligned}
# $$
#
# The letters $r$ and $f$ stand for real and fake. (6) runs over all ways to pair real $x$ with generated $y$; only the covariance depends on the way. (8) is the inequality of Cauchy and Schwarz, and $y = \mu_f + \frac{\sigma_f}{\sigma_r} (x - \mu_r)$ reaches it, a pairing that turns one Gaussian into the other. (10) is the same for Gaussian vectors; with diagonal covariances it is (9), summed over the features. Distributions of other shapes may cost more to pair than (9) and (10) say. The measure, FD for short, is (10) all the same, with the means and covariances of the two sets: it compares the two Gaussians that have these moments. (The product of two covariances is not symmetric; its root means $(\Sigma_r^{1/2} \Sigma_f \Sigma_r^{1/2})^{1/2}$, which has the same trace. Elsewhere (10) is called the squared Wasserstein-2 distance of two Gaussians.) The vectors are *features* of a trained network, since pixels know nothing of sleeves.
#
# **Its bias.** Take two samples of *one* distribution. The true distance is 0, but the means differ by chance:
#
# $$
# E \lVert \hat\mu_r - \hat\mu_f \rVert^2 = \mathrm{tr}(\Sigma) \left( \frac1N + \frac1M \right) > 0 \qquad (11)
# $$
#
# **Sets, by a kernel.** Let $\phi$ map features to a space in which means are compared, and $k(x, y) = \phi(x) \cdot \phi(y)$:
#
# $$
# \begin{aligned}
# MMD^2 &= \lVert E \phi(x) - E \phi(y) \rVert^2 && (12) \\
# &= E\, k(x, x') + E\, k(y, y') - 2\, E\, k(x, y) && (13) \\
# \widehat{MMD}{}^2 &= \frac{1}{m (m - 1)} \sum_{i \ne j} \left[ k(x_i, x_j) + k(y_i, y_j) \right] - \frac{2}{m^2} \sum_{i, j} k(x_i, y_j) && (14) \\
# k(x, y) &= \left( x \cdot y / D + 1 \right)^3 && (15)
# \end{aligned}
# $$
#
# With the cubic kernel (15), $D$ being the length of a feature vector and not the discriminator ([notation](../../docs/notation.md)), this *maximum mean discrepancy* is the KID, the kernel distance. In (13) $x$ and $x'$ are two independent draws, so (14) leaves out $i = j$, and each of its terms has the right mean. **That is why it can be negative**: for two sets from one distribution its mean is 0, and an estimate with the mean 0 cannot stay above 0. With the terms $i = j$ it would be (12) for the samples themselves, a square, never negative, and too large on average.
#
# **Balls.** Let $r(x)$ be the distance from $x$ to its $k$-th neighbour in its own set, $N$ real $x_i$ and $M$ generated $y_j$:
#
# $$
# \begin{aligned}
# \text{precision} &= \frac1M \sum_j 1\left[ \exists i: \lVert y_j - x_i \rVert \le r(x_i) \right] && (16) \\
# \text{recall} &= \frac1N \sum_i 1\left[ \exists j: \lVert x_i - y_j \rVert \le r(y_j) \right] && (17) \\
# \text{density} &= \frac{1}{k M} \sum_j \sum_i 1\left[ \lVert y_j - x_i \rVert \le r(x_i) \right] && (18) \\
# \text{coverage} &= \frac1N \sum_i 1\left[ \exists j: \lVert y_j - x_i \rVert \le r(x_i) \right] && (19) \\
# E[\text{coverage}] &\approx 1 - 2^{-k} && (20)
# \end{aligned}
# $$
#
# Density counts balls where precision asks for one; coverage takes balls around real images where recall takes them around generated ones. (20), for equal numbers of one distribution: $x_i$ is missed if its $k$ nearest points of both sets are all real, and each of them is real with probability $1/2$. The library takes $k = 3$ for precision and recall, and $k = 5$ for density and coverage, as the papers do; for 5 (20) is 0.969, and the first row of the table below has 0.968.

# %% [markdown] lang="zh"
# ## 公式，一行一步
#
# **成对比较。** 一张图 $x$，一张本应与它相等的图 $y$， $n$ 个像素都在 $[0, 1]$ 内：
#
# $$
# \begin{aligned}
# MSE &= \frac{1}{n} \sum_i (x_i - y_i)^2 && (1) \\
# PSNR &= 10 \log_{10} \frac{1^2}{MSE} = -10 \log_{10} MSE && (2) \\
# \sqrt{MSE} &= 10^{-PSNR / 20} && (3)
# \end{aligned}
# $$
#
# 这就是以分贝计的峰值信噪比（peak signal-to-noise ratio，PSNR）；峰值在这里是 1，对字节是 255。结构相似性（structural similarity，SSIM）在 $11 \times 11$ 像素的窗口里比较三样东西（窗口内按标准差为 1.5 的高斯加权），再对所有窗口求平均：
#
# $$
# \begin{aligned}
# l &= \frac{2 \mu_x \mu_y + C_1}{\mu_x^2 + \mu_y^2 + C_1}, \quad c = \frac{2 \sigma_x \sigma_y + C_2}{\sigma_x^2 + \sigma_y^2 + C_2}, \quad s = \frac{\sigma_{xy} + C_2 / 2}{\sigma_x \sigma_y + C_2 / 2} && (4) \\
# SSIM &= l\, c\, s = l \cdot \frac{2 \sigma_{xy} + C_2}{\sigma_x^2 + \sigma_y^2 + C_2} && (5)
# \end{aligned}
# $$
#
# 亮度、对比度、结构，各自不超过 1。(5) 用到： $s$ 的分母加倍，就是 $c$ 的分子。 $C_1 = 0.01^2$ 和 $C_2 = 0.03^2$ 让商保持有限，在没有起伏的地方还起决定作用：两张图里都是黑的窗口得 1，所以深色背景会抬高平均。
#
# **两组图，用前两阶矩。** 两个分布之间的弗雷歇距离（Fréchet distance），是把它们最省力地配对所付的代价。在一条直线上：
#
# $$
# \begin{aligned}
# d^2 &= \min E[(x - y)^2] && (6) \\
# E[(x - y)^2] &= (\mu_r - \mu_f)^2 + \sigma_r^2 + \sigma_f^2 - 2\, \mathrm{cov}(x, y) && (7) \\
# \mathrm{cov}(x, y) &\le \sigma_r \sigma_f && (8) \\
# d^2 &= (\mu_r - \mu_f)^2 + (\sigma_r - \sigma_f)^2 && (9) \\
# d^2 &= \lVert \mu_r - \mu_f \rVert^2 + \mathrm{tr}\!\left( \Sigma_r + \Sigma_f - 2 (\Sigma_r \Sigma_f)^{1/2} \right) && (10)
# \end{aligned}
# $$
#
# 下标 $r$ 与 $f$ 表示真实（real）与生成（fake）。(6) 遍历真实的 $x$ 与生成的 $y$ 的所有配对方式，只有协方差取决于怎样配。(8) 是柯西—施瓦茨不等式， $y = \mu_f + \frac{\sigma_f}{\sigma_r} (x - \mu_r)$ 能取到等号，这种配对恰好把一个高斯分布变成另一个。(10) 是高斯向量的情形；协方差为对角阵时，它就是 (9) 对各个特征求和。若是别的形状，配对的代价可能比 (9) 和 (10) 更高。作为指标的弗雷歇距离（简称 FD）仍取 (10)，代入两组图的均值和协方差：它比较的是具有这些矩的两个高斯分布。（两个协方差之积并不对称；它的平方根指 $(\Sigma_r^{1/2} \Sigma_f \Sigma_r^{1/2})^{1/2}$，迹相同。别处把 (10) 叫作两个高斯分布之间 Wasserstein-2 距离的平方。）这里的向量是一个训练好的网络的**特征**，因为像素不知道什么是袖子。
#
# **它的偏差。** 从**同一个**分布抽两组样本。真正的距离是 0，但均值会因为偶然而不同：
#
# $$
# E \lVert \hat\mu_r - \hat\mu_f \rVert^2 = \mathrm{tr}(\Sigma) \left( \frac1N + \frac1M \right) > 0 \qquad (11)
# $$
#
# **两组图，用核。** 设 $\phi$ 把特征映到另一个空间，在那里比较均值，并记 $k(x, y) = \phi(x) \cdot \phi(y)$：
#
# $$
# \begin{aligned}
# MMD^2 &= \lVert E \phi(x) - E \phi(y) \rVert^2 && (12) \\
# &= E\, k(x, x') + E\, k(y, y') - 2\, E\, k(x, y) && (13) \\
# \widehat{MMD}{}^2 &= \frac{1}{m (m - 1)} \sum_{i \ne j} \left[ k(x_i, x_j) + k(y_i, y_j) \right] - \frac{2}{m^2} \sum_{i, j} k(x_i, y_j) && (14) \\
# k(x, y) &= \left( x \cdot y / D + 1 \right)^3 && (15)
# \end{aligned}
# $$
#
# 取三次核 (15) 时（其中 $D$ 是特征向量的长度，不是判别器，见[记号表](../../docs/notation.zh-CN.md)），这个最大均值差异（maximum mean discrepancy，MMD）就是核距离（KID）。(13) 里的 $x$ 与 $x'$ 是两次独立的抽样，所以 (14) 去掉 $i = j$，这样每一项的均值都是对的。**它因此可能为负**：两组出自同一分布时它的均值为 0，而均值为 0 的估计量不可能总在 0 之上。如果保留 $i = j$ 的项，得到的是样本本身的 (12)，是一个平方，从不为负，平均来说偏大。
#
# **球。** 设 $r(x)$ 是 $x$ 到它在自己那一组里第 $k$ 个近邻的距离，真实的 $x_i$ 有 $N$ 个，生成的 $y_j$ 有 $M$ 个：
#
# $$
# \begin{aligned}
# \text{精确率} &= \frac1M \sum_j 1\left[ \exists i: \lVert y_j - x_i \rVert \le r(x_i) \right] && (16) \\
# \text{召回率} &= \frac1N \sum_i 1\left[ \exists j: \lVert x_i - y_j \rVert \le r(y_j) \right] && (17) \\
# \text{密度} &= \frac{1}{k M} \sum_j \sum_i 1\left[ \lVert y_j - x_i \rVert \le r(x_i) \right] && (18) \\
# \text{覆盖率} &= \frac1N \sum_i 1\left[ \exists j: \lVert y_j - x_i \rVert \le r(x_i) \right] && (19) \\
# E[\text{覆盖率}] &\approx 1 - 2^{-k} && (20)
# \end{aligned}
# $$
#
# 精确率只问有没有球，密度（density）数有几个球；召回率的球以生成图为中心，覆盖率（coverage）的球以真实图为中心。(20) 适用于同一分布、张数相等的两组：如果在两组合起来的点里，离 $x_i$ 最近的 $k$ 个全是真实的，它就漏掉了，而其中每一个为真的概率是 $1/2$。库与各自的论文一样，精确率与召回率取 $k = 3$，密度与覆盖率取 $k = 5$； $k = 5$ 时 (20) 等于 0.969，下面表格的第一行是 0.968。

# %% [markdown] lang="en"
# ## A number by hand
#
# - **PSNR.** $x = (0, 0.5)$, $y = (0.1, 0.4)$: $MSE = 0.01$, so 20 dB. Turned round: 20 dB is an error of a tenth of the scale.
# - **SSIM** of two flat patches, 0.5 and 0.6: nothing varies, the second factor of (5) is 1, and $l = \frac{0.6 + 0.0001}{0.61 + 0.0001} = 0.984$.
# - **Fréchet.** Real features $(0, 2)$, generated ones $(3, 9)$: means 1 and 6, variances 2 and 18 (over $n - 1$), so $d^2 = (1 - 6)^2 + (\sqrt2 - 3 \sqrt2)^2 = 25 + 8 = 33$.
# - **KID** of real $(0, 1)$ and generated $(0, 1)$, $D = 1$. Within each set: $k(0, 1) = 1$. Across: $k = 1, 1, 1, 8$ with the mean $2.75$. $1 + 1 - 2 \cdot 2.75 = -3.5$, for two sets that are equal! With the diagonal it would be $2.75 + 2.75 - 5.5 = 0$.
# - **Balls on a line**, $k = 1$. Real $0, 1, 3$ have the radii $1, 1, 2$; generated $2, 2.5, 9$ have $0.5, 0.5, 6.5$.
#
# | | lies in the balls of | |
# |---|---|---|
# | generated 2 | 1 and 3 | |
# | generated 2.5 | 3 | |
# | generated 9 | none | precision $2/3$, density $(2 + 1 + 0) / 3 = 1$ |
# | real 0 | none | |
# | real 1 | none | |
# | real 3 | 2.5 and 9 | recall $1/3$ |
#
# The real balls $[-1, 1]$, $[0, 2]$, $[1, 5]$ hold none, one and two generated points: coverage $2/3$.

# %% [markdown] lang="zh"
# ## 手算一个数
#
# - **PSNR。** $x = (0, 0.5)$， $y = (0.1, 0.4)$： $MSE = 0.01$，即 20 dB。反过来说：20 dB 就是误差为满量程的十分之一。
# - **SSIM**，两块平的图，0.5 与 0.6：没有起伏，(5) 的第二个因子是 1， $l = \frac{0.6 + 0.0001}{0.61 + 0.0001} = 0.984$。
# - **弗雷歇距离。** 真实特征 $(0, 2)$，生成特征 $(3, 9)$：均值 1 与 6，方差 2 与 18（除以 $n - 1$），所以 $d^2 = (1 - 6)^2 + (\sqrt2 - 3 \sqrt2)^2 = 25 + 8 = 33$。
# - **KID**，真实 $(0, 1)$，生成 $(0, 1)$， $D = 1$。组内： $k(0, 1) = 1$。组间： $k = 1, 1, 1, 8$，平均 $2.75$。 $1 + 1 - 2 \cdot 2.75 = -3.5$，而两组是相等的！保留对角项则是 $2.75 + 2.75 - 5.5 = 0$。
# - **直线上的球**， $k = 1$。真实的 $0, 1, 3$ 半径为 $1, 1, 2$；生成的 $2, 2.5, 9$ 半径为 $0.5, 0.5, 6.5$。
#
# | | 落在谁的球里 | |
# |---|---|---|
# | 生成 2 | 1 和 3 | |
# | 生成 2.5 | 3 | |
# | 生成 9 | 无 | 精确率 $2/3$，密度 $(2 + 1 + 0) / 3 = 1$ |
# | 真实 0 | 无 | |
# | 真实 1 | 无 | |
# | 真实 3 | 2.5 和 9 | 召回率 $1/3$ |
#
# 真实的球 $[-1, 1]$、 $[0, 2]$、 $[1, 5]$ 里分别有零个、一个、两个生成点：覆盖率 $2/3$。

# %% [markdown] lang="en"
# ## Five lines of NumPy
#
# A line or two for each; the numbers worked by hand, and then the library, must agree.

# %% [markdown] lang="zh"
# ## 五行 NumPy
#
# 每种一两行；先与手算的数核对，再与库核对。


# %%
def kernel_estimate(x, y):
    """Equation (14) for one block, x and y of shape (m, D)."""
    xx, yy, xy = ((a @ b.T / x.shape[1] + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    off_diagonal = xx.sum() - np.trace(xx) + yy.sum() - np.trace(yy)
    return off_diagonal / (len(x) * (len(x) - 1)) - 2 * xy.mean()


x, y = np.array([0.0, 0.5]), np.array([0.1, 0.4])
decibels = -10 * np.log10(np.mean((x - y) ** 2))
luminance = (2 * 0.5 * 0.6 + 0.01**2) / (0.5**2 + 0.6**2 + 0.01**2)
r, f = np.array([[0.0], [2.0]]), np.array([[3.0], [9.0]])
frechet = (r.mean() - f.mean()) ** 2 + (r.std(ddof=1) - f.std(ddof=1)) ** 2
kernel = kernel_estimate(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]]))
on_line, made = np.array([0.0, 1.0, 3.0]), np.array([2.0, 2.5, 9.0])
radii = [np.sort(np.abs(a[:, None] - a), axis=1)[:, 1] for a in (on_line, made)]
inside = np.abs(made[:, None] - on_line) <= radii[0]  # [j, i]: y_j in the ball of x_i
reached = np.abs(on_line[:, None] - made) <= radii[1]  # [i, j]: x_i in the ball of y_j
balls = inside.any(axis=1), reached.any(axis=1), inside.sum(axis=1), inside.any(axis=0)

assert np.isclose(decibels, 20) and round(luminance, 3) == 0.984  # worked by hand
assert np.isclose(frechet, 33) and np.isclose(kernel, -3.5)
assert np.allclose([b.mean() for b in balls], [2 / 3, 1 / 3, 1, 2 / 3])
assert round(1 - 2.0**-5, 3) == 0.969  # (20) for k = 5

images = x.reshape(1, 1, 2, 1), y.reshape(1, 1, 2, 1)  # (N, H, W, C)
assert np.isclose(decibels, measures.psnr(*images)[0])
flat = np.full((1, 11, 11, 1), 0.5), np.full((1, 11, 11, 1), 0.6)
assert np.isclose(luminance, measures.ssim(*flat)[0])
assert np.isclose(frechet, measures.frechet_distance(r, f))
points = on_line[:, None], made[:, None]
found = *measures.precision_recall(*points, k=1), *measures.density_coverage(*points, k=1)
assert np.allclose([b.mean() for b in balls], found)
print(f"PSNR {decibels:.1f} dB   SSIM {luminance:.3f}   Frechet {frechet:.0f}   KID {kernel:.1f}")
print("precision {:.3f}   recall {:.3f}   density {:.3f}   coverage {:.3f}".format(*found))

# %% [markdown] lang="en"
# Three checks that need more than two numbers: the three factors (4) in one window of random pixels; (10) with a general matrix root; and (14) averaged over ten blocks, which gives the KID a standard error and an interval. An error that was itself estimated from ten blocks has nine degrees of freedom, and Student's distribution takes more standard errors on each side than the normal one, which is for a known error.

# %% [markdown] lang="zh"
# 还有三项核对，两个数不够用：随机像素的一个窗口里的三个因子 (4)；用一般的矩阵平方根计算 (10)；以及 (14) 对十块求平均，KID 由此得到标准误差和区间。标准误差本身是用十块估计的，只有九个自由度，所以要用学生 t 分布，它在两侧所取的标准误差比正态分布多，后者用于误差已知的情形。

# %%
rng = np.random.default_rng(0)
a, b = rng.random((2, 11, 11))  # exactly one window
bell = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
weights = np.outer(bell, bell) / bell.sum() ** 2
mean_a, mean_b = (weights * a).sum(), (weights * b).sum()
dev_a, dev_b = (np.sqrt((weights * (p - (weights * p).sum()) ** 2).sum()) for p in (a, b))
both = (weights * (a - mean_a) * (b - mean_b)).sum()
c1, c2 = 0.01**2, 0.03**2
factors = (
    (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1),
    (2 * dev_a * dev_b + c2) / (dev_a**2 + dev_b**2 + c2),
    (both + c2 / 2) / (dev_a * dev_b + c2 / 2),
)
assert np.isclose(np.prod(factors), measures.ssim(*(p[None, :, :, None] for p in (a, b)))[0])
print("luminance {:.3f}   contrast {:.3f}   structure {:.3f}".format(*factors))

r, f = rng.normal(size=(40, 3)), 1 + 2 * rng.normal(size=(40, 3))
cov_r, cov_f = np.cov(r.T), np.cov(f.T)
root_trace = np.sqrt(np.linalg.eigvals(cov_r @ cov_f)).sum()  # trace of the root of the product
gap = np.sum((r.mean(axis=0) - f.mean(axis=0)) ** 2)
by_matrices = gap + np.trace(cov_r + cov_f) - 2 * root_trace.real
assert np.isclose(by_matrices, measures.frechet_distance(r, f))

order = np.random.default_rng(0)  # the library's blocks: disjoint, in random order
blocks = [s[order.permutation(40)].reshape(10, 4, 3) for s in (r, f)]
values = [kernel_estimate(*pair) for pair in zip(*blocks, strict=True)]
by_blocks = np.mean(values), np.std(values, ddof=1) / np.sqrt(10)
student, known = stats.t.ppf(0.975, df=9), stats.norm.ppf(0.975)
by_library = measures.kernel_distance(r, f, seed=0)
assert np.allclose(by_blocks, by_library[:2])
ends = np.array([-1, 1]) * student * by_blocks[1] + by_blocks[0]
assert np.allclose(ends, by_library.interval)
print(f"standard errors on each side: {student:.2f} by Student, {known:.2f} for a known error")
print(
    f"Frechet {by_matrices:.2f}   KID {by_blocks[0]:.1f} with a standard error of {by_blocks[1]:.1f}"
)

# %% [markdown] lang="en"
# ## Value and slope
#
# Of a single pair, and of two Gaussians on a line. The PSNR falls steeply where the error is small: halving the error always gains 6 dB, whether anyone sees it or not. The Fréchet distance has slope 0 at a perfect match: it hardly notices small defects, and counts large ones by their square. What you should see: at the left the dashed slope runs away downwards as the error goes to 0; at the right it passes 0 where the means agree.

# %% [markdown] lang="zh"
# ## 值与斜率
#
# 先看单独一对图，以及直线上的两个高斯分布。误差小时 PSNR 下降得很陡：误差减半总是多 6 dB，不管有没有人看得出来。弗雷歇距离在完全吻合处斜率为 0：小毛病它几乎不在意，大毛病按平方计算。你应该看到：左图里误差趋于 0 时，虚线（斜率）一路往下掉；右图里，均值吻合处斜率为 0。

# %%
errors = np.linspace(0.01, 0.3, 100)
gaps = np.linspace(-2, 2, 100)
figure, (left, right) = plt.subplots(1, 2, figsize=(7, 2.3))
left.plot(errors, -20 * np.log10(errors), label="PSNR, dB")
left.plot(errors, -20 / np.log(10) / errors / 100, "--", label="slope, dB for 0.01")
left.set(title="PSNR by the RMS error", xlabel=r"$\sqrt{MSE}$", ylim=(-10, 42))
right.plot(gaps, gaps**2, label="$d^2$")
right.plot(gaps, 2 * gaps, "--", label="slope")
right.set(title=r"Fréchet by the mean, $\sigma_r = \sigma_f$", xlabel=r"$\mu_f - \mu_r$")
for axes in (left, right):
    axes.legend(fontsize=8)
plt.show()

# %% [markdown] lang="en"
# Now on images. Noise, blur and a shift are turned up; PSNR and SSIM compare each image with its own original, FD compares the whole set with 1,000 other real images, in the features of [`keras_gen.networks.fashion_net`](../../keras_gen/networks/fashion_net.py), a small classifier of garments that comes with the package.

# %% [markdown] lang="zh"
# 再看图像。逐步加大噪声、模糊和平移；PSNR 与 SSIM 把每张图与它自己的原图比较，FD（弗雷歇距离）把整组与另外 1,000 张真实图比较，特征取自 [`keras_gen.networks.fashion_net`](../../keras_gen/networks/fashion_net.py)，这是本软件包自带的一个小型服装分类器。

# %%
extractor = measures.load_features("fashion_net", (28, 28, 1))
real_features, others_features = extractor(real)[0], extractor(others)[0]  # (1000, 96)
floor = measures.frechet_distance(real_features, others_features)
DEFECTS = {
    "noise, standard deviation / 0.05": lambda level: noisy(others, 0.05 * level),
    "blur, pixels on each side": lambda level: blurred(others, 2 * level + 1),
    "moved to the right, pixels": lambda level: moved(others, level),
}
levels = (1, 2) if FAST else (1, 2, 3, 4)
curves = {}
for name, defect in DEFECTS.items():
    curves[name] = []
    for level in levels:
        worse = defect(level)
        pairs = others[:300] / 255, worse[:300] / 255
        fd = measures.frechet_distance(real_features, extractor(worse)[0])
        curves[name].append((measures.psnr(*pairs).mean(), measures.ssim(*pairs).mean(), fd))

figure, panels = plt.subplots(1, 3, figsize=(8.5, 2.6))
for number, (axes, title) in enumerate(zip(panels, ("PSNR, dB", "SSIM", "FD"), strict=True)):
    for name, values in curves.items():
        axes.plot(levels, [v[number] for v in values], "o-", ms=4, label=name)
    axes.set(title=title, xlabel="level", xticks=levels)
panels[2].axhline(floor, color="k", lw=0.8, ls=":", label="real images")
panels[2].set(yscale="log")
figure.legend(
    *panels[2].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8
)
plt.show()
for name, values in curves.items():
    print(f"level 1, {name:32s} PSNR {values[0][0]:4.1f}   SSIM {values[0][1]:.3f}", end="")
    print(f"   FD {values[0][2]:5.2f}")
print(f"real images: FD {floor:.2f}")
noise_curve, blur_curve, shift_curve = curves.values()
worse_than = np.minimum(blur_curve[0], noise_curve[-1])[:2]
assert FAST or (shift_curve[0][:2] < worse_than).all()  # PSNR and SSIM, as is said below

# %% [markdown] lang="en"
# What you should see: a shift by one pixel, which no customer sees, costs more PSNR and SSIM than the smallest blur, and more than noise with a standard deviation of 0.2. FD has the opposite opinion: it sees the shift (0.51, where unchanged real images have 0.18), but counts blur and noise several times as much.
#
# **The number of images.** Real images against real images, more and more of them. The true distance is 0.

# %% [markdown] lang="zh"
# 你应该看到：平移一个像素，顾客根本看不出来，但 PSNR 和 SSIM 扣的分比最轻的模糊还多，也比标准差为 0.2 的噪声还多。FD 的看法正相反：平移它也看得出（0.51，不作改动的真实图是 0.18），但模糊和噪声扣的分要多好几倍。
#
# **图像的张数。** 真实图对真实图，张数越来越多。真正的距离是 0。

# %%
held_out_features, unseen_features = extractor(held_out)[0], extractor(unseen)[0]
counts = (200, 500, 1000, 2000)
rng = np.random.default_rng(0)
measured = {}
for n in counts:
    draws = []
    for seed in range(2 if FAST else 8):
        pair = (rng.permutation(held_out_features)[:n], rng.permutation(unseen_features)[:n])
        kid = measures.kernel_distance(*pair, seed=seed).value
        draws.append((measures.frechet_distance(*pair), kid))
    measured[n] = np.array(draws)  # (8, 2)
means = np.array([m.mean(axis=0) for m in measured.values()])
by_chance = [np.trace(np.cov(unseen_features.T)) * 2 / n for n in counts]  # (11)

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.4))
for n, values in measured.items():
    left.plot([n] * len(values), values[:, 0], ".", color="C0")
    right.plot([n] * len(values), values[:, 1], ".", color="C1")
left.plot(counts, means[:, 0], label="FD")
left.plot(counts, by_chance, "k:", label="the means' part, (11)")
right.plot(counts, means[:, 1], "C1", label="KID")
right.axhline(0, color="k", lw=0.8, ls=":")
left.set(xscale="log", yscale="log", xlabel="images in each set", title="Fréchet distance")
right.set(xscale="log", xlabel="images in each set", title="kernel distance")
for axes in (left, right):
    axes.set_xticks(counts, map(str, counts))
    axes.minorticks_off()
    axes.legend(fontsize=8)
plt.show()
for n, (fd, kid) in zip(counts, means, strict=True):
    print(f"{n:5d} real images against as many: FD {fd:.3f}   KID {kid:+.4f}", end="")
    print(f"   KID below 0 in {np.sum(measured[n][:, 1] < 0)} of {len(measured[n])}")
shifted = extractor(moved(unseen[:2000], 1))[0]
print(
    f" 2000, moved by a pixel:              FD {measures.frechet_distance(held_out_features, shifted):.3f}"
)

# %% [markdown] lang="en"
# What you should see: FD falls roughly like $1 / n$ and never reaches 0; KID scatters around 0 at every $n$. The dotted line, (11), explains about a fifth of the FD at 200 images, and nearly a third at 2,000. The rest comes from the covariances. The errors of means and covariances fall like $1 / \sqrt n$; what they add to FD is of the order of their squares, $1 / n$. (At $n = 2000$ all draws share the same 2,000 held-out images, so that the scatter shown there is too small.) Two hundred *real* images score worse than two thousand that were moved. So a Fréchet distance without its number of images says nothing, and two of them may be compared only at equal numbers.
#
# ## Where it stands in an evaluation
#
# `keras-gen evaluate RUN`, in Python [`keras_gen.evaluation.evaluate`](../../keras_gen/evaluation/measure_run.py). Its core:

# %% [markdown] lang="zh"
# 你应该看到：FD 大致像 $1 / n$ 那样下降，永远到不了 0；KID 在任何 $n$ 都散布在 0 的两侧。虚线 (11) 在 200 张时只解释了 FD 的约五分之一，在 2,000 张时接近三分之一；其余来自协方差。均值和协方差的误差都像 $1 / \sqrt n$ 那样下降，它们给 FD 添上的则是平方量级，即 $1 / n$。（ $n = 2000$ 时，各次抽样用的是同样的 2,000 张留出图，所以那里显示的散布偏小。）两百张**真实**图的分数，比两千张平移过的图还差。所以，不说明张数的弗雷歇距离等于没说；只有张数相同的两个才能比较。
#
# ## 它在评估中的位置
#
# 命令是 `keras-gen evaluate RUN`，在 Python 里是 [`keras_gen.evaluation.evaluate`](../../keras_gen/evaluation/measure_run.py)。核心部分：

# %%
source = inspect.getsource(measure_run.measure)
start = source.index("        fake = ")  # what stands before counts the parts
print(source[start:])
print(PAIRS_NOTE)

# %% [markdown] lang="en"
# - `real` are images that the model has not seen, `others` are training images: they are measured like samples, and their figures are the yardstick beside each figure. Nobody should expect to beat real images.
# - `fake` is as large as `real`, because of (11), and made of bytes: what is measured is what would be saved.
# - The features are computed once, for distances and balls. Sharpness and copies look at pixels, as a person would; copies are sought among all of `train`.
# - PSNR and SSIM are last, and only for a model that reconstructs, such as a VAE: its reconstructions have originals.
# - A pair can be trained on as well: a network that [restores](../../docs/restoration.md) damaged pictures descends `keras_gen.losses.pixel_loss`, in code `losses.pixel_loss(images, restored)`, the mean of $|x - y|$. It is least at the median of the originals that one damaged picture may have, where the squared error behind PSNR is least at their mean; both are blurred where the originals differ, which is why restoration adds an adversarial loss, and pays for sharpness with PSNR.
# - Each result is a [`keras_gen.evaluation.Measurement`](../../keras_gen/evaluation/measurements.py): the number, its interval, the yardstick, the numbers of images, and the features with the hash of their weights.

# %% [markdown] lang="zh"
# - `real` 是模型没见过的图，`others` 是训练图：把它们当作样本来衡量，结果列在每个数字旁边作为参照。谁也不该指望超过真实图。
# - 由于 (11)，`fake` 与 `real` 张数相同；它由字节构成：衡量的就是将要保存的东西。
# - 特征只算一次，供距离和球使用。锐度与复制则像人一样看像素；复制要在整个 `train` 里查找。
# - PSNR 与 SSIM 排在最后，而且只给会重建的模型，如变分自编码器（VAE）：它的重建图有原图。
# - 成对的图也可以拿来训练：[修复](../../docs/restoration.zh-CN.md)受损图像的网络，训练时减小的是 `keras_gen.losses.pixel_loss`，代码为 `losses.pixel_loss(images, restored)`，即 $|x - y|$ 的平均值。一张受损图可能对应多张原图，网络的输出取这些原图的中位数时这个损失最小，取均值时 PSNR 背后的平方误差最小；原图不一致的地方，两者都是模糊的，因此修复还要加上对抗损失，用 PSNR 换清晰。
# - 每个结果都是一个 [`keras_gen.evaluation.Measurement`](../../keras_gen/evaluation/measurements.py)：数值、区间、参照、张数，以及特征连同其权重的哈希。

# %% [markdown] lang="en"
# ## What goes wrong without it
#
# Every measure can be fooled. **PSNR and SSIM** first, on pairs, where they belong:

# %% [markdown] lang="zh"
# ## 没有它会怎样
#
# 每种指标都能骗过。先看 **PSNR 与 SSIM**，用在它们该用的地方，即成对的图：

# %%
shirt = others[3:4]
VERSIONS = {
    "original": shirt,
    "moved by a pixel": moved(shirt, 1),
    "blurred 3x3": blurred(shirt),
    "noise of 0.1": noisy(shirt, 0.1),
    "darker by 0.1": to_bytes(shirt / 255 - 0.1),
}
figure, row = plt.subplots(1, 5, figsize=(9, 2.3))
for (name, version), axes in zip(VERSIONS.items(), row, strict=True):
    pair = shirt / 255, version / 255
    axes.imshow(version[0, ..., 0], cmap="gray", vmin=0, vmax=255)
    axes.set(title=name, xticks=[], yticks=[])
    if version is not shirt:
        axes.set_xlabel(f"{measures.psnr(*pair)[0]:.1f} dB, {measures.ssim(*pair)[0]:.3f}")
    axes.grid(False)
plt.show()

# %% [markdown] lang="en"
# Of the four changed versions a shop would take the first, and it has by far the fewest decibels. Both measures want the same pixels in the same places.
#
# **Without a pair** it gets worse. PSNR and SSIM [are recommended for generated images](../../docs/errata.md) (E41), so give each real image an arbitrary real partner, as if the partner were a sample. Then give them all the same partner, the mean of the training images. For independent $x$ and $y$ of one distribution $E[(x - y)^2] = 2 \sigma^2$, and for the mean it is $\sigma^2$: the grey smear must win by $10 \log_{10} 2 = 3$ dB.

# %% [markdown] lang="zh"
# 四个改动过的版本里，商店会选第一个，它的分贝数却是最低的，差得很远。两种指标要的都是同样的像素在同样的位置。
#
# **没有配对**时更糟。PSNR 与 SSIM [被推荐用于生成图](../../docs/errata.zh-CN.md)（E41），那就给每张真实图随便配一张真实图，当它是样本。再给所有的图配同一张图，即训练图的平均。对同一分布里独立的 $x$ 与 $y$， $E[(x - y)^2] = 2 \sigma^2$；换成均值则是 $\sigma^2$：那团灰影必定赢 $10 \log_{10} 2 = 3$ dB。

# %%
average = np.broadcast_to(pixels.mean(axis=0).reshape(1, 28, 28, 1), real.shape)
errors = {}
for name, samples in (("real images", others / 255), ("their mean", average)):
    pair = real / 255, samples
    errors[name] = np.mean((pair[0] - pair[1]) ** 2)
    print(
        f"partners: {name:12s} PSNR of the mean error {-10 * np.log10(errors[name]):5.2f} dB",
        end="",
    )
    print(f"   SSIM {measures.ssim(*pair).mean():.3f}")
assert abs(errors["real images"] / errors["their mean"] - 2) < 0.1

# %% [markdown] lang="en"
# **Now the measures of sets.** Nine cheats, 1,000 images each, against 1,000 real ones:
#
# - real images moved by a pixel, and blurred;
# - copies of what the imagined generator was trained on;
# - one image, 1,000 times; the same with six odd images among them (white, black, stripes, a checkerboard, noise); fifty images, twenty times each;
# - uniform noise;
# - no images at all: draws of a normal distribution that has the mean and the covariance of the real *features*;
# - decoys: uniform noise whose pixels were then changed, by gradient descent through the feature network, until its features were nearly those of a real image. Such images are called *adversarial examples*.

# %% [markdown] lang="zh"
# **现在轮到比较两组图的指标。** 九种骗法，各 1,000 张，与 1,000 张真实图比较：
#
# - 平移一个像素的真实图，以及模糊过的真实图；
# - 设想中的生成器的训练图，原样复制；
# - 一张图，重复 1,000 次；同样的图，中间混进六张怪图（全白、全黑、条纹、棋盘、噪声）；五十张图，每张二十次；
# - 均匀噪声；
# - 根本不是图：从正态分布抽出的特征，其均值和协方差与真实图的**特征**相同；
# - 诱饵图（decoys）：先是均匀噪声，再沿着穿过特征网络的梯度改动像素，直到它的特征变得与某张真实图的几乎一样。这类图叫对抗样本（adversarial example）。


# %%
def decoys(images, targets, steps):
    """Change images by gradient descent until FashionNet gives them the target features."""
    network = fashion_net.classifier()
    network.load_weights(FASHION_NET_WEIGHTS)
    pixels = tf.Variable(images / np.float32(255))
    targets = tf.constant(targets, "float32")
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, steps))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            features, _ = network(pixels, training=False)
            loss = tf.reduce_sum((features - targets) ** 2)
        optimizer.apply_gradients([(tape.gradient(loss, pixels), pixels)])
        pixels.assign(tf.clip_by_value(pixels, 0.0, 1.0))

    for _ in range(steps):
        step()
    return to_bytes(pixels.numpy())


noise = np.random.default_rng(0).integers(256, size=real.shape).astype("uint8")
columns, lines = np.meshgrid(np.arange(28), np.arange(28))
patterns = np.stack(
    [lines * 0 + 1, lines * 0, columns % 4 < 2, lines % 4 < 2, (lines + columns) % 2]
)
odd = np.concatenate([255 * patterns[..., None].astype("uint8"), noise[:1]])
one = np.repeat(good[None], 1000, axis=0)
known_features = extractor(trained_on)[0]
gaussian = np.random.default_rng(0).multivariate_normal(
    known_features.mean(axis=0), np.cov(known_features.T), size=1000
)
SETS = {
    "real images": others,
    "moved by a pixel": moved(others, 1),
    "blurred": blurred(others),
    "copies": trained_on[:1000],
    "one image": one,
    "one, and six odd": np.concatenate([one[:1], odd[::-1], one[7:]]),
    "fifty, repeated": np.tile(others[:50], (20, 1, 1, 1)),
    "noise": noise,
    "Gaussian features": None,
    "decoys": decoys(noise, others_features, steps=3 if FAST else 90),
}
seen = extractor(SETS["decoys"])[1] == extractor(others)[1]
print(f"decoys: {seen.mean():.1%} are classified as the garment that they imitate")
grid(SETS["decoys"][:6] / 255, columns=6, zoom=2)

# %% [markdown] lang="en"
# Six decoys. They imitate the first six products of the first picture: two dresses, a sandal, a coat, trousers and another dress. Three columns of the table look at pixels. *Sharpness* is the root mean square of the discrete Laplacian, the strength of edges. *Copies* is the share of images whose nearest training image is much nearer than the second nearest, by a margin that only 1 % of unseen real images reach. *Near-duplicates* is the share that have a twin among the samples, within a root mean square of 0.02. And the table needs a rule for "worse than real": six sets of 1,000 real images, the first row among them, which the imagined generator has not seen. A figure is marked if it is worse than their mean by more than five of their standard deviations; for the sharpness, if it differs in either direction.

# %% [markdown] lang="zh"
# 六张诱饵图，模仿的是第一幅图里最前面的六件商品：两条连衣裙、一只凉鞋、一件大衣、一条裤子，还有一条连衣裙。表格有三列看的是像素。**锐度**（sharpness）是离散拉普拉斯的均方根，即边缘的强弱。**复制**（copies）是这样的图所占的比例：离它最近的训练图比第二近的近得多，近到没见过的真实图里只有 1 % 会这样。**近似重复**（near-duplicates）是在样本中另有一张与它的均方根差不超过 0.02 的比例。表格还需要一条“比真实图差”的规则：取六组真实图（第一行也在其中），各 1,000 张，都是设想中的生成器没见过的。某个数字比它们的均值差，且超过它们标准差的五倍，就做上记号；锐度则是偏高偏低都算。

# %%
COLUMNS = (
    "FD",
    "KID",
    "precision",
    "recall",
    "density",
    "coverage",
    "sharpness",
    "copies",
    "near-duplicates",
)
WORSE = np.array([1, 1, -1, -1, -1, -1, 0, 1, 1])  # the direction; 0 is both
real_distances, _ = measures.nearest(real, trained_on)  # (1000, 2), pixel by pixel


def measure(images, features=None):
    """Return the nine figures of 1,000 images; features alone leave the last three empty."""
    features = extractor(images)[0] if features is None else features
    figures = [
        measures.frechet_distance(real_features, features),
        measures.kernel_distance(real_features, features).value,
        *measures.precision_recall(real_features, features),
        *measures.density_coverage(real_features, features),
    ]
    if images is None:
        return [*figures, np.nan, np.nan, np.nan]
    among = measures.nearest(images, images, exclude_self=True)[0]
    return [
        *figures,
        measures.sharpness(images / 255).mean(),
        measures.copied_share(measures.nearest(images, trained_on)[0], real_distances),
        measures.duplicate_share(among),
    ]


yardstick = [measure(part) for part in (*np.split(unseen, 5), others)]
centre, spread = np.mean(yardstick, axis=0), np.std(yardstick, axis=0, ddof=1)
table = np.array([measure(x, gaussian if x is None else None) for x in SETS.values()])
away = (table - centre) * np.where(WORSE == 0, np.sign(table - centre), WORSE)
caught = away > 5 * spread  # also False for NaN

print(f"{'':18s}" + "".join(f"{name:>11s}" for name in COLUMNS[:-1]) + f"{COLUMNS[-1]:>17s}")
for name, figures, marks in zip(SETS, table, caught, strict=True):
    cells = (f"{v:.3f}{'*' if m else ' '}" for v, m in zip(figures, marks, strict=True))
    print(f"{name:18s}" + "".join(f"{cell:>11s}" for cell in cells))
print(f"{'5 deviations':18s}" + "".join(f"{5 * s:>10.3f} " for s in spread))
assert not caught[0].any() and (FAST or caught[1:].any(axis=1).all())  # each cheat is seen
assert not caught[1:].all(axis=0).any()  # and no column sees them all
assert FAST or table[-1, 0] < table[1, 0]  # FD prefers decoys to a shift by one pixel
if not FAST:  # what is said below of the cheats
    orange = {
        name: {column for column, mark in zip(COLUMNS, marks, strict=True) if mark}
        for name, marks in zip(SETS, caught, strict=True)
    }
    assert orange["copies"] == {"copies"}
    assert orange["Gaussian features"] == {"precision", "density", "coverage"}
    assert orange["decoys"].isdisjoint({"KID", "precision", "density", "coverage"})
    assert orange["one, and six odd"].isdisjoint({"precision", "recall", "density"})
    assert "KID" not in orange["fifty, repeated"] and "precision" not in orange["noise"]

# %%
strips = [np.full((1000, 28, 28, 1), 255) if x is None else x for x in SETS.values()]
strips = [np.pad(s[:2, ..., 0], [(0, 0), (2, 2), (2, 2)], constant_values=255) for s in strips]
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.8), width_ratios=(1, 8))
left.imshow(np.vstack([np.hstack(s) for s in strips]), cmap="gray", interpolation="nearest")
left.set_yticks(16 + 32 * np.arange(len(SETS)), SETS)
left.set_xticks([])
left.text(32, 16 + 32 * 8, "none", ha="center", va="center", fontsize=8)
shades = np.where(np.isnan(table), 2, caught)
colours = ListedColormap(["#dceaf7", "#f6b26b", "white"])
right.pcolormesh(shades, cmap=colours, vmax=2, edgecolors="white", linewidth=2)
labels = [name.replace("near-duplicates", "near-\nduplicates") for name in COLUMNS]
right.set_xticks(0.5 + np.arange(len(COLUMNS)), labels, fontsize=9)
right.xaxis.tick_top()
right.set(yticks=[], ylim=(len(SETS), 0), xlabel="orange: marked in the table")
for axes in (left, right):
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
plt.show()

# %% [markdown] lang="en"
# What you should see: blue is where a measure takes a set for real, white where there are no images to measure. No column is orange throughout, and each cheat has at least one orange cell:
#
# - **Copies** pass every measure but the one that looks for copies. A generator that learned its training images by heart has an FD as good as that of real images.
# - **One image** has precision 1 and the highest density of all: those ask only whether pictures are good. With six odd images among 994 equal ones the *recall* is nearly perfect as well, since the odd ones' balls reach across everything. Coverage is not impressed; its balls are real. Fifty images have a KID like real ones.
# - **Noise** has a precision of about 0.9! The next picture shows why.
# - **Gaussian features** match two moments, all that FD knows: $d^2$ is that of real images, and KID, which knows three, sees nothing either at this number. Precision, density and coverage do.
# - **Decoys** are uniform noise to everybody but the network. KID, precision, density and coverage take them for real. FD and recall mark them, since the descent does not match the features exactly, but no more than real images *moved by a pixel*: the recall is about the same, and FD is even lower. What is measured in features is blind to whatever the features do not hold; nobody fools a person in this way, and the sharpness sees it at once.
#
# First the real images whose balls hold the noise, with the number of noise images in each; then the features of garments beside Gaussian ones, in their two main directions.

# %% [markdown] lang="zh"
# 你应该看到：蓝色表示指标把这一组当成了真的，白色表示没有图可以衡量。没有哪一列全是橙色，而每种骗法都至少有一格橙色：
#
# - **复制**骗过了所有指标，除了专门找复制的那一个。把训练图背下来的生成器，FD 与真实图一样好。
# - **一张图**的精确率是 1，密度全表最高：它们只问图好不好。在 994 张相同的图里混进六张怪图，连**召回率**也近乎完美，因为怪图的球覆盖了一切。覆盖率不为所动，它的球是真实图的。五十张图的 KID 与真实图无异。
# - **噪声**的精确率竟有 0.9 左右！下面的图说明原因。
# - **高斯特征**与真实特征前两阶矩相同，而 FD 只认识这两阶： $d^2$ 与真实图一样；KID 认识前三阶，在这个张数下也没看出来。精确率、密度和覆盖率看出来了。
# - **诱饵图**在任何人眼里都是均匀噪声，唯独网络不这么看。KID、精确率、密度和覆盖率都把它们当成真的。FD 和召回率做上了记号，因为梯度下降没有让特征完全吻合，但并不比**平移一个像素**的真实图更糟：召回率差不多，FD 还更低。用特征来衡量，凡是特征里没有的就看不见；这骗不了人，锐度也一眼就看出来。
#
# 先看是哪些真实图的球装下了噪声，并打印每个球里有多少张噪声图；再把服装的特征与高斯特征放在一起，画在两个主方向上。

# %%
lengths = np.linalg.norm(real_features[:, None] - real_features[None], axis=2)
reach = np.sort(lengths, axis=1)[:, 3]  # to the third neighbour, k = 3
held = np.linalg.norm(extractor(noise)[0][:, None] - real_features[None], axis=2) <= reach
most = np.argsort(-held.sum(axis=0))[:2]
print("noise images in the balls of these two:", *held.sum(axis=0)[most])
grid(real[most] / 255, columns=2, zoom=3)

# %%
basis = np.linalg.svd(real_features - real_features.mean(axis=0), full_matrices=False)[2][:2]
kinds = data.load("fashion_mnist_10k", split="test").labels[:250]
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.8), sharex=True, sharey=True)
left.scatter(*(real_features[:250] @ basis.T).T, c=kinds, cmap="tab10", s=4)
right.scatter(*(gaussian[:250] @ basis.T).T, c="grey", s=4)
left.set(title="features of real garments, by kind", xlabel="first direction")
right.set(title="Gaussian: same two moments", xlabel="first direction")
left.set_ylabel("second direction")
plt.show()

# %% [markdown] lang="en"
# What you should see: at the left the garments form clusters with gaps between them, some of a single kind, such as trousers or bags, others of several; at the right the same two moments make one cloud that fills the gaps. FD cannot tell these two apart.
#
# A single striped bag has nothing like it among the 1,000. Its ball reaches far into the void, and the noise lies in it: one ball is all that (16) asks for. The density of the noise, which counts balls, is low, and its coverage is almost 0.
#
# ## The real training
#
# The recipe [`keras_gen.recipes.DCGANRecipe`](../../keras_gen/recipes/gan.py) on the 10,000 embedded images, twice, without the penalty on $D$'s slope. Once $D$ is as wide as in the recipe, and once it has 2 channels instead of 32, an opponent that is easy to please. At five moments, 2,000 samples are measured against the 2,000 held-out images. The intervals: for FD from the bootstrap, for KID from its blocks, for shares Wilson's ([`keras_gen.measures.intervals`](../../keras_gen/measures/intervals.py)). The KID's are Student's, with 2.26 standard errors on each side instead of 1.96, as above. Wilson's are too short, since they treat the samples as independent, though all of them are judged by one random set of balls.

# %% [markdown] lang="zh"
# 你应该看到：左图里，商品聚成几团，中间有空隙，有的团只含一类，如裤子、包，有的混着几类；右图的前两阶矩相同，却是一整团，把空隙都填上了。FD 分不出这两者。
#
# 一个带条纹的包，在 1,000 张图里没有同类。它的球伸到很远的空处，噪声就落在里面：(16) 只要有一个球就够了。噪声的密度要数球的个数，所以很低，覆盖率几乎是 0。
#
# ## 真正的训练
#
# 用配方 [`keras_gen.recipes.DCGANRecipe`](../../keras_gen/recipes/gan.py) 学习内置的 10,000 张图，训练两次，都不惩罚 $D$ 的斜率。一次让判别器（discriminator） $D$ 保持配方的宽度；一次把它的通道数从 32 减到 2，成为一个容易讨好的对手。在五个时刻，各取 2,000 个样本，与 2,000 张留出图比较。区间的来历：FD 用自助法（bootstrap），KID 用分块，各种比例用威尔逊区间（Wilson interval，[`keras_gen.measures.intervals`](../../keras_gen/measures/intervals.py)）。KID 的区间用学生 t 分布，两侧各取 2.26 个标准误差，而不是 1.96 个，如上所述。威尔逊区间偏短，因为它把各个样本当作相互独立，而它们都由同一组随机的球来评判。


# %%
def row_of_figures(samples):
    """Measure samples in [0, 1] against the held-out images: value, low end, high end of each."""
    pair = held_out_features, extractor(to_bytes(samples))[0]
    kernel = measures.kernel_distance(*pair)
    ends = measures.bootstrap_interval(measures.frechet_distance, *pair, resamples=50)
    found = {"FD": (measures.frechet_distance(*pair), *ends)}
    found["KID"] = kernel.value, *kernel.interval
    near, dense = measures.precision_recall(*pair), measures.density_coverage(*pair)
    shares = {
        "precision": (near.precision, len(samples)),
        "recall": (near.recall, 2000),
        "coverage": (dense.coverage, 2000),
    }
    for name, (share, n) in shares.items():
        found[name] = share, *measures.wilson_interval(round(n * share), n)
    return found


moments = (2, 2) if FAST else (100, 100, 200, 400, 800)
runs, drawn = {}, {}
for width in (32, 2):
    recipe = DCGANRecipe(discriminator_width=width, penalty="none", seed=0)
    gan = recipe.build()
    print(f"discriminator of {width} channels")
    print("  step    L_D    L_G      FD                     KID                    precision")
    runs[width], drawn[width] = [], []
    for steps in moments:
        stream = data.batches(train, recipe.batch_size, seed=0, start_step=gan.steps_done)
        history = gan.fit(stream, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0).history
        samples = gan.sample(200 if FAST else 2000, seed=1)
        l_d, l_g = history["d_loss"][0], history["g_loss"][0]
        found = {"step": gan.steps_done, "L_D": l_d, "L_G": l_g, **row_of_figures(samples)}
        runs[width].append(found)
        drawn[width].append(samples)
        print(f"{gan.steps_done:6d} {l_d:6.2f} {l_g:6.2f}", end="")
        print("   {:5.2f} ({:5.2f}, {:5.2f})".format(*found["FD"]), end="")
        print("   {:.3f} ({:.3f}, {:.3f})".format(*found["KID"]), end="")
        print("   {:.3f} ({:.3f}, {:.3f})".format(*found["precision"]))
print(f"log 2 = {np.log(2):.2f}, log 4 = {np.log(4):.2f}: an undecided discriminator")
easy, strict = runs[2], runs[32]
if not FAST:  # what is said below of the two runs
    assert strict[-1]["L_G"] > strict[1]["L_G"] > easy[-1]["L_G"]
    assert abs(easy[-1]["L_D"] - np.log(4)) < 0.05
    assert all(a["FD"] > b["FD"] and a["KID"] > b["KID"] for a, b in itertools.pairwise(strict))
    assert easy[-1]["FD"][1] > 2 * strict[-1]["FD"][2]
    moves = [(a[key], b[key]) for a, b in itertools.pairwise(easy) for key in ("FD", "KID")]
    assert any(after[1] > before[2] for before, after in moves)
    assert max(row["precision"][0] for row in easy) > 0.5
    assert max(max(row["recall"][0], row["coverage"][0]) for row in easy) < 0.1

# %%
figure, panels = plt.subplots(1, 5, figsize=(10.5, 2.3))
for axes, name in zip(panels, ("loss of G", "FD", "precision", "recall", "coverage"), strict=True):
    for width, found in runs.items():
        steps = [row["step"] for row in found]
        label = f"D of {width} channels"
        if name == "loss of G":
            axes.plot(steps, [row["L_G"] for row in found], "o-", ms=4, label=label)
            continue
        value, low, high = np.array([row[name] for row in found]).T
        axes.errorbar(steps, value, [value - low, high - value], fmt="o-", ms=4)
    axes.set(
        title=name, xlabel="step", xscale="log", ylim=None if axes in panels[:2] else (-0.05, 1.05)
    )
figure.legend(loc="outside lower center", ncols=2, fontsize=8)
plt.show()

# %%
rows = []
for many, few in zip(drawn[32], drawn[2], strict=True):  # a row for each moment
    rows += [many[:5], np.ones((1, 28, 28, 1)), few[:2]]
balls = [round(2000 * row["coverage"][0]) for row in easy]
print("D of 2 channels, real images of 2,000 whose ball holds a sample:", *balls)
grid(np.concatenate(rows), columns=8, zoom=2)

# %% [markdown] lang="en"
# What you should see, from top to bottom: the five moments; at the left D of 32 channels, at the right of 2.
#
# - In the first run the loss of $G$ goes down and up: at the end it is *higher* than in the second row of the table, and lower than in the first. FD and KID fall from row to row, and the pictures agree with them.
# - The second run has the better loss of $G$ by far. Its discriminator is undecided, $L_D$ is about $\log 4$: the "equilibrium" in which a GAN is said to be finished. Its samples are much worse, and recall and coverage are nearly 0: whether a GAN's images are diverse depends on the training, and [must be measured](../../docs/errata.md) (E40). At least once its FD or KID rises from one moment to the next, by more than the intervals: a GAN does not [improve step by step](../../docs/errata.md) (E35).
# - Precision alone would not have told: at one of the moments more than half of the second run's blotches pass for real. The samples that pass lie in the balls of few real images: the line above the pictures counts those, of 2,000, whose ball holds a sample.
#
# The losses compare each generator with its own judge, and one of the judges is easy to please. FD and KID compare both with the same images.
#
# **The report** of the first run, in the form in which `keras-gen evaluate` gives it: each figure with its interval, and beside it the same figure of 2,000 training images, the yardstick. Below it sharpness and copies, of both runs and of real images.

# %% [markdown] lang="zh"
# 你应该看到：从上到下是五个时刻；左边是 32 通道的 D，右边是 2 通道的。
#
# - 第一次训练里， $G$ 的损失时降时升：结束时比表的第二行**更高**，比第一行低。FD 与 KID 则一行比一行低，图也确实在变好。
# - 第二次训练里 $G$ 的损失好看得多。它的判别器拿不定主意， $L_D$ 约为 $\log 4$：这正是所谓 GAN 训练完成时的“均衡”。它的样本却差得多，召回率和覆盖率几乎是 0：GAN 的图是否多样取决于训练，[要测量才知道](../../docs/errata.zh-CN.md)（E40）。从一个时刻到下一个，它的 FD 或 KID 至少上升过一次，而且超出了区间：GAN 并不是[一步一步变好](../../docs/errata.zh-CN.md)的（E35）。
# - 单看精确率看不出来：在某个时刻，第二次训练画的斑点有一半以上被当成了真图。通过的样本只落在少数真实图的球里：图上方那一行是 2,000 张真实图中球里有样本的张数。
#
# 损失是拿每个生成器与它自己的评委相比，而其中一个评委很好打发。FD 与 KID 把两者与同样的图相比。
#
# **报告**：第一次训练的结果，按 `keras-gen evaluate` 给出的样子。每个数都带区间，旁边是 2,000 张训练图的同一个数，作为参照。下面是锐度与复制，两次训练和真实图都有。

# %%
unit, reference = held_out / 255, row_of_figures(train[:2000] / 255)
print("   value   95 % interval    training | measure")
for name in ("FD", "KID", "precision", "recall", "coverage"):
    value, low, high = strict[-1][name]
    print(f"{value:8.3f}   ({low:.3f}, {high:.3f})   {reference[name][0]:8.3f} | {name}")
print()
held_out_distances = measures.nearest(held_out, train)[0]
print(f"{'':18s} sharpness   copies   distance to the nearest training image")
for name, samples in (
    ("D of 32 channels", drawn[32][-1]),
    ("D of 2 channels", drawn[2][-1]),
    ("real images", unit),
):
    distances = measures.nearest(to_bytes(samples), train)[0]
    copied = measures.copied_share(distances, held_out_distances)
    print(f"{name:18s} {measures.sharpness(samples).mean():9.3f} {copied:8.3f}", end="")
    print(f" {np.median(distances[:, 0]):10.3f}")

# %% [markdown] lang="en"
# What to tell the manager: the distance and its interval, beside that of real images; one figure for quality and one for variety; that the search found no copies; how many images, which features. And the pictures. The intervals speak of the choice of the images, generated and real, not of the seed of the training: another seed is another network, and three are the least for a comparison. A blind test with people has the last word: `keras-gen study`.
#
# ## Exercises
#
# **1.** Images come as bytes. Write the PSNR in decibels for two `uint8` arrays, with the peak 255.

# %% [markdown] lang="zh"
# 该对店长说什么：距离和它的区间，旁边是真实图的距离；一个说明质量的数，一个说明多样性的数；没有查到复制；多少张图，什么特征。还有图本身。区间只反映抽到了哪些图（生成的和真实的），不反映训练的种子：换一个种子就是另一个网络，要比较至少得三个。最后说了算的是请人做的盲测：`keras-gen study`。
#
# ## 练习
#
# **1.** 图像以字节给出。为两个 `uint8` 数组写出以分贝计的 PSNR，峰值是 255。


# %% exercise
def psnr_of_bytes(images, others):
    """Return the PSNR of two uint8 arrays, one number for all pixels."""
    return ...


# %% check
found = psnr_of_bytes(np.array([10, 200], "uint8"), np.array([50, 180], "uint8"))
right = 10 * np.log10(255**2 / 1000)
assert found is ... or np.isclose(found, right), f"expected {right:.2f}, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def psnr_of_bytes(images, others):
    """Return the PSNR of two uint8 arrays, one number for all pixels."""
    # bytes wrap around: 10 - 50 would be 216
    error = np.mean((images.astype("float64") - others) ** 2)
    return 10 * np.log10(255**2 / error)


# %% [markdown] lang="en"
# **2.** What the diagonal costs. The kernel matrices within the sets, `xx` of $m$ real and `yy` of $m$ generated features, are given, both (m, m). By how much is the estimate that keeps the terms $i = j$, and divides by $m^2$, larger than (14)? (The kernel across the sets is the same in both.)

# %% [markdown] lang="zh"
# **2.** 对角项的代价。已知组内的核矩阵： $m$ 个真实特征的 `xx`， $m$ 个生成特征的 `yy`，形状都是 (m, m)。保留 $i = j$ 的项、除以 $m^2$ 的估计，比 (14) 大多少？（两者的组间部分相同。）


# %% exercise
def cost_of_the_diagonal(xx, yy):
    """Return the biased estimate of the squared discrepancy less the unbiased one."""
    return ...


# %% check
gram = np.array([[1.0, 1.0], [1.0, 8.0]])  # of the features 0 and 1, worked by hand above
found = cost_of_the_diagonal(gram, gram)
assert found is ... or np.isclose(found, 3.5), f"expected 3.5, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def cost_of_the_diagonal(xx, yy):
    """Return the biased estimate of the squared discrepancy less the unbiased one."""
    m = len(xx)
    biased = (xx.sum() + yy.sum()) / m**2
    unbiased = (xx.sum() - np.trace(xx) + yy.sum() - np.trace(yy)) / (m * (m - 1))
    return biased - unbiased  # by hand: 0 less -3.5


# %% [markdown] lang="en"
# **3.** Features with one dimension: write the coverage (19), for real `x` of shape (N,) and generated `y` of shape (M,).

# %% [markdown] lang="zh"
# **3.** 特征只有一维：写出覆盖率 (19)，真实的 `x` 形状为 (N,)，生成的 `y` 形状为 (M,)。


# %% exercise
def coverage_on_a_line(x, y, k):
    """Return the share of real balls that hold a generated point."""
    return ...


# %% check
found = coverage_on_a_line(np.array([0.0, 1.0, 3.0, 7.0]), np.array([2.0, 2.5, 9.0]), k=1)
assert found is ... or np.isclose(found, 0.75), f"expected 0.75, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def coverage_on_a_line(x, y, k):
    """Return the share of real balls that hold a generated point."""
    # column 0 of the sorted distances is the point itself: radii 1, 1, 2, 4
    radii = np.sort(np.abs(x[:, None] - x), axis=1)[:, k]
    return np.mean(np.abs(x[:, None] - y).min(axis=1) <= radii)


# %% [markdown] lang="en"
# ## Where to go from here
#
# **To say it aloud.** A sample has no original, so sets are compared with sets, in the features of a trained network. The Fréchet distance knows two moments and depends on the number of images; the kernel distance knows three and has no such bias. Precision asks whether samples look real, recall and coverage whether all of reality is reached. Each of them can be fooled, so I report a distance, one figure for quality, one for variety and a search for copies, each beside the same figure of real images, with intervals and more than one seed. The losses are not in the report.
#
# **Names you will be asked for.**
#
# - *FID* (Heusel et al. 2017) is (10) in the 2,048 features of one particular Inception network, usually with 50,000 samples. Other weights, another way of resizing or another number of images give another number ([Q48](../../docs/interview.md)).
# - *IS*, the Inception Score (Salimans et al. 2016), is $\exp E_x[KL(p(y \mid x) \Vert p(y))]$ for the classes $y$ that Inception sees: sure about each image, and all classes equally often. It never looks at a real image: a generator with one flawless image for each class has the highest score there is.
# - *LPIPS* (Zhang et al. 2018) compares two images by weighted differences of network features, place by place. It is for pairs, like PSNR: for reconstructions, not for samples.
# - *CLIP* maps images and texts into one space. CLIPScore (Hessel et al. 2021) asks whether a picture fits its text; CMMD (Jayasumana et al. 2024) is (13) with a Gaussian kernel in CLIP's features. Stein et al. 2023 recommend the features of DINOv2 in (10).
#
# All of them see what their features hold and nothing else, as the decoys show.
#
# | cheat | fooled | not fooled |
# |---|---|---|
# | training images copied | FD, KID, precision, recall | the search for copies |
# | one good image | precision, density | recall, coverage |
# | noise and an odd real image | precision | FD, density, coverage |
# | the right two moments | FD, KID | precision, density, coverage |
# | decoys | KID, precision, density, coverage | sharpness, people; FD and recall only just |
#
# **Predict, then run.** Build a set of 1,000 images with precision and recall near 1 and a coverage near 0, without odd images. Is there one? Write down why, or how, before you try.
#
# - [Measures](../../keras_gen/measures/__init__.py), and [what each of them sees](../../docs/measures.md); [results](../../docs/results.md) of every model here, three seeds each; [interview questions](../../docs/interview.md) Q42 to Q50; [errata](../../docs/errata.md) E33 to E41. `keras-gen evaluate` and `keras-gen compare` are the full report.
# - Wang et al. 2004, IEEE Transactions on Image Processing 13, for SSIM; Heusel et al. 2017, [arXiv:1706.08500](https://arxiv.org/abs/1706.08500), for the FID; Bińkowski et al. 2018, [arXiv:1801.01401](https://arxiv.org/abs/1801.01401), for the KID; Chong and Forsyth 2020, [arXiv:1911.07023](https://arxiv.org/abs/1911.07023), for the bias of the FID; Kynkäänniemi et al. 2019, [arXiv:1904.06991](https://arxiv.org/abs/1904.06991); Naeem et al. 2020, [arXiv:2002.09797](https://arxiv.org/abs/2002.09797); and for the names Salimans et al. 2016, [arXiv:1606.03498](https://arxiv.org/abs/1606.03498); Zhang et al. 2018, [arXiv:1801.03924](https://arxiv.org/abs/1801.03924); Hessel et al. 2021, [arXiv:2104.08718](https://arxiv.org/abs/2104.08718); Jayasumana et al. 2024, [arXiv:2401.09603](https://arxiv.org/abs/2401.09603); Stein et al. 2023, [arXiv:2306.04675](https://arxiv.org/abs/2306.04675).

# %% [markdown] lang="zh"
# ## 接下来
#
# **用几句话说出来。** 样本没有原图，所以拿一组图与另一组图比，用训练好的网络的特征。弗雷歇距离只认识前两阶矩，而且与张数有关；核距离认识前三阶，没有这种偏差。精确率问样本像不像真的，召回率与覆盖率问真实的一切是否都够得着。每一种都能骗过，所以我报告一个距离、一个说明质量的数、一个说明多样性的数，外加查找复制，每个旁边都有真实图的同一个数，带区间，不止一个种子。报告里没有损失。
#
# **会被问到的名字。**
#
# - **FID**（Heusel et al. 2017）就是 (10)，用某一个 Inception 网络的 2,048 个特征，通常取 50,000 个样本。换权重、换缩放方法、换张数，得到的就是另一个数（[Q48](../../docs/interview.zh-CN.md)）。
# - **IS**，即 Inception Score（Salimans et al. 2016），是 $\exp E_x[KL(p(y \mid x) \Vert p(y))]$， $y$ 是 Inception 看到的类别：每张图都有把握，各类出现得一样多。它从不看真实图：每类只有一张无瑕的图，分数就已最高。
# - **LPIPS**（Zhang et al. 2018）逐个位置比较两张图的网络特征，加权求差。它像 PSNR 一样用于成对的图：用于重建，不用于样本。
# - **CLIP** 把图像和文字映到同一个空间。CLIPScore（Hessel et al. 2021）问图与文字是否相符；CMMD（Jayasumana et al. 2024）是 (13)，用高斯核，取 CLIP 的特征。Stein et al. 2023 建议在 (10) 里用 DINOv2 的特征。
#
# 它们都只看得见自己的特征所含的东西，诱饵图说明了这一点。
#
# | 骗法 | 被骗的 | 没有被骗的 |
# |---|---|---|
# | 复制训练图 | FD、KID、精确率、召回率 | 查找复制 |
# | 一张好图 | 精确率、密度 | 召回率、覆盖率 |
# | 噪声，碰上一张古怪的真实图 | 精确率 | FD、密度、覆盖率 |
# | 前两阶矩都对 | FD、KID | 精确率、密度、覆盖率 |
# | 诱饵图 | KID、精确率、密度、覆盖率 | 锐度、人；FD 和召回率勉强看出 |
#
# **先预测，再运行。** 不用怪图，造一组 1,000 张的图，精确率和召回率接近 1，覆盖率却接近 0。造得出来吗？动手之前，先写下理由或办法。
#
# - [各种指标](../../keras_gen/measures/__init__.py)，以及[每种能看到什么](../../docs/measures.zh-CN.md)；本项目所有模型的[结果](../../docs/results.zh-CN.md)，各三个种子；[面试题](../../docs/interview.zh-CN.md) Q42 至 Q50；[勘误](../../docs/errata.zh-CN.md) E33 至 E41。完整的报告用 `keras-gen evaluate` 与 `keras-gen compare`。
# - Wang et al. 2004，IEEE Transactions on Image Processing 13，SSIM；Heusel et al. 2017，[arXiv:1706.08500](https://arxiv.org/abs/1706.08500)，FID；Bińkowski et al. 2018，[arXiv:1801.01401](https://arxiv.org/abs/1801.01401)，KID；Chong 与 Forsyth 2020，[arXiv:1911.07023](https://arxiv.org/abs/1911.07023)，FID 的偏差；Kynkäänniemi et al. 2019，[arXiv:1904.06991](https://arxiv.org/abs/1904.06991)；Naeem et al. 2020，[arXiv:2002.09797](https://arxiv.org/abs/2002.09797)；上面的名字另见 Salimans et al. 2016，[arXiv:1606.03498](https://arxiv.org/abs/1606.03498)；Zhang et al. 2018，[arXiv:1801.03924](https://arxiv.org/abs/1801.03924)；Hessel et al. 2021，[arXiv:2104.08718](https://arxiv.org/abs/2104.08718)；Jayasumana et al. 2024，[arXiv:2401.09603](https://arxiv.org/abs/2401.09603)；Stein et al. 2023，[arXiv:2306.04675](https://arxiv.org/abs/2306.04675)。

# %% words
# without the outlier the recall is {measures.precision_recall(blue, orange[:-1], k=2).recall} => 去掉离群点后的召回率是 {measures.precision_recall(blue, orange[:-1], k=2).recall}
# precision: generated in the real region, => 精确率：生成图落在真实区域，
# recall: real in the generated region, => 召回率：真实图落在生成区域，
# precision => 精确率
# recall => 召回率
# density => 密度
# coverage => 覆盖率
# sharpness => 锐度
# copies => 复制
# near-duplicates => 近似重复
# near-\nduplicates => 近似\n重复
# PSNR {decibels:.1f} dB   SSIM {luminance:.3f}   Frechet {frechet:.0f}   KID {kernel:.1f} => PSNR {decibels:.1f} dB   SSIM {luminance:.3f}   弗雷歇 {frechet:.0f}   KID {kernel:.1f}
# precision {:.3f}   recall {:.3f}   density {:.3f}   coverage {:.3f} => 精确率 {:.3f}   召回率 {:.3f}   密度 {:.3f}   覆盖率 {:.3f}
# luminance {:.3f}   contrast {:.3f}   structure {:.3f} => 亮度 {:.3f}   对比度 {:.3f}   结构 {:.3f}
# Frechet {by_matrices:.2f}   KID {by_blocks[0]:.1f} with a standard error of {by_blocks[1]:.1f} => 弗雷歇 {by_matrices:.2f}   KID {by_blocks[0]:.1f}，标准误 {by_blocks[1]:.1f}
# PSNR, dB => PSNR，dB
# slope, dB for 0.01 => 斜率，每 0.01 的 dB
# PSNR by the RMS error => PSNR 随均方根误差
# slope => 斜率
# Fréchet by the mean, $\sigma_r = \sigma_f$ => 弗雷歇距离随均值，$\sigma_r = \sigma_f$
# noise, standard deviation / 0.05 => 噪声，标准差 / 0.05
# blur, pixels on each side => 模糊，每边像素数
# moved to the right, pixels => 向右平移，像素数
# level => 级别
# real images => 真实图
# level 1, {name:32s} PSNR {values[0][0]:4.1f}   SSIM {values[0][1]:.3f} => 级别 1，{name:16s} PSNR {values[0][0]:4.1f}   SSIM {values[0][1]:.3f}
# real images: FD {floor:.2f} => 真实图：FD {floor:.2f}
# the means' part, (11) => 均值的部分，(11)
# images in each set => 每组的图数
# Fréchet distance => 弗雷歇距离
# kernel distance => 核距离
# {n:5d} real images against as many: FD {fd:.3f}   KID {kid:+.4f} => {n:5d} 张真实图对同样多张：FD {fd:.3f}   KID {kid:+.4f}
# KID below 0 in {np.sum(measured[n][:, 1] < 0)} of {len(measured[n])} => KID 小于 0 的：{np.sum(measured[n][:, 1] < 0)} 次，共 {len(measured[n])} 次
# 2000, moved by a pixel:              FD {measures.frechet_distance(held_out_features, shifted):.3f} => 2000 张，平移一个像素：     FD {measures.frechet_distance(held_out_features, shifted):.3f}
# original => 原图
# moved by a pixel => 平移一个像素
# blurred 3x3 => 模糊 3x3
# noise of 0.1 => 噪声 0.1
# darker by 0.1 => 调暗 0.1
# their mean => 它们的均值
# partners: {name:12s} PSNR of the mean error {-10 * np.log10(errors[name]):5.2f} dB => 对照：{name:9s} 平均误差的 PSNR {-10 * np.log10(errors[name]):5.2f} dB
# blurred => 模糊图
# one image => 一张图
# one, and six odd => 一张加怪图
# fifty, repeated => 五十张图
# noise => 噪声
# Gaussian features => 高斯特征
# decoys => 诱饵图
# decoys: {seen.mean():.1%} are classified as the garment that they imitate => 诱饵图：{seen.mean():.1%} 被归为它们所模仿的服装
# FD => FD
# KID => KID
# {'':18s} => {'':19s}
# {name:>11s} => {name:>8s}
# {COLUMNS[-1]:>17s} => {COLUMNS[-1]:>12s}
# {name:18s} => {name:14s}
# 5 deviations => 5 倍标准差
# none => 无
# orange: marked in the table => 橙色：表中做了记号的
# noise images in the balls of these two: => 落在这两张图的球里的噪声图：
# features of real garments, by kind => 真实服装的特征，按类别
# first direction => 第一方向
# Gaussian: same two moments => 高斯：前两阶矩相同
# second direction => 第二方向
# standard errors on each side: {student:.2f} by Student, {known:.2f} for a known error => 两侧各取的标准误差：学生 t 分布 {student:.2f} 个，误差已知时 {known:.2f} 个
# discriminator of {width} channels => 判别器，{width} 个通道
# step    L_D    L_G      FD                     KID                    precision => 步数    L_D    L_G      FD                     KID                    精确率
# log 2 = {np.log(2):.2f}, log 4 = {np.log(4):.2f}: an undecided discriminator => log 2 = {np.log(2):.2f}，log 4 = {np.log(4):.2f}：拿不定主意的判别器
# loss of G => G 的损失
# step => 步数
# D of {width} channels => {width} 个通道的 D
# D of 2 channels, real images of 2,000 whose ball holds a sample: => 2 个通道的 D，2,000 张真实图中球里有样本的张数：
# value   95 % interval    training | measure => 数值    95 % 区间          训练图 | 指标
# {'':18s} sharpness   copies   distance to the nearest training image => {'':18s}  锐度    复制    到最近训练图的距离
# D of 32 channels => 32 个通道的 D
# D of 2 channels => 2 个通道的 D
# {name:18s} {measures.sharpness(samples).mean():9.3f} {copied:8.3f} => {name:14s} {measures.sharpness(samples).mean():9.3f} {copied:8.3f}
# expected {right:.2f}, found {found} => 应为 {right:.2f}，得到的是 {found}
# expected 3.5, found {found} => 应为 3.5，得到的是 {found}
# expected 0.75, found {found} => 应为 0.75，得到的是 {found}
# {'5 deviations':18s} => {'5 deviations':15s}
