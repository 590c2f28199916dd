import { type RungsInWords, packRungs } from "../schema.ts";

/** `fields` as the contract's struct holds them: rungs as a byte, everything else as it is. */
export function pack(fields: object): Record<string, unknown> {
  const packed = Object.entries(fields).map(([name, value]: [string, unknown]) => [
    name,
    isRungs(value) ? packRungs(value) : value,
  ]);
  return Object.fromEntries(packed) as Record<string, unknown>;
}

function isRungs(value: unknown): value is RungsInWords {
  return typeof value === "object" && value !== null && "breaker" in value && "margin" in value;
}
