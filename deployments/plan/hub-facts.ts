import { Contract, parseEther } from "ethers";

import { packLeases } from "../../relayer/domain/incident/leases.ts";
import { DRILL_MARKET } from "../incident-parameters.ts";
import { packLimits } from "../schema.ts";
import { addressOf } from "../network-record.ts";
import { type ContractReader, readerOf } from "./contract-reader.ts";
import { type FactContext, type FactGroup, equal, equalEach, pickEach, sameSet, such, write } from "./fact.ts";
import { readLogs } from "./read-logs.ts";

/** The whole protocol. Registered first, on every chain. */
const PROTOCOL_MARKET = 0;
const MARKETS = 32;
const EID_ABI = ["function eid() view returns (uint32)"];

/** What one hub is by itself: what it was built with, markets, operators, limits, mirrors, funds. */
export function hubFacts(context: FactContext): FactGroup[] {
  const hub = readerOf(context, "IncidentHub");
  return [
    identity(context, hub),
    markets(context, hub),
    operators(context, hub),
    limits(context, hub),
    mirrors(context, hub),
    funds(context, hub),
  ];
}

/** Fixed by the constructor: nothing can mend it. */
function identity({ own, parameters, provider }: FactContext, hub: ContractReader): FactGroup {
  const endpoint = new Contract(own.endpoint, EID_ABI, provider);
  return {
    stage: "identity",
    expected: {
      endpoint: equal(own.endpoint),
      "endpoint id": equal(own.eid),
      "mesh id": equal(parameters.meshId),
      leases: equal(packLeases(parameters.leases)),
    },
    read: async () => ({
      endpoint: await hub.ask("endpoint"),
      "endpoint id": await endpoint.getFunction("eid").staticCall(),
      "mesh id": await hub.ask("meshId"),
      leases: await hub.ask("leases"),
    }),
  };
}

/** A market is registered for good, so one that the parameters do not have can only be reported. */
function markets({ parameters }: FactContext, hub: ContractReader): FactGroup {
  const drills = parameters.sensors.DrillSensor ? [DRILL_MARKET] : [];
  const expected = [PROTOCOL_MARKET, ...parameters.markets.map(({ id }) => id), ...drills];
  return {
    stage: "markets",
    expected: { markets: sameSet(expected) },
    read: async () => ({ markets: registeredIn(BigInt(String(await hub.ask("postureNow")))) }),
    mend({ actual }) {
      const registered = listOf(actual["markets"]);
      return expected.filter((id) => !registered.includes(write(id))).map((id) => hub.step("registerMarket", id));
    },
  };
}

/** The posture of a registered market is never zero: see `Posture.sol`. */
function registeredIn(posture: bigint): number[] {
  const all = Array.from({ length: MARKETS }, (_, market) => market);
  return all.filter((market) => (posture >> BigInt(market * 8 + 7)) & 1n);
}

/** The hub lists no operators, so those that it should not have are found in its events. */
function operators(context: FactContext, hub: ContractReader): FactGroup {
  const expected = context.parameters.operators;
  return {
    stage: "hub",
    holdsAtCreation: true,
    expected: { operators: sameSet(expected) },
    async read() {
      const ever = new Set(expected.map(write));
      for (const { args } of await readLogs(context, "IncidentHub", "OperatorSet")) ever.add(write(args["operator"]));
      const asked = [...ever].map(async (operator) =>
        (await hub.ask("isOperator", operator)) === true ? [operator] : [],
      );
      return { operators: (await Promise.all(asked)).flat() };
    },
    mend({ actual }) {
      const active = listOf(actual["operators"]);
      const wanted = expected.map(write);
      const added = wanted.filter((operator) => !active.includes(operator));
      const removed = active.filter((operator) => !wanted.includes(operator));
      // Taken away last: the quorum, which is set in between, must be there at all times.
      return [
        ...added.map((operator) => hub.step("setOperator", operator, true)),
        ...removed.map((operator) => hub.lateStep("setOperator", operator, false)),
      ];
    },
  };
}

function limits({ parameters }: FactContext, hub: ContractReader): FactGroup {
  const packed = packLimits(parameters.limits);
  return {
    stage: "hub",
    holdsAtCreation: true,
    expected: equalEach("limits.", packed),
    read: async () => pickEach("limits.", packed, await hub.ask("limits")),
    mend: () => [hub.step("setLimits", packed)],
  };
}

function mirrors({ parameters, own }: FactContext, hub: ContractReader): FactGroup {
  const given = parameters.chains.find(({ name }) => name === own.name)?.mirrors ?? [];
  // The house is told of halts as they begin and end, so that it knows them to the second.
  const expected = [...given, ...(parameters.venue ? [addressOf(own, "ClearingHouse")] : [])];
  return {
    stage: "hub",
    expected: { mirrors: sameSet(expected) },
    read: async () => ({ mirrors: await hub.ask("mirrors") }),
    mend({ actual }) {
      const active = listOf(actual["mirrors"]);
      const wanted = expected.map(write);
      return [
        ...active.filter((mirror) => !wanted.includes(mirror)).map((mirror) => hub.step("setMirror", mirror, false)),
        ...wanted.filter((mirror) => !active.includes(mirror)).map((mirror) => hub.step("setMirror", mirror, true)),
      ];
    },
  };
}

/** The hub spends what it holds on messages, so only having none is a fault. */
function funds({ parameters, provider }: FactContext, hub: ContractReader): FactGroup {
  const value = parseEther(parameters.messaging.hubFundingEther);
  const isFunded = (actual: unknown) => value === 0n || BigInt(String(actual)) > 0n;
  return {
    stage: "funds",
    expected: { "messaging funds": such("more than 0 wei", isFunded) },
    read: async () => ({ "messaging funds": await provider.getBalance(hub.address) }),
    mend: () => [{ kind: "fund", to: hub.address, value }],
  };
}

/** A list that was read, each part as it is written for comparing; empty where nothing was read. */
export function listOf(actual: unknown): string[] {
  return Array.isArray(actual) ? [...(actual as unknown[])].map(write) : [];
}
