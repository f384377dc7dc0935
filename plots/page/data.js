"use strict";
// What the page draws, and what everything is called. Text only ever becomes text nodes.

const data = JSON.parse(document.getElementById("data").textContent);
const players = data.players;
const n = players.length;
const SYMBOLS = [d3.symbolCircle, d3.symbolDiamond, d3.symbolSquare, d3.symbolTriangle,
  d3.symbolStar, d3.symbolWye, d3.symbolCross, d3.symbolDiamond2];

/** Whole numbers from their bytes, a row of n for each candidate. */
function unpacked({ type, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const wide = { Uint8Array, Uint16Array, Uint32Array }[type];
  return new wide(bytes.buffer);
}

const tally = Object.fromEntries(
  Object.entries(data.tally).map(([name, packed]) => [name, unpacked(packed)]));

/** What one comparison direction holds: i heard first, then j. Wins are counted in halves. */
const comparisons = (i, j) => tally.comparisons[i * n + j];
const halves = (i, j) => tally.wins[i * n + j];
const met = (i, j) => comparisons(i, j) + comparisons(j, i);
const won = (i, j) => (halves(i, j) + 2 * comparisons(j, i) - halves(j, i)) / 2;

/** How much the verdict hung on the order: 0 the same won in both, 1 the position won. */
function flip(i, j) {
  if (!comparisons(i, j) || !comparisons(j, i)) return NaN;
  const [a, b] = [halves(i, j) / comparisons(i, j) / 2, halves(j, i) / comparisons(j, i) / 2];
  return a * b + (1 - a) * (1 - b);
}

const inBothOrders = (() => {
  let [both, all] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      all += met(i, j) > 0;
      both += comparisons(i, j) > 0 && comparisons(j, i) > 0;
    }
  }
  return both > all / 2;
})();

const colourOf = (kind, family = "kind") => (kind < 0 ? "var(--quiet)" : `var(--${family}-${kind})`);
const symbolOf = (kind) => (kind < 0 ? d3.symbolTimes : SYMBOLS[kind % SYMBOLS.length]);
const address = (at) => `#/candidate/${encodeURIComponent(players[at].candidate)}`;
const percent = (share) => `${(100 * share).toFixed(1)}\u00a0%`;
/** Whether the method gives a candidate intervals; one that has an order only does not. */
const hasRange = (player) => player.rank_low !== null;
const rankOf = (player) => `rank ${player.rank}${hasRange(player) ? ` (95 %: ${player.rank_low}–${player.rank_high})` : ""}`;
const reachedOf = (player) => player.reached || "unknown";
const strengthOf = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)).replace("-", "−");
const count = (value) => value.toLocaleString("en");
const counted = (value, one) => `${count(value)} ${one}${value === 1 ? "" : "s"}`;

const capitalised = (text) => text[0].toUpperCase() + text.slice(1);

/** An element with attributes and children; strings become text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** A name, kept from turning the text around it, that leads to the candidate's page. */
const link = (at) => make("a", { href: address(at) }, make("bdi", {}, players[at].name));

/** A name that fits a chart. */
const shortened = (name) => (name.length > 30 ? `${[...name].slice(0, 29).join("")}…` : name);

/** A mark in the colour and form of a result. */
function swatch(kind, family = "kind") {
  const path = d3.symbol(symbolOf(kind), 55)();
  const svg = d3.create("svg").attr("class", "swatch").attr("viewBox", "-7 -7 14 14").attr("aria-hidden", "true");
  const mark = svg.append("path").attr("d", path);
  mark.attr(kind < 0 ? "stroke" : "fill", colourOf(kind, family));
  return svg.node();
}
