// The side panel: how the bot is, and every call in and out. Where the time goes is in timings.js.

import { $, clock, count, el, ms } from "./dom.js";
import * as timings from "./timings.js";

const MOST_CALLS = 200;

export const stage = timings.stage;

export function facts({ model, remembered, waiting, failed, database, limits }) {
  const known = [["Model", model], ["Photos remembered", remembered?.toLocaleString("en")], ["Waiting", waiting || null],
    ["Unreadable", failed || null], ["Kept in", database], ["Messages", limits]];
  const there = known.filter(([, value]) => value !== null && value !== undefined);
  $("facts").replaceChildren(...there.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(value)))));
}

/** Start afresh, after the connection was lost. */
export function clear() {
  timings.clear();
  $("calls").replaceChildren();
}

/** The bot asked Telegram something. */
export function call({ method, params, uploads, ms: took, error, at, size }) {
  const about = describe(method, params, uploads);
  add(error ? "out failed" : "out", method === "download" ? "file" : method, about, took, { params, uploads, ...(size ? { bytes: size } : {}), ...(error ? { error } : {}) }, at);
}

function describe(method, params, uploads) {
  const words = params.text ?? params.caption ?? params.action ?? params.file_path ?? params.file_id;
  const kb = Object.values(uploads).reduce((sum, size) => sum + size, 0);
  const parts = [params.media?.length ? count(params.media.length, "photo") : "", kb ? `${Math.ceil(kb / 1024)} KB up` : "",
    typeof words === "string" ? words.replace(/<[^>]+>/g, "").split("\n")[0] : ""];
  return parts.filter(Boolean).join(" · ");
}

/** Updates reached the bot. */
export function updates({ updates: list, at = Date.now() / 1000 }) {
  for (const update of list) {
    const kind = Object.keys(update).find((name) => name !== "update_id");
    const what = update[kind];
    add("in", kind, what.data ?? what.text ?? picture(what), null, what, at);
  }
}

/** "photo from Ann", "file of an album from Ben: its caption"; empty for what has no picture. */
function picture(message) {
  const kind = message.photo ? "photo" : message.document ? "file" : "";
  if (!kind) return "";
  const album = message.media_group_id ? " of an album" : "";
  const caption = message.caption ? `: ${message.caption.split("\n")[0]}` : "";
  return `${kind}${album} from ${message.from?.first_name ?? "a channel"}${caption}`;
}

function add(direction, name, about, took, whole, at) {
  const arrow = direction === "in" ? "in" : "out";
  const head = el("summary", {}, el("span", { className: "arrow", "aria-label": arrow }, arrow === "in" ? "←" : "→"), el("b", {}, name),
    el("span", { className: "about" }, about), took === null ? "" : el("time", {}, ms(took)));
  const made = el("details", { className: direction }, head);
  made.ontoggle = () => made.open && made.childElementCount === 1 && made.append(el("pre", {}, JSON.stringify(whole, null, 1)));
  made.title = clock(at);
  $("calls").prepend(el("li", {}, made));
  while ($("calls").childElementCount > MOST_CALLS) $("calls").lastElementChild.remove();
}
