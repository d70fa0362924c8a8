"""Tutorial 11, from photo to product page. Format and builder: scripts/build_tutorials.py."""

# ruff: noqa: E501 - prose has one paragraph a line

# %% [markdown] lang="en"
# # 11. From photo to product page
#
# One noisy photo becomes a page of a shop: clean, cut out, in other colours, from other sides, with "you may also like" below it. You need [tutorial 7](07_measuring_quality.ipynb) and [tutorial 10](10_generation_on_request.ipynb).
#
# After this notebook you can
#
# - tell a network a colour and an angle, and say why each of them needs a circle;
# - say what the absolute and the squared difference of pixels ask for where several answers are right, and what an adversarial term or the nearest of several draws changes;
# - cut a product out, lay it on another background, recolour it, and judge the cut by its intersection over union;
# - recommend pictures by a mean of features, and measure the hit rate beside chance and popularity, with an interval;
# - say of each picture on the page whether it was computed, drawn or looked up, and what can be wrong with it.

# %% [markdown] lang="zh"
# # 11. 从照片到商品页
#
# 从一张有噪声的照片做出一张商品页：去噪、抠出商品、换颜色、换角度，下面再放“猜你喜欢”。请先读[教程 7](07_measuring_quality.ipynb)和[教程 10](10_generation_on_request.ipynb)。
#
# 学完本篇，你能够
#
# - 把颜色和角度告诉网络，并说清楚它们为什么各需要一个圆；
# - 说出：有好几个正确答案时，像素的绝对差和平方差各要求什么，对抗项或“几次抽样中最近的一个”又改变了什么；
# - 抠出商品，放到别的背景上，给它换颜色，并用交并比评判抠得准不准；
# - 用特征的均值推荐图片，给出命中率及其区间，并与随机推荐、按热度推荐对照；
# - 说出页面上每张图是算出来的、画出来的还是查出来的，各可能错在哪里。

# %%
import dataclasses
import inspect
import os

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from scipy import ndimage

import keras_gen
from keras_gen import data, losses, measures
from keras_gen.data.conditions import (
    Requests,
    condition_vectors,
    known_requests,
    random_requests,
)
from keras_gen.data.degradations import add_noise, stack
from keras_gen.data.tints import colour_lab, lab_to_linear, rgb_to_lab
from keras_gen.evaluation.measure_products import request_errors
from keras_gen.models import ProductGAN
from keras_gen.pictures import grid, recolour
from keras_gen.recipes import ProductGANRecipe, RestorerRecipe
from keras_gen.retouch.matting import mattes_of

FAST = bool(os.environ.get("KERAS_GEN_FAST"))  # tests set it, to run everything with few steps

# %% [markdown] lang="en"
# ## The question
#
# Somebody wants to sell a teapot and has one photo of it, taken in bad light. A product page needs more: the teapot without noise and without its background, in the other glazes, from the other sides, and below it what else its buyer might like.
#
# Each of these has a right answer in principle, and a model that gives one. But a photo does not show the back. **Where a picture leaves several answers open, what does a network put there, and how would anybody notice?**

# %% [markdown] lang="zh"
# ## 问题
#
# 有人要卖一把茶壶，只有一张照片，拍摄时光线不好。商品页要的不止这些：没有噪声、没有背景的茶壶，别的釉色，别的角度，下面还要有买家可能喜欢的其他商品。
#
# 原则上，每一样都有正确的答案，也有给出答案的模型。但照片没有拍到背面。**一张图留下好几种可能时，网络会在那里放什么？别人又怎样才能发现？**

# %% [markdown] lang="en"
# ## The picture
#
# The page as it should be, made from the [catalogue of rendered products](../../docs/products.md), where everything is known: each object was rendered four times, and the share of each pixel that it covers is stored. What you should see:
#
# 1. *computed*: the photo with noise, without it, the matte, the teapot on white, and in three other colours;
# 2. *drawn*: the other three pictures of the same object, from other sides and in other colours. No photo holds these, somebody has to draw them;
# 3. *looked up*: the pictures of the catalogue that are most like it, to a network that reads products.

# %% [markdown] lang="zh"
# ## 图示
#
# 这是商品页应有的样子，取自[渲染的商品目录](../../docs/products.zh-CN.md)，那里一切都是已知的：每件商品渲染了四次，每个像素被商品盖住多少也存了下来。你应该看到：
#
# 1. *算出来的*：有噪声的照片、没有噪声的照片、蒙版、白底上的茶壶，以及三种别的颜色；
# 2. *画出来的*：同一件商品的另外三张图，角度不同，颜色也不同。照片里没有它们，只能画出来；
# 3. *查出来的*：目录里与它最像的图，由一个看得懂商品的网络来判断。

# %%
train = data.load("products")  # images (8320, 64, 64, 3) uint8, labels, conditions and mattes
test = data.load("products", split="test")  # 1,600 pictures of objects that are not in train
KINDS, TEAPOT = test.class_names, test.class_names.index("teapot")
judge = measures.load_product_judge()
features = judge.read(test.images).features  # (1600, 96)


def show(axes, rows, names=(), title=""):
    """Draw rows of images in [0, 1], each (N, 64, 64, 3), with a name beside each row."""
    columns = max(map(len, rows))
    cells = [np.concatenate([row, np.ones((columns - len(row), 64, 64, 3))]) for row in rows]
    axes.imshow(grid(np.concatenate(cells), columns, zoom=2))
    axes.set(xticks=[], yticks=132 * np.arange(len(names)) + 62, yticklabels=names, title=title)
    axes.grid(False)
    axes.spines[:].set_visible(False)


def over(picture, matte, backdrop):
    """Lay a picture on a backdrop: matte 1 shows the picture, 0 the backdrop."""
    return matte * picture + (1 - matte) * backdrop


def page(noisy, clean, matte, colours=("teal", "goldenrod", "crimson")):
    """Return the computed row of the page, (7, 64, 64, 3): from pixels and a matte (64, 64, 1)."""
    photo = np.asarray(data.unit_to_uint8(clean))
    tinted = [recolour(photo, matte[..., 0], colour_lab(name)) / 255 for name in colours]
    cut = [over(picture, matte, 1.0) for picture in (clean, *tinted)]
    return np.stack([noisy, clean, np.repeat(matte, 3, axis=-1), *cut])


NUMBER = np.flatnonzero(test.labels == TEAPOT)[2]
photo = test.images[NUMBER] / np.float32(255)
noisy = add_noise(photo[None], [0.1], seed=(0, 0)).numpy()[0]
objects = test.conditions["object"]
others = np.flatnonzero((test.labels == TEAPOT) & (objects == objects[NUMBER]))
alike = np.argsort(-measures.cosine_similarity(features[[NUMBER]], features)[0])[1:8]

figure, axes = plt.subplots(figsize=(9, 4))
rows = [
    page(noisy, photo, test.mattes[NUMBER] / 255),
    test.images[others[others != NUMBER]] / 255,
    test.images[alike] / 255,
]
show(axes, rows, ("computed", "drawn", "looked up"))
plt.show()
print("looked up:", ", ".join(KINDS[k] for k in test.labels[alike]))

