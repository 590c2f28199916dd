import { Wallet } from "ethers";

import { ONE } from "../house.ts";
import type { Random } from "../random.ts";

const PARETO = 1.16;
const LEAST_DOLLARS = 1_000;
const MOST_DOLLARS = 100_000;
const LEAST_LEVERAGE = 2;
const MOST_LEVERAGE = 19;
/** Of the accounts; the others are short. */
const LONG_SHARE = 0.8;
const KEY_BYTES = 32;

/** Somebody who trades: what they have, and how much of it they would like to risk. */
export interface Trader {
  readonly wallet: Wallet;
  readonly isLong: boolean;
  readonly collateralUnits: bigint;
  /** Notional over collateral that they want, if margin lets them. */
  readonly leverage: number;
}

/** Many small accounts and few large ones, four in five of them long, at 2 to 19 times their collateral. */
export function drawTrader(random: Random, index: number): Trader {
  const dollars = Math.min(MOST_DOLLARS, LEAST_DOLLARS * (1 - random()) ** (-1 / PARETO));
  return {
    wallet: walletOf(index + 1),
    isLong: random() < LONG_SHARE,
    collateralUnits: BigInt(Math.round(dollars)) * ONE,
    leverage: LEAST_LEVERAGE + random() * (MOST_LEVERAGE - LEAST_LEVERAGE),
  };
}

/** A key that means nothing anywhere else. */
export function walletOf(index: number): Wallet {
  return new Wallet(`0x${(index + 0xc0de).toString(16).padStart(2 * KEY_BYTES, "0")}`);
}
