import { systemClock, timeOfDayMs } from "../adapters/clock/system-clock.ts";
import { addressOfKey, createIdentity } from "../adapters/evm/identity.ts";
import { startHttpCoSigners } from "../adapters/peers/http-co-signers.ts";
import type { Fleet } from "../app/quorum/fleet.ts";
import { describeError } from "../errors.ts";
import { accountsOf, instructsOf } from "./operators.ts";
import type { Parts } from "./parts.ts";

/** Begins to listen for peers. Null where there are none. */
export async function startQuorum({ config, signer, life, metrics, log }: Parts): Promise<Fleet | null> {
  const { quorum, wallet, operatorKeys } = config;
  const [key] = operatorKeys;
  if (quorum === null || wallet === null || key === undefined) return null;
  const identity = createIdentity(config.meshId, key.reveal());
  const ownWallet = addressOfKey(wallet.reveal());
  const coSigners = await startHttpCoSigners({
    ...quorum,
    peers: quorum.peers.map((peer) => ({ ...peer, url: peer.url.reveal() })),
    identity,
    wallet: ownWallet,
    nowMs: () => systemClock.nowMs(),
    wallMs: timeOfDayMs,
    onDenied(peer, error) {
      metrics.failed(`peer:${peer}`, error.code);
      log.warn({ peer, err: describeError(error) }, "request of a peer turned away");
    },
  });
  life.add("quorum", coSigners, (it) => it.close());
  const kept: readonly string[] = ["raise", "settle", ...instructsOf(config)];
  return {
    self: identity.operator,
    wallet: ownWallet,
    operators: accountsOf(config, signer),
    coSigners,
    signs: quorum.signs.filter((kind) => kept.includes(kind)),
    backupDelayMs: quorum.backupDelaySeconds * 1_000,
  };
}
