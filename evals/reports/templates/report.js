"use strict";
// The page is complete without this: it only adds filters, keys, and opening the case an address names.
const form = document.querySelector("form.filters");
const cases = [...document.querySelectorAll("details.case")];
const output = form?.querySelector("output");

function wanted(item, chosen) {
  const facts = item.dataset;
  return (!chosen.status || (chosen.status === "open" ? facts.status !== "passed" : facts.status === chosen.status))
    && (!chosen.kind || facts.kind === chosen.kind)
    && (!chosen.flip || facts.flip === chosen.flip)
    && (!chosen.tag || facts.tags.includes(`|${chosen.tag}|`))
    && (!chosen.words || item.querySelector("summary").textContent.toLowerCase().includes(chosen.words.toLowerCase()));
}

function filter() {
  const chosen = Object.fromEntries(new FormData(form));
  let shown = 0;
  for (const item of cases) {
    item.hidden = !wanted(item, chosen);
    shown += !item.hidden;
  }
  output.value = `${shown} of ${cases.length} cases shown`;
}

function step(by) {
  const open = cases.filter((item) => !item.hidden);
  const here = open.findIndex((item) => item.contains(document.activeElement));
  const next = open[here < 0 ? (by > 0 ? 0 : open.length - 1) : here + by];
  next?.querySelector("summary").focus();
}

function reveal() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const holder = target && target.closest("details.case");
  if (!holder) return;
  holder.hidden = false;
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  (holder === target || target.parentElement === holder ? holder : target).scrollIntoView();
  if (target.parentElement === holder) holder.querySelector("summary").focus({ preventScroll: true });
}

if (form) {
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select")) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "/") { event.preventDefault(); form.elements.words.focus(); }
  });
  filter();
}
addEventListener("hashchange", reveal);
reveal();