# %% [markdown] lang="en"
# A wrong picture in the first row differs from the photo, and one can check it. A wrong one in the second row differs from nothing that anybody has: the back of the teapot is a guess, and sold as a photo it would be a false promise ([errata](../../docs/errata.md), E44). The third row shows real things, and only the choice can be bad.
#
# ## The formula, one step a line
#
# **A request as numbers.** An angle $\alpha$ becomes a point of the circle:
#
# $$
# \begin{aligned}
# c(\alpha) &= (\sin \alpha, \cos \alpha) && (1) \\
# \lVert c(\alpha) - c(\beta) \rVert^2 &= 2 - 2 (\sin \alpha \sin \beta + \cos \alpha \cos \beta) = 2 - 2 \cos(\alpha - \beta) && (2) \\
# y &= \left( e_k, \; \frac{L - 58}{20}, \; \frac{a}{50}, \; \frac{b}{50}, \; \sin \alpha, \; \cos \alpha \right), \qquad (a, b) = C \, (\cos h, \sin h) && (3) \\
# W y &= W_k + W_{\text{colour}} \, y_{\text{colour}} + W_{\text{angle}} \, c(\alpha) && (4) \\
# x &\mapsto \mathrm{ReLU}\!\left( (1 + \gamma(w)) \, \mathrm{BN}(x) + \beta(w) \right) && (5)
# \end{aligned}
# $$
#
# By (2) the distance depends on the difference of the angles alone, and 359° lies beside 1°. A hue $h$ lies on a circle by nature: in CIELAB the colour is a lightness $L$ and a point $(a, b)$ around grey, at the distance $C$. The kind is $e_k$, a vector with 1 at its number; in (4) it picks one column $W_k$, which is the kind's *embedding*. (5) is how the request speaks in every hidden layer of [`keras_gen.networks.product_gan.generator`](../../keras_gen/networks/product_gan.py): $w$ is what a small network makes of noise and $y$, and it scales and moves each map.
#
# **Several right answers.** A pixel $x$ is not settled by what the network is told; let $c$ be its guess:
#
# $$
# \begin{aligned}
# \frac{d}{dc} E|x - c| &= P(x < c) - P(x > c) && (6) \\
# \frac{d}{dc} E(x - c)^2 &= 2 \, (c - E\,x) && (7) \\
# L_R &= E\,|x - R(d)| + w \, E[-\log D(d, R(d))] && (8) \\
# L_G &= \lambda \, E\,|x - G(z^\ast, y)| + E[-\log D(G(z^\ast, y), y)], \qquad z^\ast = \arg\min_{z_1, \dots, z_k} |x - G(z_j, y)| && (9)
# \end{aligned}
# $$
#
# (6) vanishes at the *median*, (7) at the *mean*. Where an edge is here or there, the mean is half of each, a blur that is never right; the median decides for the likelier one, always the same. Neither draws what may be. (8) is a restorer $R$ of a damaged picture $d$ ([`keras_gen.losses.pixel_loss`](../../keras_gen/losses/restoration.py) and the loss of tutorial 1): a blur is what $D$ tells from real pictures most easily, so the second term pushes away from it. (9) is the generator of products: of $k$ draws of noise only the one whose picture is nearest to the real $x$ is held to it, and $D$ judges the same picture. With $k = 1$ the first term would send every noise to the median (6), and $G$ would hear little of its noise; with more, each answer gets a noise of its own.
#
# **Cutting out.** From here on $\alpha$ is no angle, $c$ no guess and $b$ no coordinate of a colour: a pixel that the product covers to the share $\alpha$ shows $c$, its colour $f$ mixed with the backdrop $b$. $A$ and $B$ are the pixels of at least $1/2$ in the true matte and in another one:
#
# $$
# \begin{aligned}
# c &= \alpha f + (1 - \alpha) \, b && (10) \\
# f &= \frac{c - (1 - \alpha) \, b}{\alpha} && (11) \\
# \mathrm{IoU} &= \frac{|A \cap B|}{|A \cup B|} && (12)
# \end{aligned}
# $$
#
# In a photo only $c$ is known: three numbers for the seven unknowns $f$, $b$ and $\alpha$. So a cut-out is a guess as well, which a network learns from pictures whose mattes are known. The intersection over union (12) is 1 for a perfect one and ignores the large backdrop, on which it is easy to be right.
#
# **Another colour.** With $\chi = a + i b$ the colour is a complex number; bars are means over the product, $t$ is the target, and $k = 10$:
#
# $$
# \begin{aligned}
# L' &= L_t + (L - \bar L) && (13) \\
# \chi' &= \chi_t + g \, (\chi - \bar\chi), \qquad g = \frac{\chi_t \, \bar\chi^{\ast}}{|\bar\chi|^2 + k^2} && (14)
# \end{aligned}
# $$
#
# (13) moves the lightness, so that light and shade stay. In (14), where the star is the conjugate, $g$ is nearly $\chi_t / \bar\chi$: multiplying by it turns the hue and scales the chroma. A white highlight, $\chi = 0$, goes to $\chi_t - g \bar\chi$, which is nearly 0: it stays colourless, but (13) moves its lightness as well, and where the target is darker, white becomes a light grey. This is [`keras_gen.pictures.recolour`](../../keras_gen/pictures/recolouring.py); the $k$ keeps a grey product from having its noise blown up.
#
# **More like this.** Somebody bought pictures with the features $f_1, \dots, f_n$. Which direction $t$ of length 1 is most like all of them?
#
# $$
# \begin{aligned}
# \cos(t, f) &= \frac{t \cdot f}{|t| \, |f|} && (15) \\
# \frac1n \sum_i \cos(t, f_i) &= \frac{t \cdot s}{n} \le \frac{|s|}{n}, \qquad s = \sum_i \frac{f_i}{|f_i|} && (16) \\
# t &= s / |s| && (17) \\
# \mathrm{HR@}k &= \frac{1}{B} \sum_b 1\left[ \text{rank of the held-out item of customer } b \le k \right] && (18)
# \end{aligned}
# $$
#
# The inequality is that of Cauchy and Schwarz, and (17) reaches it: the mean of the *unit* vectors. (18) hides one thing that each customer bought, and asks whether it is among the first $k$ recommended. Of $N$ items, $n$ of them known to be bought (the hidden one is not among these) and not recommended again, chance alone finds it in $k / (N - n)$ of the cases. These are [`keras_gen.measures.mean_direction`](../../keras_gen/measures/recommendations.py), [`keras_gen.measures.cosine_similarity`](../../keras_gen/measures/recommendations.py) and [`keras_gen.measures.held_out_hits`](../../keras_gen/measures/recommendations.py).

# %% [markdown] lang="zh"
# 第一行里画错的图与照片不同，可以核对。第二行里画错的图，却没有任何东西可以对照：茶壶的背面是猜的，当作照片来卖，就是虚假的承诺（[勘误](../../docs/errata.zh-CN.md)，E44）。第三行都是真实的东西，可能不好的只是选择。
#
# ## 公式，一行一步
#
# **把要求写成数。** 角度 $\alpha$ 变成圆上的一点：
#
# $$
# \begin{aligned}
# c(\alpha) &= (\sin \alpha, \cos \alpha) && (1) \\
# \lVert c(\alpha) - c(\beta) \rVert^2 &= 2 - 2 (\sin \alpha \sin \beta + \cos \alpha \cos \beta) = 2 - 2 \cos(\alpha - \beta) && (2) \\
# y &= \left( e_k, \; \frac{L - 58}{20}, \; \frac{a}{50}, \; \frac{b}{50}, \; \sin \alpha, \; \cos \alpha \right), \qquad (a, b) = C \, (\cos h, \sin h) && (3) \\
# W y &= W_k + W_{\text{颜色}} \, y_{\text{颜色}} + W_{\text{角度}} \, c(\alpha) && (4) \\
# x &\mapsto \mathrm{ReLU}\!\left( (1 + \gamma(w)) \, \mathrm{BN}(x) + \beta(w) \right) && (5)
# \end{aligned}
# $$
#
# 由 (2)，距离只取决于两个角度之差，359° 就在 1° 旁边。色相 $h$ 天生就在一个圆上：在 CIELAB 里，颜色是明度 $L$ 加上绕灰色的一点 $(a, b)$，到灰色的距离是 $C$。种类是 $e_k$，在它的编号处为 1 的向量；在 (4) 里它挑出一列 $W_k$，也就是这个种类的**嵌入**（embedding）。(5) 是要求在 [`keras_gen.networks.product_gan.generator`](../../keras_gen/networks/product_gan.py) 的每个隐藏层里起作用的方式： $w$ 是一个小网络由噪声和 $y$ 得出的，它缩放并平移每个特征图。
#
# **好几个正确答案。** 网络得到的信息定不下像素 $x$ 的值；设 $c$ 是它的猜测：
#
# $$
# \begin{aligned}
# \frac{d}{dc} E|x - c| &= P(x < c) - P(x > c) && (6) \\
# \frac{d}{dc} E(x - c)^2 &= 2 \, (c - E\,x) && (7) \\
# L_R &= E\,|x - R(d)| + w \, E[-\log D(d, R(d))] && (8) \\
# L_G &= \lambda \, E\,|x - G(z^\ast, y)| + E[-\log D(G(z^\ast, y), y)], \qquad z^\ast = \arg\min_{z_1, \dots, z_k} |x - G(z_j, y)| && (9)
# \end{aligned}
# $$
#
# (6) 在**中位数**处为零，(7) 在**均值**处为零。一条边可能在这里，也可能在那里时，均值是两者各一半，一团从来不对的模糊；中位数选更可能的那一个，而且总是同一个。两者都不会画出各种可能。(8) 是修复受损图 $d$ 的网络 $R$（[`keras_gen.losses.pixel_loss`](../../keras_gen/losses/restoration.py) 加上教程 1 的损失）：模糊是 $D$ 最容易与真图区分的东西，所以第二项把它推开。(9) 是画商品的生成器：噪声抽 $k$ 次，只有画得离真图 $x$ 最近的那一次受它约束， $D$ 评判的也是这一张。若 $k = 1$，第一项会把每个噪声都推向中位数 (6)， $G$ 就不大理会噪声；抽几次，每种答案就各有自己的噪声。
#
# **抠图。** 这一段里 $\alpha$ 不是角度， $c$ 不是猜测， $b$ 也不是颜色坐标：一个像素若有 $\alpha$ 的部分被商品盖住，它的颜色 $c$ 就是商品颜色 $f$ 与背景 $b$ 的混合。 $A$ 和 $B$ 是真蒙版与另一个蒙版中不小于 $1/2$ 的像素：
#
# $$
# \begin{aligned}
# c &= \alpha f + (1 - \alpha) \, b && (10) \\
# f &= \frac{c - (1 - \alpha) \, b}{\alpha} && (11) \\
# \mathrm{IoU} &= \frac{|A \cap B|}{|A \cup B|} && (12)
# \end{aligned}
# $$
#
# 照片里只知道 $c$：三个数，而 $f$、 $b$、 $\alpha$ 共有七个未知数。所以抠图也是猜测，由网络从蒙版已知的图中学来。交并比 (12) 在完全正确时为 1，它不计入大片的背景，因为背景上判对很容易。
#
# **换颜色。** 令 $\chi = a + i b$，颜色就是一个复数；上横线是商品上的均值， $t$ 是目标颜色， $k = 10$：
#
# $$
# \begin{aligned}
# L' &= L_t + (L - \bar L) && (13) \\
# \chi' &= \chi_t + g \, (\chi - \bar\chi), \qquad g = \frac{\chi_t \, \bar\chi^{\ast}}{|\bar\chi|^2 + k^2} && (14)
# \end{aligned}
# $$
#
# (13) 平移明度，所以明暗保留。(14) 里星号是共轭， $g$ 接近 $\chi_t / \bar\chi$：乘以它，就是旋转色相、缩放彩度。白色高光 $\chi = 0$ 变成 $\chi_t - g \bar\chi$，几乎是 0：仍然没有颜色；但 (13) 也平移它的明度，目标颜色较暗时，白色会变成浅灰。这就是 [`keras_gen.pictures.recolour`](../../keras_gen/pictures/recolouring.py)；有了 $k$，灰色商品的噪声不会被放大。
#
# **更多类似的。** 某人买过的图，特征是 $f_1, \dots, f_n$。哪个长度为 1 的方向 $t$ 与它们全体最像？
#
# $$
# \begin{aligned}
# \cos(t, f) &= \frac{t \cdot f}{|t| \, |f|} && (15) \\
# \frac1n \sum_i \cos(t, f_i) &= \frac{t \cdot s}{n} \le \frac{|s|}{n}, \qquad s = \sum_i \frac{f_i}{|f_i|} && (16) \\
# t &= s / |s| && (17) \\
# \mathrm{HR@}k &= \frac{1}{B} \sum_b 1\left[ \text{顾客 } b \text{ 的留出商品的名次} \le k \right] && (18)
# \end{aligned}
# $$
#
# 这个不等式是柯西-施瓦茨不等式，(17) 使等号成立：取**单位**向量的均值。(18) 把每位顾客买过的东西藏起一件，看它在不在推荐的前 $k$ 件里。在 $N$ 件商品中随机推荐，其中已知买过的 $n$ 件（不含藏起的那一件）不再推荐，命中的比例是 $k / (N - n)$。库里的函数是 [`keras_gen.measures.mean_direction`](../../keras_gen/measures/recommendations.py)、[`keras_gen.measures.cosine_similarity`](../../keras_gen/measures/recommendations.py) 和 [`keras_gen.measures.held_out_hits`](../../keras_gen/measures/recommendations.py)。

