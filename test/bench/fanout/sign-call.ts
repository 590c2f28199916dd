import { type SigningKey, Transaction } from "ethers";

/** A call of a hub, everything about it known beforehand. */
export interface Call {
  readonly chainId: number;
  readonly to: string;
  readonly data: string;
  readonly nonce: number;
}

/** More than any call of the bench takes, and more than the fees of its chains climb to. */
const GAS_LIMIT = 800_000;
const MAX_FEE_WEI = 100_000_000_000n;
const TIP_WEI = 1_000_000_000n;

/** @returns the raw transaction */
export function signCall(key: SigningKey, call: Call): string {
  const fees = { gasLimit: GAS_LIMIT, maxFeePerGas: MAX_FEE_WEI, maxPriorityFeePerGas: TIP_WEI };
  const transaction = Transaction.from({ type: 2, ...fees, ...call });
  transaction.signature = key.sign(transaction.unsignedHash);
  return transaction.serialized;
}
