// Tables are sorted and searched, addresses lead to candidates, files are downloaded.

const LONG = 1500; // rows, beyond which a table has pages
const STROKES = { ł: "l", đ: "d", ð: "d", ø: "o", ħ: "h", ŧ: "t", ı: "i", æ: "ae", œ: "oe", þ: "th", ß: "ss" };

/** A name as it is searched, in lower case: ł and others are no letter with a mark to Unicode. */
function withoutDiacritics(text, both) {
  if (typeof text !== "string") return text;
  const bare = text.toLowerCase().normalize("NFD").replace(/\p{Diacritic}/gu, "");
  const plain = bare.replace(/[^\x00-\x7f]/g, (letter) => STROKES[letter] ?? letter);
  return both === true && plain !== text ? `${text} ${plain}` : plain;
}

DataTable.util.diacritics(withoutDiacritics);

function sortable(selector, search, sort) {
  const long = document.querySelector(selector).tBodies[0].rows.length > LONG;
  return new DataTable(selector, {
    paging: long, pageLength: 500, lengthChange: false, autoWidth: false, order: sort, orderMulti: false,
    columnDefs: [{ targets: "most-first", orderSequence: ["desc", "asc"] }, { targets: "_all", orderSequence: ["asc", "desc"] }],
    layout: { topStart: "search", topEnd: null, bottomStart: "info", bottomEnd: long ? "paging" : null },
    language: { search, info: "_START_ to _END_ of _TOTAL_", infoFiltered: "(of _MAX_)", infoEmpty: "none", zeroRecords: "Nobody found" },
  });
}

async function download(name) {
  const bytes = Uint8Array.from(atob(data.files[name]), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const address = URL.createObjectURL(await new Response(stream).blob());
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const place = new Map(candidates.map((candidate, at) => [candidate.candidate, at]));
const title = document.title;
const [overview, single] = [document.getElementById("main"), document.getElementById("candidate")];
let left = 0; // where the overview was scrolled to

/** Show the candidate that the address names, else the overview. */
function route() {
  const [, id] = location.hash.match(/^#\/candidate\/(.+)$/s) ?? [];
  const at = id === undefined ? undefined : place.get(decodeURIComponent(id));
  const alone = at !== undefined;
  if (alone && single.hidden) left = scrollY;
  overview.hidden = alone;
  single.hidden = !alone;
  document.body.classList.toggle("alone", alone);
  single.replaceChildren(...(alone ? candidatePage(at) : []));
  document.title = alone ? `${candidates[at].name} · ${title}` : title;
  if (alone) {
    sortable("#opponents", "Search opponents", []);
    scrollTo({ top: 0, behavior: "instant" });
    single.focus({ preventScroll: true });
  } else if (location.hash === "#leaderboard" && left) {
    unfold(document.getElementById("leaderboard"));
    scrollTo({ top: left, behavior: "instant" });
    left = 0;
  } else {
    const target = document.getElementById(location.hash.slice(1));
    unfold(target);
    target?.scrollIntoView();
  }
}

sortable("#leaderboard-table", "Search candidates", []);
for (const mark of document.querySelectorAll(".kind")) mark.replaceWith(swatch(Number(mark.dataset.kind)));
for (const button of document.querySelectorAll("[data-download]")) {
  button.addEventListener("click", () => download(button.dataset.download));
}
if (document.getElementById("hitrate-chart")) {
  const renew = hitRate();
  for (const radio of document.querySelectorAll("[name=counting]")) {
    radio.addEventListener("change", () => {
      for (const words of document.querySelectorAll(".curve")) words.hidden = words.dataset.counting !== radio.value;
      renew();
    });
  }
}
picture();
const sections = { "marks-figure": marks, "strengths-chart": strengths, "matrix-figure": matrix, "upsets-figure": upsets, "windows-chart": windows, "calibration-chart": calibration };
for (const [id, draw] of Object.entries(sections)) if (document.getElementById(id)) draw();
addEventListener("hashchange", route);
route();
document.documentElement.dataset.ready = "yes";
