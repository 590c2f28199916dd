import type { DeskReport } from "../domain/desk/desk-report.ts";
import type { SignedInstruction } from "../domain/desk/instruction.ts";
import type { Eid } from "../domain/eid.ts";
import type { Hex } from "../domain/hex.ts";
import type { BlockRef } from "../domain/world/block.ts";

/** What a desk says at one block. */
export interface DeskSight {
  readonly report: DeskReport;
  /** Whether the operation was carried out there. */
  readonly isUsed: boolean;
}

/**
 * One deployment's operators' desk. Implemented by `adapters/evm/desk` and, in tests, by `FakeDesk`. Every method
 * rejects with a `RelayerError` and within a bounded time, as those of `Chain` do.
 */
export interface Desk {
  readonly eid: Eid;
  /** As the configuration names its chain. */
  readonly name: string;

  /** The desk at exactly `at`, pinned by hash. @throws RelayerError `BLOCK_REPLACED` */
  look(
    ask: { readonly market: number; readonly operation: Hex },
    at: BlockRef,
    signal: AbortSignal,
  ): Promise<DeskSight>;

  /**
   * Hands the instruction to the chain, by the wallet and the manager of transactions that carry directives, as what can
   * wait. Tried first: what the desk or its venue refuses is not paid for. Resolves when a node has taken it.
   *
   * @throws RelayerError `INSTRUCTION_REFUSED` when it would revert now; `retry` when no node took it
   */
  submit(signed: SignedInstruction, signal: AbortSignal): Promise<{ readonly txHash: Hex }>;
}
