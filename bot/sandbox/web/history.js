// The column of posts: puts them in, keeps the place of the reader, goes to what a reply answers.

import * as api from "./api.js";
import { bubble } from "./bubble.js";
import { $, day, el } from "./dom.js";
import { inTopic, open, posts, sender, service, state, summary } from "./state.js";

const NEAR_END = 80;
const TOGETHER = 5 * 60;
let act = {};
let missed = 0;
let loading = false;

export function start(actions) {
  act = { ...actions, jump };
  $("scroller").addEventListener("scroll", scrolled, { passive: true });
  $("to-end").onclick = toEnd;
  $("log").addEventListener("keydown", walk);
  $("log").addEventListener("focusin", (event) => settle(event.target.closest("li")));
  const sizes = new ResizeObserver(resized);
  [$("scroller"), $("log")].forEach((one) => sizes.observe(one));
}

let width = 0;
let pinned = true;
let lastTop = 0;

/** Whoever was at the end stays there: when the strip opens, the keyboard of a phone, or a picture arrives. */
function resized() {
  if ($("scroller").clientWidth !== width) draw();
  if (pinned) toEnd();
}

const atEnd = () => {
  const box = $("scroller");
  return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
};

export function toEnd() {
  pinned = true;
  $("scroller").scrollTop = $("scroller").scrollHeight;
  missed = 0;
  showMissed();
}

function showMissed() {
  $("to-end").hidden = atEnd() && !missed;
  $("unread").textContent = missed || "";
  $("to-end").setAttribute("aria-label", missed ? `To the end, ${missed} new` : "To the end");
}

/** Draw the open chat afresh, at its end. */
export function show() {
  draw();
  toEnd();
}

function draw() {
  const chat = open();
  if (!chat) return;
  width = $("scroller").clientWidth;
  const items = [];
  let before = null;
  for (const post of posts(chat)) {
    items.push(...item(post, before));
    before = post;
  }
  if (!items.length) items.push(el("li", { className: "service" }, el("span", {}, "No messages yet. Send a photo, or drop one here.")));
  $("log").replaceChildren(...items);
  settle($("log").querySelector("li.post:last-of-type"));
}

const room = () => Math.max(200, Math.min(400, width - (width < 500 ? 76 : 150)));

/** A post, with the day before it where a new one begins. */
function item(post, before) {
  const newDay = !before || day(before[0].date) !== day(post[0].date);
  const follows = !newDay && !service(before[0]) && sender(before[0]).id === sender(post[0]).id
    && post[0].date - before[0].date < TOGETHER;
  const made = bubble(post, act, room(), follows);
  return newDay ? [el("li", { className: "day" }, el("span", {}, day(post[0].date))), made] : [made];
}

/** A message has come into the open chat. */
export function add(message) {
  if (!inTopic(message)) return;
  const stay = atEnd() || sender(message).id === state.me;
  $("log").querySelector("li.service:only-child")?.remove();
  const all = posts(open());
  const post = all.at(-1);
  if (post.length > 1) elementOf(post[0].message_id)?.remove();
  $("log").append(...item(post, all.at(-2) ?? null).filter((one) => post.length === 1 || !one.classList.contains("day")));
  settle($("log").lastElementChild);
  say(`${sender(message).name}: ${summary(message)}`);
  if (stay) return toEnd();
  missed += 1;
  return showMissed();
}

/** A message of the open chat was edited. */
export function replace(message) {
  const old = elementOf(message.message_id);
  if (!old) return;
  const stay = atEnd();
  const post = posts(open()).find((one) => one.some((other) => other.message_id === message.message_id));
  const focused = old.contains(document.activeElement);
  const made = bubble(post, act, room(), old.classList.contains("follows"));
  old.replaceWith(made);
  if (focused) made.focus({ preventScroll: true });
  settle(made);
  if (stay) toEnd();
}

/** Messages of the open chat are gone. */
export function forget() {
  const top = $("scroller").scrollTop;
  draw();
  $("scroller").scrollTop = top;
  showMissed();
}

const elementOf = (id) => [...$("log").querySelectorAll("li.post")].find((one) => one.dataset.ids.split(" ").includes(String(id)));

function say(text) {
  $("spoken").textContent = text;
}

/** Go to a message and mark it for a moment; older ones are fetched until it is there. */
async function jump(id, chatId) {
  if (chatId !== state.chat) act.openChat(chatId);
  while (!elementOf(id) && open()?.older && id < Math.min(...open().messages.keys())) await fetchOlder();
  const found = elementOf(id);
  if (!found) return act.missing();
  found.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
  found.focus({ preventScroll: true });
  found.classList.add("found");
  setTimeout(() => found.classList.remove("found"), 2000);
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

async function scrolled() {
  const up = $("scroller").scrollTop < lastTop - 2;
  lastTop = $("scroller").scrollTop;
  if (atEnd()) [pinned, missed] = [true, 0];
  else if (up) pinned = false;
  showMissed();
  if ($("scroller").scrollTop > 300 || !open()?.older || loading) return;
  const box = $("scroller");
  const fromEnd = box.scrollHeight - box.scrollTop;
  await fetchOlder();
  box.scrollTop = box.scrollHeight - fromEnd;
}

async function fetchOlder() {
  const chat = open();
  loading = true;
  const found = await api.older(chat.id, Math.min(...chat.messages.keys()));
  loading = false;
  chat.older = found?.older ?? false;
  found?.messages.forEach((message) => chat.messages.set(message.message_id, message));
  if (found) draw();
}

/** Arrow keys go from post to post; only the present one's buttons are in the order of Tab. */
function walk(event) {
  const here = event.target.closest("li.post");
  if (!here || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const step = event.key === "ArrowUp" ? "previousElementSibling" : "nextElementSibling";
  let next = here[step];
  while (next && !next.classList.contains("post")) next = next[step];
  if (next) {
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function settle(current) {
  if (!current?.classList.contains("post")) return;
  for (const one of $("log").querySelectorAll("li.post")) {
    one.tabIndex = one === current ? 0 : -1;
    one.querySelectorAll("button, a").forEach((each) => (each.tabIndex = one === current ? 0 : -1));
  }
}
