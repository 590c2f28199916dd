import { addressOf } from "../network-record.ts";
import { readerOf } from "./contract-reader.ts";
import { type FactContext, type FactGroup, equal } from "./fact.ts";
import type { ContractName } from "./sources.ts";
import { listFact, structFact } from "./struct-facts.ts";

/** The parameters of every sensor that the network has, besides the price band. */
export function furtherSensorFacts(context: FactContext): FactGroup[] {
  const { VolatilitySensor, DrawdownSensor, OracleHealthSensor, SilenceSensor, CorroborationSensor, DrillSensor } =
    context.parameters.sensors;
  return [
    ...(VolatilitySensor ? [...pointsTo(context, "VolatilitySensor"), model(context, VolatilitySensor.model)] : []),
    ...(VolatilitySensor ? marketsOf(context, "VolatilitySensor", VolatilitySensor.markets) : []),
    ...(DrawdownSensor ? pointsTo(context, "DrawdownSensor") : []),
    ...(DrawdownSensor ? marketsOf(context, "DrawdownSensor", DrawdownSensor.markets) : []),
    ...(OracleHealthSensor ? pointsTo(context, "OracleHealthSensor") : []),
    ...(OracleHealthSensor ? marketsOf(context, "OracleHealthSensor", OracleHealthSensor.markets) : []),
    ...(SilenceSensor ? [...pointsTo(context, "SilenceSensor"), silence(context, SilenceSensor.parameters)] : []),
    ...(CorroborationSensor ? [...pointsTo(context, "CorroborationSensor"), witnesses(context)] : []),
    ...(CorroborationSensor ? marketsOf(context, "CorroborationSensor", CorroborationSensor.markets) : []),
    ...(DrillSensor ? [...pointsTo(context, "DrillSensor"), interval(context, DrillSensor.intervalSeconds)] : []),
  ];
}

/** Fixed by the constructor: the hub that it asserts at, and where it has its price from. */
function pointsTo(context: FactContext, name: ContractName): FactGroup[] {
  const sensor = readerOf(context, name);
  const hasPrice = sensor.abi.hasFunction("aggregator()");
  const targets = { hub: "IncidentHub", ...(hasPrice ? { aggregator: "PriceAggregator" } : {}) };
  const entries = Object.entries(targets);
  return [
    {
      stage: "identity",
      expected: Object.fromEntries(entries.map(([view, to]) => [`${name} ${view}`, equal(addressOf(context.own, to))])),
      read: async () => {
        const asked = entries.map(async ([view]) => [`${name} ${view}`, await sensor.ask(view)] as const);
        return Object.fromEntries(await Promise.all(asked));
      },
    },
  ];
}

function marketsOf(context: FactContext, name: ContractName, markets: Readonly<Record<string, object>>): FactGroup[] {
  const contract = readerOf(context, name);
  return Object.entries(markets).map(([id, fields]) =>
    structFact({
      stage: "prices",
      prefix: `market ${id} ${name}: `,
      fields,
      contract,
      view: ["parametersOf", Number(id)],
      setter: ["setMarket", Number(id)],
    }),
  );
}

function model(context: FactContext, fields: object): FactGroup {
  const contract = readerOf(context, "VolatilitySensor");
  return structFact({ stage: "identity", prefix: "VolatilitySensor model: ", fields, contract, view: ["model"] });
}

function silence(context: FactContext, fields: object): FactGroup {
  return structFact({
    stage: "prices",
    prefix: "SilenceSensor: ",
    fields,
    contract: readerOf(context, "SilenceSensor"),
    view: ["parameters"],
    setter: ["setParameters"],
    holdsAtCreation: true,
  });
}

function witnesses(context: FactContext): FactGroup {
  const names = context.parameters.sensors.CorroborationSensor?.witnesses ?? [];
  return listFact({
    stage: "prices",
    what: "CorroborationSensor witnesses",
    expected: names.map((name) => addressOf(context.own, name)),
    contract: readerOf(context, "CorroborationSensor"),
    view: "witnesses",
    setter: "setWitness",
  });
}

function interval(context: FactContext, seconds: number): FactGroup {
  const sensor = readerOf(context, "DrillSensor");
  return {
    stage: "prices",
    holdsAtCreation: true,
    expected: { "DrillSensor interval": equal(seconds) },
    read: async () => ({ "DrillSensor interval": await sensor.ask("intervalSeconds") }),
    mend: () => [sensor.step("setInterval", seconds)],
  };
}
