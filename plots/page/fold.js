// Sections are folded: an address opens the one that it leads to, and paper has them all.

/** Open everything that an element lies in, and the section that it is. */
function unfold(element) {
  if (!element) return;
  for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const own = element.querySelector(":scope > details.fold");
  if (own) own.open = true;
}

const unfolded = []; // for paper, to be closed again
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details.fold:not([open])")) {
    fold.open = true;
    unfolded.push(fold);
  }
});
addEventListener("afterprint", () => {
  for (const fold of unfolded.splice(0)) fold.open = false;
});

/** What a term means stands below it, within the window. */
for (const meaning of document.querySelectorAll(".meaning")) {
  const terms = document.querySelectorAll(`[popovertarget="${meaning.id}"]`);
  for (const term of terms) {
    term.addEventListener("click", () => {
      const box = term.getBoundingClientRect();
      meaning.style.left = `${Math.max(8, Math.min(box.left, innerWidth - 8 - Math.min(352, innerWidth - 16)))}px`;
      meaning.style.top = `${box.bottom + 6}px`;
    });
  }
}
