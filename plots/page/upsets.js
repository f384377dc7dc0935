// Upsets: arrows from winners on the left to losers on the right. Whoever is both stands on both
// sides, so that no arrow passes through anybody.

function upsets() {
  const figure = document.getElementById("upsets-figure");
  const { shown: rows, columns } = data.upsets;
  const tallest = d3.max(columns, (column) => column.length);
  const dots = columns.flatMap((column, x) =>
    column.map((at, row) => ({ at, x, y: ((row + 0.5) / column.length) * tallest })));
  const heights = columns.map((_, x) => new Map(dots.filter((dot) => dot.x === x).map((dot) => [dot.at, dot.y])));
  legend("upsets", dots.map(({ at }) => candidates[at].kind));
  const beside = (side, options) => ({ dx: side ? 9 : -9, textAnchor: side ? "start" : "end", fill: "currentColor", ...options });
  const heading = (text, side, ems) => Plot.text([text], beside(side,
    { x: side, y: 0, dy: -8, lineWidth: ems, lineAnchor: "bottom", text: String, fontWeight: "bold" }));
  const names = (side, ems) => Plot.text(dots.filter(({ x }) => x === side), beside(side, {
    x: "x", y: "y", lineWidth: ems, href: ({ at }) => address(at),
    text: ({ at }) => `${candidates[at].name} (${candidates[at].rank})`,
  }));
  const draw = (width) => {
    const edge = Math.min(260, 0.39 * width); // for a name, which takes two lines where it is narrow
    const ems = (edge - 24) / 12;
    return Plot.plot({
      width, height: 46 + tallest * (width < 560 ? 36 : 22),
      marginLeft: edge, marginRight: edge, marginTop: 36, marginBottom: 10,
      x: { axis: null, domain: [0, 1] },
      y: { axis: null, domain: [0, tallest], reverse: true },
      marks: [
        ...["won", "lost, and got further"].map((text, side) => heading(text, side, ems)),
        Plot.arrow(rows, {
          x1: 0, x2: 1, y1: (row) => heights[0].get(row.winner), y2: (row) => heights[1].get(row.loser),
          stroke: "var(--quiet)", strokeOpacity: 0.65, headLength: 6, inset: 7,
          strokeWidth: (row) => 0.7 + 0.3 * row.gap, title: (row) => against(row.winner, row.loser),
        }),
        ...columns.map((_, side) => names(side, ems)),
        Plot.dot(dots, { x: "x", y: "y", r: 4, fill: ({ at }) => colourOf(candidates[at].kind), symbol: ({ at }) => symbolOf(candidates[at].kind) }),
      ],
    });
  };
  const room = figure.querySelector(".picture");
  fitted(figure, room, (width) => room.replaceChildren(unlabelled(draw(width))));
}
