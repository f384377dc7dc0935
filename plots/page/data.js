"use strict";
// The data of the page, and helpers for names and text. Text only ever becomes text nodes.

const data = JSON.parse(document.getElementById("data").textContent);
const candidates = data.candidates;
const n = candidates.length;
const SYMBOLS = [d3.symbolCircle, d3.symbolDiamond, d3.symbolSquare, d3.symbolTriangle,
  d3.symbolStar, d3.symbolCross, d3.symbolDiamond2]; // the forms of MARKERS in plots/style.py

/** Whole numbers from their bytes, a row of n for each candidate. */
function unpack({ type, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const ArrayType = { Uint8Array, Uint16Array, Uint32Array }[type];
  return new ArrayType(bytes.buffer);
}

const tally = Object.fromEntries(
  Object.entries(data.tally).map(([name, packed]) => [name, unpack(packed)]));

/** Comparisons and half-wins of i as first of the pair with j; a win counts 2, a tie 1. */
const comparisons = (i, j) => tally.comparisons[i * n + j];
const halfWins = (i, j) => tally.wins[i * n + j];
const pairCount = (i, j) => comparisons(i, j) + comparisons(j, i);
const won = (i, j) => (halfWins(i, j) + 2 * comparisons(j, i) - halfWins(j, i)) / 2;

/** How far the order decided: 0 if the same won in both orders, 1 if the same place did. */
function flip(i, j) {
  if (!comparisons(i, j) || !comparisons(j, i)) return NaN;
  const [a, b] = [halfWins(i, j) / comparisons(i, j) / 2, halfWins(j, i) / comparisons(j, i) / 2];
  return a * b + (1 - a) * (1 - b);
}

const inBothOrders = (() => {
  let [both, all] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      all += pairCount(i, j) > 0;
      both += comparisons(i, j) > 0 && comparisons(j, i) > 0;
    }
  }
  return both > all / 2;
})();

const colourOf = (kind, family = "kind") => (kind < 0 ? "var(--quiet)" : `var(--${family}-${kind})`);
const symbolOf = (kind) => (kind < 0 ? d3.symbolTimes : SYMBOLS[kind % SYMBOLS.length]);
const address = (at) => `#/candidate/${encodeURIComponent(candidates[at].candidate)}`;
const percent = (share) => `${(100 * share).toFixed(1)}\u00a0%`;
/** Whether the method gives a candidate intervals; one that has an order only does not. */
const hasRange = (candidate) => candidate.rank_low !== null;
const rankOf = (candidate) => `rank ${candidate.rank}${hasRange(candidate) ? ` (95 %: ${candidate.rank_low}–${candidate.rank_high})` : ""}`;
const reachedOf = (candidate) => candidate.reached || "unknown";
const strengthOf = (value) => value === null ? "unbounded" : (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)).replace("-", "−");
const count = (value) => value.toLocaleString("en");
const plural = (value, one) => `${count(value)} ${one}${value === 1 ? "" : "s"}`;

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
const link = (at) => make("a", { href: address(at) }, make("bdi", {}, candidates[at].name));

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
