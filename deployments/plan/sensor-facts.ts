import { CAUSES } from "../../relayer/domain/incident/hub-event.ts";
import { addressOf } from "../network-record.ts";
import type { NetworkParameters } from "../network-parameters.ts";
import { packRungs } from "../schema.ts";
import { type ContractReader, readerOf } from "./contract-reader.ts";
import { type FactContext, type FactGroup, equalEach, pickEach, sameSet, write } from "./fact.ts";
import { readLogs } from "./read-logs.ts";
import { listOf } from "./hub-facts.ts";

type Grants = NetworkParameters["sensors"];

/** What each sensor may assert, and that nobody else may. */
export function sensorFacts(context: FactContext): FactGroup[] {
  const hub = readerOf(context, "IncidentHub");
  const { sensors } = context.parameters;
  const names = Object.keys(sensors) as (keyof Grants)[];
  return [
    strangers(context, hub),
    ...names.map((name): FactGroup => {
      const sensor = addressOf(context.own, name);
      const packed = packGrant(context.parameters, sensors[name]);
      const prefix = `grant of ${name}: `;
      return {
        stage: "sensors",
        expected: equalEach(prefix, packed),
        read: async () => pickEach(prefix, packed, await hub.ask("sensorGrant", sensor)),
        mend: () => [hub.step("setSensor", sensor, packed)],
      };
    }),
  ];
}

/** A sensor that no parameter names can tighten like any other, and goes first. */
function strangers(context: FactContext, hub: ContractReader): FactGroup {
  const known = Object.keys(context.parameters.sensors).map((name) => write(addressOf(context.own, name)));
  const none = { isActive: false, cause: 0, localCeiling: 0, meshCeiling: 0, markets: 0 };
  return {
    stage: "strangers",
    expected: { "sensors of no parameter": sameSet([]) },
    async read() {
      const logs = await readLogs(context, "IncidentHub", "SensorSet");
      const ever = new Set(logs.map(({ args }) => write(args["sensor"])).filter((sensor) => !known.includes(sensor)));
      const active = [...ever].map(async (sensor) => {
        const grant = (await hub.ask("sensorGrant", sensor)) as { readonly isActive: boolean };
        return grant.isActive ? [sensor] : [];
      });
      return { "sensors of no parameter": (await Promise.all(active)).flat() };
    },
    mend: ({ actual }) =>
      listOf(actual["sensors of no parameter"]).map((sensor) => hub.step("setSensor", sensor, none)),
  };
}

/** A grant as the hub takes it, for every market that has a price. */
function packGrant({ markets }: NetworkParameters, grant: Grants[keyof Grants]) {
  return {
    isActive: true,
    cause: CAUSES.indexOf(grant.cause),
    localCeiling: packRungs(grant.localCeiling),
    meshCeiling: packRungs(grant.meshCeiling),
    markets: markets.reduce((bits, { id }) => bits | (1 << id), 0) >>> 0,
  };
}
