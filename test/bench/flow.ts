import { startFlowGauges, type FlowGas } from "./flow-gauges.ts";
import type { BenchGroup, Measurement } from "./measurement.ts";

const NAMES = ["flow.cold", "flow.warm"] as const;

/**
 * What ERC-7265's reference circuit breaker adds for an inflow in the tick of the last one, as measured once with the same
 * compiler settings; 70,768 in a new tick, and about 5,000 more for each tick that nobody recorded in.
 */
const ERC_7265: FlowGas = { cold: 26_447, warm: 4_332 };

/** Gas that one recorded outflow adds to a venue's call, all included: the report, the call, the sensor. */
export const flowBenches: BenchGroup = {
  names: NAMES,
  async measure() {
    const gauges = await startFlowGauges();
    try {
      const ours = await gauges.gauge("outflow");
      const { bareSlot, twoBuckets } = await gauges.gaugeOthers();
      const measurement = (kind: keyof FlowGas): Measurement => ({
        bench: `flow.${kind}`,
        unit: "gas",
        value: ours[kind],
        floor: bareSlot[kind],
        peers: { "two OpenZeppelin buckets": twoBuckets[kind], "ERC-7265, as recorded": ERC_7265[kind] },
      });
      return [measurement("cold"), measurement("warm")];
    } finally {
      await gauges.close();
    }
  },
};
