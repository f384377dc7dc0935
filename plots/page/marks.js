// The marks of a panel: a heat map of all, and those of one candidate.

const MAX_CELLS = 6000; // rectangles that a browser draws at once

/** Marks of a candidate by juror, those who gave one. */
function marksOf(at) {
  if (!data.panel) return [];
  const own = data.panel.candidates.indexOf(candidates[at].candidate);
  return data.panel.jurors
    .map((juror, row) => ({ juror, mark: own < 0 ? null : data.panel.marks[row][own] }))
    .filter(({ mark }) => mark !== null);
}

function marksTable(at) {
  const rows = marksOf(at).map(({ juror, mark }) => make("tr", {},
    make("th", { scope: "row" }, juror.juror),
    make("td", { class: "number" }, String(mark)),
    make("td", { class: "number" }, juror.mean.toFixed(2)),
    make("td", { class: "number" }, `${mark < juror.mean ? "−" : "+"}${Math.abs(mark - juror.mean).toFixed(2)}`)));
  const heads = ["Juror", "mark", "the juror's mean", "above it"];
  return make("table", { id: "marks-table" },
    make("caption", { class: "unseen" }, "Marks by juror"),
    make("thead", {}, make("tr", {}, ...heads.map((head, column) => make("th", { scope: "col", class: column ? "number" : null }, head)))),
    make("tbody", {}, ...rows));
}

function marks() {
  const figure = document.getElementById("marks-figure");
  const [room, key] = [figure.querySelector(".marks"), figure.querySelector(".key")];
  const shown = Math.min(n, Math.floor(MAX_CELLS / data.panel.jurors.length));
  const cells = d3.range(shown).flatMap((at) => marksOf(at).map(({ juror, mark }) => ({ at: at + 1, juror: juror.juror, mark })));
  const passed = candidates.filter((one) => one.passed).length;
  const cut = passed > 0 && passed < shown && candidates.every((one) => one.passed !== null) ? passed : 0;
  const [low, high] = d3.extent(cells, ({ mark }) => mark);
  const shade = ({ mark }) => `color-mix(in srgb, var(--won) ${Math.round(8 + 92 * (high > low ? (mark - low) / (high - low) : 1))}%, var(--paper))`;
  key.textContent = `Faintest ${low}, strongest ${high}; no colour: no mark.${cut ? ` Left of the line are those who would not be among the ${count(cut)} who passed.` : ""}${shown < n ? ` The first ${count(shown)} candidates.` : ""}`;
  const jurors = data.panel.jurors.map(({ juror }) => juror);
  const draw = (width) => {
    const letters = Math.min(24, Math.floor((width * 0.4 - 14) / 7.2));
    const [left, right] = [14 + 7.2 * d3.max(jurors, (name) => Math.min(name.length, letters)), 8];
    room.replaceChildren(unlabelled(Plot.plot({
      width, height: 50 + 18 * jurors.length, marginTop: 4, marginBottom: 34, marginRight: right,
      marginLeft: left,
      x: { axis: null, domain: d3.range(1, shown + 1).reverse(), padding: 0, type: "band" },
      y: { label: null, domain: jurors, padding: 0.06, tickSize: 0, tickFormat: (name) => (name.length > letters ? `${name.slice(0, letters - 1)}…` : name) },
      marks: [
        Plot.axisX({ anchor: "bottom", ticks: [...new Set([1, ...d3.ticks(1, shown, Math.min(10, width / 60)).filter(Number.isInteger)])], label: "place in the ranking", labelArrow: "none" }),
        Plot.cell(cells, { x: "at", y: "juror", fill: shade, inset: 0 }),
        cut ? Plot.ruleX([cut], { dx: (right + left - width) / shown / 2, stroke: "var(--accent)", strokeWidth: 2 }) : null,
        Plot.tip(cells, Plot.pointer({ x: "at", y: "juror", title: ({ at, juror, mark }) => `${juror}: ${mark} for ${candidates[at - 1].name}`, maxRadius: 30 })),
      ],
    })));
  };
  fitted(figure, room, draw);
}
