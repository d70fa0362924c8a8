"""Tutorial 4, other adversarial losses. Format and builder: scripts/build_tutorials.py."""

# ruff: noqa: E501 - prose has one paragraph a line

# %% [markdown] lang="en"
# # 4. Least squares, hinge, Wasserstein
#
# Four other ways to score the adversarial game, what each of them measures at its optimum, the bound without which one of them diverges, and the penalty without which a game may circle. You need [tutorial 1](01_adversarial_game.ipynb).
#
# After this notebook you can
#
# - derive the best discriminator of each loss, and the distance that its loss then states;
# - compute each loss by hand and in one line of NumPy;
# - write a gradient penalty, and predict the slope at which a critic settles, which is not 1;
# - say why a penalty at the data keeps the smallest of all games from circling for ever, and compute how fast it comes to rest;
# - compare losses on product images without taking one run for a ranking.

# %% [markdown] lang="zh"
# # 4. 最小二乘、合页、Wasserstein
#
# 给对抗博弈打分的另外四种办法，每一种在最优处衡量的是什么；其中一种缺了界限就会发散；博弈缺了惩罚项，可能原地打转。请先读[教程 1](01_adversarial_game.ipynb)。
#
# 学完本篇，你能够
#
# - 推导每种损失下的最优判别器，以及此时它的损失给出的是哪种距离；
# - 手算每种损失，也能用一行 NumPy 算出来；
# - 写出梯度惩罚，并预测评判器的斜率会停在哪里（不是 1）；
# - 说明为什么在数据处加惩罚能让最小的博弈不再永远打转，并算出它多快静止下来；
# - 在商品图上比较各种损失，而不把一次运行当成排名。

# %%
import inspect
import os

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers
from matplotlib.colors import CenteredNorm
from scipy.optimize import linear_sum_assignment

from keras_gen import data, losses, measures
from keras_gen.models import GAN
from keras_gen.models.slope_penalty import SlopePenalty, penalty_points, slopes
from keras_gen.networks import mlp_gan
from keras_gen.pictures import labelled_grid
from keras_gen.recipes import DCGANRecipe

FAST = bool(os.environ.get("KERAS_GEN_FAST"))  # tests set it, to run everything with few steps

# %% [markdown] lang="en"
# ## The question
#
# Against the best discriminator of tutorial 1 the saturating generator sees the Jensen-Shannon divergence. That number cannot exceed $\log 2$. Two distributions that do not meet, a metre apart or a mile, are both at $\log 2$, and a constant tells nobody where to go. The non-saturating one does get a slope there, but one that has no bound: for the two bells below it comes close to $\theta / 0.3^2$, and at the same distance it grows beyond all limits as the bells become narrower. Images make this worse: they fill so little of the space of all pixels that two sets of them hardly ever meet.
#
# **Which other scores are there, what does each one measure, and what does it cost?**

# %% [markdown] lang="zh"
# ## 问题
#
# 面对教程 1 的最优判别器，用饱和损失的生成器看到的是 JS 散度，而这个数不会超过 $\log 2$。两个不相交的分布，相距一米也好，一里也好，都是 $\log 2$；一个常数不会告诉任何人该往哪儿走。非饱和损失在那里倒有斜率，但这个斜率没有上限：对下面的两个钟形，它接近 $\theta / 0.3^2$；距离不变，钟形越窄，斜率就越大，可以任意大。图像的情形更糟：在全部像素构成的空间里，图像只占极小的一部分，两批图几乎从不相交。
#
# **还有哪些打分办法，各自衡量什么，代价是什么？**

# %% [markdown] lang="en"
# ## The picture
#
# Real numbers from $N(0, 0.3^2)$, generated ones from $N(\theta, 0.3^2)$. Left, four distances while $\theta$ moves away. The first three belong to the losses of tutorial 1, of least squares and of the hinge. They all become flat. The fourth, the earth mover's distance $W_1$, goes on: it is the least mean distance by which one of the two has to be moved to become the other. (On a line, which the code uses, it is the area between the two distribution functions.) Right, what $G$ feels of it: the slope in $\theta$ of each loss of $G$, while the best $D$ is held fixed. Equal colours belong to the same loss; the dashed one, non-saturating, has no curve at the left.

# %% [markdown] lang="zh"
# ## 图示
#
# 真实的数来自 $N(0, 0.3^2)$，生成的数来自 $N(\theta, 0.3^2)$。左图是 $\theta$ 逐渐走远时的四种距离。前三种分别对应教程 1 的损失、最小二乘和合页，最后都变平了。第四种是推土机距离（earth mover's distance） $W_1$，它一直在增长：把其中一个搬成另一个，平均至少要搬多远。（在一条直线上，它等于两个分布函数之间的面积，代码用的就是这个。）右图是 $G$ 感受到的：固定最优的 $D$， $G$ 的各个损失对 $\theta$ 的斜率。颜色相同的属于同一种损失；虚线是非饱和损失，左图里没有它的曲线。


# %%
def normal(x, mean, deviation):
    """Density of the normal distribution."""
    return np.exp(-0.5 * ((x - mean) / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi))


x = np.linspace(-3, 6, 4501)
width = x[1] - x[0]
p_r = normal(x, 0.0, 0.3) + 1e-300
thetas = np.linspace(0, 3, 61)
rows, pulls = [], []
for theta in thetas:
    p_g = normal(x, theta, 0.3) + 1e-300
    m = (p_r + p_g) / 2
    js = 0.5 * np.sum(p_r * np.log(p_r / m) + p_g * np.log(p_g / m)) * width
    chi2 = np.sum((p_r - p_g) ** 2 / (p_r + p_g)) * width
    tv = 0.5 * np.sum(np.abs(p_r - p_g)) * width
    earth = np.sum(np.abs(np.cumsum(p_r - p_g))) * width**2
    rows.append([js, chi2, tv, earth])
    log_ratio = np.log(p_r / p_g)  # the logit of the best D, held fixed while G moves
    costs = {  # of a generated number x
        "saturating loss": -np.logaddexp(0, log_ratio),
        "least-squares loss": 0.5 * (p_r / (p_r + p_g) - 1) ** 2,
        "hinge loss": -np.sign(log_ratio),
        "Wasserstein loss": x,
        "non-saturating loss": np.logaddexp(0, -log_ratio),
    }
    pulls.append([np.sum(p_g * np.gradient(cost, width)) * width for cost in costs.values()])

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.4))
names = ("JS (max log 2)", r"$\Delta$, chi-squared (max 2)", "TV (max 1)", "$W_1$, earth mover")
for curve, name in zip(np.transpose(rows), names, strict=True):
    left.plot(thetas, curve, label=name)
for curve, name, style in zip(
    np.transpose(pulls), costs, ("C0", "C1", "C2", "C3", "C4--"), strict=True
):
    right.plot(thetas[1:], curve[1:], style, label=name)
left.set(xlabel=r"$\theta$", ylabel="distance")
right.set(
    xlabel=r"$\theta$", ylabel="slope in $\\theta$, at the best $D$", yscale="log", ylim=(1e-3, 50)
)
left.legend(fontsize=8)
right.legend(fontsize=8)
plt.show()
assert np.allclose(pulls[-1], [0, 0, 0, 1, 3 / 0.3**2], atol=0.01)

