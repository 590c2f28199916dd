import { addressOf } from "../network-record.ts";
import { readerOf } from "./contract-reader.ts";
import { type FactContext, type FactGroup, equal } from "./fact.ts";
import { structFact } from "./struct-facts.ts";

/** The parameters of the sensors that watch the venue. */
export function venueSensorFacts(context: FactContext): FactGroup[] {
  const { OutflowSensor, SolvencySensor } = context.parameters.sensors;
  return [
    ...(OutflowSensor ? outflowFacts(context, OutflowSensor) : []),
    ...(SolvencySensor ? solvencyFacts(context, SolvencySensor) : []),
  ];
}

type Sensors = FactContext["parameters"]["sensors"];

function outflowFacts(context: FactContext, { unit, markets }: NonNullable<Sensors["OutflowSensor"]>): FactGroup[] {
  const contract = readerOf(context, "OutflowSensor");
  const fixed = {
    hub: addressOf(context.own, "IncidentHub"),
    venue: addressOf(context.own, "ClearingHouse"),
    unit,
  };
  const limits = Object.entries(markets).map(([id, fields]) =>
    structFact({
      stage: "prices",
      prefix: `market ${id} OutflowSensor: `,
      fields,
      contract,
      view: ["limits", Number(id)],
      setter: ["setMarket", Number(id)],
    }),
  );
  return [identity(context, "OutflowSensor", fixed), ...limits];
}

function solvencyFacts(
  context: FactContext,
  { mostDust, markets }: NonNullable<Sensors["SolvencySensor"]>,
): FactGroup[] {
  const fixed = { hub: addressOf(context.own, "IncidentHub"), mostDust };
  const perMarket = Object.entries(markets).map(([id, fields]) => solvencyOfMarket(context, Number(id), fields));
  return [identity(context, "SolvencySensor", fixed), ...perMarket];
}

/** One setter takes both the source and what is asked of it. */
function solvencyOfMarket(context: FactContext, market: number, fields: object): FactGroup {
  const contract = readerOf(context, "SolvencySensor");
  const house = addressOf(context.own, "ClearingHouse");
  const prefix = `market ${market} SolvencySensor: `;
  const source = `${prefix}source`;
  const parameters = structFact({
    ...{ stage: "prices", prefix, fields, contract },
    view: ["parametersOf", market],
    setter: ["setMarket", market, house],
  });
  return {
    ...parameters,
    expected: { [source]: equal(house), ...parameters.expected },
    read: async () => ({ [source]: await contract.ask("sourceOf", market), ...(await parameters.read()) }),
  };
}

/** Fixed by the constructor. */
function identity(context: FactContext, name: keyof Sensors, fixed: Readonly<Record<string, unknown>>): FactGroup {
  const sensor = readerOf(context, name);
  const names = Object.keys(fixed);
  return {
    stage: "identity",
    expected: Object.fromEntries(names.map((view) => [`${name} ${view}`, equal(fixed[view])])),
    async read() {
      const asked = names.map(async (view) => [`${name} ${view}`, await sensor.ask(view)] as const);
      return Object.fromEntries(await Promise.all(asked));
    },
  };
}
