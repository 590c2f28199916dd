import { z } from "zod";

import type { Hex } from "../../domain/hex.ts";
import { RelayerError } from "../../errors.ts";

/** The shapes in which nodes answer. Parsed where they enter: a node is an outside world. */

const QUANTITY = /^0x[0-9a-fA-F]{1,64}$/;

/** A quantity of any size. */
export const Quantity = z.string().regex(QUANTITY).transform(BigInt);

/** A quantity that counts blocks, seconds, transactions or indices. */
export const Count = Quantity.transform(Number).refine(Number.isSafeInteger);

const hexOf = (pattern: RegExp) =>
  z
    .string()
    .regex(pattern)
    .transform((text) => text.toLowerCase() as Hex);

export const Hash = hexOf(/^0x[0-9a-fA-F]{64}$/);
export const Address = hexOf(/^0x[0-9a-fA-F]{40}$/);
export const Bytes = hexOf(/^0x(?:[0-9a-fA-F]{2})*$/);

export const Block = z.object({
  number: Count,
  hash: Hash,
  parentHash: Hash,
  timestamp: Count,
  logsBloom: hexOf(/^0x[0-9a-fA-F]{512}$/).nullish(),
  /** Absent before London. */
  baseFeePerGas: Quantity.nullish(),
});
export type Block = z.output<typeof Block>;

export const Log = z.object({
  address: Address,
  topics: z.array(Hash).min(1),
  data: Bytes,
  blockNumber: Count,
  blockHash: Hash,
  logIndex: Count,
  transactionHash: Hash,
  removed: z.boolean().optional(),
});
export type Log = z.output<typeof Log>;

export const Receipt = z.object({ status: Count, blockNumber: Count });

/**
 * `raw` as `schema` says it is.
 *
 * @throws RelayerError `RPC_MALFORMED`
 */
export function parseAnswer<Schema extends z.ZodType>(schema: Schema, raw: unknown, method: string): z.output<Schema> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
  throw new RelayerError("RPC_MALFORMED", `the answer to ${method} has another shape than expected`, {
    method,
    fields,
  });
}
