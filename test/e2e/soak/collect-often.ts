/**
 * Loaded into a relayer whose memory is looked at (`node --expose-gc --import`): what is no longer reachable is given back
 * every second, so that a sample of its heap shows what it keeps and not when V8 last thought it worth the time.
 */
const EVERY_MS = 1_000;

setInterval(() => globalThis.gc?.(), EVERY_MS).unref();
