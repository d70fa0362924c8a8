// The best discriminator of two Gaussians, and the Jensen-Shannon divergence between them.

(() => {
  const { add, say, slider, panel } = Play;
  const [shown, controls] = panel("play-gaussians");
  const plot = new Play.Plot(shown, say("Densities and D*", "密度与 D*"), [-6, 6], [0, 1.05]);
  add(shown, "p", { className: "legend" }, ...[["first", say("real p", "真实 p")],
    ["second", say("generated q", "生成 q")], ["third", "D*"]].map(([className, words]) =>
    Object.assign(document.createElement("span"), { className, textContent: words })));
  const mean = say("Mean", "均值"), width = say("Standard deviation", "标准差");
  const [meanP, widthP, meanQ, widthQ] = [
    [`${mean} p`, [-4, 4, 0.05, -1]], [`${width} p`, [0.4, 2, 0.05, 1]],
    [`${mean} q`, [-4, 4, 0.05, 1.5]], [`${width} q`, [0.4, 2, 0.05, 0.8]],
  ].map(([words, range]) => slider(controls, words, range, draw));
  const told = add(controls, "p", { className: "told", id: "gaussians-told" });

  // Logarithms, because far outside both densities are 0 and their ratio is not.
  const log = (x, m, s) => -0.5 * ((x - m.valueAsNumber) / s.valueAsNumber) ** 2 -
    Math.log(s.valueAsNumber * Math.sqrt(2 * Math.PI));
  const logP = (x) => log(x, meanP, widthP);
  const logQ = (x) => log(x, meanQ, widthQ);
  const best = (x) => 1 / (1 + Math.exp(logQ(x) - logP(x)));

  // (KL(p || m) + KL(q || m)) / 2 with m = (p + q) / 2, by the trapezoid rule, in nats.
  function divergence(n = 4000, reach = 20) {
    let sum = 0;
    for (let i = 0; i <= n; i++) {
      const x = -reach + (2 * reach * i) / n;
      const [p, q] = [Math.exp(logP(x)), Math.exp(logQ(x))];
      if (p) sum += p * Math.log((2 * p) / (p + q));
      if (q) sum += q * Math.log((2 * q) / (p + q));
    }
    return (sum / 2) * ((2 * reach) / n);
  }

  function draw() {
    plot.curve((x) => Math.exp(logP(x)), "first");
    plot.curve((x) => Math.exp(logQ(x)), "second");
    plot.curve(best, "third");
    const js = divergence();
    told.dataset.js = js;
    const js4 = `${say("JS = ", "JS 散度 = ")}${js.toFixed(4)} nat${say("; ", "；")}`;
    told.innerHTML = `${js4}L<sub>D</sub>(D*) = log 4 − 2 JS = ${(Math.log(4) - 2 * js).toFixed(4)}`;
  }

  let held;
  plot.drag((x, _, first) => {
    const distance = (m) => Math.abs(m.valueAsNumber - x);
    if (first) held = distance(meanP) < distance(meanQ) ? meanP : meanQ;
    held.move(x);
  });
  draw();
})();