# %% [markdown] lang="en"
# What you should see: left, three curves that become flat, and one straight line. Right, the slopes of the saturating loss, of least squares and of the hinge die out where those curves become flat. Wasserstein's is 1 everywhere. The non-saturating one goes on growing, at last like $\theta / 0.3^2$.
#
# ## The formula, one step a line
#
# $D$ answers with a number $s(x)$, without a sigmoid. As in tutorial 1, the integrals can be minimised point by point.
#
# **Least squares** (LSGAN) lets $D$ regress 1 for real and 0 for generated images. The error is that of $D$'s *answers*, not of images; [one of the two articles whose mistakes this project collects](../../docs/errata.md) leaves that open (E31):
#
# $$
# \begin{aligned}
# L_D &= \tfrac12 E_{p_r}[(s - 1)^2] + \tfrac12 E_{p_g}[s^2], \qquad L_G = \tfrac12 E_{p_g}[(s - 1)^2] && (1) \\
# 0 &= p_r (s - 1) + p_g s && (2) \\
# s^\ast &= \frac{p_r}{p_r + p_g} && (3) \\
# L_D^\ast &= \frac12 \int \frac{p_r p_g^2 + p_g p_r^2}{(p_r + p_g)^2} = \frac12 \int \frac{p_r p_g}{p_r + p_g} && (4) \\
# &= \frac14 - \frac{\Delta}{8}, \qquad \Delta = \int \frac{(p_r - p_g)^2}{p_r + p_g} && (5)
# \end{aligned}
# $$
#
# (2) is the derivative at one $x$. (4) puts (3) into (1). (5) uses $4 p_r p_g = (p_r + p_g)^2 - (p_r - p_g)^2$; $\Delta$ is a chi-squared divergence between 0 and 2.
#
# **Hinge** is content with $D$ once real images score above $+1$ and generated ones below $-1$:
#
# $$
# \begin{aligned}
# L_D &= E_{p_r}[\max(0, 1 - s)] + E_{p_g}[\max(0, 1 + s)], \qquad L_G = -E_{p_g}[s] && (6) \\
# \frac{\partial}{\partial s} \left[ p_r (1 - s) + p_g (1 + s) \right] &= p_g - p_r && (7) \\
# s^\ast &= \mathrm{sign}(p_r - p_g) && (8) \\
# L_D^\ast &= 2 \int \min(p_r, p_g) = 2\,(1 - TV), \qquad TV = \tfrac12 \int |p_r - p_g| && (9)
# \end{aligned}
# $$
#
# Between $-1$ and $1$ the integrand is a straight line with the slope (7), and beyond it never falls, so its minimum lies at one of the ends (8); (9) adds up what it costs there, with $TV$ the total variation distance.
#
# Does $G$ descend these distances? With the hinge it does: at $s^\ast$ its loss and $L_D$ differ in sign and in a constant, as far as they depend on $p_g$. With least squares it does not: $L_G$ of (1) is not $-L_D$, and its slope at $s^\ast$ is another than that of $\Delta$. (The Pearson divergence that is often quoted belongs to other targets: $a$ and $b$ for $D$ and $c$ for $G$, with $b - c = 1$ and $b - a = 2$, such as $-1$, 1 and 0. [Q17](../../docs/interview.md) derives it.)
#
# **Wasserstein** drops the margin, and calls $D$ a *critic*:
#
# $$
# \begin{aligned}
# L_D &= E_{p_g}[s] - E_{p_r}[s], \qquad L_G = -E_{p_g}[s] && (10) \\
# E_{p_r}[s(x)] - E_{p_g}[s(y)] &= E[s(x) - s(y)] \le E \lVert x - y \rVert && (11) \\
# \min_{\lVert s \rVert_L \le 1} L_D &= -W_1(p_r, p_g) && (12)
# \end{aligned}
# $$
#
# (10) alone has no minimum: double $s$, and $L_D$ doubles. So the slope of $s$ must be bounded: $|s(x) - s(y)| \le \lVert x - y \rVert$, the Lipschitz condition. Then (11) holds for every way to pair real with generated images, the cheapest included, whose mean distance is $W_1$; that the bound is reached is the theorem of Kantorovich and Rubinstein.
#
# **The gradient penalty** asks for that slope softly, at random points $\hat x = u x + (1 - u)\, G(z)$ between real and generated images:
#
# $$
# \begin{aligned}
# P &= E_{\hat x}\!\left[ (\lVert \nabla s(\hat x) \rVert_2 - 1)^2 \right] && (13) \\
# L_D + \lambda P &= -k W + \lambda (k - 1)^2 && (14) \\
# k^\ast &= 1 + \frac{W}{2 \lambda} && (15)
# \end{aligned}
# $$
#
# (14) is the case of two points at a distance $W$ and a critic that rises between them with the constant slope $k$. The penalty is a spring: it lets the slope go above 1, at $\lambda = 10$ by $W / 20$. It will be seen to do exactly that. (Why 1 from both sides, where (11) asks for *at most* 1? Because the best critic has slope 1 on the straight lines between the points that the cheapest pairing joins; the random pairs of $\hat x$ stand in for those.)
#
# A penalty is one of three ways to bound the slope:
#
# | way | what it does | what it costs |
# |---|---|---|
# | clip | after every step each weight is cut to $[-c, c]$; the first Wasserstein paper, with $c = 0.01$ | simple critics, and slopes that die out or explode with depth |
# | penalise | (13), softly, at points that are drawn | a second derivative, and a slope above 1 |
# | normalise | each kernel is divided by its largest singular value (*spectral normalisation*) | a bound everywhere for dense layers, which convolutions may exceed ([Q77](../../docs/interview.md)) |
#
# **Relativistic pairs** ask of two images which one is real. Let $a(x, y) = p_r(x)\, p_g(y)$ be the density of a pair with the real image first, and $b(x, y) = a(y, x)$:
#
# $$
# \begin{aligned}
# L_D &= E_{x \sim p_r,\, y \sim p_g}[\log(1 + e^{-(s(x) - s(y))})], \qquad L_G = E[\log(1 + e^{-(s(y) - s(x))})] && (16) \\
# \sigma(s^\ast(x) - s^\ast(y)) &= \frac{a}{a + b}, \qquad s^\ast = \log \frac{p_r}{p_g} + c && (17) \\
# L_D^\ast &= \log 2 - JS(a, b) && (18)
# \end{aligned}
# $$
#
# (17) is tutorial 1's best discriminator, but of pairs; the constant $c$, whatever it is, drops out of every difference. (18) follows as it did there. No single score is good or bad, so $G$ cannot please $D$ with one kind of image while the real ones of another kind score higher.
#
# **Penalties at the data.** R1 wants $D$ to be flat at real images, R2 at generated ones, whatever the loss:
#
# $$
# R_1 = \tfrac12 E_{x \sim p_r}\!\left[ \lVert \nabla s(x) \rVert_2^2 \right], \qquad R_2 = \tfrac12 E_{z}\!\left[ \lVert \nabla s(G(z)) \rVert_2^2 \right] \qquad (19)
# $$
#
# Why that helps is seen in the smallest of all games, the Dirac-GAN: one real number, 0, one generated, $\theta$, and $s(x) = \psi x$. With the minimax losses and $\gamma R_1 = \frac{\gamma}{2} \psi^2$, both players descend, at first order around $(0, 0)$, by
#
# $$
# \begin{aligned}
# \frac{d}{dt} \begin{pmatrix} \theta \\ \psi \end{pmatrix} &= \begin{pmatrix} 0 & \tfrac12 \\ -\tfrac12 & -\gamma \end{pmatrix} \begin{pmatrix} \theta \\ \psi \end{pmatrix} && (20) \\
# \mu_{1,2} &= -\frac{\gamma}{2} \pm \sqrt{\frac{\gamma^2}{4} - \frac14} && (21)
# \end{aligned}
# $$
#
# The $\mu$ are the eigenvalues; the halves are $\sigma(0)$. For $\gamma = 0$ (21) is $\pm \frac{i}{2}$: the game circles for ever, and with simultaneous steps of a finite length it drifts outwards. With $0 < \gamma < 1$ it is a spiral inwards that shrinks by $e^{-\gamma t / 2}$; from $\gamma = 1$ on it no longer turns. DRAGAN takes (13) at points around the real images: there it asks for the slope 1, where R1 asks for 0.

