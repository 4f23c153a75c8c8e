// Where the bot's time goes: a row for each photo or command of today, and one for all photos from before.

import { $, count, el, ms } from "./dom.js";
import { sender, state } from "./state.js";

const MOST_ROWS = 12;
const MOST_KEPT = 4000;
const OLD = 10 * 60;
const PAUSE = 40;
const STAGES = {
  download: "download", decode: "decode", embed: "embed", search: "search", answer: "answer", cluster: "sort",
  picture: "draw",
};
/** What is never done for a photo from before: it is looked at, and that is all. */
const LIVE = ["search", "answer", "cluster", "picture"];
let kept = [];
let before = empty();
let waiting = 0;

/** A stage of the work has ended: {stage, ms, at, chat_id, message_ids}. A batch counts for each photo in it. */
export function stage(done) {
  kept.push(done);
  if (kept.length > MOST_KEPT) forget(kept.shift());
  // Many come at once when the page opens, and while the group is filled: they are drawn together.
  waiting ||= setTimeout(draw, PAUSE);
}

/** Start afresh, after the connection was lost. */
export function clear() {
  [kept, before] = [[], empty()];
  draw();
}

function empty() {
  return { times: {}, about: new Set() };
}

/** A stage that is too long ago to be kept still counts among the photos from before, if it was one of theirs. */
function forget(done) {
  const live = liveIds();
  const old = done.message_ids.filter((id) => keyOf(done, id, live) === "old");
  if (old.length) put(before, done, old);
}

/**
 * The rows anew from all stages, the latest last. What a message was can come out late (it is searched for after it
 * was looked at, or it loads when the reader scrolls up), so no row is settled once and for all.
 */
function rows() {
  const made = new Map();
  if (before.about.size) made.set("old", { times: { ...before.times }, about: new Set(before.about) });
  const live = liveIds();
  for (const done of kept) {
    for (const [key, ids] of grouped(done, live)) {
      const row = made.get(key) ?? empty();
      put(row, done, ids);
      made.delete(key);
      made.set(key, row);
    }
  }
  return made;
}

function grouped(done, live) {
  const found = new Map();
  for (const id of done.message_ids) {
    const key = keyOf(done, id, live);
    found.set(key, [...(found.get(key) ?? []), id]);
  }
  return found;
}

function put(row, done, ids) {
  row.times[done.stage] = (row.times[done.stage] ?? 0) + done.ms;
  ids.forEach((id) => row.about.add(`${done.chat_id}:${id}`));
}

/** The messages of each chat that were searched, answered or sorted, in their order. */
function liveIds() {
  const found = new Map();
  for (const done of kept.filter((one) => LIVE.includes(one.stage))) {
    found.set(done.chat_id, [...(found.get(done.chat_id) ?? []), ...done.message_ids]);
  }
  found.forEach((ids) => ids.sort((a, b) => a - b));
  return found;
}

/** The row that a message belongs to. Photos of long ago (the seeded ones) are one row, an album is one event. */
function keyOf({ chat_id: chat, at = Date.now() / 1000 }, id, live) {
  const message = state.chats.get(chat)?.messages.get(id);
  if (!message) return unloaded(chat, id, live);
  const old = at - message.date >= OLD && !live.get(chat)?.includes(id);
  return old ? "old" : `${chat}:${firstOf(chat, message)}`;
}

/**
 * A message that isn't loaded: what came after the first one that was searched for is of today. One that was not
 * searched for itself came in an album with the one before it.
 */
function unloaded(chat, id, live) {
  const head = live.get(chat)?.findLast((one) => one <= id);
  return head === undefined ? "old" : `${chat}:${head}`;
}

function firstOf(chat, { media_group_id: album, message_id: id }) {
  if (!album) return id;
  const messages = [...state.chats.get(chat).messages.values()];
  return Math.min(...messages.filter((one) => one.media_group_id === album).map((one) => one.message_id));
}

function titleOf(key, row) {
  if (key === "old") return `${count(row.about.size, "photo")} from before`;
  const [chat, id] = key.split(":").map(Number);
  const message = state.chats.get(chat)?.messages.get(id);
  if (!message) return "cluster" in row.times || "picture" in row.times ? "/cluster" : row.about.size > 1 ? "Album" : "Photo";
  const what = message.text ?? (message.media_group_id ? "Album" : message.photo ? "Photo" : "File");
  return `${what} from ${sender(message).name}`;
}

function draw() {
  clearTimeout(waiting);
  waiting = 0;
  const all = [...rows()];
  const latest = all.filter(([key]) => key !== "old").slice(-MOST_ROWS);
  const shown = all.filter((one) => one[0] === "old" || latest.includes(one)).reverse();
  $("timings-hint").hidden = shown.length > 0;
  legend(shown);
  const longest = Math.max(...shown.map(([key, row]) => (key === "old" ? 0 : total(row))));
  $("timings").replaceChildren(...shown.map(([key, row]) => bar(key, row, longest)));
}

function legend(shown) {
  const used = Object.entries(STAGES).filter(([name]) => shown.some(([, row]) => name in row.times));
  $("legend").hidden = !used.length;
  $("legend").replaceChildren(...used.map(([name, word]) => el("span", { className: `s-${name}` }, word)));
}

const long = (value) => (value < 1000 ? ms(value) : `${(value / 1000).toLocaleString("en", { maximumFractionDigits: 1 })} s`);
const total = (row) => Object.values(row.times).reduce((sum, each) => sum + each, 0);

/** The bars are to one scale, but for that of the photos from before: it would make all others too short to see. */
function bar(key, row, longest) {
  const old = key === "old";
  const parts = Object.keys(STAGES).filter((name) => name in row.times);
  const strip = el("div", { className: "bar", "aria-hidden": "true" }, ...parts.map((name) => {
    const part = el("i", { className: `s-${name}` });
    part.style.width = `${(100 * row.times[name]) / (old ? total(row) : longest)}%`;
    return part;
  }));
  const told = parts.map((name) => `${STAGES[name]} ${ms(row.times[name])}`).join(" · ");
  const silent = "search" in row.times && !("answer" in row.times) ? " · nothing similar enough, so no answer" : "";
  const sum = old ? `${long(total(row))} added up` : ms(total(row));
  return el("li", {}, el("p", {}, el("b", {}, titleOf(key, row)), el("span", {}, sum)), strip,
    el("p", { className: "told" }, told + silent + (old ? " · this bar has a scale of its own" : "")));
}
