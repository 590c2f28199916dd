import { isAddress } from "ethers";
import { z } from "zod";

import type { Hex } from "../domain/hex.ts";

/** Says what a field must be, or that it is missing; either way what to write. */
export const expected = (what: string) => ({
  error: ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? `is missing; write ${what}` : `must be ${what}`,
});

export function whole(what: string, min: number, max: number) {
  const message = expected(`${what}, a whole number from ${min} to ${max}`);
  return z.int(message).min(min, message).max(max, message);
}

export function address(what: string) {
  return z
    .string(expected(what))
    .refine((text) => text.startsWith("0x") && isAddress(text), expected(`${what}; check its digits and checksum`))
    .transform((text) => text.toLowerCase() as Hex);
}

export const SecretRefSchema = z.strictObject(
  {
    type: z.enum(["env", "file", "plain"], expected('where the secret is: "env", "file" or "plain" (devnet only)')),
    value: z.string(expected("the variable's name or the file's path")).min(1, "must not be empty"),
  },
  expected('a secret reference, as {"type": "env", "value": "NAME"}'),
);

/** Where a secret stands. The configuration itself holds none, outside a devnet. */
export type SecretRef = z.output<typeof SecretRefSchema>;
