import { z } from "zod";

import type { Hex } from "../../domain/hex.ts";

/** Decimal digits in text: more than a JSON number holds. */
export const Big = z
  .string()
  .regex(/^-?\d{1,200}$/)
  .transform(BigInt);

export const Bytes = z
  .string()
  .regex(/^0x[0-9a-f]*$/)
  .transform((text) => text as Hex);

export const Block = z.strictObject({
  number: z.int().min(0),
  hash: Bytes,
  parentHash: Bytes,
  timestamp: z.int().min(0),
});

/** JSON in which big integers are decimal text. */
export function toLine(value: unknown): string {
  return JSON.stringify(value, (_, of: unknown) => (typeof of === "bigint" ? String(of) : of));
}
