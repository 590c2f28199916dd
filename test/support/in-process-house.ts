import type { Contract } from "ethers";

import { signOrder } from "../../localnet/venue/sign-order.ts";
import type { Hex } from "../../relayer/domain/hex.ts";
import { ONE, openVenue } from "../../scripts/venue-study/house.ts";
import { call, type InProcessHub } from "./in-process-hub.ts";
import { MAINTENANCE_PPM, MAX_AGES, PARAMS } from "./venue-terms.ts";

const MARKET = 1;
const LOT_E18 = 10n ** 15n;
const PRICE = 1_000n;
const PRICE_E8 = PRICE * 10n ** 8n;
/** No fees, and no margin for being large. */
const PLAIN = { ...PARAMS, concentrationUnits: 0n, takerFeePpm: 0n, makerFeePpm: 0n, fundSharePpm: 0n };
const FUND_TERMS = [0n, 0n, 0n, 100_000n, 0n, 5n * ONE];
/** What governance lets an instruction say of market 1 (and, of moves, of the shared fund): in units and seconds. */
export const DESK_LIMITS = [1n, 100_000n * ONE, 0n, 7_200n];
export const MOVE_LIMITS = [1n, 1_000n * ONE, 2_000n * ONE, 0n];

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
  const { connection } = host;
  const startBlock = await connection.ethers.provider.getBlockNumber();
  const { house, owner, publish } = await openVenue(connection, {
    hub: host.address,
    maxAges: MAX_AGES,
    markets: [{ market: MARKET, lotE18: LOT_E18, priceE8: PRICE_E8, params: PLAIN, maintenancePpm: MAINTENANCE_PPM }],
  });
  for (const market of [0, MARKET]) await call(house, "setFundTerms", [market, FUND_TERMS]);
  await call(house, "contribute", [0, 10_000n * ONE]);

  const deskOf = [host.address, house.target, host.eid, owner];
  const desk = (await connection.ethers.deployContract("OperatorDesk", deskOf)) as unknown as Contract;
  for (const kind of [0, 1]) await call(desk, "setDeskLimits", [kind, MARKET, DESK_LIMITS]);
  for (const market of [0, MARKET]) await call(desk, "setDeskLimits", [2, market, MOVE_LIMITS]);
  await call(house, "setEnvelopeSetter", [desk.target]);
  await call(house, "setInsuranceMover", [desk.target]);
  return {
    ...{ house, desk, startBlock },
    publish: () => publish([PRICE_E8]),
    address: lower(house.target),
    deskAddress: lower(desk.target),
    trade: (lots) => trade(host, house, lots),
  };
}

async function trade({ connection, chainId }: InProcessHub, house: Contract, lots: bigint): Promise<void> {
  const [, buyer, seller] = await connection.ethers.getSigners();
  for (const trader of [buyer!, seller!]) await call(house, "deposit", [trader.address, 3_000n * ONE]);
  const terms = { market: MARKET, lots, priceE18: PRICE * 10n ** 18n };
  const taker = await signOrder({ house, chainId }, buyer!, { ...terms, isBuy: true, nonce: 1n });
  const maker = await signOrder({ house, chainId }, seller!, { ...terms, isBuy: false, nonce: 0n });
  await call(house, "fill", [{ maker, taker, lots }]);
}

function lower(address: unknown): Hex {
  return String(address).toLowerCase() as Hex;
}