# %% [markdown] lang="zh"
# 你应该看到：左图有三条曲线变平，一条是直线。右图中，饱和损失、最小二乘与合页的斜率，在相应曲线变平的地方趋于 0。Wasserstein 的斜率处处是 1。非饱和损失的斜率一直在增大，最后像 $\theta / 0.3^2$ 那样增长。
#
# ## 公式，一行一步
#
# $D$ 输出一个数 $s(x)$，不加 sigmoid。与教程 1 一样，积分可以逐点求最小。
#
# **最小二乘**（least squares，LSGAN）让 $D$ 对真图回归到 1，对生成图回归到 0。误差是 $D$ 的**回答**的误差，不是图像的误差；[本项目所勘误的两篇文章之一](../../docs/errata.zh-CN.md)没有说清（E31）：
#
# $$
# \begin{aligned}
# L_D &= \tfrac12 E_{p_r}[(s - 1)^2] + \tfrac12 E_{p_g}[s^2], \qquad L_G = \tfrac12 E_{p_g}[(s - 1)^2] && (1) \\
# 0 &= p_r (s - 1) + p_g s && (2) \\
# s^\ast &= \frac{p_r}{p_r + p_g} && (3) \\
# L_D^\ast &= \frac12 \int \frac{p_r p_g^2 + p_g p_r^2}{(p_r + p_g)^2} = \frac12 \int \frac{p_r p_g}{p_r + p_g} && (4) \\
# &= \frac14 - \frac{\Delta}{8}, \qquad \Delta = \int \frac{(p_r - p_g)^2}{p_r + p_g} && (5)
# \end{aligned}
# $$
#
# (2) 是某一个 $x$ 处的导数。(4) 把 (3) 代入 (1)。(5) 用到 $4 p_r p_g = (p_r + p_g)^2 - (p_r - p_g)^2$； $\Delta$ 是一种卡方散度，介于 0 与 2 之间。
#
# **合页**（hinge）：真图超过 $+1$、生成图低于 $-1$，对 $D$ 来说就够了：
#
# $$
# \begin{aligned}
# L_D &= E_{p_r}[\max(0, 1 - s)] + E_{p_g}[\max(0, 1 + s)], \qquad L_G = -E_{p_g}[s] && (6) \\
# \frac{\partial}{\partial s} \left[ p_r (1 - s) + p_g (1 + s) \right] &= p_g - p_r && (7) \\
# s^\ast &= \mathrm{sign}(p_r - p_g) && (8) \\
# L_D^\ast &= 2 \int \min(p_r, p_g) = 2\,(1 - TV), \qquad TV = \tfrac12 \int |p_r - p_g| && (9)
# \end{aligned}
# $$
#
# 在 $-1$ 与 $1$ 之间，被积函数是斜率为 (7) 的直线，再往外不会更小，所以最小值在某一端，即 (8)；(9) 把那里的代价加起来，其中 $TV$ 是全变差距离（total variation distance）。
#
# $G$ 的梯度下降真的在减小这些距离吗？合页是的：在 $s^\ast$ 处，凡与 $p_g$ 有关的部分，它的损失与 $L_D$ 只差符号和一个常数。最小二乘不是：(1) 的 $L_G$ 不等于 $-L_D$，它在 $s^\ast$ 处的斜率与 $\Delta$ 的不同。（常被引用的皮尔逊散度属于另一组目标： $D$ 取 $a$ 与 $b$， $G$ 取 $c$，满足 $b - c = 1$ 且 $b - a = 2$，例如 $-1$、1 和 0。推导见 [Q17](../../docs/interview.zh-CN.md)。）
#
# **Wasserstein** 去掉间隔，并把 $D$ 改称**评判器**（critic）：
#
# $$
# \begin{aligned}
# L_D &= E_{p_g}[s] - E_{p_r}[s], \qquad L_G = -E_{p_g}[s] && (10) \\
# E_{p_r}[s(x)] - E_{p_g}[s(y)] &= E[s(x) - s(y)] \le E \lVert x - y \rVert && (11) \\
# \min_{\lVert s \rVert_L \le 1} L_D &= -W_1(p_r, p_g) && (12)
# \end{aligned}
# $$
#
# 单有 (10) 是没有最小值的：把 $s$ 加倍， $L_D$ 也加倍。所以必须限制 $s$ 的斜率： $|s(x) - s(y)| \le \lVert x - y \rVert$，这就是利普希茨（Lipschitz）条件。这样，无论怎样把真图与生成图配对，(11) 都成立，包括最省力的配法，它的平均距离就是 $W_1$；至于这个界能够达到，是康托罗维奇—鲁宾斯坦定理。
#
# **梯度惩罚**（gradient penalty）在真图与生成图之间的随机点 $\hat x = u x + (1 - u)\, G(z)$ 上，以软约束的方式要求这个斜率：
#
# $$
# \begin{aligned}
# P &= E_{\hat x}\!\left[ (\lVert \nabla s(\hat x) \rVert_2 - 1)^2 \right] && (13) \\
# L_D + \lambda P &= -k W + \lambda (k - 1)^2 && (14) \\
# k^\ast &= 1 + \frac{W}{2 \lambda} && (15)
# \end{aligned}
# $$
#
# (14) 是最简单的情形：两个点相距 $W$，评判器在两点之间以恒定的斜率 $k$ 上升。惩罚项好比一根弹簧：它允许斜率超过 1， $\lambda = 10$ 时超出 $W / 20$。下面会看到，事情正是如此。（(11) 只要求**不超过** 1，为什么从两边拉向 1？因为最省力的配对所连的点，在它们之间的线段上，最优评判器的斜率就是 1； $\hat x$ 用随机的配对来代替这些线段。）
#
# 限制斜率的办法有三种，惩罚只是其一：
#
# | 办法 | 做什么 | 代价 |
# |---|---|---|
# | 截断 | 每一步之后把每个权重截到 $[-c, c]$；第一篇 Wasserstein 论文取 $c = 0.01$ | 评判器变得简单，斜率随深度消失或爆炸 |
# | 惩罚 | (13)，在抽到的点上作软约束 | 要求二阶导数，斜率会超过 1 |
# | 归一化 | 把每个核除以它的最大奇异值（谱归一化，spectral normalisation） | 全连接层处处有界，卷积层可能超出（[Q77](../../docs/interview.zh-CN.md)） |
#
# **相对论配对**（relativistic pairs）问的是：两张图里哪一张是真的。设 $a(x, y) = p_r(x)\, p_g(y)$ 是真图在前的一对图的密度， $b(x, y) = a(y, x)$：
#
# $$
# \begin{aligned}
# L_D &= E_{x \sim p_r,\, y \sim p_g}[\log(1 + e^{-(s(x) - s(y))})], \qquad L_G = E[\log(1 + e^{-(s(y) - s(x))})] && (16) \\
# \sigma(s^\ast(x) - s^\ast(y)) &= \frac{a}{a + b}, \qquad s^\ast = \log \frac{p_r}{p_g} + c && (17) \\
# L_D^\ast &= \log 2 - JS(a, b) && (18)
# \end{aligned}
# $$
#
# (17) 就是教程 1 的最优判别器，只是对象换成了图对；常数 $c$ 可以任取，在每个差里都消掉了。(18) 的推导也与那里相同。单个分数无所谓好坏，所以只要另一类真图的分数更高， $G$ 就不能靠一类图讨好 $D$。
#
# **在数据处惩罚。** 不论用哪种损失，R1 都要求 $D$ 在真图处平坦，R2 要求它在生成图处平坦：
#
# $$
# R_1 = \tfrac12 E_{x \sim p_r}\!\left[ \lVert \nabla s(x) \rVert_2^2 \right], \qquad R_2 = \tfrac12 E_{z}\!\left[ \lVert \nabla s(G(z)) \rVert_2^2 \right] \qquad (19)
# $$
#
# 为什么有用，看最小的博弈 Dirac-GAN 就明白：一个真数 0，一个生成的数 $\theta$，以及 $s(x) = \psi x$。采用极小极大损失和 $\gamma R_1 = \frac{\gamma}{2} \psi^2$，双方都做梯度下降，在 $(0, 0)$ 附近的一阶近似是
#
# $$
# \begin{aligned}
# \frac{d}{dt} \begin{pmatrix} \theta \\ \psi \end{pmatrix} &= \begin{pmatrix} 0 & \tfrac12 \\ -\tfrac12 & -\gamma \end{pmatrix} \begin{pmatrix} \theta \\ \psi \end{pmatrix} && (20) \\
# \mu_{1,2} &= -\frac{\gamma}{2} \pm \sqrt{\frac{\gamma^2}{4} - \frac14} && (21)
# \end{aligned}
# $$
#
# $\mu$ 是特征值；其中的二分之一是 $\sigma(0)$。 $\gamma = 0$ 时 (21) 是 $\pm \frac{i}{2}$：博弈永远绕圈；若双方同时走、步长有限，还会向外漂移。 $0 < \gamma < 1$ 时是向内的螺线，按 $e^{-\gamma t / 2}$ 收缩；从 $\gamma = 1$ 起不再绕圈。DRAGAN 把 (13) 用在真图周围的点上：它在那里要求斜率为 1，而 R1 要求为 0。

# %% [markdown] lang="en"
# ## A number by hand
#
# Two real images with the answers $s = (2, -1)$, two generated ones with $s = (1, -3)$.
#
# | loss | $L_D$ | $L_G$ |
# |---|---|---|
# | least squares | $\frac12 \cdot \frac{1^2 + (-2)^2}{2} + \frac12 \cdot \frac{1^2 + (-3)^2}{2} = 1.25 + 2.5 = 3.75$ | $\frac12 \cdot \frac{0^2 + (-4)^2}{2} = 4$ |
# | hinge | $\frac{0 + 2}{2} + \frac{2 + 0}{2} = 2$ | $-\frac{1 - 3}{2} = 1$ |
# | Wasserstein | $\frac{1 - 3}{2} - \frac{2 - 1}{2} = -1.5$ | $-\frac{1 - 3}{2} = 1$ |
# | relativistic, differences $(1, 2)$ | $\frac{\log(1 + e^{-1}) + \log(1 + e^{-2})}{2} = 0.220$ | $\frac{\log(1 + e^{1}) + \log(1 + e^{2})}{2} = 1.720$ |
#
# And the penalties: gradients $(3, 4)$ and $(0, 0.5)$ have the norms 5 and 0.5, so $P = \frac{(5 - 1)^2 + (0.5 - 1)^2}{2} = 8.125$ and $R_1 = \frac{25 + 0.25}{2 \cdot 2} = 6.3125$.

# %% [markdown] lang="zh"
# ## 手算一个数
#
# 两张真实图的输出是 $s = (2, -1)$，两张生成图的输出是 $s = (1, -3)$。
#
# | 损失 | $L_D$ | $L_G$ |
# |---|---|---|
# | 最小二乘 | $\frac12 \cdot \frac{1^2 + (-2)^2}{2} + \frac12 \cdot \frac{1^2 + (-3)^2}{2} = 1.25 + 2.5 = 3.75$ | $\frac12 \cdot \frac{0^2 + (-4)^2}{2} = 4$ |
# | 合页 | $\frac{0 + 2}{2} + \frac{2 + 0}{2} = 2$ | $-\frac{1 - 3}{2} = 1$ |
# | Wasserstein | $\frac{1 - 3}{2} - \frac{2 - 1}{2} = -1.5$ | $-\frac{1 - 3}{2} = 1$ |
# | 相对论配对，差为 $(1, 2)$ | $\frac{\log(1 + e^{-1}) + \log(1 + e^{-2})}{2} = 0.220$ | $\frac{\log(1 + e^{1}) + \log(1 + e^{2})}{2} = 1.720$ |
#
# 再算惩罚项：梯度 $(3, 4)$ 与 $(0, 0.5)$ 的范数是 5 与 0.5，所以 $P = \frac{(5 - 1)^2 + (0.5 - 1)^2}{2} = 8.125$， $R_1 = \frac{25 + 0.25}{2 \cdot 2} = 6.3125$。

# %% [markdown] lang="en"
# ## Five lines of NumPy
#
# Six this time: one for each pair of the table, and two more for the penalties. The library's functions must say the same:
#
# - least squares: [`keras_gen.losses.least_squares_discriminator_loss`](../../keras_gen/losses/gan.py), [`keras_gen.losses.least_squares_generator_loss`](../../keras_gen/losses/gan.py);
# - hinge: [`keras_gen.losses.hinge_discriminator_loss`](../../keras_gen/losses/gan.py), [`keras_gen.losses.hinge_generator_loss`](../../keras_gen/losses/gan.py);
# - Wasserstein: [`keras_gen.losses.wasserstein_discriminator_loss`](../../keras_gen/losses/gan.py), [`keras_gen.losses.wasserstein_generator_loss`](../../keras_gen/losses/gan.py), and [`keras_gen.losses.gradient_penalty`](../../keras_gen/losses/penalties.py);
# - relativistic pairs: [`keras_gen.losses.relativistic_discriminator_loss`](../../keras_gen/losses/gan.py), [`keras_gen.losses.relativistic_generator_loss`](../../keras_gen/losses/gan.py), with [`keras_gen.losses.r1_penalty`](../../keras_gen/losses/penalties.py) and [`keras_gen.losses.r2_penalty`](../../keras_gen/losses/penalties.py).