# %% [markdown] lang="en"
# ## A number by hand
#
# **Two angles.** The mean of 359 and 1 is 180: from behind. On the circle the two points are $(-0.0175, 0.9998)$ and $(0.0175, 0.9998)$, their mean is $(0, 0.9998)$, and its angle is 0.
#
# **A pixel** that is black in two of five pictures and white in three:
#
# | guess | mean absolute difference | mean squared difference |
# |---|---|---|
# | 0 | 0.6 | 0.6 |
# | 0.6, the mean | $0.4 \cdot 0.6 + 0.6 \cdot 0.4 = 0.48$ | $0.4 \cdot 0.36 + 0.6 \cdot 0.16 = 0.24$ |
# | 1, the median | 0.4 | 0.4 |
# | 0 or 1, whichever is nearer | 0 | 0 |
#
# **A soft edge.** $\alpha = 0.25$, product 200, backdrop 40: the pixel is $50 + 30 = 80$. Back by (11): $(80 - 30) / 0.25 = 200$. Whoever takes the backdrop for 120 finds $(80 - 90) / 0.25 = -40$, which no product has: small errors in $b$ are multiplied by $(1 - \alpha) / \alpha = 3$.
#
# **A cut.** Four true pixels, three found, two of them right: $2 / (4 + 3 - 2) = 0.4$.
#
# **Another colour.** Two pixels have $L = 40$ and 60, and $\chi = 36$ and 24, both red. Their means are 50 and 30. The target is $L_t = 70$, $\chi_t = 20 i$, a yellow. $g = 20 i \cdot 30 / (900 + 100) = 0.6 i$, so the new values are $L' = 60$ and 80, $\chi' = 20 i \pm 0.6 i \cdot 6 = 23.6 i$ and $16.4 i$. The darker pixel stays the darker one and the more colourful one.
#
# **A taste.** Bought: $(3, 4)$ and $(1, 0)$, as unit vectors $(0.6, 0.8)$ and $(1, 0)$. Their sum is $(1.6, 0.8)$, the direction of $(2, 1)$. An item $(4, 2)$ has the cosine 1, $(1, 0)$ has $2 / \sqrt 5 = 0.894$, $(0, 1)$ has 0.447.

# %% [markdown] lang="zh"
# ## 手算一个数
#
# **两个角度。** 359 与 1 的均值是 180：变成了背面。在圆上，这两点是 $(-0.0175, 0.9998)$ 和 $(0.0175, 0.9998)$，均值是 $(0, 0.9998)$，角度是 0。
#
# **一个像素**在五张图里两张是黑的，三张是白的：
#
# | 猜测 | 平均绝对差 | 平均平方差 |
# |---|---|---|
# | 0 | 0.6 | 0.6 |
# | 0.6，均值 | $0.4 \cdot 0.6 + 0.6 \cdot 0.4 = 0.48$ | $0.4 \cdot 0.36 + 0.6 \cdot 0.16 = 0.24$ |
# | 1，中位数 | 0.4 | 0.4 |
# | 0 或 1，取较近的 | 0 | 0 |
#
# **柔和的边缘。** $\alpha = 0.25$，商品 200，背景 40：像素是 $50 + 30 = 80$。用 (11) 反推： $(80 - 30) / 0.25 = 200$。如果误以为背景是 120，得到的是 $(80 - 90) / 0.25 = -40$，没有哪件商品是这个值： $b$ 的小误差要乘以 $(1 - \alpha) / \alpha = 3$。
#
# **一次抠图。** 真值四个像素，找到三个，其中两个是对的： $2 / (4 + 3 - 2) = 0.4$。
#
# **换颜色。** 两个像素的 $L$ 是 40 和 60， $\chi$ 是 36 和 24，都是红色，均值是 50 和 30。目标是 $L_t = 70$， $\chi_t = 20 i$，一种黄色。 $g = 20 i \cdot 30 / (900 + 100) = 0.6 i$，所以新的值是 $L' = 60$ 和 80， $\chi' = 20 i \pm 0.6 i \cdot 6$，即 $23.6 i$ 和 $16.4 i$。较暗的像素仍然较暗，也仍然更鲜艳。
#
# **一种口味。** 买过 $(3, 4)$ 和 $(1, 0)$，单位向量是 $(0.6, 0.8)$ 和 $(1, 0)$。和是 $(1.6, 0.8)$，即 $(2, 1)$ 的方向。商品 $(4, 2)$ 的余弦是 1， $(1, 0)$ 是 $2 / \sqrt 5 = 0.894$， $(0, 1)$ 是 0.447。

# %% [markdown] lang="en"
# ## Five lines of NumPy
#
# The same numbers, and each against the library: [`keras_gen.data.conditions.condition_vectors`](../../keras_gen/data/conditions.py) for (3), [`keras_gen.losses.pixel_loss`](../../keras_gen/losses/restoration.py) for (6), [`keras_gen.measures.intersection_over_union`](../../keras_gen/measures/mattes.py) for (12). The recolouring is done on two pixels whose CIELAB values are those above, up to the rounding of their bytes.

# %% [markdown] lang="zh"
# ## 五行 NumPy
#
# 同样这些数，每个都与库核对：(3) 用 [`keras_gen.data.conditions.condition_vectors`](../../keras_gen/data/conditions.py)，(6) 用 [`keras_gen.losses.pixel_loss`](../../keras_gen/losses/restoration.py)，(12) 用 [`keras_gen.measures.intersection_over_union`](../../keras_gen/measures/mattes.py)。换颜色用两个像素来核对，它们的 CIELAB 值就是上面那些，只差字节的舍入。


# %%
def circle(degrees):
    """(1) for angles in degrees."""
    return np.stack([np.sin(np.radians(degrees)), np.cos(np.radians(degrees))], axis=-1)


middle = circle(np.array([359.0, 1.0])).mean(axis=0)
print("mean of 359 and 1: as numbers 180, on the circle", abs(np.degrees(np.arctan2(*middle))))
colour = colour_lab("teal")
y = np.concatenate([np.eye(8)[TEAPOT], (colour - (58, 0, 0)) / (20, 50, 50), circle(30.0)])  # (3)
asked = Requests(np.array([TEAPOT]), colour[None], np.array([30.0]))
assert np.allclose(condition_vectors(asked, 8)[0], y, atol=1e-6)

x, guesses = np.array([0.0, 0.0, 1.0, 1.0, 1.0]), np.linspace(0, 1, 101)
absolute = np.abs(x[:, None] - guesses).mean(axis=0)  # (101,)
squared = ((x[:, None] - guesses) ** 2).mean(axis=0)
print("best guess:", guesses[absolute.argmin()], "absolute,", guesses[squared.argmin()], "squared")
assert guesses[absolute.argmin()] == 1.0 and guesses[squared.argmin()] == 0.6
library = losses.pixel_loss(x.reshape(1, 5, 1, 1), np.full((1, 5, 1, 1), 0.6))
assert np.isclose(library, 0.48) and np.isclose(absolute[60], 0.48)

pixel = over(200.0, 0.25, 40.0)
print("soft edge", pixel, "back", (pixel - 0.75 * 40) / 0.25, "wrong", (pixel - 0.75 * 120) / 0.25)
true, found = np.array([[[1, 1, 1, 1, 0, 0]], [[0, 0, 1, 1, 1, 0]]])[:, None]  # (1, 1, 6) each
iou = np.sum((true == 1) & (found == 1)) / np.sum((true == 1) | (found == 1))  # (12)
assert iou == measures.intersection_over_union(true, found)[0] == 0.4

lab = np.array([[[40.0, 36.0, 0.0], [60.0, 24.0, 0.0]]])  # (1, 2, 3)
linear = lab_to_linear(lab)
srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
light, chroma = lab[..., 0], lab[..., 1] + 1j * lab[..., 2]
g = 20j * np.conj(chroma.mean()) / (abs(chroma.mean()) ** 2 + 100)
chroma = 20j + g * (chroma - chroma.mean())  # (14)
ours = np.stack([70 + light - light.mean(), chroma.real, chroma.imag], axis=-1)  # (13)
theirs = recolour(np.uint8(np.rint(255 * srgb)), np.ones((1, 2)), np.array([70.0, 0.0, 20.0]))
print("new colours", ours.round(1).tolist())
assert np.abs(rgb_to_lab(theirs / 255) - ours).max() < 1.0  # a byte is about half a unit of CIELAB

