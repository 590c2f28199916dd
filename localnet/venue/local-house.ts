import { Contract, Interface, MaxUint256 } from "ethers";

import { readDeployedContract } from "../../deployments/compiled-contract.ts";
import type { NetworkParameters } from "../../deployments/network-parameters.ts";
import { type ChainRecord, addressOf } from "../../deployments/network-record.ts";
import { feedName } from "../../deployments/plan/contracts.ts";
import { COLLATERAL, HOUSE_PARTS } from "../../deployments/plan/venue-contracts.ts";
import { SetupError } from "../../deployments/setup-error.ts";
import { createAccountSender } from "../chains/account-sender.ts";
import { traderWallet } from "../chains/accounts.ts";
import type { LocalChain } from "../chains/start-chain.ts";
import { signOrder } from "./sign-order.ts";

/** Decimals that prices are given in here, whatever a feed has. */
export const PRICE_DECIMALS = 8;

/** Two traders of {@link traderWallet}, what they trade, and at which price, in the quote with {@link PRICE_DECIMALS}. */
export interface Deal {
  readonly market: number;
  readonly buyer: number;
  readonly seller: number;
  readonly lots: bigint;
  readonly priceE8: bigint;
}

/** The clearing house of one local chain, for whoever holds the keys of this machine. */
export interface LocalHouse {
  readonly chain: LocalChain;
  readonly contract: Contract;
  /** Has every feed of `market` say `priceE8`. Asks no sensor. */
  publish(market: number, priceE8: bigint): Promise<void>;
  /** Makes units of collateral and pays them in for a trader. */
  deposit(trader: number, units: bigint): Promise<void>;
  /** Makes units of collateral and pays them into the fund of `market`, as a gift. */
  contribute(market: number, units: bigint): Promise<void>;
  /** Both orders, signed, as the house takes them. */
  sign(deal: Deal): Promise<object>;
  fill(deal: Deal): Promise<void>;
  /** Has the house look at the price of `market`, as anybody may. */
  poke(market: number): Promise<void>;
  /** Has the waterfall close a bankrupt trader. */
  resolve(trader: number): Promise<void>;
}

const GAS_LIMIT = 4_000_000n;
const SUCCESS = 1;

/** @throws RangeError when `record` has no house. */
export function createLocalHouse(chain: LocalChain, record: ChainRecord, parameters: NetworkParameters): LocalHouse {
  const address = addressOf(record, "ClearingHouse");
  const abi = houseAbi();
  const payer = chain.wallet("payer");
  const sender = createAccountSender({ provider: chain.provider, wallet: payer, chainId: chain.chainId });
  let nonce = 0n;

  const send = async (to: string, of: Interface, method: string, ...args: readonly unknown[]) => {
    const data = of.encodeFunctionData(method, args);
    const receipt = await sender.send({ to, data, gasLimit: GAS_LIMIT });
    if (receipt.status === SUCCESS) return;
    const fix = "Look into the chain's anvil.log.";
    throw new SetupError("fatal", `The house of ${chain.name} did not take a transaction (${method}).`, { fix });
  };
  const pay = async (units: bigint, method: string, ...args: readonly unknown[]) => {
    const token = readDeployedContract(COLLATERAL).abi;
    await send(addressOf(record, COLLATERAL), token, "mint", payer.address, units);
    await send(addressOf(record, COLLATERAL), token, "approve", address, MaxUint256);
    await send(address, abi, method, ...args, units);
  };
  const contract = new Contract(address, abi, chain.provider);
  const signSide = (trader: number, { market, lots, priceE8 }: Deal, isBuy: boolean) => {
    nonce += 1n;
    const priceE18 = priceE8 * 10n ** BigInt(18 - PRICE_DECIMALS);
    const domain = { house: contract, chainId: chain.chainId };
    return signOrder(domain, traderWallet(trader), { market, isBuy, lots, priceE18, nonce });
  };
  const house: LocalHouse = {
    chain,
    contract,
    async publish(market, priceE8) {
      const feeds = parameters.markets.find(({ id }) => id === market)?.feeds ?? [];
      const answers = feeds.map(({ decimals }) => (priceE8 * 10n ** BigInt(decimals)) / 10n ** BigInt(PRICE_DECIMALS));
      const addresses = feeds.map((_, index) => addressOf(record, feedName(market, index)));
      const batch = readDeployedContract("FeedBatch").abi;
      await send(addressOf(record, "FeedBatch"), batch, "publish", addresses, answers);
    },
    deposit: async (trader, units) => pay(units, "deposit", traderWallet(trader).address),
    contribute: async (market, units) => pay(units, "contribute", market),
    async sign(deal) {
      const maker = await signSide(deal.seller, deal, false);
      const taker = await signSide(deal.buyer, deal, true);
      return { maker, taker, lots: deal.lots };
    },
    fill: async (deal) => send(address, abi, "fill", await house.sign(deal)),
    poke: async (market) => send(address, abi, "poke", market),
    resolve: async (trader) => send(address, abi, "resolve", traderWallet(trader).address),
  };
  return house;
}

/** All that a house answers in any of its parts, and with what it refuses. */
function houseAbi(): Interface {
  const all = HOUSE_PARTS.flatMap((part) => readDeployedContract(part).abi.fragments);
  return new Interface(all.filter(({ type }) => ["function", "event", "error"].includes(type)));
}