# %% [markdown] lang="zh"
# ## 五行 NumPy
#
# 这次是六行：表里的每一行对应一行代码，另有两行给惩罚项。库里的函数必须给出同样的结果：
#
# - 最小二乘：[`keras_gen.losses.least_squares_discriminator_loss`](../../keras_gen/losses/gan.py)、[`keras_gen.losses.least_squares_generator_loss`](../../keras_gen/losses/gan.py)；
# - 合页：[`keras_gen.losses.hinge_discriminator_loss`](../../keras_gen/losses/gan.py)、[`keras_gen.losses.hinge_generator_loss`](../../keras_gen/losses/gan.py)；
# - Wasserstein：[`keras_gen.losses.wasserstein_discriminator_loss`](../../keras_gen/losses/gan.py)、[`keras_gen.losses.wasserstein_generator_loss`](../../keras_gen/losses/gan.py)，以及 [`keras_gen.losses.gradient_penalty`](../../keras_gen/losses/penalties.py)；
# - 相对论配对：[`keras_gen.losses.relativistic_discriminator_loss`](../../keras_gen/losses/gan.py)、[`keras_gen.losses.relativistic_generator_loss`](../../keras_gen/losses/gan.py)，配上 [`keras_gen.losses.r1_penalty`](../../keras_gen/losses/penalties.py) 与 [`keras_gen.losses.r2_penalty`](../../keras_gen/losses/penalties.py)。

# %%
real, fake = np.array([[2.0], [-1.0]]), np.array([[1.0], [-3.0]])
gradients = np.array([[3.0, 4.0], [0.0, 0.5]])

squares = 0.5 * ((real - 1) ** 2).mean() + 0.5 * (fake**2).mean(), 0.5 * ((fake - 1) ** 2).mean()
hinge = np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean(), -fake.mean()
wasserstein = fake.mean() - real.mean(), -fake.mean()
relativistic = np.log1p(np.exp(fake - real)).mean(), np.log1p(np.exp(real - fake)).mean()
penalty = ((np.linalg.norm(gradients, axis=1) - 1) ** 2).mean()
r1 = 0.5 * (gradients**2).sum(axis=1).mean()

for name, ours in (
    ("least_squares", squares),
    ("hinge", hinge),
    ("wasserstein_gp", wasserstein),
    ("relativistic", relativistic),
):
    pair = losses.GAN_LOSSES[name]
    assert np.allclose(ours, [pair.discriminator(real, fake), pair.generator_loss(real, fake)])
    print(f"{name:15s} L_D {ours[0]:6.3f}   L_G {ours[1]:6.3f}")
assert np.isclose(penalty, losses.gradient_penalty(gradients))
assert r1 == losses.r1_penalty(gradients) == losses.r2_penalty(gradients)
print(f"gradient penalty    {penalty:6.3f}   R1 {r1:6.3f}")

# %% [markdown] lang="en"
# And the theory: 100,000 samples of each density at $\theta = 0.5$, judged by the best discriminators (3) and (8), must cost (5) and (9). Pairs judged by (17) must cost (18), where $JS(a, b)$ is a sum over the plane.

# %% [markdown] lang="zh"
# 再核对理论：取 $\theta = 0.5$，两个密度各抽 100,000 个样本，由最优判别器 (3) 与 (8) 评判，代价必须等于 (5) 与 (9)。由 (17) 评判的图对，代价必须等于 (18)，其中 $JS(a, b)$ 是平面上的求和。

# %%
rng = np.random.default_rng(0)
draws = [rng.normal(mean, 0.3, (100_000, 1)) for mean in (0.0, 0.5)]
densities = [(normal(values, 0.0, 0.3), normal(values, 0.5, 0.3)) for values in draws]
regression = [r / (r + g) for r, g in densities]
sides = [np.sign(r - g) for r, g in densities]
_, chi2, tv, _ = rows[10]  # theta = 0.5
log_ratios = [np.log(r / g) for r, g in densities]
coarse = np.linspace(-2, 2.5, 451)  # the densities of a pair on a grid of steps of 0.01
first = normal(coarse, 0.0, 0.3)[:, None] * normal(coarse, 0.5, 0.3)  # a(x, y)
a, b = first * 0.01**2 + 1e-300, first.T * 0.01**2 + 1e-300
js_pairs = np.sum(a * np.log(2 * a / (a + b)))  # both halves of JS are equal
pairs = (
    ("least squares", losses.least_squares_discriminator_loss(*regression), 0.25 - chi2 / 8),
    ("hinge", losses.hinge_discriminator_loss(*sides), 2 * (1 - tv)),
    ("relativistic", losses.relativistic_discriminator_loss(*log_ratios), np.log(2) - js_pairs),
)
for name, sampled, theory in pairs:
    print(f"{name:15s} sampled {float(sampled):.4f}   theory {theory:.4f}")
    assert abs(float(sampled) - theory) < 0.01

# %% [markdown] lang="en"
# ## Value and slope
#
# What one generated image costs $G$ (above), and what one real image costs $D$ (below), by the answer $s$.

# %% [markdown] lang="zh"
# ## 值与斜率
#
# 横轴是输出 $s$：上排是一张生成图让 $G$ 付出的代价，下排是一张真实图让 $D$ 付出的代价。

# %%
NAMES = ("non_saturating", "least_squares", "hinge", "wasserstein_gp")
s = tf.linspace(-4.0, 4.0, 81)
none = tf.zeros((1, 1))
figure, panels = plt.subplots(2, 2, figsize=(9, 5.4), sharex=True)
for name in NAMES:
    pair = losses.GAN_LOSSES[name]
    costs = (
        lambda one, pair=pair: pair.generator(one),
        lambda one, pair=pair: pair.discriminator(one, none) - pair.discriminator(none, none),
    )
    for cost, (left, right) in zip(costs, panels, strict=True):
        with tf.GradientTape() as tape:
            tape.watch(s)
            values = tf.map_fn(lambda one, cost=cost: cost(tf.reshape(one, (1, 1))), s)
        style = "--" if name == "wasserstein_gp" else "-"  # it lies on the hinge in many places
        left.plot(s, values, style, label=name)
        right.plot(s, tape.gradient(values, s), style, label=name)
panels[0, 0].set(title="$L_G$ of a generated image", ylim=(-4, 6))
panels[0, 1].set(title="its slope", ylim=(-3, 2))
panels[1, 0].set(title="$L_D$ of a real image, less $L_D$ at $s = 0$", xlabel="$s$", ylim=(-4, 6))
panels[1, 1].set(title="its slope", xlabel="$s$", ylim=(-3, 2))
panels[0, 0].legend(fontsize=8)
plt.show()

# %% [markdown] lang="en"
# What you should see:
#
# - Cross-entropy lets go of an image once it is judged well: its slope goes to 0. Least squares pulls it *back* to the target from both sides, and the harder the farther it is.
# - Wasserstein, dashed, lies on the hinge in both panels of $G$, and in those of $D$ up to the margin at $s = 1$.
# - The hinge stops $D$ at its margin, but never $G$: $G$'s slope is $-1$ everywhere, like Wasserstein's. Giving $G$ a margin too is a common mistake; it would stop learning from every image that $D$ already likes.
#
# ## Where it stands in `train_step`
#
# The pair is looked up by name in `GAN_LOSSES`, the penalty in `PENALTIES`. `wasserstein_gp` and `relativistic` bring the penalty of their papers; `penalty="r1"` and its like add one to any pair:

# %% [markdown] lang="zh"
# 你应该看到：
#
# - 交叉熵对判得好的图就放手了，斜率趋于 0。最小二乘从两边把输出拉**回**目标，越远拉得越重。
# - Wasserstein（虚线）在 $G$ 的两幅图里与合页重合；在 $D$ 的两幅图里，到间隔 $s = 1$ 为止也与合页重合。
# - 合页让 $D$ 在间隔处停下，但从不让 $G$ 停下： $G$ 的斜率处处是 $-1$，与 Wasserstein 相同。给 $G$ 也加上间隔是常见的错误：凡是 $D$ 已经认可的图，它就不再学习了。
#
# ## 它在 `train_step` 中的位置
#
# 按名字在 `GAN_LOSSES` 里查到一对损失，在 `PENALTIES` 里查到惩罚项。`wasserstein_gp` 与 `relativistic` 自带各自论文的惩罚项；`penalty="r1"` 之类则给任何一对损失加上一种：

# %%
for part in (SlopePenalty.__call__, penalty_points, slopes):
    print(inspect.getsource(part))

# %% [markdown] lang="en"
# - One random share for each *image* (shape (B, 1, 1, 1)), not for each pixel; uniform, not normal.
# - The tape inside a tape: the penalty contains a derivative, and $D$ is trained through it.
# - One norm for each image, over height, width and channels: [`keras_gen.losses.gradient_penalty`](../../keras_gen/losses/penalties.py). A mean over pixels would be another constraint at every image size.
# - It assumes that the score of an image depends on that image alone. BatchNorm breaks this, so [`GAN`](../../keras_gen/models/gan.py) refuses the combination.
# - A penalty costs a second derivative. `penalty_interval=8` takes it in every eighth step only, eight times as much: the mean over the steps stays, most of the cost goes.

# %% [markdown] lang="zh"
# - 每张**图**一个随机比例（形状 (B, 1, 1, 1)），不是每个像素一个；服从均匀分布，不是正态分布。
# - tape 里还有 tape：惩罚项本身含有导数，而 $D$ 要穿过它来训练。
# - 每张图一个范数，对高、宽、通道一起求：[`keras_gen.losses.gradient_penalty`](../../keras_gen/losses/penalties.py)。若对像素求平均，图像尺寸一变，约束也就变了。
# - 它假定一张图的分数只取决于这张图。批归一化（BatchNorm）破坏了这一点，所以 [`GAN`](../../keras_gen/models/gan.py) 拒绝这种组合。
# - 惩罚项要求二阶导数，代价不小。`penalty_interval=8` 只在每第八步计算它，并乘以八：对各步的平均不变，大部分开销省下了。

