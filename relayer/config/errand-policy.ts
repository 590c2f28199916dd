import type { ErrandPolicy } from "../app/housekeeping/run-errands.ts";
import type { Config } from "../config.ts";
import { KeepingSchema } from "./keeping-schema.ts";

/** The policy of errands as the configuration says it. Without one: the defaults, by which packets are judged alone. */
export function errandPolicyOf(keeping: Config["keeping"]): ErrandPolicy {
  const of = keeping ?? KeepingSchema.parse({ wallet: { type: "env", value: "none" } });
  const { reassertSeconds, hubLowWei, topUpWei, perDayWei, choresPerDayWei, reserveWei } = of;
  const { maxGasPriceWei, minProfitWei, topUpPerDayWei } = of;
  return {
    everyMs: of.everyMs,
    retryAfterMs: of.retryAfterSeconds * 1_000,
    delivery: { afterMs: of.deliverAfterSeconds * 1_000, failuresMax: of.failuresMax, maxGas: of.maxExecutionGas },
    chores: of.hasChores ? { reassertSeconds, refreshMs: of.refreshSeconds * 1_000, hubLowWei, topUpWei } : null,
    spending: { perDayWei, choresPerDayWei, reserveWei, maxGasPriceWei, minProfitWei, topUpPerDayWei },
  };
}
