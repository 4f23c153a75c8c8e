// Writing a message: text, photos with a caption, a reply, and in whose name.

import * as api from "./api.js";
import * as photos from "./attached.js";
import * as completion from "./completion.js";
import { $, colour, count, el, icon } from "./dom.js";
import * as drafts from "./drafts.js";
import { isAdmin, open, sender, state, summary } from "./state.js";
import { toast } from "./toast.js";

/** What Telegram takes (Bot API, sendMessage and sendPhoto), in UTF-16 units as JavaScript counts them. */
const LIMITS = { text: 4096, caption: 1024 };
const NEAR = 100;
let answering = null;
let chatOfDraft = null;
let onPerson = () => {};

export function start(changed) {
  onPerson = changed;
  completion.start((text) => submit(text));
  $("composer").onsubmit = (event) => {
    event.preventDefault();
    submit();
  };
  $("text").addEventListener("input", written);
  $("text").addEventListener("keydown", keys);
  $("composer").addEventListener("keydown", escape);
}

function keys(event) {
  if (event.isComposing || completion.key(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit();
  } else if (event.key === "ArrowUp" && !$("text").value) {
    event.preventDefault();
    $("log").querySelector('li[tabindex="0"]')?.focus();
  }
}

/** Escape takes back what is joined to the message, one thing after the other: the reply, then the photos. */
function escape(event) {
  if (event.key !== "Escape" || event.defaultPrevented || (!answering && !photos.pictures().length)) return;
  event.stopPropagation();
  if (answering) reply(null);
  else photos.clear();
  $("text").focus();
}

function grow() {
  $("text").style.height = "auto";
  $("text").style.height = `${Math.min(160, $("text").scrollHeight)}px`;
}

/** Put a text into the field, to go on with. */
export function write(text) {
  $("text").value = text;
  written();
  $("text").focus();
}

function written() {
  grow();
  measure();
  drafts.keepText(state.chat, $("text").value);
}

const limit = () => (photos.pictures().length ? LIMITS.caption : LIMITS.text);
const kind = () => (photos.pictures().length ? "caption" : "message");

/** Nothing is cut in silence: how much room is left, or how much is too much. */
function measure() {
  const left = limit() - $("text").value.trim().length;
  $("counter").hidden = left > NEAR;
  $("counter").classList.toggle("over", left < 0);
  $("counter").textContent = left < 0 ? `${count(-left, "character")} too many for one ${kind()}` : `${count(left, "character")} left`;
}

/** The hint in the empty field, and the room there is: both depend on the chat, its topic, and attached photos. */
export function hint() {
  const chat = open();
  if (!chat) return;
  const topic = chat.is_forum ? ` to ${nameOf(chat, topicOf())}` : "";
  const what = photos.pictures().length ? `Add a caption${topic && `, sent${topic}`}` : `Message${topic}, or / for commands`;
  $("text").placeholder = chat.type === "private" && !photos.pictures().length ? `Message ${state.bot.first_name}` : what;
  measure();
}

/** Where a message goes: into the open topic, or that of the message which it answers. */
const topicOf = () => (state.topic === null ? answering?.message_thread_id : state.topic) || null;
const nameOf = (chat, id) => chat.topics.find((one) => one.id === id)?.name ?? "General";

/** Why it can't be sent as it is; null where it can. */
function refused(text) {
  const most = limit();
  if (text.length <= most) return null;
  return `A ${kind()} has ${most.toLocaleString("en")} characters at most; this one has ${text.length.toLocaleString("en")}. Nothing was sent.`;
}

/** Send what is written, or the given text; what was refused stays in the composer. */
async function submit(text = $("text").value.trim()) {
  if ((!text && !photos.pictures().length) || $("send").disabled) return $("text").focus();
  if (text === "/") return $("text").dispatchEvent(new Event("input"));  // the commands, to choose one
  const wrong = refused(text);
  if (wrong) return toast(wrong);
  const { chat } = state;
  const before = $("text").value;
  const fields = { chat, user: state.me, text, topic: topicOf(), ...photos.attached() };
  if (answering) fields.reply_to = answering.message_id;
  $("send").disabled = true;
  const sent = await api.send(fields, photos.pictures());
  $("send").disabled = false;
  if (sent) done(chat, before);
  return $("text").focus();
}

/** A message is on its way; its reader may have gone to another chat meanwhile, whose draft stays. */
function done(chat, before) {
  if (chat !== state.chat) photos.discard(drafts.of(chat).photos);
  drafts.drop(chat);
  if (chat !== state.chat) return;
  if ($("text").value === before) $("text").value = "";  // else the next message is being written already
  completion.close();
  photos.clear();
  reply(null);
  written();
}

/** Lay the draft of the chat before aside, and bring out that of the open one. */
export function turn() {
  if (chatOfDraft !== state.chat) {
    if (chatOfDraft !== null) drafts.keep(chatOfDraft, { photos: photos.take(), answering });
    chatOfDraft = state.chat;
    const draft = drafts.of(state.chat);
    completion.close();
    $("text").value = draft.text;
    photos.put(draft.photos);
    answering = draft.answering;
    grow();
  }
  reply(answering && !gone(answering.message_id) ? answering : null, false);
}

/** Whether a message was deleted meanwhile; one that is older than all that are loaded may still be there. */
function gone(id) {
  const loaded = open()?.messages ?? new Map();
  return !loaded.has(id) && id >= Math.min(...loaded.keys());
}

/** Answer a message with the next one; null takes it back. */
export function reply(message, focused = true) {
  answering = message;
  $("answering").hidden = !message;
  hint();
  if (!message) return;
  const who = sender(message);
  const stop = el("button", { type: "button", className: "icon", "aria-label": "Do not reply" }, icon("close"));
  stop.onclick = () => {
    reply(null);
    $("text").focus();
  };
  const said = el("div", { className: `quote c${colour(who.id)}` },
    el("span", {}, el("b", {}, `Reply to ${who.name}`), el("span", {}, summary(message))));
  $("answering").replaceChildren(icon("reply"), said, stop);
  if (focused) $("text").focus();
}

/** The members to choose from: whoever is chosen sends, presses and deletes. */
export function people() {
  const chat = open();
  if (!chat) return;
  const made = chat.members.map((id) => choice(chat, state.people.get(id)));
  $("people").replaceChildren(el("legend", {}, "You are"), ...made);
  $("people").hidden = made.length < 2;
}

function choice(chat, person) {
  const box = el("input", { type: "radio", name: "person", value: person.id, checked: person.id === state.me });
  box.onchange = () => {
    state.me = person.id;
    drafts.become(person.id);
    onPerson();
  };
  const admin = isAdmin(chat, person.id) && chat.type !== "private" ? el("i", {}, "admin") : null;
  return el("label", { className: `c${colour(person.id)}` }, box, el("span", {}, person.first_name), admin);
}
