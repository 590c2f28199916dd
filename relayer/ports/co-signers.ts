import type { Instruction } from "../domain/desk/instruction.ts";
import type { Hex } from "../domain/hex.ts";
import type { Directive } from "../domain/incident/directive.ts";
import type { Claim } from "../domain/quorum/claim.ts";
import type { Refusal } from "../domain/quorum/refusal.ts";

/** Another node of the operators' quorum. */
export interface Peer {
  /** As the configuration names it, for logs and metrics. */
  readonly name: string;
  /** Its operator account, lower case. */
  readonly operator: Hex;
}

/** A directive, or an instruction to desks, to be signed, and the decision that it follows from. */
export interface Proposal {
  /** The decision's canonical text. Its keccak256 is `directive.decision`. */
  readonly text: string;
  /** Place in the decision: directives first, then what desks are told. */
  readonly index: number;
  readonly directive: Directive | Instruction;
}

export type Answer =
  { readonly kind: "signed"; readonly signature: Hex } | { readonly kind: "refused"; readonly reason: Refusal };

/** What a node says of itself. Nothing in it is secret. */
export interface Introduction {
  readonly operator: Hex;
  /** The account that pays for its transactions, lower case. */
  readonly wallet: Hex;
  /** Drawn at each start: tells two processes with the same key apart. */
  readonly instance: string;
}

/**
 * The other nodes, asked one at a time. Implemented by `adapters/peers` and, in tests, by `FakeCoSigners`. Every method
 * returns within a bounded time, signal or not, and rejects with a `RelayerError`:
 *
 * - `PEER_UNAVAILABLE`: no answer in time, or none at all.
 * - `PEER_MALFORMED`: an answer that cannot be read, or that is too large.
 * - `PEER_LIED`: a signature that is not that peer's over this directive, an introduction that is not its own.
 * - `PEER_DENIED`: it does not take requests from this node.
 */
export interface CoSigners {
  readonly peers: readonly Peer[];
  /** Asks for the peer's signature. A signature that is returned has been checked. */
  ask(peer: Peer, proposal: Proposal, signal: AbortSignal): Promise<Answer>;
  /** Asks who the peer is. @throws RelayerError also `KEY_SHARED`: it runs on this node's operator key */
  meet(peer: Peer, signal: AbortSignal): Promise<Introduction>;
  /** Has peers' proposals judged by `reviewer` from now on. Until then they are told that this node is busy. */
  serve(reviewer: Reviewer): void;
  close(): Promise<void>;
}

/** Judges what peers propose. Never throws: what goes wrong here is a refusal to them. */
export type Reviewer = (claim: Claim, from: Peer, signal: AbortSignal) => Promise<Answer>;
