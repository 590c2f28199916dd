import { network } from "hardhat";

import { MAJORS, POOLED_MODEL } from "../../../scripts/sensor-study/rules/presets.ts";
import { startFlowGauges, type FlowGas } from "../flow-gauges.ts";
import type { Measurement } from "../measurement.ts";
import { buildPokeWorld, MARKET, measurePoke, publishAfter, type PokeWorld } from "../poke-gauge.ts";

const GAP_SECONDS = Number(POOLED_MODEL.gapSeconds);
const PRICES = ["10000", "10010", "10100"] as const;

/** Gas that one recorded outflow adds to a venue's call, all included: the report, the call, the sensor. */
export async function measureFlow(): Promise<Measurement[]> {
  const gauges = await startFlowGauges();
  try {
    const ours = await gauges.gauge("outflow");
    const { bareSlot, twoBuckets, tickList } = await gauges.gaugeOthers();
    return (["cold", "warm"] as const).map((kind: keyof FlowGas) => ({
      bench: `flow.${kind}`,
      unit: "gas",
      value: ours[kind],
      floor: bareSlot[kind],
      peers: { "two OpenZeppelin buckets": twoBuckets[kind], "ERC-7265's list, modelled": tickList[kind] },
    }));
  } finally {
    await gauges.close();
  }
}

/** A poke that keeps a sample and asserts nothing: the whole transaction, less what the aggregator spends on its answer. */
export async function measureVolatilityPoke(): Promise<Measurement[]> {
  const connection = await network.create("chain0");
  try {
    const sensor = { name: "VolatilitySensor", parameters: MAJORS, extra: [POOLED_MODEL] };
    const ours = await thirdPoke(await buildPokeWorld(connection, sensor));
    const floor = await thirdPoke(await buildPokeWorld(connection, { name: "SampleFloor", parameters: 1 }));
    return [{ bench: "volatility-poke", unit: "gas", value: ours, floor, peers: {} }];
  } finally {
    await connection.close();
  }
}

/** The first seeds, the second writes what was zero. */
async function thirdPoke(world: PokeWorld): Promise<number> {
  const [first, second, third] = PRICES;
  for (const price of [first, second]) {
    await publishAfter(world, GAP_SECONDS, price);
    await world.sensor.poke(MARKET);
  }
  await publishAfter(world, GAP_SECONDS, third);
  return measurePoke(world);
}
