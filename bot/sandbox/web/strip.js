// The sample photos that are not in the chat yet: something to try for whoever has no photo at hand.

import { marks, toggle } from "./attached.js";
import { $, el, icon } from "./dom.js";
import { state } from "./state.js";

const STEPS = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

export function start() {
  $("samples").append(icon("samples"));
  $("samples").onclick = () => show($("strip").hidden);
}

export function show(shown) {
  $("samples").hidden = !state.tray.length;
  $("strip").hidden = !shown || !state.tray.length;
  $("samples").setAttribute("aria-expanded", String(!$("strip").hidden));
  if ($("strip").hidden || $("strip").childElementCount) return;
  const title = el("p", {}, el("b", {}, "Sample photos: "), "choose one, or several for an album, and send.");
  const close = el("button", { type: "button", className: "icon", "aria-label": "Close the sample photos" }, icon("close"));
  close.onclick = () => show(false);
  const row = el("ul", { "aria-label": "Sample photos, arrow keys go from one to the next" }, ...state.tray.map(item));
  row.onkeydown = walk;
  row.addEventListener("focusin", (event) => settle(event.target.closest("button")));
  $("strip").append(el("div", { className: "head" }, title, close), row);
  settle(row.querySelector("button"));
  marks();
}

function item({ file: name, alt }) {
  const made = el("button", { type: "button", "aria-label": `Attach ${alt}`, title: alt }, el("img", { src: `/sample/${name}`, alt: "", loading: "lazy" }));
  made.dataset.sample = name;
  made.onclick = () => toggle(name, alt);
  return el("li", {}, made);
}

/** The row is one stop of Tab; the arrow keys go along it (ARIA Authoring Practices, roving tabindex). */
function walk(event) {
  if (!(event.key in STEPS)) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll("button")];
  const next = Math.min(all.length - 1, Math.max(0, all.indexOf(document.activeElement) + STEPS[event.key]));
  all[next].focus();
}

function settle(current) {
  $("strip").querySelectorAll("[data-sample]").forEach((one) => (one.tabIndex = one === current ? 0 : -1));
}
