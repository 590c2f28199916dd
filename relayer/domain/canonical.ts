/** What canonical JSON can hold. A bigint becomes a string of `0x` and hex digits, without leading zeros. */
export type Canonical =
  null | boolean | number | bigint | string | readonly Canonical[] | { readonly [key: string]: Canonical };

/**
 * JSON of which there is exactly one for each value: keys in order of their UTF-16 units, no white space. Two nodes
 * that decided the same hash the same bytes (P14). Numbers are integers; a fraction would depend on who prints it.
 */
export function canonicalJson(value: Canonical): string {
  if (typeof value === "bigint") return `"0x${value.toString(16)}"`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
}

function isList(value: readonly Canonical[] | { readonly [key: string]: Canonical }): value is readonly Canonical[] {
  return Array.isArray(value);
}
