import type { LoggedEvent } from "../../domain/incident/hub-event.ts";
import type { BlockRef } from "../../domain/world/block.ts";
import type { Finding } from "../../domain/world/finding.ts";
import { isSameState } from "../../domain/world/hub-state.ts";
import { RelayerError } from "../../errors.ts";
import { type Reader, ask, listStops, requireView } from "./feed.ts";

/** How often the chain's own state is compared with what was folded from events: an empty answer is not believed. */
const COMPARE_EVERY_MS = 5_000;

/** Reads up to `head`, of which `known` are the events where they came with it. @returns whether events are missing */
export async function readBlocks(reader: Reader, head: BlockRef, known?: readonly LoggedEvent[]): Promise<boolean> {
  const findings: Finding[] = [];
  // They are those of one block, and the next one is that block only where it stands on what was read.
  if (known !== undefined && head.parentHash === cursorOf(reader).hash)
    findings.push(...fold(reader, head, known, true));
  for (let from = cursorOf(reader).number + 1; from <= head.number; from = cursorOf(reader).number + 1) {
    findings.push(...(await readRange(reader, from, head)));
  }
  // With nothing to read the cursor is the head already, and only has to be marked as such.
  if (!requireView(reader).isCaughtUp) {
    reader.context.ledger.record({
      kind: "blocks-read",
      eid: reader.feed.chain.eid,
      to: head,
      isHead: true,
      events: [],
    });
  }
  return findings.some(({ kind }) => kind === "seq-gap");
}

async function readRange(reader: Reader, from: number, head: BlockRef): Promise<readonly Finding[]> {
  const { feed } = reader;
  const to = Math.min(from + feed.maxLogRange - 1, head.number);
  const last = to === head.number ? head : await ask(reader, "block", (chain, signal) => chain.block(to, signal));
  const events = await ask(reader, "events", (chain, signal) => chain.hubEvents({ from, to }, signal));
  return fold(reader, last, events, to === head.number);
}

function fold(reader: Reader, to: BlockRef, events: readonly LoggedEvent[], isHead: boolean): readonly Finding[] {
  const { feed, context } = reader;
  const findings = context.ledger.record({ kind: "blocks-read", eid: feed.chain.eid, to, isHead, events });
  report(reader, findings);
  if (findings.some(({ kind }) => kind === "not-contiguous")) {
    throw new RelayerError("BLOCK_REPLACED", `${feed.chain.name} changed while it was read`, { ...findings[0]?.facts });
  }
  return findings;
}

/** Whether it is time to look at the chain's own state again. */
export function isCompareDue({ context, comparedMs }: Reader): boolean {
  return context.clock.nowMs() - comparedMs >= COMPARE_EVERY_MS;
}

/**
 * Holds what was folded against the hub's state at `head`. Reads both again before it believes that events are lost: a
 * log may come late, and a node that is about to have a block may show that block's state for the one before.
 */
export async function compareState(reader: Reader, head: BlockRef): Promise<void> {
  const { feed, context } = reader;
  const askState = () => ask(reader, "snapshot", (chain, signal) => chain.snapshot(head, signal));
  const shown = await askState();
  reader.comparedMs = context.clock.nowMs();
  if (isSameState(shown, requireView(reader).latest.state)) {
    reader.verified = head;
    return;
  }
  context.log.warn({ chain: feed.chain.name, seqThere: shown.seq }, "events missing, reading again");
  rewind(reader);
  await readBlocks(reader, head);
  const snapshot = await askState();
  const findings = context.ledger.record({ kind: "resynchronised", eid: feed.chain.eid, snapshot });
  report(reader, findings);
  if (isSameState(snapshot, requireView(reader).latest.state)) reader.verified = head;
}

/**
 * Whether the hub's own state has borne out every event up to `block`; asks for it where it has not been compared since
 * they were read. An event that no state knows of is good for ten minutes, as it comes: nothing final is made of it.
 */
export async function isConfirmed(reader: Reader, block: BlockRef, head: BlockRef): Promise<boolean> {
  const since = reader.verified?.number ?? -1;
  const isPending = requireView(reader).batches.some(({ number }) => number > since && number <= block.number);
  if (!isPending) return true;
  await compareState(reader, head);
  return reader.verified?.hash === head.hash;
}

function rewind(reader: Reader): void {
  const { feed, context, verified } = reader;
  const view = requireView(reader);
  const earlier = listStops(view).slice(0, -1);
  const ancestor = earlier.find(({ hash }) => hash === verified?.hash) ?? view.finalised.block;
  context.ledger.record({ kind: "rewound", eid: feed.chain.eid, ancestor, cause: "gap" });
}

function report({ feed, context }: Reader, findings: readonly Finding[]): void {
  for (const { kind, facts } of findings) {
    context.metrics.found(feed.chain.name, kind);
    context.log.warn({ chain: feed.chain.name, finding: kind, ...facts }, "chain contradicts itself");
  }
}

function cursorOf(reader: Reader): BlockRef {
  return requireView(reader).latest.block;
}
