import type { ActionKind } from "../action/action.ts";
import type { BlockId, Plan, PlannedDestination, PlannedDirective } from "../decision/decision.ts";
import type { Entry } from "../incident/entry.ts";
import { MARKETS, isRegistered } from "../incident/posture.ts";
import { EMPTY_WORD, type Word, mergeWords, stampsOnly } from "../incident/word.ts";
import type { StateAt } from "../world/world.ts";
import { type DestinationGroup, groupDestinations } from "./groups.ts";
import { type Claim, joinClaims } from "./claim.ts";
import { type Deployment, type Evidence, findRaise, findRenew, findSettle, gatherEvidence } from "./mirror.ts";
import { type ChainCut, type PlanInput, mergeEntries } from "./plan-input.ts";
import { planInstructions } from "./plan-instructions.ts";
import { type Policy, listRules } from "./policy.ts";
import { cascadeOf } from "./rules/cascade.ts";
import { listClaims } from "./rules/list-claims.ts";

/** A directive is good for this long after its destinations' time; hubs allow at most 15 minutes. */
export const DIRECTIVE_SECONDS = 600;

/** What one deployment lacks. */
interface Lack {
  readonly eid: PlannedDestination["eid"];
  /** Whether something is on its way there already. */
  readonly isAwaiting: boolean;
  readonly raise: readonly Entry[];
  readonly settle: readonly Entry[];
}

/**
 * What has to be done, or null when that is nothing. Pure and deterministic: the same input and policy give the same
 * plan, byte for byte (P14). Urgent directives come first. A chain that was never read is neither evidence nor
 * destination (P10).
 */
export function plan(input: PlanInput, policy: Policy): Plan | null {
  const claims = listClaims(input, policy);
  const markets = listMarkets(input.chains, claims, policy);
  const groups = markets.length === 0 ? [] : groupDestinations(input.chains, input.operators);
  const planned = groups.flatMap((group) => planGroup(input, { group, markets, claims, policy }));
  const instructions = planInstructions(input, policy);
  if (planned.length === 0 && instructions.length === 0) return null;
  return {
    cut: input.chains.map(({ eid, latest, finalised, isCaughtUp, isSuspect }) => {
      const venue = input.venues.find((of) => of.eid === eid)?.block ?? null;
      return {
        eid,
        latest: idOf(latest.block),
        finalised: idOf(finalised.block),
        isCaughtUp,
        ...(isSuspect === true ? { isSuspect } : {}),
        venue: venue === null ? null : idOf(venue),
      };
    }),
    policyHash: policy.hash,
    rules: listRules(policy),
    operators: input.operators,
    inFlight: input.inFlight,
    directives: [...ofKind(planned, "raise"), ...ofKind(planned, "settle")],
    ...(instructions.length === 0 ? {} : { instructions }),
  };
}

/**
 * Markets about which there may be something to say: words differ, a rule claims something, or chains agree on what none
 * of them has told the others.
 */
function listMarkets(chains: readonly ChainCut[], claims: readonly Claim[], policy: Policy): readonly number[] {
  const markets = new Set([...listUnequalMarkets(chains), ...claims.map(({ market }) => market)]);
  if (policy.cascade !== undefined) for (const market of listLocalMarkets(chains)) markets.add(market);
  return [...markets].sort((a, b) => a - b);
}

/** Markets of which some chain knows something that does not travel. */
function listLocalMarkets(chains: readonly ChainCut[]): readonly number[] {
  return Array.from({ length: MARKETS }, (_, market) => market).filter((market) =>
    chains.some(({ latest }) => stampsOnly(latest.state.localWords[market] ?? EMPTY_WORD) !== EMPTY_WORD),
  );
}

/** Markets whose words differ somewhere. Where all are equal, there is nothing that one could tell another. */
function listUnequalMarkets(chains: readonly ChainCut[]): readonly number[] {
  const [first, ...others] = chains;
  if (first === undefined) return [];
  return Array.from({ length: MARKETS }, (_, market) => market).filter((market) => {
    const word = wordOf(first.latest, market);
    return others.some(({ latest }) => wordOf(latest, market) !== word);
  });
}

function planGroup(input: PlanInput, { group, markets, claims, policy }: PlanOfGroup): readonly PlannedDirective[] {
  const evidence = new Map(
    markets.map((market) => {
      const own = claims.filter((claim) => claim.market === market);
      return [market, evidenceOf(input.chains, market, { claims: own, horizon: group.horizon, policy })];
    }),
  );
  const lacks = group.members.map((member) => findLack(input, { group, member, evidence, policy }));
  const deadline = group.time + DIRECTIVE_SECONDS;
  return [
    ...toDirective("raise", deadline, toDestinations(lacks, "raise")),
    ...toDirective("settle", deadline, toDestinations(lacks.filter(isQuiet), "settle")),
  ];
}

