import { Interface } from "ethers";

import { roleWallet } from "../../../localnet/chains/accounts.ts";
import type { BenchChain } from "../fanout/bench-chain.ts";
import { type FanoutWorld, startFanoutWorld } from "../fanout/fanout-world.ts";
import { HIGHEST_RUNGS, MARKETS } from "../fanout/ladder.ts";
import { createConnections, postRaw } from "../fanout/post-raw.ts";
import { signCall } from "../fanout/sign-call.ts";
import { ACCEPTED } from "../fanout/time-delivery.ts";
import type { BenchGroup } from "../measurement.ts";

const INCIDENTS = 200;
/** More is no figure. */
const TRANSACTIONS_MAX = 2;
const hub = new Interface([
  "function assertRungs(uint8 market, uint8 rungs)",
  "function postureNow() view returns (uint256)",
]);

/** Two hundred assertions in one block of one chain: the transactions that the relayer makes of them at another. */
export const stormBenches: BenchGroup = {
  names: ["storm"],
  async measure() {
    const world = await startFanoutWorld(1);
    try {
      const value = await countTransactions(world);
      return [{ bench: "storm", unit: "tx", value, floor: 1, peers: { "one for each incident": INCIDENTS } }];
    } finally {
      await world.stop();
    }
  },
};

async function countTransactions({ source, destinations, relayer }: FanoutWorld): Promise<number> {
  const [destination] = destinations;
  if (destination === undefined) throw new RangeError("a mesh has a destination");
  await relayer.settle();
  const before = await countSent(destination);
  await source.holdBlocks();
  await assertMany(source);
  const accepted = destination.watch.nextLog({ address: destination.hubs.relayed, topic: ACCEPTED });
  await source.mine(1);
  await accepted;
  await relayer.settle();
  // What is sent a moment later counts as well.
  await destination.mine(1);
  await relayer.settle();
  await checkTightened(destination);
  const count = (await countSent(destination)) - before;
  if (count > TRANSACTIONS_MAX) throw new RangeError(`${String(count)} transactions for one block of assertions`);
  return count;
}

/** Every market climbs to its highest rungs and is asserted again and again: each is news to the hub. */
async function assertMany({ chainId, hubs, rpcUrl }: BenchChain): Promise<void> {
  const connections = createConnections();
  const key = roleWallet("user").signingKey;
  for (let nonce = 0; nonce < INCIDENTS; nonce += 1) {
    const rungs = nonce < INCIDENTS / 2 ? 0x12 : HIGHEST_RUNGS;
    const data = hub.encodeFunctionData("assertRungs", [MARKETS[nonce % MARKETS.length] ?? 0, rungs]);
    await postRaw(connections, rpcUrl, signCall(key, { chainId, to: hubs.relayed, data, nonce }));
  }
  connections.destroy();
}

/** Transactions of the relayer's wallet that are in a block. */
async function countSent({ provider }: BenchChain): Promise<number> {
  return provider.getTransactionCount(roleWallet("relayer0").address, "latest");
}

async function checkTightened({ provider, hubs }: BenchChain): Promise<void> {
  const posture = BigInt(await provider.call({ to: hubs.relayed, data: hub.encodeFunctionData("postureNow") }));
  const loose = MARKETS.filter((market) => Number((posture >> BigInt(8 * market)) & 0x7fn) !== HIGHEST_RUNGS);
  if (loose.length > 0) throw new RangeError(`markets ${loose.join(", ")} are not at their highest rungs`);
}
