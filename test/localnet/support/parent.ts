import { startChain } from "../../../localnet/chains/start-chain.ts";
import { startRedis } from "../../../localnet/redis/start-redis.ts";

/**
 * A process that starts a chain, a chain that hangs, and Redis in the directory given, prints their addresses as JSON,
 * and waits to be killed.
 */
const dir = process.argv[2] ?? "";
const [chain, hanging, redis] = await Promise.all([
  startChain({ index: 0, dir }),
  startChain({ index: 1, dir }),
  startRedis({ dir: `${dir}/redis`, log: () => {} }),
]);
hanging.pause();
process.stdout.write(`${JSON.stringify([chain.rpcUrl, hanging.rpcUrl, redis.url])}\n`);
setInterval(() => {}, 60_000);
