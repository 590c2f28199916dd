import type { Eid } from "../../domain/eid.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { Chain } from "../../ports/chain.ts";
import type { Peer } from "../../ports/co-signers.ts";
import type { Hasher } from "../../ports/hasher.ts";
import type { DirectiveSigner } from "../../ports/signer.ts";
import type { AppContext } from "../context.ts";
import type { Fleet } from "./fleet.ts";
import { createReviewer } from "./review.ts";
import { type Turns, createTurns } from "./turns.ts";

/** Peers are asked who they are this often. */
export const MEET_EVERY_MS = 30_000;

export interface FleetPorts {
  readonly chains: ReadonlyMap<Eid, Chain>;
  readonly signer: DirectiveSigner;
  readonly hasher: Hasher;
  readonly policy: Policy;
}

/** Begins to answer peers. @returns whose turn it is, from now on */
export function startFleet(context: AppContext, fleet: Fleet, ports: FleetPorts): Turns {
  const { self, operators, signs: kinds, backupDelayMs, coSigners } = fleet;
  const { chains, signer, hasher, policy } = ports;
  const rules = { policy, operators, kinds, keccak: (text: string) => hasher.keccakUtf8(text) };
  coSigners.serve(createReviewer(context, { chains, signer, hasher, rules }));
  return createTurns({ clock: context.clock, hasher, self, nodes: operators, backupDelayMs });
}

/** Asks every peer once who it is. Two nodes that pay from one wallet take each other's nonces: this one stops. */
export function createPeerWatch(context: AppContext, { coSigners, wallet }: Fleet): () => Promise<void> {
  const isUp = new Map<string, boolean>();

  const meet = async (peer: Peer): Promise<void> => {
    try {
      const met = await coSigners.meet(peer, context.signal);
      if (met.wallet === wallet) {
        const text = `${peer.name} pays from the same wallet; give each node a wallet of its own`;
        throw new RelayerError("KEY_SHARED", text, { peer: peer.name, wallet });
      }
      turn(peer, null);
    } catch (thrown) {
      const error = RelayerError.from(thrown);
      if (context.signal.aborted) return;
      turn(peer, error);
      if (error.fate === "halt") context.halt(error);
    }
  };
  /** Says so when it changed, not each time. */
  const turn = ({ name }: Peer, error: RelayerError | null): void => {
    const [was, is] = [isUp.get(name), error === null];
    isUp.set(name, is);
    context.metrics.peerUp(name, is);
    if (was === is) return;
    if (error === null) context.log.info({ peer: name }, "peer met");
    else context.log.warn({ peer: name, err: describeError(error) }, "peer not met");
  };

  return async () => {
    await Promise.allSettled(coSigners.peers.map(meet));
  };
}
