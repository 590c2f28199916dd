import { systemClock } from "../adapters/clock/system-clock.ts";
import { createDirectiveSigner } from "../adapters/evm/directive-signer.ts";
import { addressOfKey, createIdentity } from "../adapters/evm/identity.ts";
import { startHttpCoSigners } from "../adapters/peers/http-co-signers.ts";
import type { Fleet } from "../app/quorum/fleet.ts";
import type { Config } from "../config.ts";
import { INSTRUCTION_KINDS, type InstructionKind } from "../domain/desk/instruction.ts";
import type { Hex } from "../domain/hex.ts";
import { RelayerError, describeError } from "../errors.ts";
import type { DirectiveSigner } from "../ports/signer.ts";
import type { Parts } from "./parts.ts";

/** This node's own operator keys. A shadow decides in the name of others and never signs. */
export function buildSigner({ meshId, mode, operatorKeys, shadowOperators }: Config): DirectiveSigner {
  if (mode !== "shadow") {
    return createDirectiveSigner(
      meshId,
      operatorKeys.map((key) => key.reveal()),
    );
  }
  const refuse = () => Promise.reject(new RelayerError("WALLET_MISSING", "a shadow signs nothing"));
  return { operators: [...shadowOperators].sort(), sign: refuse, signInstruction: refuse };
}

/** Operator accounts that this node plans with: its own, and its peers'. */
export function accountsOf({ quorum }: Config, { operators }: DirectiveSigner): readonly Hex[] {
  return [...operators, ...(quorum?.peers ?? []).map(({ operator }) => operator)].sort();
}

/** What this node has desks told: in mode tighten-only nothing that takes insurance from anybody. */
export function instructsOf({ mode }: Pick<Config, "mode">): readonly InstructionKind[] {
  if (mode !== "full" && mode !== "tighten-only") return [];
  return INSTRUCTION_KINDS.filter((kind) => mode === "full" || kind !== "insurance-move");
}

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
