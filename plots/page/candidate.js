// A page for each candidate, drawn from the tally when its address is chosen.

/** Players of the files that lie beside the page; at a minute, a button that plays from there. */
function played(candidate, minute) {
  const files = candidate.played;
  if (minute === null) {
    return make("span", {}, ...files.map((src, at) => make("audio", { controls: true, preload: "none", src,
      "aria-label": `Recording of ${candidate.name}${files.length > 1 ? `, ${at + 1} of ${files.length}` : ""}` })));
  }
  if (files.length > 1) return "–"; // windows go on from file to file
  const button = make("button", { type: "button", class: "play" }, `▶ minute ${minute}`);
  button.addEventListener("click", () => {
    const audio = single.querySelector("audio");
    audio.currentTime = minute * 60;
    audio.play();
  });
  return button;
}

/** The recording at a minute: played, or a link where it is on the web, else its name. */
function recordingAt(candidate, minute = null) {
  if (candidate.played.length) return played(candidate, minute);
  if (!candidate.recording) return null;
  let page = null;
  try {
    page = new URL(candidate.recording);
  } catch { /* a path, not an address */ }
  const onTheWeb = page && ["http:", "https:"].includes(page.protocol);
  if (!onTheWeb) return minute === null ? candidate.recording : `minute ${minute} of ${candidate.recording}`;
  if (minute) {
    if (/(^|\.)(youtube\.com|youtu\.be)$/.test(page.hostname)) page.searchParams.set("t", `${minute * 60}s`);
    else page.hash = `t=${minute * 60}`;
  }
  return make("a", { href: page.href, class: "outside", rel: "noopener noreferrer", target: "_blank" },
    minute === null ? "recording ↗" : `minute ${minute} ↗`, make("span", { class: "unseen" }, " (leaves this page)"));
}

const hasRecording = (candidate) => candidate.recording || candidate.played.length;

/** Comparisons of i with j in one order, as won by i; with votes where there are any. */
function inOrder(i, j, first) {
  const [a, b] = first ? [i, j] : [j, i];
  if (!comparisons(a, b)) return "–";
  const points = first ? halfWins(a, b) / 2 : comparisons(a, b) - halfWins(a, b) / 2;
  const result = comparisons(a, b) > 1 ? `${points} of ${comparisons(a, b)}` : { 0: "lost", 0.5: "tie", 1: "won" }[points];
  if (!tally.votes) return result;
  const [cast, forFirst] = [tally.votes[a * n + b], tally.votesFirst[a * n + b]];
  return `${result}, ${first ? forFirst : cast - forFirst} of ${plural(cast, "vote")}`;
}

const cell = (text, order, attributes = {}) => make("td", { "data-order": order, ...attributes }, text);

function opponentsTable(i) {
  const rows = d3.range(n).filter((j) => j !== i && pairCount(i, j)).map((j) => {
    const other = candidates[j];
    const share = won(i, j) / pairCount(i, j);
    const cells = [
      make("th", { scope: "row" }, link(j)),
      cell(String(other.rank), other.rank, { class: "number" }),
      cell(reachedOf(other), other.kind),
      cell(`${won(i, j)} of ${pairCount(i, j)}`, share, { class: "number bar", style: `--share:${share}` }),
    ];
    if (inBothOrders) cells.push(cell(inOrder(i, j, true), halfWins(i, j), { class: "orders" }), cell(inOrder(i, j, false), -halfWins(j, i), { class: "orders" }));
    return make("tr", {}, ...cells);
  });
  const heads = [["Opponent"], ["Rank", "number"], ["Reached", "most-first"], ["Won", "number most-first"],
    ...(inBothOrders ? [["As first of the pair", "most-first"], ["As second", "most-first"]] : [])];
  return make("table", { id: "opponents" },
    make("caption", { class: "unseen" }, "Every comparison, by opponent"),
    make("thead", {}, make("tr", {}, ...heads.map(([head, kind = null]) => make("th", { scope: "col", class: kind }, head)))),
    make("tbody", {}, ...rows));
}

function byResult(i) {
  const groups = d3.groups(d3.range(n).filter((j) => j !== i && pairCount(i, j)), (j) => candidates[j].kind);
  const rows = d3.sort(groups, ([kind]) => -kind).map(([kind, others]) => {
    const [mine, all] = [d3.sum(others, (j) => won(i, j)), d3.sum(others, (j) => pairCount(i, j))];
    return make("tr", {},
      make("th", { scope: "row", class: "reached" }, swatch(kind), kind < 0 ? "unknown" : data.kinds[kind]),
      make("td", { class: "number" }, String(others.length)),
      make("td", { class: "number" }, `${count(mine)} of ${count(all)}`),
      make("td", { class: "number bar", style: `--share:${mine / all}` }, percent(mine / all)));
  });
  const heads = ["Opponents", "how many", "comparisons won", "share"];
  return make("table", {},
    make("caption", { class: "unseen" }, "Comparisons won by the opponents' result"),
    make("thead", {}, make("tr", {}, ...heads.map((head, at) => make("th", { scope: "col", class: at ? "number" : null }, head)))),
    make("tbody", {}, ...rows));
}

