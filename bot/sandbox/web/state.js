// What the page knows: people, chats, who its reader is, and which chat and topic are open.

export const state = {
  bot: { id: 0, first_name: "" },
  people: new Map(),
  chats: new Map(),
  commands: {},
  tray: [],
  facts: {},
  me: 0,
  chat: 0,
  topic: null,
};

/** Take in everything the sandbox told at the start, or again after the connection was lost. */
export function begin(snapshot) {
  state.bot = snapshot.bot;
  state.people = new Map(snapshot.people.map((person) => [person.id, person]));
  state.chats = new Map(snapshot.chats.map((chat) => [chat.id, arrange(chat)]));
  Object.assign(state, { commands: snapshot.commands, tray: snapshot.tray, facts: snapshot.facts });
  if (!state.chats.has(state.chat)) state.chat = snapshot.chats[0]?.id ?? 0;
  if (!state.people.has(state.me)) state.me = open()?.members[0] ?? 0;
  if (!open()?.members.includes(state.me)) state.chat = mine()[0]?.id ?? state.chat;
}

/** Messages by id; `unread` counts what came while another chat was open. */
const arrange = (chat) => ({
  ...chat,
  unread: state.chats.get(chat.id)?.unread ?? 0,
  messages: new Map(chat.messages.map((message) => [message.message_id, message])),
});

export const open = () => state.chats.get(state.chat);

/** Chats that the reader sees as this member. */
export const mine = () => [...state.chats.values()].filter((chat) => chat.members.includes(state.me));

export const isAdmin = (chat, id) => chat.admins.includes(id);

/** Whether a message is in the open topic; without topics, or with all of them shown, every message is. */
export const inTopic = (message) =>
  state.topic === null || (message.message_thread_id ?? 0) === state.topic;

/** Messages in the order of their ids, those of one album together. */
export function posts(chat) {
  const found = [];
  const shown = [...chat.messages.values()].filter(inTopic).sort((a, b) => a.message_id - b.message_id);
  for (const message of shown) {
    const last = found.at(-1);
    if (message.media_group_id && last?.[0].media_group_id === message.media_group_id) last.push(message);
    else found.push([message]);
  }
  return found;
}

/** The messages that were sent as one album with this one, in their order; itself where there is no album. */
export const albumOf = (chat, message) => [...chat.messages.values()]
  .filter((one) => one === message || (one.media_group_id && one.media_group_id === message.media_group_id))
  .sort((a, b) => a.message_id - b.message_id);

/** In whose name a message was sent: {id, name}. */
export function sender(message) {
  const from = message.sender_chat ?? message.from ?? { id: 0, first_name: "Telegram" };
  return { id: from.id, name: from.title ?? from.first_name };
}

/** One line about a message, for quotes, the list of chats and screen readers. */
export function summary(message, more = 1) {
  const words = message.text ?? message.caption ?? "";
  const kind = message.photo ? (more > 1 ? `${more} photos` : "Photo") : message.document ? "File" : "";
  return service(message) || [kind, words.replace(/\s+/g, " ")].filter(Boolean).join(": ");
}

/** What a service message says; empty for others. */
export function service(message) {
  const who = sender(message).name;
  if (message.forum_topic_created) return `${who} created the topic “${message.forum_topic_created.name}”`;
  if (message.migrate_to_chat_id) return "This group became a supergroup";
  if (message.migrate_from_chat_id) return "This supergroup was a group before";
  return "";
}
