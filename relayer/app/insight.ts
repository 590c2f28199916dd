import type { Eid } from "../domain/eid.ts";
import { type Hex, hexOfInteger } from "../domain/hex.ts";
import { MARKETS, isRegistered, ownRungs } from "../domain/incident/posture.ts";
import { nameRungs } from "../domain/incident/rungs.ts";
import { EMPTY_WORD } from "../domain/incident/word.ts";
import type { MarketFigures } from "../domain/risk/figures.ts";
import type { Scenario } from "../domain/risk/scenarios.ts";
import type { Incident } from "../domain/timeline/incident.ts";
import type { ChainView } from "../domain/world/world.ts";
import type { DeploymentStatus, ExposedMarket, HaltReadiness, IncidentStatus, InsightView } from "../ports/insight.ts";
import type { FundsWatch } from "./funds-watch.ts";
import type { Ledger } from "./ledger.ts";
import type { Observer } from "./observe/observe-chain.ts";
import type { TimelineKeeper } from "./timeline-keeper.ts";

const PPM = 1_000_000n;
const WORD_BYTES = 32;

export interface InsightSources {
  readonly ledger: Ledger;
  readonly observers: readonly Observer[];
  readonly keeper: TimelineKeeper;
  readonly funds: FundsWatch;
  readonly scenarios: readonly Scenario[];
  /** This relayer's own. */
  readonly operators: readonly Hex[];
}

/** What operators ask, read off the world at the moment of asking. */
export function createInsight(sources: InsightSources): InsightView {
  const { ledger, observers, keeper, funds, scenarios } = sources;
  const nameOf = (eid: Eid): string => observers.find(({ feed }) => feed.chain.eid === eid)?.feed.chain.name ?? "";
  return {
    deployments: () =>
      observers.map(({ feed: { chain } }) => describeDeployment(chain, ledger.world.chains.get(chain.eid), sources)),
    exposure: () =>
      [...ledger.world.venues.values()].map(({ eid, block, markets }) => ({
        name: nameOf(eid),
        eid,
        block: block.number,
        timestamp: block.timestamp,
        markets: markets.map((market) => describeExposure(market, scenarios)),
      })),
    incidents: () => keeper.incidents().map(summarise).reverse(),
    incident(id) {
      const incident = keeper.incident(id);
      return incident === null ? null : { ...summarise(incident), timeline: incident.timeline };
    },
    decision(hash) {
      const entry = keeper.decision(hash);
      return entry === null ? null : { hash: entry.hash, atMs: entry.atMs, text: entry.text };
    },
    nonces: () =>
      observers.flatMap(({ feed: { chain } }) => {
        const of = funds.of(chain.eid);
        if (of === null) return [];
        const { wallet, minedNonce: mined, pendingNonce: pending, haltsLeft, readAtMs } = of;
        const { name, eid } = chain;
        return [{ name, eid, wallet, mined, pending, balanceWei: String(of.balanceWei), haltsLeft, readAtMs }];
      }),
    readiness: () => judgeReadiness(sources),
  };
}

function describeDeployment(
  { name, eid }: { readonly name: string; readonly eid: Eid },
  view: ChainView | undefined,
  { operators }: InsightSources,
): DeploymentStatus {
  if (view === undefined) {
    return { name, eid, block: null, timestamp: null, quorum: null, operators: [], markets: [] };
  }
  const { block, state } = view.latest;
  const markets = Array.from({ length: MARKETS }, (_, market) => market).filter((market) =>
    isRegistered(state.posture, market),
  );
  return {
    name,
    eid,
    block: block.number,
    timestamp: block.timestamp,
    quorum: state.limits.quorum,
    operators: operators.filter((operator) => state.operators.includes(operator)),
    markets: markets.map((market) => ({
      market,
      rungs: nameRungs(ownRungs(state.posture, market)),
      meshWord: hexOfInteger(state.meshWords[market] ?? EMPTY_WORD, WORD_BYTES),
      localWord: hexOfInteger(state.localWords[market] ?? EMPTY_WORD, WORD_BYTES),
    })),
  };
}

function describeExposure(of: MarketFigures, scenarios: readonly Scenario[]): ExposedMarket {
  const worst = of.stressed.reduce((most, loss) => (loss > most ? loss : most), 0n);
  const covered = of.insurance < worst ? of.insurance : worst;
  return {
    market: of.market,
    openInterest: String(of.openInterest),
    largest: String(of.largest),
    skew: String(of.skew),
    insurance: String(of.insurance),
    shortfall: String(of.shortfall),
    stressed: String(worst),
    scenario: worst === 0n ? null : (scenarios[of.stressed.indexOf(worst)]?.id ?? null),
    coveredPpm: worst === 0n ? null : Number((covered * PPM) / worst),
  };
}

function summarise({
  id,
  eid,
  market,
  cause,
  rungs,
  openedAtMs,
  decisions,
}: Incident): Omit<IncidentStatus, "timeline"> {
  return { id, eid, market, cause, rungs: nameRungs(rungs), openedAtMs, decisions };
}

/** The part of chains that a halt which comes now would be sent to, and what keeps it from the others. */
function judgeReadiness(sources: InsightSources): HaltReadiness {
  const { observers, operators, funds, ledger } = sources;
  if (operators.length === 0) return { score: 0, runway: null, reasons: ["holds no operator key"] };
  const judged = observers.map(({ feed: { chain } }) => {
    const reasons = listObstacles(ledger.world.chains.get(chain.eid), { eid: chain.eid, funds, operators });
    return { name: chain.name, eid: chain.eid, reasons };
  });
  const runways = judged.map(({ eid }) => funds.of(eid)?.haltsLeft ?? null);
  const known = runways.filter((runway) => runway !== null);
  return {
    score: judged.length === 0 ? 0 : judged.filter(({ reasons }) => reasons.length === 0).length / judged.length,
    runway: known.length < runways.length || known.length === 0 ? null : Math.min(...known),
    reasons: judged.flatMap(({ name, reasons }) => reasons.map((reason) => `${name}: ${reason}`)),
  };
}

function listObstacles(
  view: ChainView | undefined,
  { eid, funds, operators }: Pick<InsightSources, "funds" | "operators"> & { readonly eid: Eid },
): readonly string[] {
  if (view === undefined) return ["not read yet"];
  const isKnown = operators.some((operator) => view.latest.state.operators.includes(operator));
  const of = funds.of(eid);
  return [
    ...(view.isCaughtUp ? [] : ["still being read"]),
    ...(isKnown ? [] : ["its hub knows none of the operators"]),
    ...(funds.isWatching && of === null ? ["funds not readable"] : []),
    ...(of !== null && of.haltsLeft < 1 ? ["the wallet cannot pay for a halt"] : []),
  ];
}
