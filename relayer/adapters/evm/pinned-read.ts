import type { BlockRef } from "../../domain/world/block.ts";
import { RelayerError } from "../../errors.ts";
import { quantity, readBlock } from "./read-blocks.ts";
import type { RpcSession } from "./rpc-pool.ts";

/**
 * What `read` finds at exactly `at`. By hash where the node takes one, else by number and the hash asked again.
 *
 * @throws RelayerError `BLOCK_REPLACED`
 */
export async function pinnedRead<T>(
  session: RpcSession,
  at: BlockRef,
  read: (blockTag: unknown) => Promise<T>,
): Promise<T> {
  const byHash = session.memory.readsByHash;
  const found = await read(byHash ? { blockHash: at.hash, requireCanonical: true } : quantity(at.number));
  if (byHash) return found;
  const { hash } = await readBlock(session, at.number);
  if (hash === at.hash) return found;
  throw new RelayerError("BLOCK_REPLACED", `block ${at.number} is no longer the one to be read`, { block: at.number });
}
