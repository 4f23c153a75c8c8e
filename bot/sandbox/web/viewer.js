// One photo, large; arrow keys go to the chat's other photos.

import { $, day, el, icon, time } from "./dom.js";
import { albumOf, open, sender } from "./state.js";

let shown = null;

export function start() {
  $("viewer").addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
  $("viewer").addEventListener("click", (event) => event.target === $("viewer") && $("viewer").close());
}

/** Photos and picture files of the open chat, oldest first; spoilers only when they are what was opened. */
const others = () => [...open().messages.values()]
  .filter((one) => (one.photo && !one.has_media_spoiler) || one.document || one === shown)
  .sort((a, b) => a.message_id - b.message_id);

export function look(message) {
  shown = message;
  draw();
  if (!$("viewer").open) $("viewer").showModal();
}

function step(by) {
  const all = others();
  const next = all[all.indexOf(shown) + by];
  if (next) look(next);
}

/**
 * What is said of this very picture: its own caption, or its line of a ranked one, "2. 92% · Cleo · 11 Aug 2026". The
 * bot says which ranks it shows where it does not show them all.
 */
function saidOf(message) {
  const album = albumOf(open(), message);
  const caption = message.caption ?? album.find((one) => one.caption)?.caption ?? "";
  const some = /\(shown here: ([\d, ]+)\)/.exec(caption)?.[1].split(", ");
  const rank = some ? some[album.indexOf(message)] : album.indexOf(message) + 1;
  const lines = caption.split("\n");
  const ranked = lines.find((line) => line.startsWith(`${rank}. `))?.replace(/ · open$/, "");
  return ranked ?? (message.caption ? lines[0] : "");
}

function draw() {
  const { name } = sender(shown);
  const file = shown.photo?.at(-1) ?? shown.document;
  const said = saidOf(shown);
  $("viewer").replaceChildren(
    el("img", { src: `/photo/${file.file_id}`, alt: `Photo from ${name}` }),
    el("p", {}, el("b", {}, name), ` ${day(shown.date)}, ${time(shown.date)}`, said ? el("span", {}, said) : ""),
    button("close", "Close", () => $("viewer").close()),
    button("left", "Earlier photo", () => step(-1)),
    button("right", "Later photo", () => step(1)));
}

function button(kind, label, run) {
  const made = el("button", { type: "button", className: `icon ${kind}`, "aria-label": label }, icon(kind));
  made.onclick = run;
  return made;
}
