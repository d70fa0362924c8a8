// Every adversarial loss of keras_gen.losses.GAN_LOSSES: value and slope at a draggable logit.

(() => {
  const { add, say, slider, choice, panel } = Play;
  const softplus = (s) => Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s)));
  const sigma = (s) => 1 / (1 + Math.exp(-s));
  const relu = (s) => Math.max(s, 0);

  // For one real logit r and one generated f: the loss of D, its slope in f; of G, its slope in f.
  const minimax = [(r, f) => softplus(-r) + softplus(f), (r, f) => sigma(f)];
  const raise = [(r, f) => -f, () => -1];
  const LOSSES = {
    non_saturating: [...minimax, (r, f) => softplus(-f), (r, f) => -sigma(-f)],
    saturating: [...minimax, (r, f) => -softplus(f), (r, f) => -sigma(f)],
    least_squares: [(r, f) => ((r - 1) ** 2 + f ** 2) / 2, (r, f) => f,
      (r, f) => (f - 1) ** 2 / 2, (r, f) => f - 1],
    hinge: [(r, f) => relu(1 - r) + relu(1 + f), (r, f) => +(f > -1), ...raise],
    wasserstein_gp: [(r, f) => f - r, () => 1, ...raise],
    relativistic: [(r, f) => softplus(f - r), (r, f) => sigma(f - r),
      (r, f) => softplus(r - f), (r, f) => -sigma(r - f)],
  };

  const [shown, controls] = panel("play-losses");
  const plot = new Play.Plot(shown, say("Losses over the logit", "损失随 logit 的变化"), [-6, 6], [-6, 10]);
  const legend = [["first", say("loss of D", "D 的损失")], ["second", say("loss of G", "G 的损失")]];
  add(shown, "p", { className: "legend" }, ...legend.map(([className, words]) =>
    Object.assign(document.createElement("span"), { className, textContent: words })));
  const name = choice(controls, say("Drawn", "画出"),
    Object.fromEntries(Object.keys(LOSSES).map((key) => [key, key])), draw);
  const fake = slider(controls, say("Logit of a generated image", "生成图像的 logit"), [-6, 6, 0.05, -2], draw);
  const real = slider(controls, say("Logit of a real image", "真实图像的 logit"), [-6, 6, 0.05, 1], draw);

  const table = add(controls, "table", { className: "docutils figures" });
  const head = add(add(table, "thead"), "tr");
  for (const words of ["", "L<sub>D</sub>", "∂L<sub>D</sub>/∂f", "L<sub>G</sub>", "∂L<sub>G</sub>/∂f"])
    add(head, "th", { innerHTML: words });
  const body = add(table, "tbody");
  const rows = Object.keys(LOSSES).map((key) => {
    const row = add(body, "tr", { id: `loss-${key}` }, add(body, "th", {}, key));
    return [LOSSES[key], LOSSES[key].map(() => add(row, "td"))];
  });

  function draw() {
    const [r, f] = [real.valueAsNumber, fake.valueAsNumber];
    for (const [formulas, cells] of rows)
      formulas.forEach((formula, i) => (cells[i].textContent = formula(r, f).toFixed(4)));
    const [ofD, slopeD, ofG, slopeG] = LOSSES[name.value];
    const tangent = (y, slope) => [-1, 1].map((step) => [f + step, y + step * slope]);
    plot.curve((s) => ofD(r, s), "first");
    plot.curve((s) => ofG(r, s), "second");
    plot.path(tangent(ofD(r, f), slopeD(r, f)), "first tangent");
    plot.path(tangent(ofG(r, f), slopeG(r, f)), "second tangent");
    plot.dot(f, ofD(r, f), "first dot");
    plot.dot(f, ofG(r, f), "second dot");
  }

  plot.drag((x) => fake.move(x));
  draw();
})();