bought, items = np.array([[3.0, 4.0], [1.0, 0.0]]), np.array([[4.0, 2.0], [1.0, 0.0], [0.0, 1.0]])
unit = bought / np.linalg.norm(bought, axis=1, keepdims=True)
t = unit.sum(axis=0) / np.linalg.norm(unit.sum(axis=0))  # (17)
cosines = items @ t / np.linalg.norm(items, axis=1)  # (15)
print("cosines", cosines.round(3))
assert np.allclose(measures.mean_direction(bought), t) and np.allclose(
    cosines, [1, 0.894, 0.447], atol=1e-3
)
assert np.allclose(measures.cosine_similarity(t[None], items)[0], cosines)

# %% [markdown] lang="en"
# ## Value and slope
#
# Left, how far an angle is from 0° on the circle, (2), and as a number. In the middle, what three losses say of a guess for the pixel above, whose true value is now 0 or 1 give or take a little: the absolute and the squared difference, and the adversarial term $-\log D$, with the best $D$ against a generator that always draws the mean. On the right, their slopes; a guess moves against its slope.

# %% [markdown] lang="zh"
# ## 值与斜率
#
# 左图：一个角度离 0° 有多远，分别按圆 (2) 和按数来算。中图：对上面那个像素的猜测，三种损失各怎么说；像素的真值现在是 0 或 1，略有出入。三种损失是绝对差、平方差和对抗项 $-\log D$，其中 $D$ 是面对总是画均值的生成器时最优的判别器。右图：它们的斜率；猜测沿斜率的反方向移动。


# %%
def bell(x, mean, deviation=0.2):
    """Density of the normal distribution."""
    return np.exp(-0.5 * ((x - mean) / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi))


figure, (left, centre, right) = plt.subplots(1, 3, figsize=(12, 3))
angles = np.linspace(0, 360, 361)
left.plot(angles, np.linalg.norm(circle(angles) - circle(0.0), axis=-1), label="on the circle")
left.plot(angles, angles / 180, "k--", label="as a number")
left.set(xlabel="angle, degrees", title="distance from 0 degrees")
left.legend(fontsize=8)

line = np.linspace(-0.4, 1.4, 361)
real = 0.4 * bell(line, 0) + 0.6 * bell(line, 1)
share = real * (line[1] - line[0])
CURVES = {
    "absolute": (np.abs(line[:, None] - line) * share).sum(axis=1),
    "squared": ((line[:, None] - line) ** 2 * share).sum(axis=1),
    "-log D": -np.log(real / (real + bell(line, 0.6))),
}
slopes = {name: np.gradient(curve, line) for name, curve in CURVES.items()}
for name, curve in CURVES.items():
    centre.plot(line, curve, label=name)
    right.plot(line, slopes[name])
centre.set(xlabel="guess", title="loss", ylim=(0, 3.2))
centre.legend(fontsize=8)
right.set(xlabel="guess", title="slope", ylim=(-12, 12))
right.axvline(0.6, color="k", lw=0.5)
plt.show()

best = {name: line[CURVES[name].argmin()] for name in ("absolute", "squared")}
print({name: round(float(guess), 2) for name, guess in best.items()})
assert abs(best["squared"] - 0.6) < 0.02 and best["absolute"] > 0.75
worst = line[CURVES["-log D"].argmax()]
assert abs(worst - 0.6) < 0.15  # the adversarial term is highest near the blur

# %% [markdown] lang="en"
# At the mean the squared difference is at rest. The adversarial term is near its highest there: a grey that no real picture has gives the generator away, and it is pushed to whichever side is nearer. The absolute difference leans gently towards the majority there, and goes on to its minimum at 0.8, where the median lies once the true values scatter. So in (8) the pixels say *where*, and $D$ says *decide*. The weight $w$ is small, because what $D$ makes the restorer decide may be the wrong side.
#
# ## Where it stands in `train_step`
#
# Two methods of [`keras_gen.models.ProductGAN`](../../keras_gen/models/product_gan.py) are (9); the discriminator's step is that of tutorial 10. In the first `pixel_steps` the second term is left out.

# %% [markdown] lang="zh"
# 在均值处，平方差不再移动；对抗项在那里却接近最高：没有哪张真图有这种灰色，生成器因此露馅，被推向较近的一侧。绝对差在那里略微偏向多数，一直到 0.8 处的最小值：真值有了出入，中位数就在 0.8。所以在 (8) 里，像素说**在哪里**， $D$ 说**作个决定**。权重 $w$ 很小，因为 $D$ 逼修复网络选的那一侧可能是错的。
#
# ## 它在 `train_step` 中的位置
#
# [`keras_gen.models.ProductGAN`](../../keras_gen/models/product_gan.py) 的两个方法就是 (9)；判别器那一步与教程 10 相同。最初的 `pixel_steps` 步里没有第二项。

# %%
print(inspect.getsource(ProductGAN.nearest_latents))
print(inspect.getsource(ProductGAN.train_generator))

# %% [markdown] lang="en"
# Two steps with the public methods, beside `train_step` on a twin, with one step of pixels alone. **Predict, then run:** which network moves in which step, and how often does $G$ draw a batch in the second one, if $k = 4$?

# %% [markdown] lang="zh"
# 下面用公开的方法走两步，与另一个相同模型上的 `train_step` 对照，其中第一步只看像素。**先预测，再运行**：哪一步里哪个网络会动？若 $k = 4$，第二步里 $G$ 要画几批图？

# %%
small = ProductGANRecipe(generator_width=4, discriminator_width=4, pixel_steps=1).for_data(train)
by_hand, by_step = small.build(), small.build()
wishes = small.conditions(train)  # (8320, 13)


def norms(gan):
    """Return the sums of the squared weights of D and of G."""
    return [
        sum(np.sum(w**2) for w in network.get_weights())
        for network in (gan.discriminator, gan.generator)
    ]


for step, (real, labels) in enumerate(data.batches(train.images, 8, 0, labels=wishes).take(2)):
    before = norms(by_hand)
    if step >= small.pixel_steps:
        by_hand.train_discriminator(real, labels)
    by_hand.train_generator(real, labels, adversarial=step >= small.pixel_steps)
    by_hand.update_average()
    by_step.train_step((real, labels))
    moved = [old != new for old, new in zip(before, norms(by_hand), strict=True)]
    print(f"step {step + 1}: D moved {moved[0]}, G moved {moved[1]}")
    assert moved == [step >= small.pixel_steps, True]
for mine, theirs in zip(by_hand.get_weights(), by_step.get_weights(), strict=True):
    assert np.allclose(mine, theirs, atol=1e-6)

# %% [markdown] lang="en"
# In the second step $G$ draws six batches: one for $D$, four to choose among, and one more of the chosen noise, through which the slope flows.
#
# ## What goes wrong without it
#
# **The wrong geometry, and one draw.** The generator is trained three times on sneakers, from the same weights, on the same pictures in the same order, by pixels alone.
#
# - *circle, 4 draws*: (3) and (9);
# - *number, 4 draws*: with one thing changed: the angle is a number from $-1$ to 1 in place of the circle;
# - *circle, 1 draw*: with one thing changed: $k = 1$.
#
# Two numbers for each. *Seam*: how much the picture changes from 359° to 1°, at the same noise. *Spread*: the standard deviation of a pixel over 32 draws of noise, at the same wish. **Predict, then run:** which of the two will each change spoil?

# %% [markdown] lang="zh"
# 第二步里 $G$ 画了六批图：一批给 $D$，四批供挑选，还有一批用选中的噪声再画一次，斜率从它流过。
#
# ## 没有它会怎样
#
# **几何不对，或只抽一次。** 用运动鞋把生成器训练三次，起始权重相同，图像及其次序也相同，只用像素损失。
#
# - *圆，4 份噪声*：就是 (3) 和 (9)；
# - *数，4 份噪声*：只改一处，角度不用圆，而用 $-1$ 到 1 的一个数；
# - *圆，1 份噪声*：只改一处， $k = 1$。
#
# 每次给出两个数。*接缝*：噪声不变，角度从 359° 到 1°，图变了多少。*离散度*：要求不变，抽 32 个噪声，像素的标准差是多少。**先预测，再运行**：两处改动各会弄坏哪一个数？

# %%
SNEAKER = KINDS.index("sneaker")
sneakers = train.take(np.flatnonzero(train.labels == SNEAKER))  # 1,040 pictures
STEPS = 3 if FAST else 300
AROUND = np.array([300.0, 330.0, 350.0, 359.0, 1.0, 10.0, 30.0, 60.0])
NOISE = np.random.default_rng(0).normal(size=(32, 16)).astype("float32")


def as_number(labels):
    """Return conditions in which the angle is a number from -1 to 1, and its neighbour 0."""
    turn = np.degrees(np.arctan2(labels[:, -2], labels[:, -1])) % 360 / 180 - 1
    return np.concatenate([labels[:, :-2], np.stack([turn, 0 * turn], -1)], -1).astype("float32")


def sneaker_vectors(angles, geometry):
    """Return the conditions of teal sneakers at some angles."""
    colours = np.tile(colour_lab("teal"), (len(angles), 1))
    kinds = np.full(len(angles), SNEAKER)
    labels = condition_vectors(Requests(kinds, colours, angles), 8)
    return as_number(labels) if geometry == "number" else labels


