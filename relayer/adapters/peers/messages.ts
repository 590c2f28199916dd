import { z } from "zod";

import { eid } from "../../domain/eid.ts";
import type { Hex } from "../../domain/hex.ts";
import { MARKETS } from "../../domain/incident/posture.ts";
import { word } from "../../domain/incident/word.ts";
import type { Claim } from "../../domain/quorum/claim.ts";
import { REFUSALS } from "../../domain/quorum/refusal.ts";
import { RelayerError } from "../../errors.ts";

/*
 * What nodes send each other. Parsed where it enters: a peer is an outside world, and one whose key was stolen is an
 * enemy. `body` is text inside the message, so that the seal is over exactly the bytes that are read.
 */

/** Twenty chains with every market on its way fill a third of it. */
export const MESSAGE_BYTES_MAX = 262_144;
/** Deployments of one mesh, and operators of one hub, at the most. */
const CHAINS_MAX = 64;
const OPERATORS_MAX = 32;
/** Directives of one decision at the most. */
const DIRECTIVES_MAX = 256;

const hexOf = (pattern: RegExp) =>
  z
    .string()
    .regex(pattern)
    .transform((text) => text as Hex);

const Hash = hexOf(/^0x[0-9a-f]{64}$/);
const Account = hexOf(/^0x[0-9a-f]{40}$/);
const Signature = hexOf(/^0x[0-9a-f]{130}$/);
const Number = z.int().min(0);
const Eid = z.int().positive().max(0xffff_ffff).transform(eid);
const BlockId = z.object({ number: Number, hash: Hash });
const Entry = z.object({
  market: Number.max(MARKETS - 1),
  word: z
    .string()
    .regex(/^0x[0-9a-f]{1,64}$/)
    .transform((text) => word(BigInt(text))),
});

const Envelope = z.strictObject({
  from: Account,
  to: Account,
  sentAtMs: Number,
  nonce: Hash,
  body: z.string().max(MESSAGE_BYTES_MAX),
  seal: Signature,
});
export type Envelope = z.output<typeof Envelope>;

const ProposalBody = z.strictObject({ text: z.string(), index: Number.max(DIRECTIVES_MAX - 1) });

/** Only what planning takes from a decision. The rest of the text counts when it is compared with what comes out. */
const DecisionText = z.object({
  cut: z
    .array(
      z.object({
        eid: Eid,
        latest: BlockId,
        finalised: BlockId,
        isCaughtUp: z.boolean(),
        isSuspect: z.literal(true).exactOptional(),
        venue: BlockId.nullable(),
      }),
    )
    .max(CHAINS_MAX),
  policyHash: Hash,
  operators: z.array(Account).max(OPERATORS_MAX),
  inFlight: z.array(z.object({ eid: Eid, entries: z.array(Entry).max(MARKETS) })).max(CHAINS_MAX),
});

const IntroductionBody = z.strictObject({ operator: Account, wallet: Account, instance: z.string().max(64) });

const AnswerBody = z.union([
  z.strictObject({ signature: Signature }).transform(({ signature }) => ({ kind: "signed" as const, signature })),
  z
    .strictObject({ refusal: z.enum(REFUSALS) })
    .transform(({ refusal }) => ({ kind: "refused" as const, reason: refusal })),
]);

const DeniedBody = z.object({ denied: z.string().max(64) });

/** @throws RelayerError `PEER_MALFORMED` */
export const readEnvelope = (raw: unknown): Envelope => read(Envelope, raw, "envelope");

/** @throws RelayerError `PEER_MALFORMED` */
export function readClaim(body: string): Claim {
  const { text, index } = read(ProposalBody, parseJson(body), "proposal");
  return { text, index, input: read(DecisionText, parseJson(text), "decision") };
}

/** @throws RelayerError `PEER_MALFORMED` */
export const readIntroduction = (body: string) => read(IntroductionBody, parseJson(body), "introduction");

/** @throws RelayerError `PEER_MALFORMED` */
export const readAnswer = (raw: unknown) => read(AnswerBody, raw, "answer");

/** Why a peer turned a request away, or null when it did not say. */
export function readDenial(raw: unknown): string | null {
  const parsed = DeniedBody.safeParse(raw);
  return parsed.success ? parsed.data.denied : null;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function read<Schema extends z.ZodType>(schema: Schema, raw: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join(".")).slice(0, 8);
  throw new RelayerError("PEER_MALFORMED", `the ${what} has another shape than expected`, { what, fields });
}