function windowsOf(at) {
  const own = data.windows && data.windows.candidates[at];
  if (!own) return [];
  const rows = own.minute.map((minute, row) => {
    const extreme = minute === own.best ? "best" : minute === own.worst ? "worst" : "";
    const candidate = candidates[at];
    return make("tr", {},
      make("th", { scope: "row" }, `from minute ${minute}`),
      make("td", { class: "number bar", style: `--share:${own.share[row]}` }, percent(own.share[row])),
      make("td", { class: "number" }, count(own.votes[row])),
      make("td", {}, extreme),
      ...(hasRecording(candidate) ? [make("td", {}, recordingAt(candidate, minute))] : []));
  });
  const heads = ["Window", "votes won", "of", "", ...(hasRecording(candidates[at]) ? ["listen"] : [])];
  return [make("table", {},
    make("caption", { class: "unseen" }, "Share of votes won in each window"),
    make("thead", {}, make("tr", {}, ...heads.map((head) =>
      (head ? make("th", { scope: "col", class: ["votes won", "of"].includes(head) ? "number" : null }, head) : make("td"))))),
    make("tbody", {}, ...rows))];
}

/** The whole page of one candidate. */
function candidatePage(at) {
  const candidate = candidates[at];
  const windows = data.windows && data.windows.candidates[at];
  const interval = (low, high, written = String) =>
    hasRange(candidate) ? `; 95 % interval ${written(low)} to ${written(high)}` : "";
  const window = (minute) => [`from minute ${minute}, ${percent(windows.share[windows.minute.indexOf(minute)])} of votes won`,
    ...(hasRecording(candidate) ? [": ", recordingAt(candidate, minute)] : [])];
  const facts = [
    ["Rank", `${candidate.rank} of ${n}${interval(candidate.rank_low, candidate.rank_high)}`],
    ...(candidate.p_first === null ? [] : [["Probability of being first", percent(candidate.p_first)]]),
    ...(candidate.p_passed === null ? [] : [[`Probability of being among the first ${candidates.filter((one) => one.passed).length}, as many as passed`, percent(candidate.p_passed)]]),
    ["Reached", reachedOf(candidate)],
    ...(candidate.passed === null ? [] : [[capitalised(data.passing), candidate.passed ? "yes" : "no"]]),
    ["Won", `${count(candidate.wins)} of ${count(candidate.comparisons)} comparisons (${percent(candidate.win_rate)})`],
    ["Strength", `${strengthOf(candidate.strength)}${interval(candidate.strength_low, candidate.strength_high, strengthOf)}`],
    ...(candidate.country ? [["From", candidate.country]] : []),
    ...(windows && windows.best !== windows.worst ? [["Best window", ...window(windows.best)], ["Worst window", ...window(windows.worst)]] : []),
    ["Recording", recordingAt(candidate) ?? "none is named in the roster"],
  ];
  const region = (label, ...inner) => make("div", { class: "wide", role: "region", "aria-label": label, tabindex: "0" }, ...inner);
  return [
    make("p", { class: "back" }, make("a", { href: "#leaderboard" }, "← All candidates")),
    make("h1", {}, make("bdi", {}, candidate.name)),
    make("dl", { class: "facts" }, ...facts.map(([name, ...value]) => make("div", {}, make("dt", {}, name), make("dd", {}, ...value)))),
    make("h2", {}, "By the opponents' result"),
    region("By the opponents' result", byResult(at)),
    ...(windows ? [make("h2", {}, "Over the recital"), region("Over the recital", ...windowsOf(at))] : []),
    ...(marksOf(at).length ? [make("h2", {}, "Marks"), region("Marks", marksTable(at))] : []),
    make("h2", {}, "Every comparison"),
    region("Every comparison", opponentsTable(at)),
    make("p", { class: "steps-between" },
      ...(at > 0 ? [make("a", { href: address(at - 1), rel: "prev" }, "← ", make("bdi", {}, candidates[at - 1].name))] : []),
      ...(at < n - 1 ? [make("a", { href: address(at + 1), rel: "next" }, make("bdi", {}, candidates[at + 1].name), " →")] : [])),
  ];
}
