import { type Contract, Contract as EthersContract, ContractFactory, MaxUint256, type Signer } from "ethers";
import { artifacts } from "hardhat";

import type { Hex } from "../../relayer/domain/hex.ts";
import { call, type InProcessHub } from "./in-process-hub.ts";

/** One of the token, in units. */
export const ONE = 1_000_000n;
const FEED_DECIMALS = 8;
const PRICE = 1_000n;
/** For each action: seconds, basis points of confidence, whether a sequencer is asked. */
const MATRIX = [60, 300, 60, 60, 30, 60].map((maxAgeSeconds) => [maxAgeSeconds, 500, false]);
const PARAMS = {
  lotE18: 10n ** 15n,
  initialPpm: 50_000n,
  openInterestLow: 20_000n * ONE,
  openInterestHigh: 200_000n * ONE,
  openInterestCap: 150_000n * ONE,
  concentrationUnits: 0n,
  assetClass: 0n,
  fillBandPpm: 50_000n,
  saneBandPpm: 1_000_000_000n,
  takerFeePpm: 0n,
  makerFeePpm: 0n,
  fundSharePpm: 0n,
  fundingCapPpm: 20_000n,
  discountLowPpm: 5_000n,
  discountHighPpm: 20_000n,
  liquidationFeePpm: 5_000n,
  closePpm: 500_000n,
  throttlePpm: 1_000_000n,
  haircutCapPpm: 400_000n,
  fundDrawPpm: 500_000n,
  sharedDrawPpm: 300_000n,
  minimumLots: 10n,
};
const MAINTENANCE_PPM = 25_000n;
const FUND_TERMS = [0n, 0n, 0n, 100_000n, 0n, 5n * ONE];
/** What governance lets an instruction say of market 1 (and, of moves, of the shared fund): in units and seconds. */
export const DESK_LIMITS = [1n, 100_000n * ONE, 0n, 7_200n];
export const MOVE_LIMITS = [1n, 1_000n * ONE, 2_000n * ONE, 0n];
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

/** The reference venue and the operators' desk, both real, behind the hub of an in-process chain. Governed by its owner. */
export interface InProcessHouse {
  readonly house: Contract;
  readonly desk: Contract;
  readonly address: Hex;
  readonly deskAddress: Hex;
  readonly startBlock: number;
  /** Puts the price of market 1 in again: feeds go stale. */
  publish(): Promise<void>;
  /** A buys `lots` from B, both with enough paid in. */
  trade(lots: bigint): Promise<void>;
}

/** Deploys them on `host`. Market 1 is listed at 1,000 a lot's unit, with insurance in the shared fund. */
export async function deployInProcessHouse(host: InProcessHub): Promise<InProcessHouse> {
  const { owner } = host;
  const ownerAddress = await owner.getAddress();
  const token = await deploy(owner, "MintableToken", [6]);
  const aggregator = await deploy(owner, "PriceAggregator", [ownerAddress]);
  const feed = await deploy(owner, "ScriptedFeed", [FEED_DECIMALS, "test"]);
  const batch = await deploy(owner, "FeedBatch");
  const startBlock = Number(await host.request("eth_blockNumber", []));
  const setup = [host.address, aggregator.target, token.target, ownerAddress];
  let next = await deploy(owner, "ClearingFunds", [setup]);
  for (const part of ["Office", "Roster", "Closure", "Recovery", "Teller", "House"]) {
    next = await deploy(owner, `Clearing${part}`, [setup, next.target]);
  }
  const { abi } = await artifacts.readArtifact("IClearingHouse");
  const house = new EthersContract(next.target, abi, owner);
  const publish = () => call(batch, "publish", [[feed.target], [PRICE * 10n ** BigInt(FEED_DECIMALS)]]);
  await call(aggregator, "setFeeds", [1, [{ feed: feed.target, maxAgeSeconds: 86_400, weight: 1 }], 1]);
  await call(aggregator, "setMatrix", [1, MATRIX]);
  await publish();
  await call(house, "listMarket", [1, PARAMS, MAINTENANCE_PPM]);
  for (const market of [0, 1]) await call(house, "setFundTerms", [market, FUND_TERMS]);
  await call(token, "mint", [ownerAddress, 10n ** 30n]);
  await call(token, "approve", [house.target, MaxUint256]);
  await call(house, "contribute", [0, 10_000n * ONE]);

  const desk = await deploy(owner, "OperatorDesk", [host.address, house.target, host.eid, ownerAddress]);
  for (const kind of [0, 1]) await call(desk, "setDeskLimits", [kind, 1, DESK_LIMITS]);
  for (const market of [0, 1]) await call(desk, "setDeskLimits", [2, market, MOVE_LIMITS]);
  await call(house, "setEnvelopeSetter", [desk.target]);
  await call(house, "setInsuranceMover", [desk.target]);
  return {
    ...{ house, desk, startBlock, publish },
    address: lower(house.target),
    deskAddress: lower(desk.target),
    trade: (lots) => trade(host, { house, lots }),
  };
}

async function trade(host: InProcessHub, { house, lots }: { house: Contract; lots: bigint }): Promise<void> {
  const provider = host.owner.provider as unknown as { getSigner(index: number): Promise<Signer> };
  const [buyer, seller] = await Promise.all([1, 2].map((index) => provider.getSigner(index)));
  for (const trader of [buyer!, seller!]) await call(house, "deposit", [await trader.getAddress(), 3_000n * ONE]);
  const taker = await signOrder(host, buyer!, { house, lots, isBuy: true });
  const maker = await signOrder(host, seller!, { house, lots, isBuy: false });
  await call(house, "fill", [{ maker, taker, lots }]);
}

async function signOrder(
  { chainId }: InProcessHub,
  trader: Signer,
  { house, lots, isBuy }: { house: Contract; lots: bigint; isBuy: boolean },
): Promise<object> {
  const order = {
    ...{ trader: await trader.getAddress(), market: 1, isBuy, isReduceOnly: false, lots },
    ...{ priceE18: PRICE * 10n ** 18n, expiry: 10_000_000_000n, nonce: BigInt(isBuy) },
  };
  const verifyingContract = house.target as string;
  const domain = { name: "Cordon Clearing House", version: "1", chainId, verifyingContract };
  return { order, signature: await trader.signTypedData(domain, { Order: ORDER }, order) };
}

async function deploy(owner: Signer, name: string, args: readonly unknown[] = []): Promise<Contract> {
  const { abi, bytecode } = await artifacts.readArtifact(name);
  const contract = await new ContractFactory(abi, bytecode, owner).deploy(...args);
  await contract.waitForDeployment();
  return contract as Contract;
}

function lower(address: unknown): Hex {
  return String(address).toLowerCase() as Hex;
}
