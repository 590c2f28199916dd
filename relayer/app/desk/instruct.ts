import type { SealedDecision } from "../../domain/decision/seal.ts";
import { type Instruction, type InstructionKind, toInstruction } from "../../domain/desk/instruction.ts";
import type { Eid } from "../../domain/eid.ts";
import type { OperatorSignature } from "../../domain/incident/directive.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { Desk } from "../../ports/desk.ts";
import type { Hasher } from "../../ports/hasher.ts";
import type { DirectiveSigner } from "../../ports/signer.ts";
import type { InstructionStatus } from "../../ports/status.ts";
import type { QuorumPorts } from "../act/act.ts";
import type { AppContext } from "../context.ts";
import type { JournalWriter } from "../journal-writer.ts";
import { gatherSignatures } from "../quorum/gather.ts";
import type { Turns } from "../quorum/turns.ts";
import { deliver } from "./deliver.ts";
import { type InstructionBook, type Told, createInstructionBook, isLive } from "./instruction-book.ts";

/** Desks are looked at this often while something is under way. */
export const INSTRUCT_EVERY_MS = 1_000;
/** What came to nothing is not asked for again for this long. */
const REST_MS = 60_000;

/** Tells desks what decisions ask of them. Nothing urgent waits for any of it: a directive tightens at once, this corrects. */
export interface Instructor {
  /** Takes up what is new in a decision and this node's turn. `toSign`: whether peers have to sign as well. Does not wait. */
  consider(sealed: SealedDecision, toSign: boolean): void;
  /** Brings everything that is under way one step further. */
  turn(): Promise<void>;
  statuses(): readonly InstructionStatus[];
}

export interface InstructPorts {
  readonly desks: ReadonlyMap<Eid, Desk>;
  readonly signer: DirectiveSigner;
  readonly hasher: Hasher;
  readonly journal: JournalWriter;
  /** What this node takes part in: no insurance moves but in mode full. */
  readonly kinds: readonly InstructionKind[];
  /** Null where this node has no peers. */
  readonly quorum: (QuorumPorts & { readonly turns: Turns }) | null;
}

export function createInstructor(context: AppContext, ports: InstructPorts): Instructor {
  const book = createInstructionBook();
  return {
    consider(sealed, toSign) {
      const { decision, hash } = sealed;
      for (const [place, planned] of (decision.instructions ?? []).entries()) {
        const instruction = toInstruction(planned, hash, (text) => ports.hasher.keccakUtf8(text));
        if (!isForUs(context, ports, { book, instruction })) continue;
        const index = decision.directives.length + place;
        void take(context, ports, { told: book.open(instruction), sealed, index, toSign });
      }
    },
    async turn() {
      const live = book.all().filter(({ signed, deliveries }) => signed !== null && deliveries.some(isLive));
      await Promise.all(live.map((told) => deliver(context, ports, told)));
      for (const told of live) {
        const isDone = told.deliveries.every(({ state }) => state === "final");
        if (!told.deliveries.some(isLive) && !isDone) told.restsUntilMs = context.clock.nowMs() + REST_MS;
      }
    },
    statuses: () => book.all().map(describe).reverse(),
  };
}

function isForUs(
  { clock }: AppContext,
  { kinds, desks, quorum }: InstructPorts,
  { book, instruction }: { readonly book: InstructionBook; readonly instruction: Instruction },
): boolean {
  const { operation, kind, allotments } = instruction;
  if (!kinds.includes(kind) || book.isTaken(operation, clock.nowMs())) return false;
  if (!allotments.some(({ eid }) => desks.has(eid))) return false;
  return quorum === null || quorum.turns.isMyTask(operation);
}

interface Taking {
  readonly told: Told;
  readonly sealed: SealedDecision;
  readonly index: number;
  readonly toSign: boolean;
}

async function take(context: AppContext, ports: InstructPorts, taking: Taking): Promise<void> {
  const { told, sealed } = taking;
  const { kind, market, allotments, operation } = told.instruction;
  const { clock, log, metrics } = context;
  const atMs = clock.nowMs();
  ports.journal.write({ kind: "decision", atMs, hash: sealed.hash, text: sealed.text });
  for (const { eid, units } of allotments) {
    const step = { what: "instructed", operation, decision: sealed.hash, eid, block: null } as const;
    ports.journal.write({ kind: "instruction", atMs, step: { ...step, detail: tell(told.instruction, units) } });
  }
  metrics.decided([kind]);
  log.info(
    { decision: sealed.hash, kind, market, operation, destinations: allotments.map(({ eid }) => eid) },
    "instruction decided",
  );
  try {
    const signatures = await sign(context, ports, taking);
    told.signed = { instruction: told.instruction, signatures };
  } catch (thrown) {
    const error = RelayerError.from(thrown);
    metrics.failed("sign", error.code);
    log.error({ operation, err: describeError(error) }, "instruction not signed");
    for (const delivery of told.deliveries) {
      delivery.state = "abandoned";
      const step = { what: "given-up", operation, decision: sealed.hash, eid: delivery.eid, block: null } as const;
      ports.journal.write({ kind: "instruction", atMs: clock.nowMs(), step: { ...step, detail: error.code } });
    }
    told.restsUntilMs = clock.nowMs() + REST_MS;
  }
}

/** What a desk is told, in one line of an incident's story. */
function tell({ kind, market, toMarket, until }: Instruction, units: bigint): string {
  if (kind === "insurance-move") return `${kind} ${units} units, market ${market} to ${toMarket}`;
  return `${kind} ${units} units, market ${market}, until ${until}`;
}

async function sign(
  context: AppContext,
  { signer, quorum }: InstructPorts,
  { told, sealed, index, toSign }: Taking,
): Promise<readonly OperatorSignature[]> {
  const { instruction } = told;
  const own = (await signer.signInstruction(instruction)).signatures;
  if (quorum === null || !toSign) return own;
  const { chains } = context.ledger.world;
  const needed = Math.max(...told.deliveries.map(({ eid }) => chains.get(eid)?.latest.state.limits.quorum ?? 0), 2);
  const proposal = { text: sealed.text, index, directive: instruction };
  return gatherSignatures(context, quorum.coSigners, { proposal, own, needed });
}

function describe({ instruction, deliveries }: Told): InstructionStatus {
  const { operation, decision, kind, market, toMarket, until, deadline, allotments } = instruction;
  return {
    ...{ operation, decision, kind, market, toMarket, until, deadline },
    deliveries: deliveries.map(({ eid, state, transactions }) => {
      const units = String(allotments.find((of) => of.eid === eid)?.units ?? 0n);
      return { eid, units, state, transactions: [...transactions] };
    }),
  };
}