def play(geometry, draws):
    """Train a generator of sneakers by pixels; return a function of (noise, angles)."""
    options = {"generator_width": 12, "g_learning_rate": 3e-3, "ema_decay": 0.98}
    recipe = ProductGANRecipe(candidates=draws, **options).for_data(train)
    gan, labels = recipe.build(), recipe.conditions(train)[train.labels == SNEAKER]
    labels = as_number(labels) if geometry == "number" else labels

    @tf.function(autograph=False)
    def step(images, labels):
        gan.train_generator(images, labels, adversarial=False)
        gan.update_average()

    stream = data.batches(sneakers.images, recipe.batch_size, 0, labels=labels)
    for images, wishes in stream.take(STEPS):
        step(images, wishes)
    return lambda noise, angles: gan.draw(noise, sneaker_vectors(angles, geometry))


GAMES = {"circle, 4 draws": ("circle", 4), "number, 4 draws": ("number", 4),
         "circle, 1 draw": ("circle", 1)}  # fmt: skip
seams, spreads, rows = {}, {}, {}
for name, game in GAMES.items():
    draw = play(*game)
    seams[name] = np.abs(draw(NOISE, np.full(32, 359.0)) - draw(NOISE, np.full(32, 1.0))).mean()
    views = [draw(NOISE, np.full(32, angle)) for angle in (0.0, 45.0, 90.0, 200.0)]
    spreads[name] = np.mean([view.std(axis=0).mean() for view in views])
    print(f"{name:16s} seam {seams[name]:.4f}, spread {spreads[name]:.4f}")
    rows[f"{name}\nturned"] = draw(np.tile(NOISE[:1], (8, 1)), AROUND)
    rows[f"{name}\nnoise"] = views[1][:8]
figure, axes = plt.subplots(figsize=(9, 5))
show(axes, list(rows.values()), list(rows))
plt.show()
assert FAST or seams["number, 4 draws"] > 3 * seams["circle, 4 draws"]
assert FAST or spreads["circle, 1 draw"] < 0.6 * spreads["circle, 4 draws"]

# %% [markdown] lang="en"
# What you should see: two rows for each game. The upper one turns through 0° between the fourth and the fifth picture. As a number, 359 and 1 are the two ends of a line, and the picture jumps there, in shade more than in shape: this generator has hardly learned to turn the shoe at all. The lower one holds eight draws of noise: with $k = 1$ they differ far less, all drawn towards the median sneaker. (After so few steps all of them are blurred; what matters is the difference.)
#
# **The mean of two tastes.** The same mistake once more. Somebody bought two reddish mugs and two blue lamps. Then the mean (17) lies between them. Beside it another rule: an item is worth its cosine to whichever bought one is *nearest* to it. What you should see: in the first row what was bought, in the second what the mean recommends, in the third what the nearest does. The lamps that the mean finds have the mugs' colours, the kind of one taste with the colour of the other, and none of them is blue. The shares that are printed are strict: reddish is a hue within 25° of 30°, blue one within 25° of 280°, so that some pictures that look red or blue do not count.

# %% [markdown] lang="zh"
# 你应该看到：每场训练两行。上面一行在第四、第五张图之间转过 0°。按数来算，359 和 1 是一条线的两端，图在那里跳变，变的主要是深浅，不是形状：这个生成器几乎没有学会转动鞋子。下面一行是八个噪声： $k = 1$ 时它们的差别小得多，都靠近中位数的运动鞋。（步数这么少，图都是模糊的；要看的是差别。）
#
# **两种口味的均值。** 同样的错误再来一次。某人买了两个偏红的马克杯和两盏蓝灯，均值 (17) 就落在它们之间。旁边是另一条规则：一件商品的价值，是它与买过的东西中**最近**那一件的余弦。你应该看到：第一行是买过的，第二行是均值推荐的，第三行是“最近”推荐的。均值找来的灯是马克杯的颜色，即一种口味的种类配上另一种口味的颜色，没有一盏是蓝的。印出的比例算得很严：色相离 30° 不到 25° 才算偏红，离 280° 不到 25° 才算蓝，所以有些看上去是红的或蓝的并不算数。

# %%
hues, cosines = test.conditions["hue"], measures.cosine_similarity(features, features)


def like(kind, hue, width=25):
    """Return the catalogue's items of a kind whose hue is within some degrees of another."""
    near = measures.angle_errors(hues, hue) < width
    return np.flatnonzero(near & (test.labels == KINDS.index(kind)))


RULES = {
    "mean": lambda bought: cosines[bought].sum(axis=-2),  # as the cosine to (17), times its length
    "nearest": lambda bought: cosines[bought].max(axis=-2),
}
shelves = like("mug", 30), like("lamp", 280)
basket = np.concatenate([shelf[:2] for shelf in shelves])
rows, off = [test.images[basket] / 255], {}
for name, rule in RULES.items():
    worth = rule(basket)
    worth[basket] = -np.inf
    first = np.argsort(-worth)[:10]
    off[name] = np.mean(~np.isin(first, np.concatenate(shelves)))
    rows.append(test.images[first] / 255)
    print(f"{name:8s} {off[name]:.0%} of the ten are neither reddish mugs nor blue lamps")
figure, axes = plt.subplots(figsize=(9, 3))
show(axes, rows, ("bought", *RULES))
plt.show()
assert off["nearest"] < 0.7 < off["mean"]

# %% [markdown] lang="en"
# **A mean of right answers is often none**: of two angles, of two pictures, of two tastes. The cures are relatives: the right geometry, the nearest of several, or somebody who says that no real one looks like that.
#
# ## The real training
#
# **The photo.** A restorer (8) learns in a few hundred steps to take noise away, from the middle $32 \times 32$ pixels of each training picture; made of convolutions, it then works at any size. The network that cuts out comes with the package. Both then meet a hundred pictures of objects that neither has seen: how near is the picture to the photo without noise (PSNR, in decibels), and how well is it cut out? The median of $3 \times 3$ pixels stands for the classical remedies, but is a weak one against such noise: non-local means, their parameters well chosen, reach 30.7 dB [on such pictures](../../docs/restoration.md).

# %% [markdown] lang="zh"
# **几个正确答案的均值，往往不是正确答案**：两个角度如此，两张图如此，两种口味也如此。补救办法是同一类：用对的几何，取几个中最近的，或者有人指出真的东西没有长成这样的。
#
# ## 真正的训练
#
# **照片。** 修复网络 (8) 用几百步学会去噪，训练时只用每张图中间的 $32 \times 32$ 像素；它由卷积组成，所以之后任何尺寸都能用。抠图的网络是随包附带的。然后两者面对一百张图，其中的商品它们都没见过：修复后的图离没有噪声的照片有多近（PSNR，单位分贝）？抠得有多准？ $3 \times 3$ 像素的中值滤波代表经典的办法，但对付这种噪声较弱：参数选好的非局部均值[在这样的图上](../../docs/restoration.zh-CN.md)能到 30.7 dB。

# %%
restoring = RestorerRecipe(
    tasks=("denoise",),
    image_size=32,
    width=12,
    levels=2,
    ssim_weight=0.0,  # (8) has no such term
    learning_rate=3e-3,
    steps=3 if FAST else 700,
)
restorer = restoring.build()
middles = dataclasses.replace(train, images=train.images[:, 16:48, 16:48])  # (8320, 32, 32, 3)
stream = restoring.batches(middles, 0)
restorer.fit(stream, steps_per_epoch=restoring.steps, epochs=1, shuffle=False, verbose=0)


def restore(images):
    """Restore noisy images (N, 64, 64, 3) in [0, 1]."""
    return np.clip(restorer(stack(images, "denoise"), training=False), 0.0, 1.0)


count = 10 if FAST else 100
clean = test.images[:count] / np.float32(255)
damaged = add_noise(clean, [0.1] * count, seed=(0, 1)).numpy()
pictures = {
    "noisy": damaged,
    "median": ndimage.median_filter(damaged, (1, 3, 3, 1)),
    "restored": restore(damaged),
    "clean": clean,
}
psnrs, ious = {}, {}
for name, images in pictures.items():
    found = mattes_of(np.asarray(data.unit_to_uint8(images)))  # (N, 64, 64, 1)
    overlap = measures.intersection_over_union(test.mattes[:count] / 255, found)
    error = overlap.std(ddof=1) / np.sqrt(count)
    low, high = measures.mean_interval(overlap.mean(), error, count)
    psnrs[name], ious[name] = measures.psnr(clean, images).mean(), overlap.mean()
    print(f"{name:9s} {psnrs[name]:5.1f} dB, IoU {ious[name]:.2f} ({low:.2f} to {high:.2f})")
assert FAST or psnrs["restored"] > max(psnrs["noisy"] + 3, psnrs["median"])
assert FAST or ious["clean"] > 0.6
assert FAST or abs(ious["restored"] - ious["noisy"]) < 0.03

restored = restore(noisy[None])[0]
matte = mattes_of(np.asarray(data.unit_to_uint8(restored))[None])[0]
figure, axes = plt.subplots(figsize=(9, 2.7))
rows = [page(noisy, photo, test.mattes[NUMBER] / 255), page(noisy, restored, matte)]
show(axes, rows, ("the truth", "by networks"))
plt.show()

# %% [markdown] lang="en"
# PSNR rises by several decibels, the IoU hardly moves: this noise costs the network that cuts out only about 0.02, so there is little for restoring to win back, and it serves the eye more than the cut.
#
# What you should see: the lower row is the upper one as two networks have it. Look at the top of the lid: its white knob, as pale as the paper, is missing from the matte and from every cut-out after it. Where a matte takes in too much instead, a fringe of paper shows on white, and recoloured, the fringe takes the new colour too. On photographs the matte is [less certain](../../docs/from-photo-to-ad.md) than on renders. Which method restores best, and what the adversarial term buys, is measured in [restoration](../../docs/restoration.md), with longer training than here.
#
# **The other sides.** The generator (9) learns all eight kinds in 675 steps, the first 450 of them by pixels alone. The judge, which saw training renders alone, reads kind, colour and angle off 400 of its pictures; what it makes of test renders is the yardstick, though not a floor: a drawn picture can be easier to read than a render. *Colour* is the median CIEDE2000, a distance between colours that is meant to grow as the eye sees it (1 is just visible); *angle* is the median error.

