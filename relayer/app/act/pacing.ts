/** A transaction that did not show within this time is sent again. Wall time. */
export const RESEND_AFTER_MS = 5_000;

/** An attempt that no node took is repeated after this time. */
export const RETRY_AFTER_MS = 2_000;

/** When the queue should have driven an action and did not, the process does after this time. */
export const FALLBACK_AFTER_MS = 2 * RESEND_AFTER_MS;

/** Transactions that nodes take for one action at the most. */
export const TRANSACTIONS_MAX = 8;

/** Transactions of one action that may be mined to no effect, reverted or refused, before it is given up. */
export const FUTILE_MAX = 2;

/** An action that is older was aimed at a world that has moved on. As long as a directive is good for. */
export const ACTION_LIFE_MS = 600_000;

/** An action that no node took for this long is decided anew, on what is known by then. */
export const UNSENT_LIFE_MS = 60_000;

/** Handing a transaction to a node may take this long. */
export const SUBMIT_MS = 5_000;

/** Asking the queue to remember may take this long. Nothing urgent waits for it. */
export const ENQUEUE_MS = 2_000;

/** The queue hears of an urgent action once every node has answered, or this long after: sending has the processor first. */
export const ENQUEUE_AFTER_MS = 50;

/** The first run of an urgent action's job: by then the emergency lane has usually succeeded. */
export const FIRST_REPEAT_MS = 2_000;

/** A transaction is looked for in the chain this often, beginning this long after it was sent. */
export const RECEIPT_EVERY_MS = 2_000;
