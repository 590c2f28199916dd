import { ZeroAddress } from "ethers";

import { addressOf } from "../network-record.ts";
import { type ContractReader, readerOf } from "./contract-reader.ts";
import { type FactContext, type FactGroup, equal } from "./fact.ts";
import { structFact } from "./struct-facts.ts";

const PROTOCOL_MARKET = 0;

/** What actions ask of a price, the sequencer, and the gate that a halt is lifted through. */
export function oracleFacts(context: FactContext): FactGroup[] {
  const aggregator = readerOf(context, "PriceAggregator");
  const { matrix, freshness, markets } = context.parameters;
  return [
    ...(matrix ? markets.map(({ id }) => actions(aggregator, id, matrix)) : []),
    sequencer(context, aggregator),
    liftGate(context),
    ...(freshness ? gateFacts(context, freshness) : []),
  ];
}

/** In the order of the contract's `Action`. */
const ACTIONS = ["open", "close", "liquidate", "withdraw", "deleverage", "lift"] as const;

function actions(
  aggregator: ContractReader,
  market: number,
  matrix: NonNullable<FactContext["parameters"]["matrix"]>,
): FactGroup {
  const rows = ACTIONS.map((action) => {
    const { maxAgeSeconds, maxConfidenceBps, needsSequencer } = matrix[action];
    return [maxAgeSeconds, maxConfidenceBps, needsSequencer];
  });
  const name = `market ${market} matrix`;
  return {
    stage: "prices",
    expected: { [name]: equal(rows) },
    read: async () => ({ [name]: await aggregator.ask("matrix", market) }),
    mend: () => [aggregator.step("setMatrix", market, rows)],
  };
}

function sequencer(context: FactContext, aggregator: ContractReader): FactGroup {
  const set = context.parameters.chains.find(({ name }) => name === context.own.name)?.sequencer;
  const expected = [set?.feed ?? ZeroAddress, set?.graceSeconds ?? 0];
  return {
    stage: "prices",
    holdsAtCreation: set === undefined,
    expected: { "sequencer feed and grace": equal(expected) },
    read: async () => ({ "sequencer feed and grace": await aggregator.ask("sequencer") }),
    mend: () => [aggregator.step("setSequencer", ...expected)],
  };
}

function liftGate(context: FactContext): FactGroup {
  const hub = readerOf(context, "IncidentHub");
  const { freshness } = context.parameters;
  const gate = freshness ? addressOf(context.own, "FreshnessGate") : ZeroAddress;
  return {
    stage: "hub",
    holdsAtCreation: freshness === undefined,
    expected: { "lift gate": equal(gate) },
    read: async () => ({ "lift gate": await hub.ask("liftGate") }),
    mend: () => [hub.step("setLiftGate", gate)],
  };
}

/** Set before the hub has the gate: an unset source lifts without a price. */
function gateFacts(
  context: FactContext,
  { pace, leastMarkets }: NonNullable<FactContext["parameters"]["freshness"]>,
): FactGroup[] {
  const gate = readerOf(context, "FreshnessGate");
  const ids = context.parameters.markets.map(({ id }) => id);
  const bits = (markets: readonly number[]) => markets.reduce((all, id) => all | (1 << id), 0) >>> 0;
  const source = (market: number, sources: number, least: number): FactGroup => {
    const name = `market ${market} lifts by`;
    return {
      stage: "prices",
      expected: { [name]: equal([sources, least]) },
      read: async () => ({ [name]: await gate.ask("source", market) }),
      mend: () => [gate.step("setSource", market, sources, least)],
    };
  };
  return [
    structFact({
      stage: "prices",
      prefix: "FreshnessGate pace: ",
      fields: pace,
      contract: gate,
      view: ["pace"],
      setter: ["setPace"],
      holdsAtCreation: true,
    }),
    ...ids.map((id) => source(id, bits([id]), 1)),
    source(PROTOCOL_MARKET, bits(ids), Math.min(leastMarkets, ids.length)),
  ];
}
