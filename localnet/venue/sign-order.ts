import type { Contract, Signer } from "ethers";

const ORDER = [
  { name: "trader", type: "address" },
  { name: "market", type: "uint8" },
  { name: "isBuy", type: "bool" },
  { name: "isReduceOnly", type: "bool" },
  { name: "lots", type: "uint64" },
  { name: "priceE18", type: "uint128" },
  { name: "expiry", type: "uint64" },
  { name: "nonce", type: "uint64" },
];
/** Past any time that a local chain is brought to. */
const NEVER = 1n << 40n;

export interface OrderTerms {
  readonly market: number;
  readonly isBuy: boolean;
  readonly isReduceOnly?: boolean;
  readonly lots: bigint;
  readonly priceE18: bigint;
  readonly nonce: bigint;
}

/** What an order is signed for: a house on a chain. */
export interface Domain {
  readonly house: Contract;
  readonly chainId: number | bigint;
}

/** Whoever can sign for itself: a wallet, or an account of a node. */
type Trader = Pick<Signer, "getAddress" | "signTypedData">;

/** An order of `trader`, signed, as {INovation.fill} takes it. */
export async function signOrder({ house, chainId }: Domain, trader: Trader, terms: OrderTerms) {
  const order = { trader: await trader.getAddress(), isReduceOnly: false, expiry: NEVER, ...terms };
  const verifyingContract = await house.getAddress();
  const domain = { name: "Cordon Clearing House", version: "1", chainId, verifyingContract };
  return { order, signature: await trader.signTypedData(domain, { Order: ORDER }, order) };
}
