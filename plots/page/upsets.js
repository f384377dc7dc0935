// Upsets as a network: a column for each result, arrows from the winner to the loser.

function upsetNetwork() {
  const room = document.getElementById("upsets-chart");
  if (!room) return;
  const edges = data.upsets.shown;
  const nodes = d3.sort(new Set(edges.flatMap(({ winner, loser }) => [winner, loser])));
  const columns = d3.sort(d3.groups(nodes, (at) => candidates[at].kind), ([kind]) => kind);
  const tallest = d3.max(columns, ([, members]) => members.length);
  const place = new Map();
  columns.forEach(([, members], x) => members.forEach((at, row) =>
    place.set(at, { at, x, y: ((row + 0.5) / members.length) * tallest, side: x === columns.length - 1 ? 1 : -1 })));
  const arrows = edges.map((row) =>
    ({ from: place.get(row.winner), to: place.get(row.loser), gap: row.gap, words: against(row.winner, row.loser) }));
  const dots = [...place.values()];
  const ends = { x1: (arrow) => arrow.from.x, y1: (arrow) => arrow.from.y, x2: (arrow) => arrow.to.x, y2: (arrow) => arrow.to.y };
  const names = (side) => Plot.text(dots.filter((dot) => dot.side === side), {
    x: "x", y: "y", dx: 9 * side, textAnchor: side < 0 ? "end" : "start",
    text: ({ at }) => `${shortened(candidates[at].name)} (${candidates[at].rank})`, href: ({ at }) => address(at),
    fill: "currentColor", stroke: "var(--card)", strokeWidth: 4,
  });
  const edge = 30 + 6.8 * d3.max(nodes, (at) => Math.min(candidates[at].name.length + 6, 36)); // a name beside a dot
  const gap = 180 + (columns.length > 2 ? edge : 0); // names of a column between others stand in it
  whenSeen(room, () => room.replaceChildren(unlabelled(Plot.plot({
    width: edge * 2 + (columns.length - 1) * gap, height: 50 + tallest * 21,
    marginLeft: edge, marginRight: edge, marginTop: 30, marginBottom: 10,
    x: { axis: null, domain: [0, columns.length - 1] },
    y: { axis: null, domain: [0, tallest], reverse: true },
    marks: [
      Plot.text(columns, { x: (_, x) => x, y: 0, dy: -14, text: ([kind]) => (kind < 0 ? "unknown" : data.kinds[kind]), fontWeight: "bold" }),
      Plot.arrow(arrows, { ...ends, bend: 8, stroke: "var(--quiet)", strokeOpacity: 0.65, headLength: 6, inset: 6,
        strokeWidth: (arrow) => 0.7 + 0.3 * arrow.gap, title: (arrow) => arrow.words }),
      Plot.dot(dots, { x: "x", y: "y", r: 4, fill: ({ at }) => colourOf(candidates[at].kind), symbol: ({ at }) => symbolOf(candidates[at].kind) }),
      names(-1),
      names(1),
    ],
  }))));
}
