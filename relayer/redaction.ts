/** Keyed URLs and secrets never reach a log, an error or a metric: this is what takes them out of text. */

const REDACTED = "[redacted]";
/** Greedy up to the next blank: taking a comma too many is harmless, leaving half a key is not. */
const URL_PATTERN = /\b[a-z][a-z0-9+.-]*:\/\/\S+/gi;
/** The lines of a stack. One URL and no more: what is glued to it may be another kind. */
const LOCAL_FILE = /^file:\/\/(?!.*:\/\/)/;
const MAX_DEPTH = 4;
/** A shorter piece of a URL, like "v2", stands in every other log line. */
const MIN_SECRET_LENGTH = 6;
/** A path segment like "mainnet" or "rpc-node": a name, not a key. */
const PATH_WORD = /^[a-z]+(-[a-z]+)*$/;

/** `text` with every URL cut down to its host: providers put keys into path, query and userinfo. */
export function redactText(text: string): string {
  return text.replace(URL_PATTERN, (url) => (LOCAL_FILE.test(url) ? url : hostOf(url)));
}

/** Host and port of `url`, all that may be shown of it. */
export function hostOf(url: string): string {
  try {
    return new URL(url).host || REDACTED;
  } catch {
    return REDACTED;
  }
}

/** `facts` with every text in them redacted. Deep structures are cut off. */
export function redactFacts(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, redactValue(value, MAX_DEPTH)]));
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return redactText(`${value.name}: ${value.message}`);
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "[deep]";
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactValue(item, depth - 1)]));
}

/**
 * A filter for whole log lines that knows the secrets themselves. The last net: whatever way a secret took, it is not
 * in what leaves the process.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const pieces = [...new Set(secrets.flatMap(piecesOf))].filter((piece) => piece.length >= MIN_SECRET_LENGTH);
  // Longest first, so that no piece of a longer secret is left over.
  pieces.sort((a, b) => b.length - a.length);
  return (text) => pieces.reduce((rest, piece) => rest.replaceAll(piece, REDACTED), text);
}

/** The parts of a secret that are secret: of a URL everything but scheme, host, port and plain words of the path. */
function piecesOf(secret: string): string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(secret)) return [secret, secret.replace(/^0x/, "")];
  let url: URL;
  try {
    url = new URL(secret);
  } catch {
    return [secret];
  }
  const segments = url.pathname.split("/").filter((segment) => !PATH_WORD.test(segment));
  const parts = [url.username, url.password, ...segments, ...url.searchParams.values(), url.hash.slice(1)];
  return [...parts, ...parts.map(decodePart)];
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
