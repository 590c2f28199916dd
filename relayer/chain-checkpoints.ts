import { hkdfSync } from "node:crypto";
import { join } from "node:path";

import { createFileCheckpoints } from "./adapters/checkpoints/file-checkpoints.ts";
import { packetCodec } from "./adapters/checkpoints/packet-codec.ts";
import { venueCodec } from "./adapters/checkpoints/venue-codec.ts";
import type { ChainConfig, Config } from "./config.ts";
import type { Checkpoints, PacketCheckpoint, VenueCheckpoint } from "./ports/checkpoints.ts";

const KEY_BYTES = 32;
/** What the key is for: nothing else is derived from the wallet's by it. */
const PURPOSE = "cordon relayer checkpoints";

/** Where one chain's histories were left off. */
export interface ChainCheckpoints {
  readonly venue: Checkpoints<VenueCheckpoint>;
  readonly packets: Checkpoints<PacketCheckpoint>;
}

/**
 * Beside the journal, sealed with what only this relayer has: whoever can write its files cannot make it take over a book
 * of their own. Null without a wallet: who observes reads every history from its beginning, and decides nothing.
 */
export function createChainCheckpoints(config: Config, chain: ChainConfig): ChainCheckpoints | null {
  const { wallet, journal, meshId } = config;
  if (wallet === null) return null;
  const key = new Uint8Array(hkdfSync("sha256", wallet.reveal(), "", PURPOSE, KEY_BYTES));
  const about = [meshId, chain.chainId, chain.eid, chain.hub, chain.startBlock].join("/");
  const { address = "", startBlock = 0 } = chain.venue ?? {};
  const dir = join(journal.dir, "checkpoints");
  return {
    venue: createFileCheckpoints(
      { file: join(dir, `venue-${chain.name}`), key, about: `venue/${about}/${address}/${startBlock}` },
      venueCodec,
    ),
    packets: createFileCheckpoints(
      { file: join(dir, `packets-${chain.name}`), key, about: `packets/${about}` },
      packetCodec,
    ),
  };
}

/** Takes away what is kept of a chain. @returns how many histories that were */
export async function forgetCheckpoints(config: Config, chain: ChainConfig): Promise<number> {
  const { venue, packets } = createChainCheckpoints(config, chain) ?? { venue: null, packets: null };
  let taken = 0;
  for (const store of [venue, packets]) {
    if (store === null || !(await store.isThere())) continue;
    await store.forget();
    taken += 1;
  }
  return taken;
}
