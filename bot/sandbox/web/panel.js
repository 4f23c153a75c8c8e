// The side panel: how the bot is, where its time goes for each photo, and every call in and out.

import { $, count, el } from "./dom.js";
import { sender, state } from "./state.js";

const MOST_CALLS = 200;
const MOST_PHOTOS = 12;
const OLD = 10 * 60;
const STAGES = {
  download: "download", decode: "decode", embed: "embed", search: "search", answer: "answer", cluster: "sort",
  picture: "draw",
};
const rows = new Map();

export function facts({ model, remembered, waiting, failed, database, limits }) {
  const known = [["Model", model], ["Photos remembered", remembered?.toLocaleString("en")], ["Waiting", waiting || null],
    ["Unreadable", failed || null], ["Kept in", database], ["Messages", limits]];
  const there = known.filter(([, value]) => value !== null && value !== undefined);
  $("facts").replaceChildren(...there.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(value)))));
}

/** A stage of the work has ended: {stage, ms, chat_id, message_ids}. A batch counts for each photo in it. */
export function stage(done) {
  const keys = new Set(done.message_ids.map((id) => keyOf(done.chat_id, id)));
  keys.forEach((key) => put(key, done));
  while (rows.size > MOST_PHOTOS) rows.delete([...rows.keys()].find((key) => key !== "old"));
  draw();
}

/** Photos of long ago (the seeded ones) are one row; they are remembered, and never answered. */
function keyOf(chatId, id) {
  const message = state.chats.get(chatId)?.messages.get(id);
  const old = !message || Date.now() / 1000 - message.date > OLD;
  return old ? "old" : `${chatId}:${firstOf(chatId, id)}`;
}

/** An album is one event: its stages are added up under its first message. */
function firstOf(chatId, id) {
  const messages = state.chats.get(chatId)?.messages;
  const album = messages?.get(id)?.media_group_id;
  if (!album) return id;
  return Math.min(...[...messages.values()].filter((one) => one.media_group_id === album).map((one) => one.message_id));
}

function put(key, done) {
  const row = rows.get(key) ?? { old: key === "old", times: {}, about: new Set(), title: titleOf(key) };
  row.times[done.stage] = (row.times[done.stage] ?? 0) + done.ms;
  done.message_ids.forEach((id) => row.about.add(`${done.chat_id}:${id}`));
  if (row.old) row.title = `${count(row.about.size, "photo")} from before`;
  rows.delete(key);
  rows.set(key, row);
}

function titleOf(key) {
  if (key === "old") return "";
  const [chatId, id] = key.split(":").map(Number);
  const message = state.chats.get(chatId)?.messages.get(id);
  if (!message) return `Message ${id}`;
  const what = message.text ?? (message.media_group_id ? "Album" : message.photo ? "Photo" : "File");
  return `${what} from ${sender(message).name}`;
}

function draw() {
  $("timings-hint").hidden = rows.size > 0;
  $("legend").hidden = !rows.size;
  if (!$("legend").childElementCount) {
    $("legend").append(...Object.entries(STAGES).map(([name, word]) => el("span", { className: `s-${name}` }, word)));
  }
  const longest = Math.max(...[...rows].map(([, row]) => (row.old ? 0 : total(row))));
  $("timings").replaceChildren(...[...rows.values()].reverse().map((row) => bar(row, longest)));
}

const total = (row) => Object.values(row.times).reduce((sum, ms) => sum + ms, 0);
const ms = (value) => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en")) + " ms";

function bar(row, longest) {
  const parts = Object.keys(STAGES).filter((name) => name in row.times);
  const strip = el("div", { className: "bar", "aria-hidden": "true" }, ...parts.map((name) => {
    const part = el("i", { className: `s-${name}` });
    part.style.width = `${(100 * row.times[name]) / (row.old ? total(row) : longest)}%`;
    return part;
  }));
  const told = parts.map((name) => `${STAGES[name]} ${ms(row.times[name])}`).join(" · ");
  const silent = "search" in row.times && !("answer" in row.times) ? " · nothing similar enough, so no answer" : "";
  return el("li", {}, el("p", {}, el("b", {}, row.title), el("span", {}, ms(total(row)))), strip,
    el("p", { className: "told" }, told + silent));
}

/** Start afresh, after the connection was lost. */
export function clear() {
  rows.clear();
  $("timings").replaceChildren();
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
export function updates({ updates: list }) {
  for (const update of list) {
    const kind = Object.keys(update).find((name) => name !== "update_id");
    const what = update[kind];
    const about = what.data ?? what.text ?? (what.photo ? `photo from ${what.from?.first_name ?? "a channel"}` : "");
    add("in", kind, about, null, what, Date.now() / 1000);
  }
}

function add(direction, name, about, took, whole, at) {
  const arrow = direction === "in" ? "in" : "out";
  const head = el("summary", {}, el("span", { className: "arrow", "aria-label": arrow }, arrow === "in" ? "←" : "→"), el("b", {}, name),
    el("span", { className: "about" }, about), took === null ? "" : el("time", {}, ms(took)));
  const made = el("details", { className: direction }, head);
  made.ontoggle = () => made.open && made.childElementCount === 1 && made.append(el("pre", {}, JSON.stringify(whole, null, 1)));
  made.title = new Date(at * 1000).toLocaleTimeString();
  $("calls").prepend(el("li", {}, made));
  while ($("calls").childElementCount > MOST_CALLS) $("calls").lastElementChild.remove();
}
