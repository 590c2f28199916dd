/**
 * Paths of keys that stand twice in one object. `JSON.parse` keeps the last one silently, so a chain written twice
 * would vanish. `text` must be valid JSON.
 */
export function findDuplicateKeys(text: string): string[] {
  const duplicates: string[] = [];
  const open: Container[] = [];

  for (const [token] of text.matchAll(TOKEN)) {
    const top = open.at(-1);
    if (token === "{" || token === "[") open.push({ keys: token === "{" ? new Set() : null, step: "", index: 0 });
    else if (token === "}" || token === "]") open.pop();
    else if (token === "," && top !== undefined) top.index += 1;
    else if (token.endsWith(":")) noteKey(open, token, duplicates);
  }
  return duplicates;
}

function noteKey(open: readonly Container[], token: string, duplicates: string[]): void {
  const top = open.at(-1);
  if (top === undefined || top.keys === null) return;
  top.step = String(JSON.parse(token.slice(0, -1)));
  if (top.keys.has(top.step)) duplicates.push(open.map(stepOf).join("."));
  top.keys.add(top.step);
}

/** A key with its colon, any other string, or a mark of structure. Numbers and literals carry no structure. */
const TOKEN = /"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\],]/g;

interface Container {
  /** Keys seen so far; null for an array. */
  readonly keys: Set<string> | null;
  step: string;
  index: number;
}

function stepOf({ keys, step, index }: Container): string {
  return keys === null ? String(index) : step;
}
