import type { Eid } from "../domain/eid.ts";
import type { LoggedPacketEvent } from "../domain/packet/packet.ts";
import type { Pathway } from "../domain/packet/pathway.ts";
import type { BlockRef } from "../domain/world/block.ts";
import type { BlockRange } from "./chain.ts";

/**
 * What LayerZero's contracts of one chain say about the hub's packets. Implemented by `adapters/evm/messaging`.
 *
 * Every method rejects with a `RelayerError` and within a bounded time, as those of `Chain` do.
 */
export interface Messaging {
  /**
   * Events about packets of the hub in `range`, in chain order, pinned to `last`, the block at its end.
   *
   * @throws RelayerError `BLOCK_REPLACED` when `last` is not in the chain any more
   */
  packetEvents(range: BlockRange, last: BlockRef, signal: AbortSignal): Promise<readonly LoggedPacketEvent[]>;

  /** Every route from one of `peers` to the hub, as of the final block `at`. Those without a peer there are left out. */
  pathways(peers: readonly Eid[], at: BlockRef, signal: AbortSignal): Promise<readonly Pathway[]>;
}
