// The picture of the first screen: who is ranked where, and how far they got.

const shown = () => (innerWidth < 640 ? 5 : 10);

/** Everyone by rank and result; where there are no results, the first by their strengths. */
function picture() {
  const figure = document.getElementById("picture");
  const room = figure.querySelector(".picture");
  const known = candidates.some(({ kind }) => kind >= 0);
  figure.querySelector("figcaption").textContent = known
    ? "Every candidate: the further right, the better ranked; the higher, the further they got."
    : `The first ${Math.min(n, shown())} by strength, better to the right, ${candidates.some(hasRange) ? "with 95 % ranges" : "which has no ranges"}.`;
  const height = () => (innerWidth < 640 ? 150 : 300);
  const draw = (width) => room.replaceChildren(unlabelled(known ? byResultAndRank(width, height()) : firstByStrength(width, height())));
  fitted(figure, room, draw);
}

function byResultAndRank(width, height) {
  const named = (kind) => (kind < 0 ? "unknown" : data.kinds[kind]);
  const cut = (name) => (name.length > 20 ? `${name.slice(0, 19)}…` : name);
  const kinds = d3.sort(new Set(candidates.map(({ kind }) => kind))).reverse();
  const points = candidates.map((candidate) => ({ rank: candidate.rank, candidate, kind: candidate.kind }));
  return Plot.plot({
    width, height, marginLeft: 14 + 6.6 * d3.max(kinds, (kind) => cut(named(kind)).length), marginRight: 14, marginTop: 8, marginBottom: 34,
    style: { overflow: "visible" },
    x: { label: "rank", labelArrow: "none", reverse: true, domain: [0.5, n + 0.5], ticks: d3.ticks(1, n, Math.min(8, width / 60)).filter(Number.isInteger).concat(1), tickFormat: "d" },
    y: { label: null, domain: kinds, tickFormat: (kind) => cut(named(kind)), padding: 0.6, type: "point" },
    marks: [
      Plot.ruleY(kinds, { stroke: "var(--line)" }),
      dots(points, { x: "rank", y: "kind", r: n > 300 ? 2 : 4, kind: (point) => point.kind }),
      Plot.tip(points, Plot.pointer({ x: "rank", y: "kind", title: ({ candidate }) => `${candidate.name}, ${rankOf(candidate)}, reached ${reachedOf(candidate)}`, maxRadius: 30 })),
    ],
  });
}

function firstByStrength(width, height) {
  const first = candidates.slice(0, shown()).filter(({ strength }) => strength !== null);
  const ranged = first.filter(({ strength_low: low, strength_high: high }) => low !== null && high !== null);
  return Plot.plot({
    width, height, marginLeft: 30, marginRight: 14, marginTop: 8, marginBottom: 34, style: { overflow: "visible" },
    x: { label: "strength", labelArrow: "none", grid: true, nice: true, ticks: 5 },
    y: { label: null, domain: first.map(({ candidate }) => candidate), tickFormat: (id) => `${candidates[place.get(id)].rank}`, type: "point", padding: 0.6 },
    marks: [
      Plot.ruleY(ranged, { x1: "strength_low", x2: "strength_high", y: "candidate", stroke: "var(--won)", strokeWidth: 2 }),
      Plot.dot(first, { x: "strength", y: "candidate", r: 4, fill: "var(--won)" }),
      Plot.tip(first, Plot.pointer({ x: "strength", y: "candidate", title: (one) => `${one.name}: strength ${strengthOf(one.strength)}`, maxRadius: 30 })),
    ],
  });
}
