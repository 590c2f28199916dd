import { z } from "zod";

/** Says what a field must be, or that it is missing; either way what to write. */
export const expected = (what: string) => ({
  error: ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? `is missing; write ${what}` : `must be ${what}`,
});

export function whole(what: string, min: number, max: number) {
  const message = expected(`${what}, a whole number from ${min} to ${max}`);
  return z.int(message).min(min, message).max(max, message);
}