# %% [markdown] lang="en"
# ## What goes wrong without it
#
# "Images" of two pixels: real ones around $(0.6, 0.4)$, generated ones around $(-0.6, -0.4)$. The two clouds do not touch. The exact $W_1$ comes from the cheapest pairing. $G$ stands still (rate 0); the critic learns once with the penalty and once without.

# %% [markdown] lang="zh"
# ## 没有它会怎样
#
# 用两个像素的“图像”：真图在 $(0.6, 0.4)$ 附近，生成图在 $(-0.6, -0.4)$ 附近，两团点不相交。用最省力的配对可以算出精确的 $W_1$。 $G$ 不动（学习率为 0），评判器分别在有惩罚和没有惩罚时学习。

# %%
rng = np.random.default_rng(0)
real = (np.array([0.6, 0.4]) + 0.12 * rng.normal(size=(1024, 2))).astype("float32")
fake = (np.array([-0.6, -0.4]) + 0.12 * rng.normal(size=(1024, 2))).astype("float32")
lengths = np.linalg.norm(real[:, None] - fake, axis=2)  # (1024, 1024)
earth_mover = lengths[linear_sum_assignment(lengths)].mean()


def as_images(points):
    """Two pixels in a row become an image (N, 1, 1, 2) with two channels."""
    return points.reshape(-1, 1, 1, 2)


def train_critic(loss, penalty_weight, steps):
    """Train D alone against the still cloud; return the GAN and its history."""
    keras.utils.set_random_seed(0)
    generator = keras.Sequential(
        [keras.Input((2,)), layers.Dense(2), layers.Reshape((1, 1, 2))], name="generator"
    )
    generator.set_weights([0.12 * np.eye(2), np.array([-0.6, -0.4])])
    discriminator = keras.Sequential(
        [keras.Input((1, 1, 2)), layers.Flatten()]
        + [layers.Dense(64, activation="silu") for _ in range(2)]
        + [layers.Dense(1)],
        name="discriminator",
    )
    arguments = {"loss": loss, "update": "simultaneous", "penalty_weight": penalty_weight}
    gan = GAN(generator, discriminator, latent_dim=2, **arguments)
    adam = keras.optimizers.Adam(2e-3, beta_1=0.5)
    gan.compile(adam, keras.optimizers.SGD(0.0), steps_per_execution=20)
    stream = tf.data.Dataset.from_tensor_slices(as_images(real)).repeat().batch(256)
    history = gan.fit(
        stream, steps_per_epoch=20, epochs=steps // 20, shuffle=False, verbose=0
    ).history
    return gan, history


