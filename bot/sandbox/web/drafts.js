// What is written and not sent yet, chat by chat. Texts, and who one is, outlive a reload of this tab.

const KEY = "lookback-sandbox";
const drafts = new Map();
let kept = read();

function read() {
  try {
    return { texts: {}, ...JSON.parse(sessionStorage.getItem(KEY)) };
  } catch {
    return { texts: {} };
  }
}

function write(changed) {
  kept = { ...kept, ...changed };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // A full or forbidden store costs the drafts of a reload, nothing else.
  }
}

export const me = () => kept.me ?? 0;
export const become = (me) => write({ me });

/** Keep the text of a chat while it is written. */
export function keepText(chat, text) {
  const { [chat]: _, ...others } = kept.texts;
  write({ texts: text ? { ...others, [chat]: text } : others });
}

/** Lay a chat's draft aside: {photos, answering}; its text is kept already. */
export const keep = (chat, draft) => drafts.set(chat, draft);

/** The draft of a chat: {text, photos, answering}. */
export const of = (chat) => ({ photos: null, answering: null, ...drafts.get(chat), text: kept.texts[chat] ?? "" });

export function drop(chat) {
  drafts.delete(chat);
  keepText(chat, "");
}
