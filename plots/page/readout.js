// A chart that is drawn when it is first seen, drawn anew for another width, and can be stepped
// through by pointer, touch or keyboard. What is pointed at is said in words below it.

/**
 * `plan()` returns { points, describe(point), plot(width), at(point) → [x, y] in data, leftward },
 * the last where the first point is the rightmost: the slider runs as its marker does.
 * Returns a function that draws the chart again, from a new plan.
 */
function mount(id, plan) {
  const figure = document.getElementById(`${id}-chart`);
  const room = figure.querySelector(".chart");
  const slider = figure.querySelector("input");
  const readout = figure.querySelector("output");
  const hint = readout.textContent;
  let [width, seen, planned, svg] = [0, false, plan(), null];

  const say = (point) => {
    const words = planned.describe(point);
    readout.textContent = words;
    slider.setAttribute("aria-valuetext", words);
    slider.value = planned.points.indexOf(point);
    mark(point);
  };
  const mark = (point) => {
    const [x, y] = planned.at(point);
    const scaled = [svg.scale("x").apply(x), svg.scale("y").apply(y)];
    d3.select(svg).selectAll(".marked").data([scaled]).join("circle").attr("class", "marked")
      .attr("cx", ([a]) => a).attr("cy", ([, b]) => b).attr("r", 8);
  };
  const draw = () => {
    if (!seen || !width) return;
    svg = unlabelled(planned.plot(width));
    svg.addEventListener("input", () => svg.value && say(svg.value));
    room.replaceChildren(svg);
  };
  const renew = () => {
    planned = plan();
    slider.dir = planned.leftward ? "rtl" : "ltr";
    slider.max = Math.max(planned.points.length - 1, 0);
    slider.value = 0;
    slider.setAttribute("aria-valuetext", "");
    readout.textContent = hint;
    draw();
  };
  slider.addEventListener("input", () => svg && say(planned.points[slider.value]));
  new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (now === width) return;
    width = now;
    draw();
  }).observe(room);
  whenSeen(figure, () => { seen = true; width ||= Math.floor(room.clientWidth); draw(); });
  renew();
  return renew;
}

/** A chart without the labels of its marks, which are not for screen readers. */
function unlabelled(svg) {
  for (const part of svg.querySelectorAll("[aria-label]")) {
    part.dataset.mark = part.getAttribute("aria-label");
    part.removeAttribute("aria-label");
  }
  return svg;
}

/** Call back once, when the element comes near the screen or the page is printed. */
function whenSeen(element, then) {
  const watch = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) finish();
  }, { rootMargin: "400px" });
  const finish = () => {
    watch.disconnect();
    removeEventListener("beforeprint", finish);
    then();
  };
  watch.observe(element);
  addEventListener("beforeprint", finish);
}

/** Draw as wide as there is room, when the figure is first seen, and again for another width. */
function fitted(figure, room, draw) {
  const fit = (width) => {
    if (width > 0 && width !== Number(room.dataset.width)) draw(room.dataset.width = width);
  };
  whenSeen(figure, () => {
    fit(Math.floor(room.clientWidth)); // paper does not wait for an observer
    new ResizeObserver(([entry]) => fit(Math.floor(entry.contentRect.width))).observe(room);
  });
}

/** Name the kinds that occur, beside their marks; `names` and `family` where they are no results. */
function legend(name, kinds, names = data.kinds, family = "kind") {
  const list = document.querySelector(`[data-legend="${name}"]`);
  const order = d3.sort(new Set(kinds)).reverse();
  list.replaceChildren(...order.map((kind) =>
    make("li", {}, swatch(kind, family), kind < 0 ? "unknown" : names[kind])));
}
