import type { Chores } from "../../domain/errand/chores.ts";
import type { Chain } from "../../ports/chain.ts";
import type { Checkpoints, PacketCheckpoint } from "../../ports/checkpoints.ts";
import type { Errands } from "../../ports/errands.ts";
import type { Messaging } from "../../ports/messaging.ts";

/** A chain whose messages are followed, and where errands are done if there is a wallet for them. */
export interface KeptChain {
  readonly chain: Chain;
  readonly messaging: Messaging;
  /** Null when this relayer only watches. */
  readonly errands: Errands | null;
  readonly chores: Omit<Chores, "peers">;
  /** Block of the hub's deployment: nothing before it is read. */
  readonly startBlock: number;
  readonly pollMs: number;
  readonly maxLogRange: number;
  /** Where an earlier process left off; absent where nothing is kept. */
  readonly checkpoints?: Checkpoints<PacketCheckpoint>;
}
