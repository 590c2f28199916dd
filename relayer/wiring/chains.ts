import { systemClock } from "../adapters/clock/system-clock.ts";
import { createEvmChain, type EvmChain } from "../adapters/evm/evm-chain.ts";
import { createEvmFunds } from "../adapters/evm/evm-funds.ts";
import { createEvmVenue } from "../adapters/evm/venue/evm-venue.ts";
import type { FileHints } from "../adapters/hints/file-hints.ts";
import type { FileJournal } from "../adapters/journal/file-journal.ts";
import type { PromMetrics } from "../adapters/metrics/prom-metrics.ts";
import type { Lifecycle } from "../app/lifecycle.ts";
import type { VenueWatch } from "../app/risk/watch-venue.ts";
import type { ChainConfig, Config } from "../config.ts";
import type { Hex } from "../domain/hex.ts";
import { RelayerError } from "../errors.ts";
import type { Checkpoints, PacketCheckpoint } from "../ports/checkpoints.ts";
import type { FundsReader } from "../ports/funds.ts";
import type { Journal } from "../ports/journal.ts";
import type { DirectiveSigner } from "../ports/signer.ts";
import { createChainCheckpoints } from "../chain-checkpoints.ts";
import { accountsOf } from "./operators.ts";

/** Nonces of one chain that are recalled: what is older is mined, or was dropped long ago. */
const RECALLED_MAX = 64;

/** A chain, and how often and how far it is read. */
export interface EvmFeed extends Pick<
  ChainConfig,
  "pollMs" | "maxLogRange" | "startBlock" | "keeping" | "quorum" | "finalityStallSeconds"
> {
  readonly chain: EvmChain;
  /** Where an earlier process left off with its packets; null where nothing is kept. */
  readonly packetCheckpoints: Checkpoints<PacketCheckpoint> | null;
}

/** What every chain of the configuration is reached with. */
export interface Reach {
  readonly config: Config;
  readonly life: Lifecycle;
  readonly metrics: PromMetrics;
  readonly hints: FileHints;
}

/** Every chain, with its hub, its errands and its desk. `life` closes them. */
export function buildFeeds(reach: FeedReach): readonly EvmFeed[] {
  const { config, life } = reach;
  return config.chains.map((chain) => ({
    ...chain,
    packetCheckpoints: createChainCheckpoints(config, chain)?.packets ?? null,
    chain: life.add(`chain ${chain.name}`, buildChain(chain, reach), (it) => it.close()),
  }));
}

interface FeedReach extends Reach {
  readonly signer: DirectiveSigner;
  readonly journal: Pick<Journal, "append">;
}

function buildChain(chain: ChainConfig, { config, signer, metrics, hints, journal }: FeedReach): EvmChain {
  const { keeping, wallet, meshId } = config;
  return createEvmChain({
    ...chain,
    meshId,
    rpcUrls: chain.rpcUrls.map((url) => url.reveal()),
    wsUrl: chain.wsUrl?.reveal() ?? null,
    walletKey: wallet?.reveal() ?? null,
    keeper: keeping === null ? null : { walletKey: keeping.wallet.reveal(), treasury: chain.keeping.treasury ?? null },
    operators: accountsOf(config, signer),
    desk: chain.venue?.desk ?? null,
    settings: chain.txmgr,
    onSent: (sent) => {
      const entry = { kind: "nonce", atMs: systemClock.nowMs(), eid: chain.eid, ...sent } as const;
      journal.append(entry).catch((error: unknown) => metrics.failed("journal", RelayerError.from(error).code));
    },
    onReplaced: (why) => metrics.replaced(chain.name, why),
    onRequest: (method, status) => metrics.rpcRequested(chain.name, method, status),
    hints: hints.of(chain.name),
  });
}

/** The clearing houses, where the configuration names one. */
export function buildVenues({ config, life, metrics, hints }: Reach): readonly VenueWatch[] {
  return config.chains.flatMap(({ venue, maxLogRange, ...chain }) => {
    if (venue === null) return [];
    const reader = createEvmVenue({
      ...chain,
      venue,
      maxLogRange,
      meshId: config.meshId,
      rpcUrls: chain.rpcUrls.map((url) => url.reveal()),
      onRequest: (method, status) => metrics.rpcRequested(chain.name, method, status),
      hints: hints.of(chain.name),
    });
    const { accountsChecked, recheckSeconds } = venue;
    const added = life.add(`venue ${chain.name}`, reader, (it) => it.close());
    const kept = createChainCheckpoints(config, { ...chain, venue, maxLogRange });
    const checkpoints = kept === null ? {} : { checkpoints: kept.venue };
    return [{ venue: added, maxLogRange, accountsChecked, recheckSeconds, ...checkpoints }];
  });
}

/** What the wallet has on each chain. None where nothing is sent. */
export function buildFunds({ config, life }: Pick<Reach, "config" | "life">): readonly FundsReader[] {
  const { wallet, meshId } = config;
  if (wallet === null) return [];
  return config.chains.map((chain) => {
    const rpcUrls = chain.rpcUrls.map((url) => url.reveal());
    const reader = createEvmFunds({ ...chain, meshId, rpcUrls, walletKey: wallet.reveal() });
    return life.add(`funds ${chain.name}`, reader, (it) => it.close());
  });
}

/** So that the first hole is looked for behind what an earlier life has sent: not every node knows of it yet. */
export async function recallNonces(feeds: readonly EvmFeed[], journal: FileJournal, wallet: Hex): Promise<void> {
  const sent = new Map<number, { readonly nonce: number; readonly ageMs: number }[]>();
  for await (const entry of journal.recent()) {
    if (entry.kind !== "nonce" || entry.wallet !== wallet) continue;
    const { eid, nonce, atMs } = entry;
    sent.set(eid, [...(sent.get(eid) ?? []).slice(-RECALLED_MAX), { nonce, ageMs: systemClock.nowMs() - atMs }]);
  }
  for (const { chain } of feeds) chain.recall(sent.get(chain.eid) ?? []);
}
