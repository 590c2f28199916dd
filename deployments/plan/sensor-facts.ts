import { CAUSES } from "../../relayer/domain/incident/hub-event.ts";
import type { Grant } from "../incident-parameters.ts";
import type { NetworkParameters } from "../network-parameters.ts";
import { addressOf } from "../network-record.ts";
import { packRungs } from "../schema.ts";
import { type ContractReader, readerOf } from "./contract-reader.ts";
import { type FactContext, type FactGroup, equalEach, pickEach, sameSet, write } from "./fact.ts";
import { listOf } from "./hub-facts.ts";
import { readLogs } from "./read-logs.ts";

/** What each contract may assert at the hub, and that nobody else may. */
export function sensorFacts(context: FactContext): FactGroup[] {
  const hub = readerOf(context, "IncidentHub");
  const grants = listGrants(context.parameters);
  return [
    strangers(context, hub, grants),
    ...grants.map(([name, grant]): FactGroup => {
      const sensor = addressOf(context.own, name);
      const packed = packGrant(context.parameters, grant);
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

/** By contract: the sensors, and what asserts without being one. */
function listGrants({ sensors, alarm, council }: NetworkParameters): [string, Grant][] {
  const ofSensors = Object.entries(sensors).flatMap(([name, sensor]): [string, Grant][] => {
    return sensor === undefined ? [] : [[name, "cause" in sensor ? sensor : sensor.grant]];
  });
  const ofOthers = Object.entries({ PublicAlarm: alarm, Council: council }).flatMap(
    ([name, section]): [string, Grant][] => (section ? [[name, section.grant]] : []),
  );
  return [...ofSensors, ...ofOthers];
}

/** A sensor that no parameter names can tighten like any other, and goes first. */
function strangers(context: FactContext, hub: ContractReader, grants: readonly [string, Grant][]): FactGroup {
  const known = grants.map(([name]) => write(addressOf(context.own, name)));
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

/** A grant as the hub takes it. */
function packGrant({ markets }: NetworkParameters, grant: Grant) {
  const ids = grant.markets ?? markets.map(({ id }) => id);
  return {
    isActive: true,
    cause: CAUSES.indexOf(grant.cause),
    localCeiling: packRungs(grant.localCeiling),
    meshCeiling: packRungs(grant.meshCeiling),
    markets: ids.reduce((bits, id) => bits | (1 << id), 0) >>> 0,
  };
}
