// Joins the parts: what happens on the sandbox's Telegram goes to whoever shows it.

import * as attached from "./attached.js";
import { listen } from "./api.js";
import * as chats from "./chats.js";
import * as composer from "./composer.js";
import { $, icon } from "./dom.js";
import * as drafts from "./drafts.js";
import * as history from "./history.js";
import * as panel from "./panel.js";
import { answered } from "./queries.js";
import { begin, mine, open, sender, state } from "./state.js";
import * as strip from "./strip.js";
import * as theme from "./theme.js";
import { toast } from "./toast.js";
import * as viewer from "./viewer.js";

const narrow = matchMedia("(max-width: 760px)");
const small = matchMedia("(max-width: 1180px)");
let first = true;
let touched = 0;

function openChat(id) {
  if (!state.chats.has(id)) return toast("This chat is not on this Telegram.");
  Object.assign(state, { chat: id, topic: null });
  open().unread = 0;
  if (!open().members.includes(state.me)) state.me = open().members[0];
  drafts.become(state.me);
  show("chats", false);
  redraw();
  return $("text").focus({ preventScroll: true });
}

function redraw() {
  chats.list();
  chats.head();
  composer.people();
  composer.turn();
  history.show();
}

function chooseTopic(id) {
  state.topic = id;
  chats.head();
  composer.hint();
  history.show();
}

function became() {
  if (!open().members.includes(state.me)) Object.assign(state, { chat: mine()[0].id, topic: null });
  redraw();
}

const handlers = {
  snapshot(whole) {
    if (first) state.me = drafts.me();
    begin(whole);
    redraw();
    facts(whole.facts);
    panel.clear();
    whole.work.forEach(({ kind, data }) => handlers[kind](data));
    if (first) strip.show(!narrow.matches && state.tray.length > 0);
    first = false;
  },
  message({ chat_id: id, message }) {
    const chat = state.chats.get(id);
    chat.messages.set(message.message_id, message);
    chat.touched = touched += 1;
    if (sender(message).id === state.bot.id) chats.idle(id);
    if (id === state.chat) history.add(message);
    else chat.unread += 1;
    chats.list();
  },
  edited({ chat_id: id, message }) {
    state.chats.get(id).messages.set(message.message_id, message);
    // The bot said "sending a photo" under its progress, and then wrote its result into that very message.
    if (sender(message).id === state.bot.id) chats.idle(id);
    if (id === state.chat) history.replace(message);
    chats.list();
  },
  deleted({ chat_id: id, message_ids: ids }) {
    ids.forEach((one) => state.chats.get(id).messages.delete(one));
    if (id === state.chat) history.forget();
    composer.turn();
    chats.list();
  },
  reaction({ chat_id: id, message_id: about, reactions }) {
    const chat = state.chats.get(id);
    chat.reactions = { ...chat.reactions, [about]: reactions };
    if (id === state.chat && chat.messages.has(about)) history.replace(chat.messages.get(about));
  },
  action: (data) => chats.doing(data),
  answered: (data) => answered(data),
  facts: (data) => facts(data),
  commands: (data) => (state.commands = data.commands),
  stage: (data) => panel.stage(data),
  call: (data) => panel.call(data),
  updates: (data) => panel.updates(data),
};

function facts(data) {
  state.facts = data;
  chats.banner(data);
  panel.facts(data);
}

/** Open or close one of the two sides; on a phone they lie over the chat. */
function show(side, shown) {
  document.body.classList.toggle(`with-${side}`, shown);
  $(`open-${side}`).setAttribute("aria-expanded", String(shown));
  const over = side === "chats" ? narrow.matches : small.matches;
  $(side).inert = !shown && over;
  if (shown && over) $(`close-${side}`).focus();
}

function sides() {
  for (const side of ["chats", "panel"]) {
    $(`open-${side}`).append(icon(side));
    $(`close-${side}`).append(icon("close"));
    $(`open-${side}`).onclick = () => show(side, !document.body.classList.contains(`with-${side}`));
    $(`close-${side}`).onclick = () => {
      show(side, false);
      $(`open-${side}`).focus();
    };
  }
  const fit = () => {
    show("chats", false);
    show("panel", !small.matches);
  };
  narrow.addEventListener("change", fit);
  small.addEventListener("change", fit);
  fit();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (narrow.matches) show("chats", false);
  if (small.matches) show("panel", false);
});

theme.start();
sides();
viewer.start();
attached.start(composer.hint);
strip.start();
$("send").append(icon("send"));
$("to-end").append(icon("down"));
chats.start(openChat, chooseTopic);
composer.start(became);
history.start({
  openChat,
  look: viewer.look,
  reply: composer.reply,
  command: (text) => {
    composer.write(`${text} `);
  },
  missing: () => toast("That message is not in this chat any more."),
});
listen(handlers, (connected) => document.body.classList.toggle("offline", !connected));
