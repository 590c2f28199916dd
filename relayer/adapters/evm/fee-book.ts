import { RelayerError } from "../../errors.ts";

/** What one chain charges, and what is paid there at the most. Names as in op-txmgr. */
export interface FeeProfile {
  /**
   * How often the base fee may double-and-a-bit before a transaction gets stuck: it rises by at most an eighth a block,
   * so four times covers twelve full blocks. What is not needed is not paid.
   */
  readonly baseFeeMultiplier: number;
  /** Tips outside these bounds are a node's mistake, or a market in which a halt must still not empty the wallet. */
  readonly minTipGwei: number;
  readonly maxTipGwei: number;
  /** A replacement offers at most so many times what a new transaction would; the second is for what is urgent. */
  readonly feeLimitMultiplier: number;
  readonly haltFeeLimitMultiplier: number;
  /** Up to this price per gas the multipliers do not count. */
  readonly feeLimitThresholdGwei: number;
}

export const DEFAULT_FEES: FeeProfile = {
  baseFeeMultiplier: 4,
  minTipGwei: 0.01,
  maxTipGwei: 50,
  feeLimitMultiplier: 5,
  haltFeeLimitMultiplier: 20,
  feeLimitThresholdGwei: 100,
};

const DEFAULT_TIP_WEI = 1_000_000_000n;
const WEI_PER_GWEI = 1e9;
/** Nodes ask a tenth more of a replacement, on both fees; an eighth leaves room for rounding. */
const BUMP_DIVISOR = 8n;

export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** What a transaction offers, known before it is needed: nothing is asked on the way out. */
export interface FeeBook {
  /** From the last head that was read. Null: the chain states none. */
  noteBaseFee(baseFeePerGas: bigint | null): void;
  noteTip(tipWei: bigint): void;
  /** @throws RelayerError `FEE_UNKNOWN` */
  fees(): Fees;
  /** What gas costs now: base fee and tip. @throws RelayerError `FEE_UNKNOWN` */
  price(): bigint;
  /** Enough more than `before` to replace it, and no less than a new one would offer; null where that is too much. */
  raise(before: Fees, isUrgent: boolean): Fees | null;
}

export function createFeeBook(chain: string, profile: FeeProfile = DEFAULT_FEES): FeeBook {
  let baseFee: bigint | null = null;
  let tip = DEFAULT_TIP_WEI;
  const [minTip, maxTip, threshold] = [profile.minTipGwei, profile.maxTipGwei, profile.feeLimitThresholdGwei].map(
    toWei,
  );

  const requireBaseFee = (): bigint => {
    if (baseFee !== null) return baseFee;
    throw new RelayerError("FEE_UNKNOWN", `no head of ${chain} with a base fee was read yet`, { chain });
  };
  const fees = (): Fees => {
    return { maxFeePerGas: requireBaseFee() * BigInt(profile.baseFeeMultiplier) + tip, maxPriorityFeePerGas: tip };
  };

  return {
    fees,
    price: () => requireBaseFee() + tip,
    noteBaseFee(baseFeePerGas) {
      baseFee = baseFeePerGas;
    },
    noteTip(tipWei) {
      tip = max(minTip ?? 0n, min(maxTip ?? tipWei, tipWei));
    },
    raise(before, isUrgent) {
      const now = fees();
      const multiplier = BigInt(isUrgent ? profile.haltFeeLimitMultiplier : profile.feeLimitMultiplier);
      const limit = max(threshold ?? 0n, multiplier * now.maxFeePerGas);
      const maxFeePerGas = max(now.maxFeePerGas, bump(before.maxFeePerGas));
      const maxPriorityFeePerGas = max(now.maxPriorityFeePerGas, bump(before.maxPriorityFeePerGas));
      return maxFeePerGas > limit ? null : { maxFeePerGas, maxPriorityFeePerGas };
    },
  };
}

function toWei(gwei: number): bigint {
  return BigInt(Math.round(gwei * WEI_PER_GWEI));
}

function bump(fee: bigint): bigint {
  return fee + fee / BUMP_DIVISOR + 1n;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
