import type { BenchGroup, Measurement } from "../measurement.ts";
import { measureBroadcast } from "./broadcast.ts";
import { measureChecks } from "./checks.ts";
import { CROWDS, measureDeleverage, measureFillAndLiquidate } from "./clearing.ts";
import { measureDirective } from "./directives.ts";
import { measureHaltAll } from "./halt-all.ts";
import { measureReceive } from "./receive.ts";
import { measureFlow, measureVolatilityPoke } from "./sensors.ts";
import { measureTrip } from "./trip.ts";
import { measureApart, startGasWorld, stopGasWorld, type GasWorld } from "./world.ts";

interface GasBench {
  readonly names: readonly string[];
  measure(world: GasWorld): Promise<readonly Measurement[]>;
}

const BENCHES: readonly GasBench[] = [
  { names: ["check.external.cold", "check.external.warm", "check.mirror.cold", "check.word"], measure: measureChecks },
  { names: ["trip"], measure: measureTrip },
  { names: ["halt-all", "halt-all.1"], measure: measureHaltAll },
  { names: ["broadcast.1"], measure: (world) => measureBroadcast(world, 1) },
  { names: ["broadcast.4"], measure: (world) => measureBroadcast(world, 4) },
  { names: ["broadcast.20"], measure: (world) => measureBroadcast(world, 20) },
  { names: ["receive"], measure: measureReceive },
  { names: ["directive.1"], measure: (world) => measureDirective(world, 1) },
  { names: ["directive.3"], measure: (world) => measureDirective(world, 3) },
  { names: ["directive.5"], measure: (world) => measureDirective(world, 5) },
  { names: ["flow.cold", "flow.warm"], measure: measureFlow },
  { names: ["volatility-poke"], measure: measureVolatilityPoke },
  { names: ["fill", "liquidate"], measure: measureFillAndLiquidate },
  ...CROWDS.map((accounts) => ({
    names: [`deleverage.${String(accounts)}`],
    measure: () => measureDeleverage(accounts),
  })),
];

/**
 * Gas, exact: chains in this process, LayerZero's real contracts, the same time and accounts in every run.
 * @param withPeers Whether to fetch what others publish compiled. Our figures do not depend on it.
 */
export async function measureGas(wanted: ReadonlySet<string>, withPeers: boolean): Promise<Measurement[]> {
  const world = await startGasWorld(withPeers);
  try {
    const measured: Measurement[] = [];
    for (const bench of BENCHES) {
      if (!bench.names.some((name) => wanted.has(name))) continue;
      measured.push(...(await measureApart(world, () => bench.measure(world))));
    }
    return measured;
  } finally {
    await stopGasWorld(world);
  }
}

const names = BENCHES.flatMap((bench) => bench.names);

export const gasBenches: BenchGroup = { names, measure: (wanted) => measureGas(wanted, true) };
