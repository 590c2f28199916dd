import type { Hex } from "../domain/hex.ts";

/** One market of one deployment. */
export interface DeployedMarket {
  readonly market: number;
  /** As `halted/m2`: what is in force there for this market, the protocol-wide rung left out. */
  readonly rungs: string;
  readonly meshWord: Hex;
  readonly localWord: Hex;
}

export interface DeploymentStatus {
  readonly name: string;
  readonly eid: number;
  /** Of the block that was read last. Null until the chain was read for the first time. */
  readonly block: number | null;
  readonly timestamp: number | null;
  readonly quorum: number | null;
  /** Which of this relayer's operators the hub accepts. */
  readonly operators: readonly Hex[];
  readonly markets: readonly DeployedMarket[];
}

/** Amounts are units, as decimal text: they may be larger than a JSON number holds. */
export interface ExposedMarket {
  readonly market: number;
  readonly openInterest: string;
  readonly largest: string;
  readonly skew: string;
  readonly insurance: string;
  readonly shortfall: string;
  /** Stressed loss in the worst scenario, which one that is, and the part that insurance covers, in parts per million. */
  readonly stressed: string;
  readonly scenario: string | null;
  readonly coveredPpm: number | null;
}

export interface ExposureStatus {
  readonly name: string;
  readonly eid: number;
  /** The finalised block that it is as of. */
  readonly block: number;
  readonly timestamp: number;
  readonly markets: readonly ExposedMarket[];
}

export interface IncidentStatus {
  readonly id: string;
  readonly eid: number;
  readonly market: number;
  readonly cause: string;
  readonly rungs: string;
  readonly openedAtMs: number;
  readonly decisions: readonly Hex[];
  readonly timeline: readonly {
    readonly atMs: number;
    readonly what: string;
    readonly eid: number | null;
    readonly block: number | null;
    readonly detail: string;
  }[];
}

export interface DecisionStatus {
  readonly hash: Hex;
  readonly atMs: number;
  /** The canonical text, whose keccak256 is the hash. */
  readonly text: string;
}

export interface NonceStatus {
  readonly name: string;
  readonly eid: number;
  readonly wallet: Hex;
  readonly mined: number;
  readonly pending: number;
  readonly balanceWei: string;
  /** Halts that the wallet can still pay for there. */
  readonly haltsLeft: number;
  readonly readAtMs: number;
}

/** Whether a halt that comes now would reach every chain. */
export interface HaltReadiness {
  /** The part of chains on which this relayer could send a halt now; 0 where it holds no key. */
  readonly score: number;
  /** Halts left on the poorest chain. Null where funds are not read. */
  readonly runway: number | null;
  /** What is missing, one line a chain and reason. */
  readonly reasons: readonly string[];
}

/** What operators ask beyond whether it runs. All JSON already. Implemented by `app/insight.ts`. */
export interface InsightView {
  deployments(): readonly DeploymentStatus[];
  exposure(): readonly ExposureStatus[];
  /** Newest first, without their timelines. */
  incidents(): readonly Omit<IncidentStatus, "timeline">[];
  incident(id: string): IncidentStatus | null;
  decision(hash: string): DecisionStatus | null;
  nonces(): readonly NonceStatus[];
  readiness(): HaltReadiness;
}
