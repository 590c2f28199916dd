import type { ErrandKind } from "../domain/errand/errand.ts";
import type { Verdict } from "../domain/errand/judge.ts";
import type { PacketState } from "../domain/packet/packet-state.ts";

/** A pathway from one chain to another, by the names of the chains. */
export interface PathwayNames {
  readonly origin: string;
  readonly destination: string;
}

/**
 * `done` and `reverted`: mined; `lost`: no receipt within its time; `unkept`: what it costs could not be written down; else
 * the limit that refused it.
 */
export type ErrandOutcome = "sent" | "done" | "reverted" | "lost" | "unkept" | Exclude<Verdict, "send">;

/** Packets of one pathway that are neither executed nor given up. */
export interface Backlog extends PathwayNames {
  readonly size: number;
  readonly oldestAgeSeconds: number;
}

/** Typed recorders of what goes on besides tightening. Implementations never throw. */
export interface HousekeepingMetrics {
  /** A packet came into a state. */
  messageMoved(on: PathwayNames, status: PacketState): void;
  /** Every pathway's backlog, as of now. */
  backlog(all: readonly Backlog[]): void;
  /** Nonces and packets that governance has to do something about, by destination. */
  recoveriesOpen(all: ReadonlyMap<string, number>): void;
  /** Something happened to an errand. */
  errand(chain: string, of: { readonly kind: ErrandKind; readonly outcome: ErrandOutcome }): void;
  /** Sensors that revert whenever they are poked. */
  sensorsReverting(chain: string, count: number): void;
  /** Native coin of the keeper's wallet and of the hub on a chain, in ether. */
  funds(chain: string, of: { readonly wallet: number; readonly hub: number }): void;
}
