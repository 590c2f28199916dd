import type { LogDescription } from "ethers";

import { UNIT_FINE } from "../house.ts";
import type { GuardedWorld } from "./guarded-world.ts";

/** What the house's events say of a whole replay. Amounts in units. */
export interface Totals {
  readonly fills: number;
  readonly liquidations: number;
  readonly defaults: number;
  /** What bankrupt accounts lacked. */
  readonly badDebtUnits: bigint;
  readonly fundUnits: bigint;
  readonly haircutUnits: bigint;
  readonly socialisedUnits: bigint;
}

export async function readHistory({ house, connection }: GuardedWorld): Promise<Totals> {
  const logs = await connection.ethers.provider.getLogs({ address: await house.getAddress(), fromBlock: 0 });
  const events = logs.flatMap((log) => house.interface.parseLog(log) ?? []);
  const of = (name: string): readonly LogDescription[] => events.filter((event) => event.name === name);
  const units = (name: string, field: string): bigint =>
    of(name).reduce((sum, { args }) => sum + (args.toObject()[field] as bigint), 0n) / UNIT_FINE;
  return {
    // An event for each side.
    fills: of("Traded").length / 2,
    liquidations: of("Liquidated").length,
    defaults: of("Defaulted").length,
    badDebtUnits: units("Defaulted", "deficitFine"),
    fundUnits: units("FundDrawn", "fine"),
    haircutUnits: units("TornUp", "takenFine"),
    socialisedUnits: units("LossSocialised", "takenFine") + units("LossSocialised", "uncoveredFine"),
  };
}
