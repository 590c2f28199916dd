import { z } from "zod";

import { eid } from "../../domain/eid.ts";
import { type Hex, hexOfInteger } from "../../domain/hex.ts";
import { MARKETS } from "../../domain/incident/posture.ts";
import { word } from "../../domain/incident/word.ts";
import { RelayerError } from "../../errors.ts";
import type { ActionJob } from "../../ports/queue.ts";

const hex = (pattern: RegExp) =>
  z
    .string()
    .regex(pattern)
    .transform((text) => text as Hex);

const Hash = hex(/^0x[0-9a-f]{64}$/);
const UnixSeconds = z.int().min(0).max(0xffff_ffff);

const EntryJson = z.strictObject({
  market: z
    .int()
    .min(0)
    .max(MARKETS - 1),
  word: Hash.transform((text) => word(BigInt(text))),
});

/** Redis holds JSON, so a word crosses as hex. Parsed on the way out: Redis is an outside world too. */
const ActionJobJson = z.strictObject({
  action: z.strictObject({
    id: z.string().regex(/^[a-z0-9-]{1,128}$/),
    decision: Hash,
    kind: z.enum(["raise", "settle"]),
    eid: z.int().positive().max(0xffff_ffff).transform(eid),
    deadline: UnixSeconds,
    needs: z.array(EntryJson).min(1).max(MARKETS),
  }),
  signed: z.strictObject({
    directive: z.strictObject({
      decision: Hash,
      deadline: UnixSeconds,
      entries: hex(/^0x(?:[0-9a-f]{66})+$/),
    }),
    signatures: z
      .array(z.strictObject({ signer: hex(/^0x[0-9a-f]{40}$/), signature: hex(/^0x[0-9a-f]{130}$/) }))
      .min(1)
      .max(32),
  }),
});

/** What goes into Redis. */
export function encodeJob({ action, signed }: ActionJob): z.input<typeof ActionJobJson> {
  const needs = action.needs.map(({ market, word: of }) => ({ market, word: hexOfInteger(of, 32) }));
  return {
    action: { ...action, needs },
    signed: { directive: { ...signed.directive }, signatures: signed.signatures.map((each) => ({ ...each })) },
  };
}

/** @throws RelayerError `JOB_MALFORMED` */
export function decodeJob(data: unknown): ActionJob {
  const parsed = ActionJobJson.safeParse(data);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map(({ path }) => path.join("."));
  throw new RelayerError("JOB_MALFORMED", "a job is not an action", { paths });
}
