import type { Hex } from "../../domain/hex.ts";
import type { SignedKind } from "../../domain/quorum/claim.ts";
import type { CoSigners } from "../../ports/co-signers.ts";

/** The nodes of the operators' quorum, this one among them, each with a key and a wallet of its own. */
export interface Fleet {
  /** This node's operator account. */
  readonly self: Hex;
  /** The account that this node pays from. */
  readonly wallet: Hex;
  /** All operator accounts, ascending. */
  readonly operators: readonly Hex[];
  readonly coSigners: CoSigners;
  /** What this node signs for its peers. */
  readonly signs: readonly SignedKind[];
  /** How long a backup waits for the node whose turn it is. */
  readonly backupDelayMs: number;
}
