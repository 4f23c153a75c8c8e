// The list of chats, the head of the open one, and its topics.

import { $, avatar, colour, count, el, initials, when } from "./dom.js";
import { albumOf, mine, open, sender, service, state, summary } from "./state.js";

const DOING = {
  typing: "is typing", upload_photo: "is sending a photo", upload_document: "is sending a file",
  choose_sticker: "is choosing a sticker",
};
const LASTS = 5000;
const actions = new Map();
let openChat = () => {};
let chooseTopic = () => {};

export function start(onChat, onTopic) {
  [openChat, chooseTopic] = [onChat, onTopic];
}

export function list() {
  const focused = $("chat-list").contains(document.activeElement) ? document.activeElement.dataset.chat : null;
  $("chat-list").replaceChildren(...mine().sort(byActivity).map(entry));
  if (focused) $("chat-list").querySelector(`[data-chat="${focused}"]`)?.focus();
}

/** The newest message that somebody wrote; older ones are put into the Map when the reader scrolls up. */
function last(chat) {
  const said = [...chat.messages.values()].filter((one) => !service(one));
  return said.reduce((newest, one) => (newest && newest.message_id > one.message_id ? newest : one), null);
}

/** The latest on top; dates are whole seconds, so what came while the page was open counts in its order. */
const byActivity = (a, b) => (last(b)?.date ?? 0) - (last(a)?.date ?? 0) || (b.touched ?? 0) - (a.touched ?? 0);

function entry(chat) {
  const newest = last(chat);
  const name = title(chat);
  const made = el("button", { type: "button" }, avatar(name, faceOf(chat)), el("span", { className: "lines" },
    el("b", {}, name), el("span", {}, preview(chat, newest))),
    el("span", { className: "side" }, newest ? el("time", {}, when(newest.date)) : "",
    chat.unread ? el("i", { "aria-label": `${chat.unread} unread` }, String(chat.unread)) : ""));
  made.dataset.chat = chat.id;
  if (chat.id === state.chat) made.setAttribute("aria-current", "true");
  made.onclick = () => openChat(chat.id);
  return el("li", {}, made);
}

/** What was said last and by whom; of an album its caption, which any of its photos may carry. */
function preview(chat, newest) {
  if (!newest) return "No messages yet";
  const who = chat.type === "private" ? "" : `${sender(newest).name}: `;
  const album = newest.media_group_id ? albumOf(chat, newest) : [newest];
  if (album.length === 1) return who + summary(newest);
  const caption = album.find((one) => one.caption)?.caption.replace(/\s+/g, " ");
  return who + (caption ?? count(album.length, newest.photo ? "photo" : "file"));
}

/** A chat with the bot shows the bot: in its colour everywhere. */
const faceOf = (chat) => (chat.type === "private" ? state.bot.id : chat.id);

const title = (chat) => (chat.type === "private" ? state.bot.first_name : chat.title);

export function head() {
  const chat = open();
  if (!chat) return;
  $("title").textContent = title(chat);
  $("face").textContent = initials(title(chat));
  $("face").className = `avatar c${colour(faceOf(chat))}`;
  document.title = `${title(chat)} · Lookback sandbox`;
  subtitle();
  topics(chat);
}

function subtitle() {
  const chat = open();
  const doing = actions.get(chat.id);
  const members = chat.type === "private" ? "bot" : `${count(chat.members.length, "member")} and ${state.bot.first_name}`;
  $("subtitle").textContent = doing ? `${state.bot.first_name} ${DOING[doing.action] ?? "is busy"} …` : members;
  $("subtitle").classList.toggle("doing", Boolean(doing));
}

/** The bot shows that something is on its way; it lasts five seconds (Bot API, sendChatAction). */
export function doing({ chat_id: id, action }) {
  clearTimeout(actions.get(id)?.timer);
  actions.set(id, { action, timer: setTimeout(() => idle(id), LASTS) });
  if (id === state.chat) subtitle();
}

/** A message of the bot ends what it was doing. */
export function idle(id) {
  clearTimeout(actions.get(id)?.timer);
  if (actions.delete(id) && id === state.chat) subtitle();
}

function topics(chat) {
  $("topics").hidden = !chat.is_forum;
  if (!chat.is_forum) return;
  const all = [{ id: null, name: "All" }, { id: 0, name: "General" }, ...chat.topics];
  $("topics").replaceChildren(...all.map(chip));
}

function chip({ id, name }) {
  const made = el("button", { type: "button", "aria-pressed": String(state.topic === id) }, name);
  made.onclick = () => chooseTopic(id);
  return made;
}

/** The bot on its way to be ready: what it waits for, and how far it is. */
export function banner({ stage, seeding, remembered = 0, waiting = 0, problem }) {
  const looking = waiting > 0 || seeding;
  const words = problem || { starting: "Lookback is waking up …", loading: "Lookback is waking up: its model is loading …" }[stage]
    || (looking ? `Lookback is looking at the photos: ${remembered} of ${remembered + waiting}` : "");
  $("banner").hidden = !words;
  $("banner").classList.toggle("problem", Boolean(problem));
  $("banner").querySelector("p").textContent = words;
  const bar = $("banner").querySelector("progress");
  bar.hidden = Boolean(problem);
  if (stage === "ready" && remembered + waiting) Object.assign(bar, { max: remembered + waiting, value: remembered });
  else bar.removeAttribute("value");
  bar.setAttribute("aria-label", words);
}