steps = 40 if FAST else 400
figure, axes = plt.subplots(figsize=(7, 3))
for weight in (0.0, 10.0):
    critic, history = train_critic("wasserstein_gp", weight, steps)
    scores = [critic.discriminator(as_images(points)).numpy().mean() for points in (real, fake)]
    axes.plot(
        20 * np.arange(1, steps // 20 + 1),
        np.array(history["real_score"]) - history["fake_score"],
        label=rf"$\lambda$ = {weight:.0f}",
    )
    print(f"lambda = {weight:4.1f}: estimate of W1 {scores[0] - scores[1]:10.2f}")
print(f"exact W1 {earth_mover:.2f}")
assert FAST or abs((scores[0] - scores[1]) / (1 + earth_mover / 20) - earth_mover) < 0.03  # (15)
axes.axhline(earth_mover, color="k", lw=0.8, ls=":", label="exact $W_1$")
axes.set(xlabel="step of the critic", ylabel="mean $s(x)$ - mean $s(G(z))$", yscale="log")
axes.legend()
plt.show()

# %% [markdown] lang="en"
# What you should see: without a bound the "distance" grows as long as anyone trains, by (10), and its gradient with it: by plain gradient descent a generator would be thrown across the plane. With the penalty the estimate comes to rest at 1.54, a little above the dotted line of the exact $W_1$, 1.44. That is no noise: a critic whose slope is not 1 but $1 + W_1 / 20 = 1.072$, as (15) has it, states a distance that is larger by the same factor, $1.44 \cdot 1.072 = 1.54$.
#
# And the Dirac-GAN: 400 simultaneous steps of length 0.1 with the library's losses, so $t = 40$, without R1 and with two doses of it. The dotted lines are the radius that (21) predicts for the first two.

# %% [markdown] lang="zh"
# 你应该看到：没有界限，只要继续训练，“距离”就一直增长，正如 (10) 所说，梯度也跟着增长：若用普通的梯度下降，生成器会被甩到平面之外。有了惩罚项，估计值停在 1.54，比点线所示的精确值 $W_1$，即 1.44，略高一点。这不是噪声：按 (15)，评判器的斜率不是 1，而是 $1 + W_1 / 20 = 1.072$，它说出的距离也就大了同样的倍数， $1.44 \cdot 1.072 = 1.54$。
#
# 再看 Dirac-GAN：用库里的损失同时走 400 步，步长 0.1，即 $t = 40$；不加 R1，以及加两种剂量的 R1。点线是 (21) 对前两种情形预言的半径。

# %%
zero = tf.zeros((1, 1))


@tf.function
def simultaneous_step(theta, psi, gamma):
    """Move both players, each by 0.1 times its gradient at the point where both stand."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch((theta, psi))
        d_loss = losses.minimax_discriminator_loss(psi * zero, psi * theta)
        d_loss += gamma * losses.r1_penalty(psi)  # the slope of s(x) = psi x is psi
        g_loss = losses.saturating_generator_loss(psi * theta)
    return theta - 0.1 * tape.gradient(g_loss, theta), psi - 0.1 * tape.gradient(d_loss, psi)


figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
for colour, gamma in zip(("C3", "C0", "C2"), (0.0, 0.2, 1.0), strict=True):
    theta, psi = tf.constant([[0.5]]), tf.constant([[0.0]])
    path = [(0.5, 0.0)]
    for _ in range(400):
        theta, psi = simultaneous_step(theta, psi, gamma)
        path.append((float(theta[0, 0]), float(psi[0, 0])))
    radii = np.linalg.norm(path, axis=1)
    time = 0.1 * np.arange(401)
    left.plot(*np.transpose(path), color=colour, lw=1, label=rf"$\gamma$ = {gamma}")
    right.plot(time, radii, color=colour, lw=1)
    if gamma < 1:
        right.plot(time, 0.5 * np.exp(-gamma / 2 * time), ":", color=colour)
    print(f"gamma = {gamma}: radius {radii[0]:.2f} at first, {radii[-1]:.4f} at t = 40")
    assert radii[-1] > 0.55 if gamma == 0 else radii[-1] < 0.02
    assert gamma != 0.2 or 0.08 < -np.log(radii[-1] / 0.5) / 40 < 0.1  # (21): gamma / 2
left.plot(0, 0, "k+")
left.set(xlabel=r"$\theta$", ylabel=r"$\psi$", aspect="equal")
left.legend(fontsize=8)
right.set(xlabel="$t$", ylabel="distance from (0, 0)", yscale="log", ylim=(1e-3, 2))
plt.show()

# %% [markdown] lang="en"
# What you should see: without R1 the game circles, and each finite step takes it a little outwards. With $\gamma = 0.2$ it spirals in, a little more slowly than (21) states, since the same finite steps push outwards: (21) gives a radius of $0.5\, e^{-4} = 0.009$ at $t = 40$. With $\gamma = 1$ it comes home without circling.
#
# ## The real training
#
# **The surfaces.** The same two clouds, judged by four losses. Black dots are real, orange ones generated. Shading: $s$, on one scale. Arrows: where $-\partial L_G / \partial x$ sends six of the generated images (equal lengths; the true mean length is printed).

# %% [markdown] lang="zh"
# 你应该看到：不加 R1，博弈绕圈，而且每一步都因步长有限而稍稍向外。 $\gamma = 0.2$ 时它螺旋收拢，比 (21) 说的稍慢，因为有限的步长同样在往外推：按 (21)， $t = 40$ 时半径应是 $0.5\, e^{-4} = 0.009$。 $\gamma = 1$ 时不绕圈就归位。
#
# ## 真正的训练
#
# **曲面。** 还是这两团点，由四种损失来评判。黑点是真的，橙点是生成的。底色是 $s$，四幅用同一把尺；箭头是 $-\partial L_G / \partial x$ 把其中六张生成图送往的方向（画成等长，真实的平均长度打印在下面）。

# %%
side = np.linspace(-1.2, 1.2, 60, dtype="float32")
plane = as_images(np.stack(np.meshgrid(side, side), axis=-1))
figure, row = plt.subplots(1, 4, figsize=(12, 3), sharey=True)
for name, axes in zip(NAMES, row, strict=True):
    gan, _ = train_critic(name, 10.0, steps)
    images = tf.constant(as_images(fake))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(images)
        logits = gan.discriminator(images)
        g_loss = gan.loss_pair.generator(logits) * len(fake)  # so that each image counts once
    pulls = -tape.gradient(g_loss, images)[:, 0, 0].numpy()  # (1024, 2)
    slopes = np.linalg.norm(tape.gradient(logits, images)[:, 0, 0], axis=1)
    sizes = np.linalg.norm(pulls, axis=1, keepdims=True)
    surface = gan.discriminator(plane).numpy().reshape(60, 60)
    levels = np.linspace(-2, 2, 17)
    shades = axes.contourf(side, side, surface, levels, cmap="RdBu", extend="both", alpha=0.7)
    axes.plot(*real[:200].T, ".", color="k", ms=2)
    axes.plot(*fake[:200].T, ".", color="C1", ms=2)
    axes.quiver(*fake[:6].T, *(pulls / sizes)[:6].T, scale=4, width=0.006)
    axes.set(title=name, aspect="equal")
    axes.grid(False)
    print(f"{name:15s} slope of s {slopes.mean():6.3f}   slope of L_G {sizes.mean():6.3f}")
figure.colorbar(shades, ax=row, label="$s$", shrink=0.8)
plt.show()

print(f"predicted by (15) for lambda = 10: {1 + earth_mover / 20:.3f}")
assert FAST or abs(slopes.mean() - 1 - earth_mover / 20) < 0.03
images = tf.constant(as_images(fake))
gan, _ = train_critic("saturating", 0.0, steps)
with tf.GradientTape() as tape:
    tape.watch(images)
    g_loss = gan.loss_pair.generator(gan.discriminator(images)) * len(fake)
pull = np.linalg.norm(tape.gradient(g_loss, images)[:, 0, 0], axis=1).mean()
print(f"and the saturating loss of tutorial 1: slope of L_G {pull:.5f}")

# %% [markdown] lang="en"
# What you should see: cross-entropy builds a cliff. Nothing holds its slope, and after these 400 steps it is 14, the steepest of the four. (What is shown is the end, not the way there.) Least squares and the hinge stop at their targets and are flatter. The Wasserstein critic is a ramp: everywhere nearly the same slope, the one that the spring (15) predicts, to within 0.03. The saturating loss looks down the same cliff and feels nothing.
#
# **The game.** The losses on the ring of tutorial 1, with the package's [`mlp_gan`](../../keras_gen/networks/mlp_gan.py) networks. Wasserstein plays twice: with one step of the critic for each step of $G$, from three seeds, and with five, as its paper has it, and a slower $G$. Cross-entropy plays a second time with R1, and relativistic pairs play with R1 and R2, both with $\gamma = 0.1$. Wasserstein and these two alternate, the first three move both players at once. In the titles $k$ counts the critic's steps; it is not the slope of (15). What is printed: how many of 2,000 samples lie at one of the eight centres, how evenly, how far they have to travel to the data (1,000 of them to 1,000 real points; two draws of the data themselves are some 0.05 apart), and how many lie at a centre if $G$ is not averaged. The samples, and the orange dots, come from the *averaged* generator; the shading is the $D$ of the last step, on a scale of its own in each panel.

# %% [markdown] lang="zh"
# 你应该看到：交叉熵筑起一道悬崖。没有什么约束它的斜率，这 400 步之后是 14，四种里最陡。（这里看到的是结果，不是过程。）最小二乘与合页到目标为止，平缓一些。Wasserstein 评判器是一条坡道：斜率处处几乎相同，与弹簧 (15) 预言的值相差不到 0.03。饱和损失面对的是同一道悬崖，却毫无感觉。
#
# **博弈。** 各种损失都学习教程 1 的那个圆环，网络用本项目的 [`mlp_gan`](../../keras_gen/networks/mlp_gan.py)。Wasserstein 跑两种设置： $G$ 每走一步，评判器走一步，取三个种子；或者像原论文那样走五步，并让 $G$ 慢一些。交叉熵再加上 R1 跑一次，相对论配对则加上 R1 与 R2，两者都取 $\gamma = 0.1$。Wasserstein 和这两种交替更新，前三种同时更新。标题里的 $k$ 是评判器的步数，不是 (15) 的斜率。打印的是：2,000 个样本里有多少落在八个中心之一，是否均匀，它们离数据还有多远的路（1,000 个样本对 1,000 个真点；两批真点彼此也相距约 0.05），以及 $G$ 不取平均时有多少落在中心。样本和橙点都出自**滑动平均**的生成器；底色是最后一步的 $D$，每幅图各有自己的色标。


# %%
def ring(n, rng):
    """Draw n points around eight centres on a circle, shape (n, 2)."""
    angle = 2 * np.pi * rng.integers(8, size=n) / 8
    points = 0.7 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return (points + 0.05 * rng.normal(size=(n, 2))).astype("float32")


points = ring(20_000, np.random.default_rng(0))
centres = 0.7 * np.stack([np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], 1)
both = {"update": "simultaneous"}
critic = {"loss": "wasserstein_gp", "penalty_weight": 1.0}
GAMES = {  # arguments of GAN, rate of G, steps, seeds
    "non_saturating": ({"loss": "non_saturating", **both}, 1e-3, 1000, 1),
    "least_squares": ({"loss": "least_squares", **both}, 1e-3, 1000, 1),
    "hinge": ({"loss": "hinge", **both}, 1e-3, 1000, 1),
    "wasserstein_gp, k = 1": (critic, 1e-3, 1000, 3),
    "wasserstein_gp, k = 5": ({**critic, "discriminator_steps": 5}, 3e-4, 600, 1),
    "non_saturating, R1": ({"penalty": "r1", "penalty_weight": 0.1}, 1e-3, 1000, 1),
    "relativistic, R1 + R2": ({"loss": "relativistic", "penalty_weight": 0.1}, 1e-3, 1000, 1),
}


def play(arguments, rate, steps, seed):
    """Train the ring's GAN; return it and 2,000 samples, shape (2000, 2)."""
    keras.utils.set_random_seed(seed)
    gan = GAN(
        mlp_gan.generator((1, 1, 2), latent_dim=2, width=32),
        mlp_gan.discriminator((1, 1, 2), width=32, dropout=0.0),
        latent_dim=2,
        seed=seed,
        **arguments,
    )
    players = [keras.optimizers.Adam(r, beta_1=0.5) for r in (1e-3, rate)]
    gan.compile(*players, steps_per_execution=20)
    batch = 128 * gan.discriminator_steps
    stream = tf.data.Dataset.from_tensor_slices(as_images(points)).repeat().batch(batch)
    gan.fit(stream, steps_per_epoch=20 if FAST else steps, epochs=1, shuffle=False, verbose=0)
    return gan, 2 * gan.sample(2000, seed=1)[:, 0, 0] - 1


def at_a_centre(drawn):
    """Count the samples (n, 2) at each of the eight centres, shape (8,)."""
    gaps = np.linalg.norm(drawn[:, None] - centres, axis=2)  # (n, 8)
    return np.bincount(gaps.argmin(axis=1)[gaps.min(axis=1) < 0.15], minlength=8)


at_centre = {}
noise = np.random.default_rng(1).normal(size=(2000, 2)).astype("float32")
games = list(GAMES.items())[:: 2 if FAST else 1]
figure, row = plt.subplots(1, len(games), figsize=(13, 2.4), sharey=True)
for (name, (*game, seeds)), axes in zip(games, row, strict=True):
    for seed in range(1 if FAST else seeds):
        gan, drawn = play(*game, seed)
        hits = at_a_centre(drawn)
        latest = gan.generator.predict(noise, verbose=0)[:, 0, 0]  # not averaged, (2000, 2)
        lengths = np.linalg.norm(points[:1000, None] - drawn[:1000], axis=2)  # (1000, 1000)
        way = lengths[linear_sum_assignment(lengths)].mean()
        at_centre[name, seed] = hits / 2000
        print(f"{name:22s} seed {seed}: at a centre {hits.sum() / 2000:4.0%},", end=" ")
        print(f"the rarest {hits.min() / 2000:5.1%}, W1 {way:.2f};", end=" ")
        print(f"G itself {at_a_centre(latest).sum() / 2000:4.0%}")
        if seed == 0:
            surface = gan.discriminator(plane).numpy().reshape(60, 60)
            surface -= np.median(surface)  # a constant in s means nothing to G
            axes.contourf(side, side, surface, 20, cmap="RdBu", norm=CenteredNorm(), alpha=0.6)
            axes.plot(*points[:300].T, ".", color="C0", ms=2)
            axes.plot(*drawn[:300].T, ".", color="C1", ms=2)
    axes.set(aspect="equal", xlim=(-1.1, 1.1), ylim=(-1.1, 1.1))
    axes.set_title(name.replace(", ", ",\n"), fontsize=8)
    axes.grid(False)
plt.show()
for name in set(GAMES) - {"wasserstein_gp, k = 1"}:
    assert FAST or (at_centre[name, 0].sum() > 0.4 and at_centre[name, 0].min() > 0.02)

# %% [markdown] lang="en"
# What you should see: in every panel but the fourth, orange dots at all eight centres, as asserted, and bridges of them along the arcs between. Read the shares by this yardstick: an even circle of radius 0.7 would have 55 % of its points at a centre ($8 \cdot 2 \cdot 3 \sigma$ of $2 \pi \cdot 0.7$), the data have 99 %. The fourth is a matter of luck. In theory the Wasserstein generator wants a critic that is ahead of it: (12) holds at the critic's optimum only, and with one step of the critic for each of its own, $G$ runs after a slope that may be out of date. It may go well all the same, as with seed 2: such a game depends on the seed, and even on rounding, so read the three lines, not one of them. With five steps it covers the ring here. But that game differs in three things, the critic's steps, $G$'s rate and the number of rounds, so it shows that the paper's way works here, and not which of the three does it. Two more cautions: the penalty weighs 1 here, a tenth of the paper's, so that by (15) slopes may go farther above 1; and a blob in the middle, as of seed 0, need not be what $G$ draws, since the average of a generator that circles lies there as well: so the last figure of each line is of $G$ itself, not averaged. Relativistic pairs reach all eight centres too, but hardly more of their samples lie at one than of an even circle. And R1? This ring is so easy that cross-entropy reaches every centre with or without (the two games differ in the order of the moves as well). On images it makes a difference, though not at once.
#
# **Products.** The recipe of this package, [`keras_gen.recipes.DCGANRecipe`](../../keras_gen/recipes/gan.py), on the 10,000 embedded images, with few steps. The first rows change the loss, without R1 (Wasserstein's brings its gradient penalty, without which it would diverge); the last is the recipe as it is: the loss of the first row, with R1 in every eighth step. FD is the Fréchet distance ([tutorial 7](07_measuring_quality.ipynb)) of 2,000 samples to 2,000 held-out images, in the features of a garment classifier: lower is better.

# %% [markdown] lang="zh"
# 你应该看到：除了第四幅，每幅图里八个中心都有橙点（断言已经检查），中心之间的弧上也连成了桥。读这些百分数要有一把尺子：半径 0.7 的均匀圆周上，有 55 % 的点落在中心处（ $2 \pi \cdot 0.7$ 中的 $8 \cdot 2 \cdot 3 \sigma$）；数据本身是 99 %。第四幅要看运气。按理论，用 Wasserstein 的生成器最好有一个走在前面的评判器：(12) 只在评判器最优时成立；如果 $G$ 走一步评判器也只走一步， $G$ 追的斜率可能已经过时。但它也可能顺利，种子 2 就是如此：这样的博弈取决于种子，甚至取决于舍入误差，所以三行要一起看，不要只看其中一行。走五步时，这里铺满了圆环。但那一局有三处不同：评判器的步数、 $G$ 的学习率、轮数，所以它说明论文的做法在这里行得通，却没有说明是哪一处起的作用。还有两点要当心：这里惩罚项的权重是 1，只有论文的十分之一，按 (15)，斜率可以超出 1 更多；而种子 0 那样停在中间的一团，未必是 $G$ 画的，一个在绕圈的生成器，平均之后也落在那里：所以每行最后一个数是 $G$ 本身的，不取平均。相对论配对也到达了全部八个中心，但落在中心的样本并不比均匀圆周多多少。那么 R1 呢？这个圆环太容易，交叉熵有没有 R1 都能到达每个中心（这两局的更新次序也不同）；换成图像就有差别，只是不会马上显出来。
#
# **商品。** 用本项目的配方 [`keras_gen.recipes.DCGANRecipe`](../../keras_gen/recipes/gan.py) 学习内置的 10,000 张图，步数很少。前几行换的是损失，不加 R1（Wasserstein 那一行带着它的梯度惩罚，否则会发散）；最后一行就是配方本身：损失与第一行相同，并在每第八步加上 R1。FD 是 2,000 个样本与 2,000 张留出图之间的弗雷歇距离（Fréchet distance，见[教程 7](07_measuring_quality.ipynb)），取自一个服装分类器的特征，越小越好。

# %%
images = data.load("fashion_mnist_10k").images  # (10000, 28, 28, 1) uint8
held_out = data.load("fashion_mnist_10k", split="test").images  # (2000, 28, 28, 1)
features = measures.load_features("fashion_net", (28, 28, 1))
held_out_features, _ = features(held_out)

rows, distances = {}, []
penalties = dict.fromkeys(NAMES, "none") | {"wasserstein_gp": "wgan_gp"}
VARIANTS = {name: {"loss": name, "penalty": penalties[name]} for name in NAMES}
VARIANTS["non_saturating, R1"] = {}
for name, changes in list(VARIANTS.items())[:: 4 if FAST else 1]:
    recipe = DCGANRecipe(seed=0, **changes)
    gan = recipe.build()
    stream = data.batches(images, recipe.batch_size, seed=0)
    gan.fit(stream, steps_per_epoch=4 if FAST else 900, epochs=1, shuffle=False, verbose=0)
    samples = gan.sample(200 if FAST else 2000, seed=1)  # (n, 28, 28, 1) in [0, 1]
    drawn_features, _ = features(data.unit_to_uint8(samples))
    distances.append(measures.frechet_distance(held_out_features, drawn_features))
    rows[f"{name}\nFD {distances[-1]:.2f}"] = samples[:16]
assert FAST or max(distances) < 1.5 * min(distances)
labelled_grid(np.concatenate(list(rows.values())), rows=list(rows))

# %% [markdown] lang="en"
# What you should see: rough outlines of garments in every row, with speckle or blotches. The last row differs from the first in the penalty alone. After so few steps that hardly shows: all five distances lie within a factor of 1.5, and on another processor, which rounds otherwise, they came in another order. What the penalty does takes longer: after 10,000 steps on all 60,000 images the FD with the penalty is about half of that without (seed 0; the figures stand in the [recipe](../../keras_gen/recipes/gan.py)). Do not read a ranking of losses from this picture either: one seed, seconds of training, and rates that were chosen for cross-entropy. With three seeds and a minute each the order is another ([results](../../docs/results.md)); with 100 settings of each loss, Lucic et al. 2018 found that most of them can reach similar scores with enough tuning. (At this recipe's rates Wasserstein's stays behind the others in both tables of the results.) So choose a loss for how it behaves, and spend the effort on networks, rates and averaging.
#
# ## Exercises
#
# **1.** LSGAN with other targets: $D$ regresses $b$ for real and $a$ for generated images. What is its best answer?

# %% [markdown] lang="zh"
# 你应该看到：每一行都有服装的大致轮廓，也都带着斑点或污块。最后一行与第一行只差惩罚项。步数这么少，几乎看不出差别：五个距离彼此不超过 1.5 倍，换一台舍入方式不同的处理器，顺序就变了。惩罚项的作用要久一点才显出来：在全部 60,000 张图上训练 10,000 步之后，有惩罚项时的 FD 约为没有时的一半（种子 0，数字写在[配方](../../keras_gen/recipes/gan.py)里）。也不要从这幅图里读出各种损失的排名：只有一个种子，训练只有几秒，学习率还是按交叉熵选的。换成三个种子、每次一分钟，顺序就不同了（见[结果](../../docs/results.zh-CN.md)）；Lucic et al. 2018 给每种损失试了 100 组设置，发现只要调参足够，大多数能达到相近的分数。（按这个配方的学习率，Wasserstein 在结果的两张表里都落在后面。）所以选损失看它的性质，力气花在网络、学习率和权重平均上。
#
# ## 练习
#
# **1.** 目标换一换的 LSGAN： $D$ 对真图回归到 $b$，对生成图回归到 $a$。最优答案是什么？


# %% exercise
def best_least_squares(p_r, p_g, a, b):
    """Return the best s where real images have the target b, generated ones a."""
    return ...


# %% check
found = best_least_squares(np.array([0.3, 0.8]), np.array([0.3, 0.2]), a=-1.0, b=2.0)
assert found is ... or np.allclose(found, [0.5, 1.4]), f"expected 0.5 and 1.4, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def best_least_squares(p_r, p_g, a, b):
    """Return the best s where real images have the target b, generated ones a."""
    # (2) becomes p_r (s - b) + p_g (s - a) = 0
    return (b * p_r + a * p_g) / (p_r + p_g)


# %% [markdown] lang="en"
# **2.** On a line the cheapest pairing never crosses: the smallest real number goes with the smallest generated one, and so on. Write $W_1$ for two samples of equal size.

# %% [markdown] lang="zh"
# **2.** 在一条直线上，最省力的配对从不交叉：最小的真数配最小的生成的数，依次类推。写出两个等大样本之间的 $W_1$。


# %% exercise
def earth_mover_1d(x, y):
    """Return W1 of two samples, arrays (N,)."""
    return ...


# %% check
found = earth_mover_1d(np.array([0.0, 3.0, 1.0]), np.array([6.0, 1.0, 5.0]))
assert found is ... or np.isclose(found, 8 / 3), f"expected 2.667, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def earth_mover_1d(x, y):
    """Return W1 of two samples, arrays (N,)."""
    # pairs (0, 1), (1, 5), (3, 6): (1 + 4 + 3) / 3
    return np.mean(np.abs(np.sort(x) - np.sort(y)))


# %% [markdown] lang="en"
# **3.** Slope *at most* 1 is what (11) asks for; (13) also punishes smaller slopes. Write the one-sided penalty, which lets them be, for gradients of shape (B, H, W, C).

# %% [markdown] lang="zh"
# **3.** (11) 只要求斜率**不超过** 1；(13) 却连较小的斜率也一起惩罚。写出放过它们的单侧惩罚，梯度的形状是 (B, H, W, C)。


# %% exercise
def one_sided_penalty(gradients):
    """Return the mean over images of max(0, norm - 1)**2."""
    return ...


# %% check
found = one_sided_penalty(np.array([3.0, 4.0, 0.3, 0.4]).reshape(2, 1, 1, 2))
assert found is ... or np.isclose(found, 8.0), f"expected 8.0, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def one_sided_penalty(gradients):
    """Return the mean over images of max(0, norm - 1)**2."""
    # norms 5 and 0.5: (4**2 + 0) / 2
    return np.mean(np.maximum(0, np.sqrt(np.sum(gradients**2, axis=(1, 2, 3))) - 1) ** 2)


# %% [markdown] lang="en"
# ## Where to go from here
#
# **To say it aloud.** A loss is chosen for what its best discriminator states and for the slope that it leaves to $G$. Cross-entropy, least squares and the hinge state distances that become flat when the two sets no longer meet; the earth mover's distance does not, but its critic needs a bound on its slope. With the gradient penalty that bound is a spring, and the critic settles at $1 + W / (2 \lambda)$. Only where $G$'s loss is minus $D$'s does $G$ descend the distance that $D$ states. A penalty at the data is another matter: it goes with any loss, and in the Dirac-GAN it turns the endless circle into a spiral that comes to rest.
#
# | loss | best answer $s^\ast$ | $L_D$ there | $L_G$ is minus $L_D$? | slope of $L_G$ at rejected images |
# |---|---|---|---|---|
# | saturating | $\log (p_r / p_g)$ | $\log 4 - 2\, JS$ | yes | to 0 |
# | non-saturating | $\log (p_r / p_g)$ | $\log 4 - 2\, JS$ | no | to $-1$ |
# | least squares | $p_r / (p_r + p_g)$ | $\frac14 - \frac{\Delta}{8}$ | no | $s - 1$, grows |
# | hinge | $\mathrm{sign}(p_r - p_g)$ | $2\,(1 - TV)$ | yes, at $s^\ast$ | $-1$ |
# | Wasserstein | slope at most 1 | $-W_1$ | yes | $-1$ |
# | relativistic | $\log (p_r / p_g) + c$ | $\log 2 - JS(a, b)$ | no | depends on the partner |
#
# **Predict, then run.** Train the critic of the two clouds with $\lambda = 1$. By (15) its slope should be $1 + 1.44 / 2 = 1.72$: what will the estimate of $W_1$ be? Write it down first.
#
# - [Losses](../../keras_gen/losses/gan.py) with their sources; [interview questions](../../docs/interview.md) Q17 to Q21; [results](../../docs/results.md), five losses on one budget. [Drag the logit, and play the Dirac-GAN with and without R1](../../docs/play.md).
# - Mao et al. 2017, [arXiv:1611.04076](https://arxiv.org/abs/1611.04076); Lim and Ye 2017, [arXiv:1705.02894](https://arxiv.org/abs/1705.02894); Arjovsky et al. 2017, [arXiv:1701.07875](https://arxiv.org/abs/1701.07875); Gulrajani et al. 2017, [arXiv:1704.00028](https://arxiv.org/abs/1704.00028); Lucic et al. 2018, [arXiv:1711.10337](https://arxiv.org/abs/1711.10337); Miyato et al. 2018, [arXiv:1802.05957](https://arxiv.org/abs/1802.05957), for spectral normalisation; Mescheder et al. 2018, [arXiv:1801.04406](https://arxiv.org/abs/1801.04406), for R1, R2 and the Dirac-GAN; Kodali et al. 2017, [arXiv:1705.07215](https://arxiv.org/abs/1705.07215), for DRAGAN; Jolicoeur-Martineau 2019, [arXiv:1807.00734](https://arxiv.org/abs/1807.00734), and Huang et al. 2024, [arXiv:2501.05441](https://arxiv.org/abs/2501.05441), for relativistic pairs.

# %% [markdown] lang="zh"
# ## 接下来
#
# **用几句话说出来。** 选一种损失，看的是它的最优判别器说出什么，以及给 $G$ 留下怎样的斜率。交叉熵、最小二乘与合页说出的距离，在两个集合不再相交时变平；推土机距离不会，但它的评判器必须限制斜率。用梯度惩罚时，这个限制是一根弹簧，评判器停在 $1 + W / (2 \lambda)$。只有当 $G$ 的损失是 $D$ 的相反数时， $G$ 减小的才是 $D$ 说出的那个距离。在数据处加惩罚是另一回事：它可以加到任何一种损失上；在 Dirac-GAN 里，它把没完没了的绕圈变成收向静止的螺线。
#
# | 损失 | 最佳答案 $s^\ast$ | 此时的 $L_D$ | $L_G$ 是 $L_D$ 的相反数吗 | 被否定处 $L_G$ 的斜率 |
# |---|---|---|---|---|
# | 饱和 | $\log (p_r / p_g)$ | $\log 4 - 2\, JS$ | 是 | 趋于 0 |
# | 非饱和 | $\log (p_r / p_g)$ | $\log 4 - 2\, JS$ | 否 | 趋于 $-1$ |
# | 最小二乘 | $p_r / (p_r + p_g)$ | $\frac14 - \frac{\Delta}{8}$ | 否 | $s - 1$，越来越大 |
# | 合页 | $\mathrm{sign}(p_r - p_g)$ | $2\,(1 - TV)$ | 是，在 $s^\ast$ 处 | $-1$ |
# | Wasserstein | 斜率不超过 1 | $-W_1$ | 是 | $-1$ |
# | 相对论配对 | $\log (p_r / p_g) + c$ | $\log 2 - JS(a, b)$ | 否 | 取决于配对的那张图 |
#
# **先预测，再运行。** 用 $\lambda = 1$ 训练两团点的评判器。按 (15)，它的斜率应当是 $1 + 1.44 / 2 = 1.72$：估计的 $W_1$ 会是多少？先写下来。
#
# - [损失函数](../../keras_gen/losses/gan.py)及其出处；[面试题](../../docs/interview.zh-CN.md) Q17 至 Q21；[结果](../../docs/results.zh-CN.md)，五种损失同一预算的对比。[自己拖动 logit，再玩一玩有 R1 和没有 R1 的 Dirac-GAN](../../docs/play.zh-CN.md)。
# - Mao et al. 2017，[arXiv:1611.04076](https://arxiv.org/abs/1611.04076)；Lim 与 Ye 2017，[arXiv:1705.02894](https://arxiv.org/abs/1705.02894)；Arjovsky et al. 2017，[arXiv:1701.07875](https://arxiv.org/abs/1701.07875)；Gulrajani et al. 2017，[arXiv:1704.00028](https://arxiv.org/abs/1704.00028)；Lucic et al. 2018，[arXiv:1711.10337](https://arxiv.org/abs/1711.10337)；Miyato et al. 2018，[arXiv:1802.05957](https://arxiv.org/abs/1802.05957)，谱归一化；Mescheder et al. 2018，[arXiv:1801.04406](https://arxiv.org/abs/1801.04406)，R1、R2 与 Dirac-GAN；Kodali et al. 2017，[arXiv:1705.07215](https://arxiv.org/abs/1705.07215)，DRAGAN；Jolicoeur-Martineau 2019，[arXiv:1807.00734](https://arxiv.org/abs/1807.00734)，以及 Huang et al. 2024，[arXiv:2501.05441](https://arxiv.org/abs/2501.05441)，相对论配对。

# %% words
# JS (max log 2) => JS（最大 log 2）
# $\Delta$, chi-squared (max 2) => $\Delta$，卡方（最大 2）
# TV (max 1) => 全变差（最大 1）
# $W_1$, earth mover => $W_1$，推土机距离
# distance => 距离
# saturating loss => 饱和损失
# least-squares loss => 最小二乘损失
# hinge loss => 合页损失
# Wasserstein loss => Wasserstein 损失
# non-saturating loss => 非饱和损失
# slope in $\\theta$, at the best $D$ => 对 $\\theta$ 的斜率，在最优的 $D$ 处
# gradient penalty    {penalty:6.3f}   R1 {r1:6.3f} => 梯度惩罚   {penalty:6.3f}   R1 {r1:6.3f}
# least squares => 最小二乘
# {name:15s} sampled {float(sampled):.4f}   theory {theory:.4f} => {name:15s} 抽样 {float(sampled):.4f}   理论 {theory:.4f}
# $L_G$ of a generated image => 生成图的 $L_G$
# its slope => 它的斜率
# $L_D$ of a real image, less $L_D$ at $s = 0$ => 真实图的 $L_D$ 减去 $s = 0$ 处的 $L_D$
# exact W1 {earth_mover:.2f} => 精确的 W1 {earth_mover:.2f}
# lambda = {weight:4.1f}: estimate of W1 {scores[0] - scores[1]:10.2f} => lambda = {weight:4.1f}：W1 的估计 {scores[0] - scores[1]:10.2f}
# exact $W_1$ => 精确的 $W_1$
# step of the critic => 评判器的步数
# mean $s(x)$ - mean $s(G(z))$ => $s(x)$ 均值 - $s(G(z))$ 均值
# gamma = {gamma}: radius {radii[0]:.2f} at first, {radii[-1]:.4f} at t = 40 => gamma = {gamma}：半径起初 {radii[0]:.2f}，t = 40 时 {radii[-1]:.4f}
# distance from (0, 0) => 到 (0, 0) 的距离
# predicted by (15) for lambda = 10: {1 + earth_mover / 20:.3f} => lambda = 10 时按 (15) 预测：{1 + earth_mover / 20:.3f}
# and the saturating loss of tutorial 1: slope of L_G {pull:.5f} => 教程 1 的饱和损失：L_G 的斜率 {pull:.5f}
# {name:15s} slope of s {slopes.mean():6.3f}   slope of L_G {sizes.mean():6.3f} => {name:15s} s 的斜率 {slopes.mean():6.3f}   L_G 的斜率 {sizes.mean():6.3f}
# {name:22s} seed {seed}: at a centre {hits.sum() / 2000:4.0%}, => {name:22s} 种子 {seed}：在中心处 {hits.sum() / 2000:4.0%}，
# the rarest {hits.min() / 2000:5.1%}, W1 {way:.2f}; => 最少的中心 {hits.min() / 2000:5.1%}，W1 {way:.2f}；
# G itself {at_a_centre(latest).sum() / 2000:4.0%} => G 本身 {at_a_centre(latest).sum() / 2000:4.0%}
# expected 0.5 and 1.4, found {found} => 应为 0.5 和 1.4，得到的是 {found}
# expected 2.667, found {found} => 应为 2.667，得到的是 {found}
# expected 8.0, found {found} => 应为 8.0，得到的是 {found}
