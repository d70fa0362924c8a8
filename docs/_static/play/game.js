// Two numbers that play a GAN: a generator's point theta, and the slope psi of D(x) = psi x.

(() => {
  const { add, say, slider, choice, panel } = Play;
  const sigma = (s) => 1 / (1 + Math.exp(-s));

  // Slopes of the losses, D's in psi and G's in theta. Real data are the point 0.
  const GAMES = {
    dirac: [(theta, psi) => theta * sigma(psi * theta), (theta, psi) => -psi * sigma(-psi * theta)],
    bilinear: [(theta) => theta, (theta, psi) => -psi],
  };

  const [shown, controls] = panel("play-game");
  const plot = new Play.Plot(shown, say("Paths of the game", "博弈的轨迹"), [-3, 3], [-2.0625, 2.0625]);
  const legend = [["first", say("simultaneous", "同时更新")], ["second", say("alternating", "交替更新")]];
  add(shown, "p", { className: "legend" }, ...legend.map(([className, words]) =>
    Object.assign(document.createElement("span"), { className, textContent: words })));
  const game = choice(controls, say("Game", "博弈"), {
    dirac: say("Dirac-GAN (non_saturating)", "Dirac-GAN（non_saturating）"),
    bilinear: say("bilinear (wasserstein)", "双线性（wasserstein）"),
  }, draw);
  const rate = slider(controls, say("Learning rate", "学习率"), [0.02, 0.5, 0.01, 0.2], draw);
  const gamma = slider(controls, say("R1, weight γ", "R1 的权重 γ"), [0, 1, 0.05, 0], draw);
  const steps = slider(controls, say("Steps", "步数"), [1, 500, 1, 100], draw);
  const start = { theta: 1, psi: 0 };
  const told = add(controls, "p", { className: "told", id: "game-told" });

  // R1 is gamma / 2 times D's squared slope at real data, which is psi squared.
  function path(alternating) {
    const [slopeD, slopeG] = GAMES[game.value];
    const [h, weight] = [rate.valueAsNumber, gamma.valueAsNumber];
    let { theta, psi } = start;
    const points = [[theta, psi]];
    for (let step = 0; step < steps.valueAsNumber; step++) {
      const next = psi - h * (slopeD(theta, psi) + weight * psi);
      theta -= h * slopeG(theta, alternating ? next : psi);
      psi = next;
      points.push([theta, psi]);
    }
    return points;
  }

  function draw() {
    told.replaceChildren();
    for (const [i, [name, words]] of legend.entries()) {
      const points = path(i === 1);
      const [theta, psi] = points.at(-1);
      plot.path(points, name);
      plot.dot(theta, psi, `${name} dot`);
      const [colon, comma] = [say(": ", "："), say(", ", "，")];
      const line = `${words}${colon}θ = ${theta.toFixed(4)}${comma}ψ = ${psi.toFixed(4)}${comma}` +
        `${say("distance from equilibrium", "到均衡的距离")} ${Math.hypot(theta, psi).toFixed(4)}`;
      Object.assign(add(told, "span", {}, line).dataset, { theta, psi });
      add(told, "br");
    }
  }

  plot.drag((theta, psi) => (Object.assign(start, { theta, psi }), draw()));
  draw();
})();
