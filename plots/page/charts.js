// The charts with points: hit-rate, strengths, windows, calibration. Better is to the right.

const HEIGHT = (width) => Math.max(240, Math.min(420, width * 0.55));
const FRAME = { marginLeft: 46, marginRight: 14, marginTop: 30, marginBottom: 40, style: { overflow: "visible" } };

/** Marks in the colours and forms of their kinds; the unknown's has no area to fill. */
const dots = (points, { kind, family = "kind", ...options }) => Plot.dot(points, {
  ...options,
  symbol: (point) => symbolOf(kind(point)),
  fill: (point) => (kind(point) < 0 ? "none" : colourOf(kind(point), family)),
  stroke: (point) => (kind(point) < 0 ? colourOf(-1) : "var(--card)"),
  strokeWidth: (point) => (kind(point) < 0 ? 1.5 : 0.5),
});

/** Whole numbers to mark on an axis as wide as this. */
const whole = (values, width) =>
  ({ ticks: d3.ticks(...d3.extent(values), Math.min(12, width / 60)).filter(Number.isInteger), tickFormat: ",d" });

/** A point that answers to the pointer, with its words in a box of text nodes. */
const pointed = (points, channels, describe) => [
  Plot.tip(points, Plot.pointer({ ...channels, title: describe, lineWidth: 24, maxRadius: 40 })),
];

function hitRate() {
  const chosen = () => data.curves[Number(document.querySelector("[name=counting]:checked").value)];
  const label = { wins: "comparisons won, at least", k: "candidates at or above the threshold" };
  return mount("hitrate", () => {
    const curve = chosen();
    const points = d3.range(curve.k.length).map((at) => ({
      x: curve[curve.x][at], k: curve.k[at], wins: curve.wins[at], rate: curve.rate[at],
      low: curve.low[at], high: curve.high[at], reached: curve.reached[at],
      candidate: curve.candidate && candidates[curve.candidate[at]], name: curve.name && curve.name[at],
      kind: curve.candidate ? candidates[curve.candidate[at]].kind : curve.tier[at],
    }));
    const outline = d3.sort(d3.groups(points, (point) => point.x).map(([, [first]]) => first), (point) => point.x);
    const describe = (point) =>
      `${point.candidate ? point.candidate.name : point.name}, reached ${point.reached}: of the ${point.k} at or above ` +
      `(${point.wins} wins), ${percent(point.rate)} passed` +
      (point.low === null ? "" : `; null band ${percent(point.low)} to ${percent(point.high)}`);
    const hasBand = points.some((point) => point.low !== null);
    const family = curve.tiers ? "tier" : "kind";
    legend("hitrate", points.map((point) => point.kind), curve.tiers ?? data.kinds, family);
    document.querySelector("[data-legend=hitrate]").append(
      make("li", {}, make("span", { class: "line dotted" }), `base rate ${curve.base.toFixed(3)}`),
      make("li", {}, make("span", { class: "line dashed" }), "top half"),
      ...(hasBand ? [make("li", {}, make("span", { class: "patch" }), "null band: 95 % of random judges stay inside")] : []));
    return {
      points,
      describe,
      leftward: true,
      at: (point) => [point.x, point.rate],
      plot: (width) => Plot.plot({
        ...FRAME, width, height: HEIGHT(width),
        x: { label: label[curve.x], reverse: curve.x === "k", ...whole(curve[curve.x], width) },
        y: { label: `share of these who ${data.passing}`, domain: [0, 1], grid: true },
        marks: [
          hasBand ? Plot.areaY(outline, { x: "x", y1: "low", y2: "high", fill: "var(--band)", fillOpacity: 0.8 }) : null,
          Plot.ruleY([curve.base], { stroke: "var(--quiet)", strokeDasharray: "2 3" }),
          Plot.ruleX([curve.cut], { stroke: "var(--accent)", strokeDasharray: "5 4" }),
          Plot.line(outline, { x: "x", y: "rate", stroke: "var(--quiet)", strokeWidth: 1 }),
          dots(points, { x: "x", y: "rate", r: points.length > 300 ? 2.5 : 4, kind: (point) => point.kind, family }),
          ...pointed(points, { x: "x", y: "rate" }, describe),
        ],
      }),
    };
  });
}

