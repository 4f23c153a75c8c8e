// Pressed buttons wait for the bot's answer to their query (Bot API, answerCallbackQuery).

import { alertBox, toast } from "./toast.js";

const PATIENCE = 10_000;
const waiting = new Map();
const early = new Set();

/** Done when the bot has answered the query that `request` made, or was silent for ten seconds. */
export async function pressed(request) {
  const made = await request;
  if (!made || early.delete(made.query_id)) return;
  await new Promise((resolve) => {
    waiting.set(made.query_id, resolve);
    setTimeout(resolve, PATIENCE);
  });
  waiting.delete(made.query_id);
}

/** The bot has answered a query, perhaps before the page knew its id. */
export function answered({ query_id: id, text, alert }) {
  if (waiting.has(id)) waiting.get(id)();
  else early.add(id);
  if (text) (alert ? alertBox : toast)(text);
}
