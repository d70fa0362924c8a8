// The exported models and the runtime that draws with them, unpacked from two scripts.

Play.engine = (() => {
  const load = (src) =>
    new Promise((done, failed) => {
      const script = Object.assign(document.createElement("script"), { src, onload: done });
      script.onerror = () => failed(new Error(src));
      document.head.append(script);
    });

  // Base64 of gzip -> bytes.
  async function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  }

  async function started() {
    await Promise.all([load("../play/models.js"), load("../play/runtime.js")]);
    const module = new Blob([await unpack(Play.runtime.module)], { type: "text/javascript" });
    ort.env.wasm.numThreads = 1; // several need headers that only a server can send
    ort.env.wasm.wasmPaths = { mjs: URL.createObjectURL(module) };
    ort.env.wasm.wasmBinary = await unpack(Play.runtime.wasm);
  }

  let ready;
  const start = () => (ready ??= started());
  const sessions = {};
  let last = Promise.resolve(); // one thread: one run after another

  async function run(name, latents, labels) {
    await start();
    const model = Play.models[name];
    sessions[name] ??= unpack(model.onnx).then((bytes) =>
      ort.InferenceSession.create(new Uint8Array(bytes), { executionProviders: ["wasm"] }));
    const session = await sessions[name];
    const inputs = { latents: new ort.Tensor("float32", latents, [1, model.latents]) };
    if (labels) inputs.labels = new ort.Tensor("float32", labels, [1, labels.length]);
    return (await session.run(inputs)).images;
  }

  return {
    start,

    // Latents (L,), and labels (K,) where the model has classes -> uint8 tensor (1, H, W, C).
    images: (...what) => (last = last.catch(() => {}).then(() => run(...what))),

    // Paint the first image of a tensor.
    paint(canvas, { dims: [, height, width], data }) {
      const pixels = new ImageData(width, height);
      for (let i = 0; i < width * height; i++) pixels.data.set([data[i], data[i], data[i], 255], 4 * i);
      Object.assign(canvas, { width, height }).getContext("2d").putImageData(pixels, 0, 0);
      if (!Play.firstPicture) Play.firstPicture = performance.now();
      document.documentElement.dataset.firstPicture = Math.round(Play.firstPicture);
    },

    // Wrap a drawing function: while one runs, only the latest of further calls is kept.
    live(draw) {
      let busy = false, again = false;
      return async function request() {
        if (busy) return (again = true);
        busy = true;
        await draw();
        busy = false;
        if (again) (again = false), request();
      };
    },
  };
})();