# %% [markdown] lang="zh"
# PSNR 升了好几分贝，交并比却几乎没动：这样的噪声只让抠图网络损失约 0.02，修复没有多少可以挽回，主要还是为了好看。
#
# 你应该看到：下面一行是两个网络做出来的上面那一行。看壶盖顶上：白色的盖钮与背景纸一样浅，蒙版里没有它，后面的每张抠图里也没有。反过来，蒙版若多抠了一圈，放在白底上就露出一圈纸的颜色，换色以后，这一圈也跟着变色。在真实照片上，蒙版比在渲染图上[更不可靠](../../docs/from-photo-to-ad.zh-CN.md)。哪种方法修复得最好、对抗项换来了什么，见[修复](../../docs/restoration.zh-CN.md)一页的测量，那里训练得比这里久。
#
# **其他角度。** 生成器 (9) 用 675 步学习全部八个种类，其中前 450 步只看像素。裁判只见过训练用的渲染图，由它从 400 张生成图里读出种类、颜色和角度；它对测试渲染图的读数就是标尺，但不是下限：画出来的图可能比渲染图更好认。颜色一栏是 CIEDE2000 的中位数，这是按人眼感觉设计的颜色距离（1 左右刚能看出）；角度一栏是误差的中位数。

# %%
recipe = ProductGANRecipe(
    generator_width=16,
    discriminator_width=16,
    pixel_steps=2 if FAST else 450,
    g_learning_rate=2e-3,
    d_learning_rate=2e-3,
    ema_decay=0.99,
).for_data(train)
gan = recipe.build()


def readings(images, requests):
    """Return the share of right kinds, the median CIEDE2000, and the median error of the angle."""
    hits, colours, angles = request_errors(judge.read(images), requests)
    return hits.mean(), np.median(colours), np.median(angles)


ROW = "{:>14s}  kind {:6.1%}  colour {:5.1f}  angle {:5.1f} degrees"
renders = readings(test.images, known_requests(test))
print(ROW.format("real renders", *renders))
wishes = random_requests(40 if FAST else 400, len(KINDS), seed=1)
for _ in range(2 if FAST else 3):
    stream = recipe.batches(train, gan.steps_done)
    gan.fit(stream, steps_per_epoch=2 if FAST else 225, epochs=1, shuffle=False, verbose=0)
    images = data.unit_to_uint8(gan.sample(len(wishes.kinds), seed=1))
    read = readings(images, wishes)
    print(ROW.format(f"{gan.steps_done} steps", *read))
assert FAST or (0.75 < read[0] < renders[0] and renders[1] < read[1] < 10)
assert FAST or renders[2] < read[2] < 50


def draw(kind, colours, angles, seed=0):
    """Draw one object of a kind, with one draw of noise, in several colours from several angles."""
    colours = np.broadcast_to(colours, (len(angles), 3))
    asked = Requests(np.full(len(angles), KINDS.index(kind)), colours, angles)
    noise = np.random.default_rng(seed).normal(size=(1, gan.latent_dim)).astype("float32")
    return gan.draw(np.repeat(noise, len(angles), axis=0), condition_vectors(asked, len(KINDS)))


TURN = np.arange(8) * 45.0
WAYS = (
    "crimson",
    "chocolate",
    "goldenrod",
    "olivedrab",
    "teal",
    "steelblue",
    "slateblue",
    "orchid",
)
ways = np.stack([colour_lab(name) for name in WAYS])
figure, axes = plt.subplots(figsize=(7.5, 3.7))
rows = [draw(kind, colour_lab("teal"), TURN) for kind in ("teapot", "sneaker", "chair")]
show(axes, [*rows, draw("teapot", ways, np.full(8, 0.0))], ("turned",) * 3 + ("coloured",))
plt.show()

# %% [markdown] lang="en"
# What you should see: from column to column sneaker and chair turn, though not by exactly 45°, while the teapot hardly does, since its spout and its handle are barely drawn yet. Each object stays more or less itself, as far as so short a training draws one; in the last row it is mainly the glaze that changes. Kind and colour are mostly obeyed, the angle only roughly, as its median error above says, and none of them as well as in renders; the shapes are frayed. The recipe with its own settings (4,200 steps, wider networks, half the learning rates) [comes close to the renders](../../docs/products.md) in all three figures.
#
# **You may also like.** Nobody's purchases are known here, so customers are invented: each has one taste or two, a taste being a hue of one kind of product (two tastes may share the kind), and buys four different items near it (with two tastes, two near each), popular ones more often. One of the four is hidden, so that with two tastes only one of the other three was bought for the same taste. The hit rate (18) at $k = 10$, with Wilson's interval:
#
# - *mean*: cosine to the mean direction (17) of the judge's features;
# - *nearest*: cosine to the nearest bought item;
# - *thumbnails*: the mean again, with the colours of $8 \times 8$ pixels in place of features;
# - *popularity*: what 2,000 other customers bought most often, the same for everybody;
# - *random*: chance.

# %% [markdown] lang="zh"
# 你应该看到：从一列到下一列，运动鞋和椅子在转，但不是正好 45°；茶壶几乎看不出在转，因为壶嘴和把手还没怎么画出来。每一行大体上还是同一件，当然训练这么短，画得也只有这么好；最后一行主要是釉色在变。种类和颜色大多听从了，角度只是大致听从（见上面的误差中位数），三者都不如渲染图，形状也毛糙。这个配方若用自己的设置（4,200 步，网络更宽，学习率减半），三个数都[接近渲染图](../../docs/products.zh-CN.md)。
#
# **猜你喜欢。** 这里没有任何人的购买记录，所以顾客是虚构的：每位顾客有一种或两种口味，一种口味就是某种商品的某个色相（两种口味可以是同一种商品），买下四件与之相近的不同商品（有两种口味时，各买两件），热门的买得更多。四件中藏起一件，所以有两种口味时，其余三件里只有一件是出于同一种口味买的。下面是 $k = 10$ 的命中率 (18)，以及威尔逊区间：
#
# - *均值*：与裁判特征的均值方向 (17) 的余弦；
# - *最近*：与买过的最近一件的余弦；
# - *缩略图*：仍取均值，但不用特征，用 $8 \times 8$ 像素的颜色；
# - *热度*：另外 2,000 位顾客买得最多的，对谁都一样；
# - *随机*：碰运气。

# %%
ITEMS = len(test.images)
DEMAND = (1 + np.random.default_rng(99).permutation(ITEMS)) ** -0.5  # some items sell better
KIND_SHARES = 1 / np.arange(1, 9) / np.sum(1 / np.arange(1, 9))  # and so do some kinds


