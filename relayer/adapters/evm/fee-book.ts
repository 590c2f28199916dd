import { RelayerError } from "../../errors.ts";

/**
 * How often the base fee may double-and-a-bit before a transaction gets stuck: it rises by at most an eighth a block, so
 * four times covers twelve full blocks. What is not needed is not paid.
 */
const BASE_FEE_MULTIPLIER = 4n;
/** Tips outside these bounds are a node's mistake, or a market in which a halt must still not empty the wallet. */
const MIN_TIP_WEI = 10_000_000n;
const MAX_TIP_WEI = 50_000_000_000n;
const DEFAULT_TIP_WEI = 1_000_000_000n;

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
}

export function createFeeBook(chain: string): FeeBook {
  let baseFee: bigint | null = null;
  let tip = DEFAULT_TIP_WEI;

  return {
    noteBaseFee(baseFeePerGas) {
      baseFee = baseFeePerGas;
    },
    noteTip(tipWei) {
      tip = tipWei < MIN_TIP_WEI ? MIN_TIP_WEI : tipWei > MAX_TIP_WEI ? MAX_TIP_WEI : tipWei;
    },
    fees() {
      if (baseFee === null)
        throw new RelayerError("FEE_UNKNOWN", `no head of ${chain} with a base fee was read yet`, { chain });
      return { maxFeePerGas: baseFee * BASE_FEE_MULTIPLIER + tip, maxPriorityFeePerGas: tip };
    },
  };
}
