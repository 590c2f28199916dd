import type { DeskReport } from "../../relayer/domain/desk/desk-report.ts";
import { type Instruction, type SignedInstruction, unitsFor } from "../../relayer/domain/desk/instruction.ts";
import type { Eid } from "../../relayer/domain/eid.ts";
import { type Hex, hexOfInteger } from "../../relayer/domain/hex.ts";
import type { BlockRef } from "../../relayer/domain/world/block.ts";
import { RelayerError } from "../../relayer/errors.ts";
import type { Desk, DeskSight } from "../../relayer/ports/desk.ts";
import type { FakeChain } from "./fake-chain.ts";
import { aReport } from "./desk-builders.ts";

interface Executed {
  readonly number: number;
  readonly instruction: Instruction;
  readonly units: bigint;
}

/** A desk on a fake chain: checks what the contract checks, and carries out in the next block. */
export class FakeDesk implements Desk {
  readonly eid: Eid;
  readonly name: string;
  /** Every instruction that was handed over and not refused. */
  readonly taken: SignedInstruction[] = [];
  /** Takes transactions and forgets them. */
  losesAll = false;
  /** Never answers. */
  hangs = false;
  readonly #chain: FakeChain;
  readonly #first: DeskReport;
  #executed: Executed[] = [];

  constructor(chain: FakeChain, first: DeskReport = aReport()) {
    this.#chain = chain;
    this.#first = first;
    this.eid = chain.eid;
    this.name = chain.name;
  }

  look(
    { market, operation }: { market: number; operation: Hex },
    at: BlockRef,
    signal: AbortSignal,
  ): Promise<DeskSight> {
    if (this.hangs) return never(signal);
    const done = this.#executed.filter(({ number }) => number <= at.number);
    const isUsed = done.some(({ instruction }) => instruction.operation === operation);
    return Promise.resolve({ report: this.reportAt(market, at.number), isUsed });
  }

  submit(signed: SignedInstruction, signal: AbortSignal): Promise<{ txHash: Hex }> {
    if (this.hangs) return never(signal);
    const { instruction } = signed;
    const refused = this.#refusalOf(signed);
    if (refused !== null) return Promise.reject(new RelayerError("INSTRUCTION_REFUSED", refused));
    this.taken.push(signed);
    const txHash = hexOfInteger(BigInt(this.taken.length), 32);
    if (this.losesAll) return Promise.resolve({ txHash });
    const units = unitsFor(instruction, this.eid) ?? 0n;
    this.#chain.next(() => {
      const isUsed = this.#executed.some((of) => of.instruction.operation === instruction.operation);
      if (!isUsed) this.#executed.push({ number: this.#chain.head.number + 1, instruction, units });
    });
    return Promise.resolve({ txHash });
  }

  /** A reorganisation took back what was carried out above `number`. */
  undoAbove(number: number): void {
    this.#executed = this.#executed.filter((of) => of.number <= number);
  }

  reportAt(market: number, number: number): DeskReport {
    const done = this.#executed.filter((of) => of.number <= number && of.instruction.market === market);
    return done.reduce(apply, this.#first);
  }

  #refusalOf({ instruction, signatures }: SignedInstruction): string | null {
    const { operators } = this.#chain.hub.state();
    const signers = signatures.map(({ signer }) => signer);
    if (new Set(signers).size < 2 || !signers.every((signer) => operators.includes(signer))) return "no quorum";
    if (signers.some((signer, index) => index > 0 && signer <= signers[index - 1]!)) return "not ascending";
    if (instruction.deadline < this.#chain.head.timestamp) return "late";
    if (this.#executed.some((of) => of.instruction.operation === instruction.operation)) return "used";
    return unitsFor(instruction, this.eid) === null ? "not named" : null;
  }
}

function apply(report: DeskReport, { instruction, units }: Executed): DeskReport {
  const { until, globalOpenInterest } = instruction;
  switch (instruction.kind) {
    case "open-interest-cap":
      return { ...report, envelope: { capUnits: units, globalUnits: globalOpenInterest, until } };
    case "deleveraging-budget":
      return { ...report, budget: { leftUnits: units, until } };
    case "insurance-move":
      return { ...report, moves: report.moves + 1n, movable: report.movable - units };
  }
}

function never<T>(signal: AbortSignal): Promise<T> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new RelayerError("RPC_UNAVAILABLE", "stopped")), { once: true });
  });
}
