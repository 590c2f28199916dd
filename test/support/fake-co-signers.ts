import type { Hex } from "../../relayer/domain/hex.ts";
import { hexOfInteger } from "../../relayer/domain/hex.ts";
import { readClaim } from "../../relayer/adapters/peers/messages.ts";
import { RelayerError } from "../../relayer/errors.ts";
import type { Answer, CoSigners, Introduction, Peer, Proposal, Reviewer } from "../../relayer/ports/co-signers.ts";

/** What is wrong with a node, as its peers see it. */
export type PeerFault = "dead" | "hanging" | "lying" | "garbled" | "denying";

/** Operator => how it can be reached. Nodes on one line reach each other. */
export class FakeLine {
  readonly reviewers = new Map<Hex, { readonly reviewer: Reviewer; readonly self: Peer }>();
  readonly introductions = new Map<Hex, Introduction>();
  readonly faults = new Map<Hex, PeerFault>();
  /** Every proposal that was made, and to whom. */
  readonly asked: { readonly to: Hex; readonly proposal: Proposal }[] = [];
}

/** Co-signers in memory. A signature is the signer's address in 65 bytes, as `FakeSigner` writes it. */
export class FakeCoSigners implements CoSigners {
  readonly peers: readonly Peer[];
  readonly #self: Peer;
  readonly #line: FakeLine;
  #isClosed = false;

  constructor(line: FakeLine, self: Peer, peers: readonly Peer[]) {
    this.#line = line;
    this.#self = self;
    this.peers = peers;
    const instance = `instance of ${self.name}`;
    line.introductions.set(self.operator, { operator: self.operator, wallet: walletOf(self.operator), instance });
  }

  async ask(peer: Peer, proposal: Proposal, signal: AbortSignal): Promise<Answer> {
    this.#line.asked.push({ to: peer.operator, proposal });
    await this.#reach(peer, signal);
    if (this.#line.faults.get(peer.operator) === "lying") throw new RelayerError("PEER_LIED", `${peer.name} lies`);
    const there = this.#line.reviewers.get(peer.operator);
    if (there === undefined) return { kind: "refused", reason: "busy" };
    // Through the text, as over the wire.
    const claim = readClaim(JSON.stringify({ text: proposal.text, index: proposal.index }));
    const answer = await Promise.race([there.reviewer(claim, this.#self, signal), gone(signal, peer)]);
    if (answer.kind === "refused" || answer.signature === hexOfInteger(BigInt(peer.operator), 65)) return answer;
    throw new RelayerError("PEER_LIED", `${peer.name} gave another's signature`);
  }

  async meet(peer: Peer, signal: AbortSignal): Promise<Introduction> {
    await this.#reach(peer, signal);
    const met = this.#line.introductions.get(peer.operator);
    if (met === undefined) throw new RelayerError("PEER_UNAVAILABLE", `${peer.name} is not there`);
    if (this.#line.faults.get(peer.operator) === "lying") throw new RelayerError("PEER_LIED", `${peer.name} lies`);
    return met;
  }

  serve(reviewer: Reviewer): void {
    this.#line.faults.delete(this.#self.operator);
    this.#line.reviewers.set(this.#self.operator, { reviewer, self: this.#self });
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#line.reviewers.delete(this.#self.operator);
    this.#line.faults.set(this.#self.operator, "dead");
    return Promise.resolve();
  }

  async #reach({ operator, name }: Peer, signal: AbortSignal): Promise<void> {
    const fault = this.#line.faults.get(operator);
    if (fault === "hanging") await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    if (fault === "dead" || fault === "hanging" || this.#isClosed || signal.aborted) {
      throw new RelayerError("PEER_UNAVAILABLE", `${name} did not answer`);
    }
    if (fault === "garbled") throw new RelayerError("PEER_MALFORMED", `${name} answers nonsense`);
    if (fault === "denying") throw new RelayerError("PEER_DENIED", `${name} turns requests away`);
  }
}

function gone(signal: AbortSignal, { name }: Peer): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => reject(new RelayerError("PEER_UNAVAILABLE", `${name} did not answer`));
    signal.addEventListener("abort", give, { once: true });
  });
}

/** The account that the fake node of `operator` pays from. */
export function walletOf(operator: Hex): Hex {
  return hexOfInteger(BigInt(operator) << 64n, 20);
}
