import { type ErrorName, RelayerError } from "../../errors.ts";

/**
 * Why a node did not take a transaction. There is no standard: these are the words of geth, erigon, nethermind, besu,
 * reth, anvil and hardhat. The first match counts.
 */
const REASONS: readonly { readonly words: RegExp; readonly name: ErrorName | "KNOWN" }[] = [
  {
    words: /already known|already imported|known transaction|alreadyknown|already in (the )?(mem)?pool/i,
    name: "KNOWN",
  },
  { words: /replacement (transaction|fee)|could not replace/i, name: "REPLACEMENT_REFUSED" },
  { words: /nonce.{0,20}(too low|too high|already been used|gap)|oldnonce|invalid nonce/i, name: "NONCE_CONFLICT" },
  { words: /insufficient (funds|balance)|enough funds|lackoffunds|upfront cost exceeds/i, name: "WALLET_EMPTY" },
  {
    words:
      /underpriced|fee cap|feetoolow|max ?fee ?per ?gas|gas price (too low|below)|less than (the )?block base fee/i,
    name: "FEE_TOO_LOW",
  },
  { words: /revert/i, name: "TX_REVERTED" },
];

/** The node has the transaction: as good as a success. */
export const KNOWN = "known";

/** A node's refusal of a raw transaction with a code of ours, or {@link KNOWN}. Other errors stay what they are. */
export function mapSendError(error: unknown): RelayerError | typeof KNOWN {
  const failure = RelayerError.from(error);
  if (failure.name !== "RPC_REFUSED") return failure;
  const { host, nodeMessage } = failure.facts;
  const name = REASONS.find(({ words }) => words.test(String(nodeMessage)))?.name ?? "TX_REFUSED";
  if (name === "KNOWN") return KNOWN;
  return new RelayerError(name, `${host} did not take the transaction: ${nodeMessage}`, failure.facts);
}
