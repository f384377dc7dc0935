// All against all on a canvas: a million cells are drawn as fast as a hundred.

const WIDEST = 80; // pixels of a cell
const FONT = "12px system-ui, sans-serif";
const NAMED = 12; // pixels of a cell beside which a name fits

function matrix() {
  const figure = document.getElementById("matrix-figure");
  const canvas = figure.querySelector("canvas");
  const readout = document.getElementById("matrix-readout");
  const [row, column] = [document.getElementById("matrix-row"), document.getElementById("matrix-column")];
  const chosen = (name) => document.querySelector(`[name=${name}]:checked`).value;
  const places = d3.range(n);
  const orders = { rank: places, kind: d3.sort(places, (at) => -candidates[at].kind, (at) => at) };
  const kinds = new Set(candidates.map((candidate) => candidate.kind)).size;
  let order = orders.kind;
  let [room, side, margin, above, marked] = [0, 0, 0, 0, null]; // margins left and above, of names

  document.getElementById("no-flips").hidden = inBothOrders;
  document.getElementById("matrix-cells").hidden = !inBothOrders;
  document.getElementById("matrix-order").hidden = kinds < 2;
  for (const pick of [row, column]) {
    pick.append(...candidates.map((candidate, at) => new Option(`${candidate.rank}. ${candidate.name}`, at)));
  }
  column.value = Math.min(1, n - 1);

  /** The cells as a picture of n by n pixels. */
  const painted = () => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const flips = chosen("cells") === "flips";
    const stops = flips ? ["even", "won"] : ["lost", "even", "won"];
    const value = flips ? flip : (i, j) => (pairCount(i, j) ? won(i, j) / pairCount(i, j) : NaN);
    const scale = d3.piecewise(d3.interpolateRgb, stops.map(colour));
    const shades = d3.range(256).map((at) => d3.rgb(scale(at / 255)));
    const image = new ImageData(n, n);
    order.forEach((i, y) => order.forEach((j, x) => {
      const share = i === j ? NaN : value(i, j);
      if (Number.isNaN(share)) return;
      const shade = shades[Math.round(share * 255)];
      image.data.set([shade.r, shade.g, shade.b, 255], 4 * (y * n + x));
    }));
    const picture = make("canvas", { width: n, height: n });
    picture.getContext("2d").putImageData(image, 0, 0);
    return picture;
  };
  let picture = null;

  const draw = () => {
    if (!room) return;
    margin = room > 560 ? 140 : 0;
    side = Math.min(room - margin, 760, WIDEST * n);
    const [named, grouped] = [side / n > NAMED, chosen("order") === "kind" && kinds > 1];
    const context = canvas.getContext("2d");
    context.font = FONT;
    const longest = d3.max(named ? candidates.map(({ name }) => shortened(name)) : grouped ? [...data.kinds, "unknown"] : [],
      (text) => context.measureText(text).width);
    above = margin && longest ? Math.min(margin, longest + 14) : 0;
    const scale = devicePixelRatio || 1;
    Object.assign(canvas, { width: (side + margin) * scale, height: (side + above) * scale });
    Object.assign(canvas.style, { width: `${side + margin}px`, height: `${side + above}px` });
    const style = getComputedStyle(document.documentElement);
    context.scale(scale, scale);
    context.imageSmoothingEnabled = n > side * scale;
    context.drawImage(picture ??= painted(), margin, above, side, side);
    context.font = FONT; // a canvas of another size has forgotten it
    Object.assign(context, { strokeStyle: style.getPropertyValue("--ink"), fillStyle: style.getPropertyValue("--ink"),
      textAlign: "right", textBaseline: "middle", lineWidth: 1 });
    if (grouped) separate(context);
    if (margin && named) order.forEach((at, place) => label(context, shortened(candidates[at].name), ((place + 0.5) / n) * side));
    if (marked) framed(context, style);
  };

  /** A name beside its row, and again over its column. */
  const label = (context, text, middle) => {
    context.fillText(text, margin - 8, above + middle, margin - 10);
    context.save();
    context.translate(margin + middle, above - 8);
    context.rotate(-Math.PI / 2);
    context.textAlign = "left";
    context.fillText(text, 0, 0, above - 10);
    context.restore();
  };
  const separate = (context) => {
    let start = 0;
    for (const [kind, members] of d3.groups(order, (at) => candidates[at].kind)) {
      const [from, to] = [start, start + members.length].map((at) => (at / n) * side);
      start += members.length;
      if (from) context.strokeRect(margin, above, from, from), context.strokeRect(margin + from, above + from, side - from, side - from);
      if (margin && side / n <= NAMED && to - from > 11) label(context, kind < 0 ? "unknown" : data.kinds[kind], (from + to) / 2);
    }
  };
  const framed = (context, style) => {
    const [x, y] = [order.indexOf(marked[1]), order.indexOf(marked[0])].map((at) => (at / n) * side);
    const cell = Math.max(side / n, 3);
    for (const [colour, width] of [["paper", 3], ["ink", 1]]) {
      Object.assign(context, { strokeStyle: style.getPropertyValue(`--${colour}`), lineWidth: width });
      context.strokeRect(margin + x - 1.5, above + y - 1.5, cell + 3, cell + 3);
      Object.assign(context, { lineWidth: width / 3, globalAlpha: 0.8 });
      context.strokeRect(margin, above + y, side, cell);
      context.strokeRect(margin + x, above, cell, side);
      context.globalAlpha = 1;
    }
  };

  const say = (i, j) => {
    marked = [i, j];
    readout.textContent = against(i, j);
    draw();
  };
  const under = (event) => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - margin, event.clientY - box.top - above].map((at) => Math.floor((at / side) * n));
    return x >= 0 && x < n && y >= 0 && y < n ? [order[y], order[x]] : null;
  };
  canvas.addEventListener("pointermove", (event) => {
    const cell = under(event);
    if (cell && (!marked || cell[0] !== marked[0] || cell[1] !== marked[1])) say(...cell);
  });
  canvas.addEventListener("click", (event) => {
    const cell = under(event);
    if (cell) [row.value, column.value] = cell;
  });
  for (const pick of [row, column]) {
    pick.addEventListener("change", () => say(Number(row.value), Number(column.value)));
  }
  const anew = () => {
    order = orders[chosen("order")];
    picture = null;
    for (const key of document.querySelectorAll("[data-cells]")) key.hidden = key.dataset.cells !== chosen("cells");
    draw();
  };
  for (const radio of figure.parentElement.querySelectorAll("input[type=radio]")) {
    radio.addEventListener("change", anew);
  }
  matchMedia("screen and (prefers-color-scheme: dark)").addEventListener("change", anew);
  const fit = (width) => {
    room = Math.floor(width);
    draw();
  };
  whenSeen(figure, () => {
    const { paddingLeft, paddingRight } = getComputedStyle(figure);
    fit(figure.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)); // paper does not wait
    new ResizeObserver(([entry]) => fit(entry.contentRect.width)).observe(figure);
  });
}

/** Two candidates in words. */
function against(i, j) {
  const [one, other] = [candidates[i], candidates[j]];
  const who = `${one.name} (rank ${one.rank}, ${reachedOf(one)}) against ${other.name} (rank ${other.rank}, ${reachedOf(other)})`;
  if (i === j) return `${one.name} (rank ${one.rank}, ${reachedOf(one)})`;
  if (!pairCount(i, j)) return `${who}: not compared`;
  const orders = inBothOrders ? `; as first of the pair ${halfWins(i, j) / 2} of ${comparisons(i, j)}, as second ` +
    `${comparisons(j, i) - halfWins(j, i) / 2} of ${comparisons(j, i)}` : "";
  return `${who}: won ${won(i, j)} of ${pairCount(i, j)}${orders}`;
}
