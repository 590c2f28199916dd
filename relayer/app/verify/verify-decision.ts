import type { BlockId, CutPoint } from "../../domain/decision/decision.ts";
import { type WrittenDecision, readDecision } from "../../domain/decision/read-decision.ts";
import { sealDecision } from "../../domain/decision/seal.ts";
import type { Eid } from "../../domain/eid.ts";
import { plan } from "../../domain/policy/plan.ts";
import type { ChainCut, PlanInput } from "../../domain/policy/plan-input.ts";
import { type Policy, scenariosOf } from "../../domain/policy/policy.ts";
import type { VenueFigures } from "../../domain/risk/figures.ts";
import type { StateAt } from "../../domain/world/world.ts";
import { RelayerError } from "../../errors.ts";
import type { Chain } from "../../ports/chain.ts";
import type { Hasher } from "../../ports/hasher.ts";
import { alone, readVenueTo, startVenueReading } from "../risk/venue-reading.ts";
import type { VenueWatch } from "../risk/watch-venue.ts";

/** What a decision is held against: chains that still have its cut, and the policy that it names. */
export interface VerifyPorts {
  /** Asked for the rights of the decision's own operators. */
  readonly chains: ReadonlyMap<Eid, Chain>;
  readonly venues: ReadonlyMap<Eid, VenueWatch>;
  readonly hasher: Hasher;
  readonly signal: AbortSignal;
}

export interface Verdict {
  /** Byte for byte the same. */
  readonly isSame: boolean;
  /** What differs, in words; empty when nothing does. */
  readonly differences: readonly string[];
  /** The text as it was made again, or null when that was not possible. */
  readonly again: string | null;
}

/**
 * Makes a decision again from the chains and the policy alone (P14): reads every state at its cut, plans, and compares.
 * What was in flight stands in the decision, and which chains were in doubt: both are the node's own account.
 *
 * @throws RelayerError `DECISION_INVALID` when `text` is no decision; `retry` when a node fails
 */
export async function verifyDecision(text: string, policy: Policy | null, ports: VerifyPorts): Promise<Verdict> {
  const written = readDecision(text);
  if (written === null) throw new RelayerError("DECISION_INVALID", "the text is not that of a decision");
  if (policy?.hash !== written.policyHash) {
    const found = policy === null ? "no policy" : `policy ${policy.hash}`;
    return impossible([`the decision follows policy ${written.policyHash}, and there is ${found}`]);
  }
  const replaced: string[] = [];
  const input = await readInput(written, policy, { ...ports, replaced });
  if (replaced.length > 0) return impossible(replaced);

  const planned = plan(input, policy);
  if (planned === null) return impossible(["at this cut there is nothing to do, and the decision asks for something"]);
  const again = sealDecision(planned, input, (of) => ports.hasher.keccakUtf8(of));
  const isSame = again.text === text;
  return { isSame, differences: isSame ? [] : diff(text, again.text), again: again.text };
}

function impossible(differences: readonly string[]): Verdict {
  return { isSame: false, differences, again: null };
}

type Reading = VerifyPorts & { readonly replaced: string[] };

async function readInput(written: WrittenDecision, policy: Policy, reading: Reading): Promise<PlanInput> {
  const { operators, inFlight, cut } = written;
  const chains = await Promise.all(cut.map((point) => readCut(point, reading)));
  const venues = await Promise.all(cut.map((point) => readVenue(point, policy, reading)));
  return {
    chains: chains.filter((chain) => chain !== null),
    venues: venues.filter((venue) => venue !== null),
    operators,
    inFlight,
  };
}

async function readCut(point: CutPoint, reading: Reading): Promise<ChainCut | null> {
  const { eid, latest, finalised, isCaughtUp, isSuspect } = point;
  const chain = reading.chains.get(eid);
  if (chain === undefined) {
    reading.replaced.push(`no chain with endpoint id ${eid} is configured`);
    return null;
  }
  const states = await Promise.all([readState(chain, latest, reading), readState(chain, finalised, reading)]);
  const [head, final] = states;
  if (head === null || final === null) return null;
  // Doubt is the node's own account, as what was in flight: no chain can be asked for it.
  return { eid, latest: head, finalised: final, isCaughtUp, ...(isSuspect === true ? { isSuspect } : {}) };
}

async function readState(chain: Chain, { number, hash }: BlockId, reading: Reading): Promise<StateAt | null> {
  const block = await chain.block(number, reading.signal);
  if (block.hash !== hash) {
    reading.replaced.push(`block ${number} of ${chain.name} is ${block.hash}, the decision looked at ${hash}`);
    return null;
  }
  const { block: at, ...state } = await chain.snapshot(block, reading.signal);
  return { block: at, state };
}

async function readVenue({ eid, venue }: CutPoint, policy: Policy, reading: Reading): Promise<VenueFigures | null> {
  if (venue === null) return null;
  const watch = reading.venues.get(eid);
  if (watch === undefined) {
    reading.replaced.push(`no venue is configured for endpoint id ${eid}, and the decision looked at one`);
    return null;
  }
  const block = await watch.venue.block(venue.number, reading.signal);
  if (block.hash !== venue.hash) {
    reading.replaced.push(`block ${venue.number} of ${watch.venue.name} is ${block.hash}, not ${venue.hash}`);
    return null;
  }
  const outcome = await readVenueTo(startVenueReading(scenariosOf(policy), alone()), block, {
    ...watch,
    signal: reading.signal,
  });
  if (outcome.kind === "figures") return outcome.figures;
  reading.replaced.push(`events and views of the venue of ${watch.venue.name} differ at block ${venue.number}`);
  return null;
}

/** By member of the decision, what was written and what comes of making it again. */
function diff(text: string, again: string): readonly string[] {
  const [was, now] = [text, again].map((of) => JSON.parse(of) as Record<string, unknown>);
  const names = Object.keys({ ...was, ...now }).sort();
  const differing = names.filter((name) => JSON.stringify(was?.[name]) !== JSON.stringify(now?.[name]));
  return differing.flatMap((name) => [
    `- ${name}: ${JSON.stringify(was?.[name])}`,
    `+ ${name}: ${JSON.stringify(now?.[name])}`,
  ]);
}