function strengths() {
  const points = candidates.map((candidate, at) => ({ at: at + 1, candidate }));
  const describe = ({ candidate }) =>
    `${candidate.name}, ${rankOf(candidate)}, reached ${reachedOf(candidate)}: strength ${strengthOf(candidate.strength)}` +
    (hasRange(candidate) ? ` (${strengthOf(candidate.strength_low)} to ${strengthOf(candidate.strength_high)})` : "");
  legend("strengths", candidates.map((candidate) => candidate.kind));
  const strength = ({ candidate }) => candidate.strength;
  const [lowest, highest] = d3.extent(candidates.flatMap((candidate) => [candidate.strength, candidate.strength_low, candidate.strength_high]).filter((value) => value !== null));
  const colour = ({ candidate }) => colourOf(candidate.kind);
  mount("strengths", () => ({
    points,
    describe,
    leftward: true,
    at: (point) => [point.at, point.candidate.strength],
    plot: (width) => Plot.plot({
      ...FRAME, width, height: HEIGHT(width),
      x: { label: "place in the ranking", reverse: true, domain: [0.5, n + 0.5], ...whole([1, n], width) },
      y: { label: "strength", grid: true },
      marks: [
        Plot.ruleX(points.filter(({ candidate }) => hasRange(candidate)), { x: "at", y1: ({ candidate }) => candidate.strength_low ?? lowest, y2: ({ candidate }) => candidate.strength_high ?? highest,
          stroke: colour, strokeWidth: Math.max(0.6, Math.min(3, width / n / 3)) }),
        dots(points, { x: "at", y: strength, r: n > 300 ? 2 : 3.5, kind: ({ candidate }) => candidate.kind }),
        Plot.tip(points, Plot.pointerX({ x: "at", y: strength, title: describe, lineWidth: 24 })),
      ],
    }),
  }));
}

/** Shares over minutes: a line for each series, or one alone. */
function course(id, points, describe) {
  return mount(id, () => ({
    points,
    describe,
    at: (point) => [point.minute, point.share],
    plot: (width) => Plot.plot({
      ...FRAME, width, height: Math.min(HEIGHT(width), 320),
      x: { label: "minute of the recital at which the window begins", ticks: [...new Set(points.map((point) => point.minute))], tickFormat: "d" },
      y: { label: "share of votes won", grid: true, nice: true },
      marks: [
        Plot.ruleY([0.5], { stroke: "var(--quiet)", strokeDasharray: "2 3" }),
        Plot.line(points, { x: "minute", y: "share", z: "kind", stroke: (point) => colourOf(point.kind), strokeWidth: 1.8 }),
        dots(points, { x: "minute", y: "share", r: 4, kind: (point) => point.kind }),
        ...pointed(points, { x: "minute", y: "share" }, describe),
      ],
    }),
  }));
}

function windows() {
  if (!data.windows) return;
  const points = data.windows.groups;
  legend("windows", points.map((point) => point.kind));
  const name = (kind) => (kind < 0 ? "unknown result" : data.kinds[kind]);
  course("windows", points,
    (point) => `${name(point.kind)}, from minute ${point.minute}: ${percent(point.share)} of votes won (${plural(point.candidates, "candidate")})`);
}

function calibration() {
  if (!data.calibration) return;
  const points = data.calibration.rows;
  const describe = (row) =>
    `${plural(row.votes, "vote")} gave the first ${percent(row.predicted)} on average; the first got further in ${percent(row.observed)}` +
    (row.low === null ? "" : ` (95 %: ${percent(row.low)} to ${percent(row.high)})`);
  mount("calibration", () => ({
    points,
    describe,
    at: (row) => [row.predicted, row.observed],
    plot: (width) => Plot.plot({
      ...FRAME, width: Math.min(width, 460), height: Math.min(width, 460) * 0.9,
      x: { label: "predicted probability that the first is the better", domain: [0, 1] },
      y: { label: "share of cases in which the first got further", domain: [0, 1], grid: true },
      marks: [
        Plot.link([0], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: "var(--quiet)", strokeDasharray: "2 3" }),
        Plot.ruleX(points.filter((row) => row.low !== null), { x: "predicted", y1: "low", y2: "high", stroke: "var(--won)" }),
        Plot.line(points, { x: "predicted", y: "observed", stroke: "var(--won)" }),
        Plot.dot(points, { x: "predicted", y: "observed", r: 4, fill: "var(--won)" }),
        ...pointed(points, { x: "predicted", y: "observed" }, describe),
      ],
    }),
  }));
}