interface PlanOfGroup {
  readonly group: DestinationGroup;
  readonly markets: readonly number[];
  readonly claims: readonly Claim[];
  readonly policy: Policy;
}

/** What deployments say of a market, and what rules make of it. */
interface MarketEvidence {
  /** Words, and what a cascade makes of them: stamps that stay as they are. */
  readonly said: Evidence;
  /** That and what rules claim: enough to raise on. */
  readonly all: Evidence;
  /** What rules claim on final evidence: enough to renew. */
  readonly claimed: Word;
}

function evidenceOf(
  chains: readonly ChainCut[],
  market: number,
  { claims, horizon, policy }: { claims: readonly Claim[]; horizon: number; policy: Policy },
): MarketEvidence {
  // What a chain in doubt calls final is no evidence; what it says at its head still is, for ten minutes.
  const trusted = chains.filter(({ isSuspect }) => isSuspect !== true);
  const cascade = policy.cascade === undefined ? null : cascadeOf(chains, market, policy.cascade);
  const words = {
    latest: [...chains.map(({ latest }) => wordOf(latest, market)), ...(cascade === null ? [] : [cascade.latest])],
    finalised: [
      ...trusted.map(({ finalised }) => wordOf(finalised, market)),
      ...(cascade === null ? [] : [cascade.finalised]),
    ],
  };
  const said = gatherEvidence(words, horizon);
  const claimed = joinClaims(claims, horizon);
  const all = {
    latest: mergeWords(said.latest, claimed.latest),
    finalised: mergeWords(said.finalised, claimed.final),
  };
  return { said, all, claimed: claimed.final };
}

function findLack(
  { inFlight }: PlanInput,
  from: { group: DestinationGroup; member: ChainCut; evidence: ReadonlyMap<number, MarketEvidence>; policy: Policy },
): Lack {
  const { group, member, policy } = from;
  const { eid, latest } = member;
  const underway = inFlight.filter((flight) => flight.eid === eid).flatMap(({ entries }) => entries);
  const lack = { eid, isAwaiting: underway.length > 0, raise: [] as Entry[], settle: [] as Entry[] };
  for (const [market, evidence] of from.evidence) {
    if (!isRegistered(latest.state.posture, market)) continue;
    const coming = underway.filter((entry) => entry.market === market).map(({ word }) => stampsOnly(word));
    const deployment: Deployment = {
      word: coming.reduce(mergeWords, wordOf(latest, market)),
      leases: group.leases,
      time: latest.block.timestamp,
      ceiling: group.ceiling,
      soloTime: group.soloTime,
    };
    const raise = findRaise(evidence.all, deployment);
    const settle = mergeWords(
      findSettle(evidence.said, deployment, policy.mirror),
      findRenew(evidence.claimed, deployment, policy.mirror),
    );
    if (raise !== EMPTY_WORD) lack.raise.push({ market, word: raise });
    if (settle !== EMPTY_WORD) lack.settle.push({ market, word: settle });
  }
  return lack;
}

/** Settling can wait until what is on its way, or is about to be, has arrived: one transaction at a time. */
function isQuiet({ isAwaiting, raise }: Lack): boolean {
  return !isAwaiting && raise.length === 0;
}

function toDestinations(lacks: readonly Lack[], kind: ActionKind): readonly PlannedDestination[] {
  return lacks.filter((lack) => lack[kind].length > 0).map((lack) => ({ eid: lack.eid, needs: lack[kind] }));
}

/** The union of what its destinations need, so that one signature serves them all. None without destinations. */
function toDirective(
  kind: ActionKind,
  deadline: number,
  destinations: readonly PlannedDestination[],
): readonly PlannedDirective[] {
  if (destinations.length === 0) return [];
  return [{ kind, deadline, entries: mergeEntries(destinations.flatMap(({ needs }) => needs)), destinations }];
}

function ofKind(directives: readonly PlannedDirective[], kind: ActionKind): readonly PlannedDirective[] {
  return directives.filter((planned) => planned.kind === kind);
}

function wordOf({ state }: StateAt, market: number): Word {
  return state.meshWords[market] ?? EMPTY_WORD;
}

function idOf({ number, hash }: BlockId): BlockId {
  return { number, hash };
}