def customers(n, seed, tastes):
    """Return n baskets of four items (n, 4), of one taste or of two; the last one is hidden."""
    rng, baskets = np.random.default_rng(seed), []
    while len(baskets) < n:
        kinds, favourites = rng.choice(8, tastes, p=KIND_SHARES), rng.uniform(0, 360, tastes)
        shelves = [like(KINDS[k], hue) for k, hue in zip(kinds, favourites, strict=True)]
        if min(map(len, shelves)) < 4:
            continue
        chances = [DEMAND[shelf] / DEMAND[shelf].sum() for shelf in shelves]
        bought = [
            rng.choice(shelf, 4 // tastes, replace=False, p=chance)
            for shelf, chance in zip(shelves, chances, strict=True)
        ]
        basket = rng.permutation(np.concatenate(bought))
        if len(set(basket)) == 4:
            baskets.append(basket)
    return np.stack(baskets)


thumbnails = test.images.reshape(ITEMS, 8, 8, 8, 8, 3).mean(axis=(2, 4)).reshape(ITEMS, -1)
thumbnails -= thumbnails.mean(axis=0)
by_thumbnail = measures.cosine_similarity(thumbnails, thumbnails)
n = 100 if FAST else 1000
print(f"{'hits among 10':14s} {'one taste':24s} two tastes")
rates = {}
for tastes in (1, 2):
    baskets, past = customers(n, 1, tastes), customers(2 * n, 2, tastes)
    bought, hidden = baskets[:, :3], baskets[:, 3]
    scores = {name: rule(bought) for name, rule in RULES.items()}
    scores["thumbnails"] = by_thumbnail[bought].sum(axis=1)
    scores["popularity"] = np.tile(np.bincount(past.ravel(), minlength=ITEMS), (n, 1))
    scores["random"] = np.random.default_rng(3).random((n, ITEMS))
    for name, score in scores.items():
        hits = int(measures.held_out_hits(score, bought, hidden, k=10).sum())
        rates[name, tastes] = hits / n, *measures.wilson_interval(hits, n)
for name in scores:
    print(
        f"{name:14s}", *("{:.1%} ({:.1%} to {:.1%})     ".format(*rates[name, t]) for t in (1, 2))
    )
print(f"{'chance':14s} {10 / (ITEMS - 3):.1%}")
low = {key: rate[1] for key, rate in rates.items()}
high = {key: rate[2] for key, rate in rates.items()}
assert FAST or low["mean", 1] > high["popularity", 1] > low["popularity", 1] > high["random", 1]
assert FAST or rates["mean", 1][0] > 2 * rates["popularity", 1][0]
assert FAST or rates["thumbnails", 1][0] > 0.7 * rates["mean", 1][0]
assert FAST or high["mean", 2] < min(low["nearest", 2], low["popularity", 2])
assert FAST or low["nearest", 2] < high["popularity", 2]
assert FAST or low["random", 1] < 10 / (ITEMS - 3) < high["random", 1]

# %% [markdown] lang="en"
# - With **one taste** the mean of three pictures finds the hidden one far more often than popularity does. But look at *thumbnails*: for a taste that is made of a kind and a colour, a picture of 64 pixels knows nearly as much as the network. The customers were invented to be found by pictures; on real ones the number may be anything.
# - With **two tastes** the mean is worse than popularity, which looks at no picture at all. Nearest is far better than the mean, but here no better than popularity.
# - Who bought a mug may want a saucer and not a second mug. What goes *together* is in no picture of one thing; it takes purchases (McAuley et al. 2015).
#
# For garments the same is done with FashionNet's features. "Personalised pictures" can also mean *new* ones near the taste, here drawn by the DCGAN that comes with the package. What you should see: what was bought; the most similar of 2,000 test garments; the most similar of 1,000 drawn ones, which nobody can buy. That these are ankle boots is what FashionNet says, which also chose them; those looked up have labels of their own.

# %% [markdown] lang="zh"
# - 只有**一种口味**时，三张图的均值找到藏起的那一件，远比按热度推荐来得多。但请看*缩略图*：口味若由种类和颜色构成，一张 64 像素的图知道的几乎与网络一样多。这些顾客虚构出来，本来就适合用图片去找；换成真实的顾客，这个数可能是任何值。
# - 有**两种口味**时，均值还不如热度，而热度一张图也没看。“最近”远好于均值，但在这里并不比热度强。
# - 买了马克杯的人，要的也许是碟子，而不是第二个杯子。什么与什么**搭配**，单件商品的图里没有，要靠购买记录（McAuley et al. 2015）。
#
# 衣物也一样做，用 FashionNet 的特征。“个性化图像”也可以指合乎口味的**新**图，这里由随包附带的 DCGAN 来画。你应该看到：买过的；2,000 件测试衣物中最像的；画出来的 1,000 张中最像的，后者谁也买不到。画出来的是不是短靴，由挑选它们的 FashionNet 自己判断；查出来的则有自己的标签。

# %%
fashion = data.load("fashion_mnist_10k", split="test")
reader = measures.load_features("fashion_net", (28, 28, 1))
BOOT = fashion.class_names.index("Ankle boot")
boots = np.flatnonzero(fashion.labels == BOOT)[:3]
new = keras_gen.load("dcgan").sample(100 if FAST else 1000, seed=0)
old_features, _ = reader(fashion.images)
new_features, shown = reader(np.asarray(data.unit_to_uint8(new)))
taste = measures.mean_direction(old_features[boots])[None]
old_order = np.argsort(-measures.cosine_similarity(taste, old_features)[0])
old_order = old_order[~np.isin(old_order, boots)][:10]
new_order = np.argsort(-measures.cosine_similarity(taste, new_features)[0])[:10]
figure, axes = plt.subplots(3, 1, figsize=(8, 3))
for panel, name, images in zip(axes, ("bought", "looked up", "drawn"), (
    fashion.images[boots] / 255, fashion.images[old_order] / 255, new[new_order]
), strict=True):  # fmt: skip
    blank = np.ones((10 - len(images), 28, 28, 1))
    panel.imshow(grid(np.concatenate([images, blank]), 10), cmap="gray", vmin=0, vmax=255)
    panel.set(xticks=[], yticks=[14], yticklabels=[name])
    panel.grid(False)
    panel.spines[:].set_visible(False)
plt.show()
same = np.mean(fashion.labels[old_order] == BOOT), np.mean(shown[new_order] == BOOT)
print(f"ankle boots: {same[0]:.0%} of those looked up, {same[1]:.0%} of those drawn")
assert FAST or min(same) >= 0.8

# %% [markdown] lang="en"
# **The page.** Everything together, for the teapot of the beginning, from its noisy photo: the restorer, the cut-out, the recolouring; eight views of that kind, in the colour that the judge reads off the restored photo, drawn by the `product_gan` that comes with the package, which was trained longer than ours; the catalogue's nearest items; and new teapots: of 64 draws in that colour, from the angle that the judge reads off the photo, the eight whose features are nearest to it.

# %% [markdown] lang="zh"
# **商品页。** 从那张有噪声的照片出发，把所有部分合在一起，还是开头那把茶壶：修复、抠图、换色；这个种类的八个角度，由随包附带的 `product_gan` 来画，它训练得比我们的久，颜色取自裁判从修复后的照片里读到的值；目录里最近的商品；以及新的茶壶：按这种颜色和裁判读出的角度抽样 64 次，取特征与它最近的八张。

# %%
gan = keras_gen.load("product_gan")
seen = judge.read(np.asarray(data.unit_to_uint8(restored))[None])
colour = seen.colours[0]
asked = Requests(np.full(64, TEAPOT), np.tile(colour, (64, 1)), np.full(64, seen.angles[0]))
noise = np.random.default_rng(5).normal(size=(64, gan.latent_dim)).astype("float32")
new = gan.draw(noise, condition_vectors(asked, len(KINDS)))
new_features = judge.read(np.asarray(data.unit_to_uint8(new))).features
new_cosines = measures.cosine_similarity(seen.features, new_features)[0]
old_cosines = measures.cosine_similarity(seen.features, features)[0]
old_cosines[NUMBER] = -np.inf
rows = [
    page(noisy, restored, matte),
    draw("teapot", colour, TURN),
    test.images[np.argsort(-old_cosines)[:8]] / 255,
    new[np.argsort(-new_cosines)[:8]],
]
figure, axes = plt.subplots(figsize=(7.5, 3.7))
show(axes, rows, ("computed", "drawn", "looked up", "new"))
plt.show()
apart = measures.delta_e_2000(colour, known_requests(test).colours[NUMBER])
print(
    f"read off the restored photo: a {KINDS[seen.kinds[0]]}, CIEDE2000 from its colour {apart:.1f}"
)
assert FAST or np.mean(new_cosines) > np.mean(old_cosines[np.isfinite(old_cosines)])

# %% [markdown] lang="en"
# What you should see: the first row keeps to the photo, but for the knob of the lid, which the cut-out has lost; the second does not. The teapot that turns there is *some* teapot of that colour, however well it is drawn: kind, colour and angle were asked for, its spout and its lid were not, because the request has no number for them. The generator was never told which teapot the photo shows, so this row must not be sold as views of it. Whoever can order photographs from four sides should; a label says what was drawn ([labels](../../docs/compliance.md)).
#
# And what the documents call virtual fitting is none of this: no body was in any picture ([why it is not offered](../../docs/errata.md), E44; [what it needs](../../docs/interview/gan.md), Q90).
#
# On the command line, where only the restorer is still to be trained:
#
# - `keras-gen train restorer --data products`
# - `keras-gen restore photo.jpg --model runs/restorer-1`
# - `keras-gen cutout photo.jpg`
# - `keras-gen recolour photo.jpg --mask cutout --colour teal`
# - `keras-gen generate product_gan --kind teapot --turntable --out teapot.gif`
#
# ## Exercises
#
# **1.** The mean of several angles, by way of the circle, as degrees from 0 to 360.

# %% [markdown] lang="zh"
# 你应该看到：第一行忠于照片，只是抠图丢了盖钮；第二行则不然。那里转动的是那种颜色的**某一把**茶壶，画得再好也一样：要求里有种类、颜色和角度，没有它的壶嘴和壶盖，因为要求里没有表示它们的数。没有人告诉生成器照片上是哪一把茶壶，所以不能把这一行当作它的其他角度来卖。能请人从四面拍照的，就应当去拍；画出来的要有标识（[标识](../../docs/compliance.zh-CN.md)）。
#
# 文档所说的虚拟试穿也不在其中：没有哪张图里有人体（[为什么不提供](../../docs/errata.zh-CN.md)，E44；[它需要什么](../../docs/interview/gan.zh-CN.md)，Q90）。
#
# 命令行的做法如下，那里只有修复网络还要训练：
#
# - `keras-gen train restorer --data products`
# - `keras-gen restore photo.jpg --model runs/restorer-1`
# - `keras-gen cutout photo.jpg`
# - `keras-gen recolour photo.jpg --mask cutout --colour teal`
# - `keras-gen generate product_gan --kind teapot --turntable --out teapot.gif`
#
# ## 练习
#
# **1.** 借助圆求几个角度的均值，结果用 0 到 360 的度数表示。


# %% exercise
def mean_angle(degrees):
    """Return the mean direction of angles (N,), in degrees from 0 to 360."""
    return ...


# %% check
found = [mean_angle(np.array(angles)) for angles in ([350.0, 20.0], [80.0, 100.0, 120.0], [300.0])]
right = [5.0, 100.0, 300.0]
assert ... in found or np.allclose(found, right), f"expected {right}, found {found}"
print("not yet" if ... in found else "right ✓")


# %% solution
def mean_angle(degrees):
    """Return the mean direction of angles (N,), in degrees from 0 to 360."""
    # the length of the mean of the points does not matter: it says how far the angles agree
    radians = np.radians(degrees)
    return np.degrees(np.arctan2(np.sin(radians).mean(), np.cos(radians).mean())) % 360


# %% [markdown] lang="en"
# **2.** The product's colours from a picture, its matte, and the backdrop, (11). Where nothing is covered, return 0.

# %% [markdown] lang="zh"
# **2.** 由图、蒙版和背景求商品的颜色，即 (11)。没有被盖住的地方返回 0。


# %% exercise
def uncover(picture, matte, backdrop):
    """Return the product's colours (H, W, 3), for a matte (H, W, 1) and a backdrop (H, W, 3)."""
    return ...


# %% check
matte = np.array([[[1.0], [0.25]], [[0.5], [0.0]]])
backdrop = np.full((2, 2, 3), 40.0)
product = np.full((2, 2, 3), 200.0) * (matte > 0)
found = uncover(matte * product + (1 - matte) * backdrop, matte, backdrop)
assert found is ... or np.allclose(found, product), f"expected {product}, found {found}"
print("not yet" if found is ... else "right ✓")


# %% solution
def uncover(picture, matte, backdrop):
    """Return the product's colours (H, W, 3), for a matte (H, W, 1) and a backdrop (H, W, 3)."""
    covered = picture - (1 - matte) * backdrop
    return np.divide(covered, matte, out=np.zeros_like(covered), where=matte > 0)


# %% [markdown] lang="en"
# **3.** The hit rate (18), for scores in which no two items of a customer are equal, and nothing that was bought needs to be left out.

# %% [markdown] lang="zh"
# **3.** 命中率 (18)：每位顾客的各件商品得分都不相同，也没有要排除的已购商品。


# %% exercise
def hit_rate(scores, hidden, k):
    """Return the share of customers whose hidden item (B,) is among the k best of (B, N)."""
    return ...


# %% check
scores = np.array([[0.9, 0.5, 0.7], [0.1, 0.2, 0.3], [0.4, 0.6, 0.5]])
found = [hit_rate(scores, np.array([2, 1, 0]), k) for k in (1, 2, 3)]
right = [0.0, 2 / 3, 1.0]
assert ... in found or np.allclose(found, right), f"expected {right}, found {found}"
print("not yet" if ... in found else "right ✓")


# %% solution
def hit_rate(scores, hidden, k):
    """Return the share of customers whose hidden item (B,) is among the k best of (B, N)."""
    own = scores[np.arange(len(scores)), hidden][:, None]  # (B, 1)
    return np.mean((scores >= own).sum(axis=1) <= k)  # the rank counts the item itself


# %% [markdown] lang="en"
# ## Where to go from here
#
# **To say it aloud.** A network is told an angle and a hue as points of a circle, and a kind as an embedding. Where several answers are right, the squared difference draws their mean and the absolute one their median. An adversarial term asks for a picture that looks real, and the nearest of several draws leaves each answer its place. A cut-out guesses seven numbers from three, and IoU tells how well. Recolouring in CIELAB moves the lightness, so that light and shade stay, turns the hue and scales the chroma. The mean of unit features is the direction most like a basket, if the basket has one taste. Hits are reported beside chance and popularity, with an interval. What is computed can be checked against the photo; what is drawn is a guess, and the page must say so.
#
# | picture on the page | where it comes from | what can be wrong |
# |---|---|---|
# | cleaned, cut out, recoloured | computed from the photo | texture taken for noise, a wrong edge, trim that changes colour too |
# | other sides | drawn for a request | everything that the request does not say |
# | you may also like | looked up | the choice: invented customers are no customers |
# | new ones near a taste | drawn | they are not for sale |
#
# - [The networks](../../keras_gen/networks/product_gan.py), [the model](../../keras_gen/models/product_gan.py), [the restorer](../../keras_gen/models/restorer.py), [the cut-out](../../keras_gen/retouch/matting.py), [the recommendations](../../keras_gen/measures/recommendations.py); [products on request](../../docs/products.md), [restoration](../../docs/restoration.md), [from photo to ad](../../docs/from-photo-to-ad.md); [interview questions](../../docs/interview.md) Q65, Q66, Q78 and Q90.
# - Isola et al. 2017, [arXiv:1611.07004](https://arxiv.org/abs/1611.07004), for (8); Gupta et al. 2018, [arXiv:1803.10892](https://arxiv.org/abs/1803.10892), for the nearest of several; Miyato and Koyama 2018, [arXiv:1802.05637](https://arxiv.org/abs/1802.05637); McAuley et al. 2015, [arXiv:1506.04757](https://arxiv.org/abs/1506.04757), for what goes with what; He et al. 2017, [arXiv:1708.05031](https://arxiv.org/abs/1708.05031), for hit rates.

# %% [markdown] lang="zh"
# ## 接下来
#
# **用几句话说出来。** 角度和色相用圆上的点来告诉网络，种类用嵌入。有好几个正确答案时，平方差画出它们的均值，绝对差画出中位数。对抗项要求画得像真的，“几次抽样中最近的一个”则给每个答案留出位置。抠图是由三个数猜七个数，猜得准不准看交并比。在 CIELAB 里换颜色，是平移明度（所以明暗保留）、旋转色相、缩放彩度。单位特征的均值，是与购物篮最像的方向，前提是篮子里只有一种口味。命中率要与随机推荐和热度对照，并给出区间。算出来的可以与照片核对；画出来的是猜测，页面上必须说明。
#
# | 页面上的图 | 从哪里来 | 可能错在哪里 |
# |---|---|---|
# | 去噪、抠图、换色 | 由照片算出 | 把纹理当噪声去掉，边缘不对，配饰也跟着变色 |
# | 其他角度 | 按要求画出 | 要求里没有说的一切 |
# | 猜你喜欢 | 查出来的 | 选择：虚构的顾客不是顾客 |
# | 合乎口味的新图 | 画出来的 | 买不到 |
#
# - [网络](../../keras_gen/networks/product_gan.py)、[模型](../../keras_gen/models/product_gan.py)、[修复](../../keras_gen/models/restorer.py)、[抠图](../../keras_gen/retouch/matting.py)、[推荐](../../keras_gen/measures/recommendations.py)；[按要求画商品](../../docs/products.zh-CN.md)、[修复的测量](../../docs/restoration.zh-CN.md)、[从照片到广告](../../docs/from-photo-to-ad.zh-CN.md)；[面试题](../../docs/interview.zh-CN.md) Q65、Q66、Q78 和 Q90。
# - Isola et al. 2017，[arXiv:1611.07004](https://arxiv.org/abs/1611.07004)，即 (8)；Gupta et al. 2018，[arXiv:1803.10892](https://arxiv.org/abs/1803.10892)，几次抽样中最近的一个；Miyato 与 Koyama 2018，[arXiv:1802.05637](https://arxiv.org/abs/1802.05637)；McAuley et al. 2015，[arXiv:1506.04757](https://arxiv.org/abs/1506.04757)，什么与什么搭配；He et al. 2017，[arXiv:1708.05031](https://arxiv.org/abs/1708.05031)，命中率。

# %% words
# looked up: => 查出来的：
# computed => 算出来的
# drawn => 画出来的
# looked up => 查出来的
# mean of 359 and 1: as numbers 180, on the circle => 359 与 1 的均值：当作数是 180，在圆上
# best guess: => 最佳猜测：
# absolute, => 绝对值，
# squared => 平方
# absolute => 绝对值
# soft edge => 柔和的边缘
# back => 还原
# wrong => 错误
# new colours => 新颜色
# cosines => 余弦
# on the circle => 在圆上
# as a number => 当作数
# angle, degrees => 角度
# distance from 0 degrees => 到 0 度的距离
# guess => 猜测
# loss => 损失
# slope => 斜率
# step {step + 1}: D moved {moved[0]}, G moved {moved[1]} => 第 {step + 1} 步：D 移动了吗 {moved[0]}，G 移动了吗 {moved[1]}
# circle, 4 draws => 圆，4 份噪声
# number, 4 draws => 数，4 份噪声
# circle, 1 draw => 圆，1 份噪声
# {name:16s} seam {seams[name]:.4f}, spread {spreads[name]:.4f} => {name:12s} 接缝 {seams[name]:.4f}，离散度 {spreads[name]:.4f}
# {name}\nturned => {name}\n转角度
# {name}\nnoise => {name}\n换噪声
# mean => 均值
# nearest => 最近
# {name:8s} {off[name]:.0%} of the ten are neither reddish mugs nor blue lamps => {name:6s} 十个里有 {off[name]:.0%} 既不是偏红的马克杯，也不是蓝色的灯
# bought => 买过的
# noisy => 有噪声
# median => 中值滤波
# restored => 修复后
# clean => 干净
# {name:9s} {psnrs[name]:5.1f} dB, IoU {ious[name]:.2f} ({low:.2f} to {high:.2f}) => {name:6s} {psnrs[name]:5.1f} dB，IoU {ious[name]:.2f}（{low:.2f} 至 {high:.2f}）
# the truth => 真值
# by networks => 网络做的
# {:>14s}  kind {:6.1%}  colour {:5.1f}  angle {:5.1f} degrees => {:>12s}  种类 {:6.1%}  颜色 {:5.1f}  角度 {:5.1f} 度
# real renders => 真实渲染图
# {gan.steps_done} steps => {gan.steps_done} 步
# coloured => 换颜色
# turned => 转角度
# {'hits among 10':14s} {'one taste':24s} two tastes => {'hits among 10':10s} {'one taste':20s} 两种口味
# hits among 10 => 十个中命中
# one taste => 一种口味
# thumbnails => 缩略图
# popularity => 热度
# random => 随机
# {name:14s} => {name:11s}
# {:.1%} ({:.1%} to {:.1%}) => {:.1%}（{:.1%} 至 {:.1%}）
# {'chance':14s} {10 / (ITEMS - 3):.1%} => {'chance':11s} {10 / (ITEMS - 3):.1%}
# chance => 全凭运气
# ankle boots: {same[0]:.0%} of those looked up, {same[1]:.0%} of those drawn => 短靴：查出来的里占 {same[0]:.0%}，画出来的里占 {same[1]:.0%}
# read off the restored photo: a {KINDS[seen.kinds[0]]}, CIEDE2000 from its colour {apart:.1f} => 从修复后的照片读出：{KINDS[seen.kinds[0]]}，与它的颜色相差 CIEDE2000 {apart:.1f}
# new => 新图
# expected {product}, found {found} => 应为 {product}，得到的是 {found}
