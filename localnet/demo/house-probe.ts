import { isCallException, parseUnits } from "ethers";

import type { NetworkParameters } from "../../deployments/network-parameters.ts";
import { type Deal, type LocalHouse, createLocalHouse } from "../venue/local-house.ts";
import { traderWallet } from "../chains/accounts.ts";
import type { HouseAtStage } from "./house-answer.ts";
import type { HubReader } from "./stage-reader.ts";

/** Two people who trade at the house of one chain, from outside. */
export interface HouseProbe {
  readonly chain: string;
  /** Pays in for both and has them trade with each other. */
  open(priceE8: bigint): Promise<void>;
  /** Publishes the price there, and asks what the house would let them do now. Only a deposit is really made. */
  ask(priceE8: bigint): Promise<HouseAtStage>;
}

const COLLATERAL_DECIMALS = 6;
/** Far more than what they trade needs at the highest margin rung: only the breaker decides. */
const DEPOSIT = parseUnits("100000", COLLATERAL_DECIMALS);
const TOP_UP = parseUnits("1", COLLATERAL_DECIMALS);
const HELD_LOTS = 10_000n;
const ASKED_LOTS = 100n;
const BUYER = 0;
const SELLER = 1;
const PPM = 1_000_000n;
const REFUSED_BY_POSTURE = "PostureGuard_Restricted";

export function createHouseProbe(
  { chain, record }: HubReader,
  parameters: NetworkParameters,
  market: number,
): HouseProbe {
  const house = createLocalHouse(chain, record, parameters);
  const deal = (priceE8: bigint, lots: bigint): Deal => ({ market, buyer: BUYER, seller: SELLER, lots, priceE8 });
  return {
    chain: chain.name,
    async open(priceE8) {
      await house.publish(market, priceE8);
      await house.deposit(BUYER, DEPOSIT);
      await house.deposit(SELLER, DEPOSIT);
      await house.fill(deal(priceE8, HELD_LOTS));
    },
    async ask(priceE8) {
      await house.publish(market, priceE8);
      const opening = await refusalOf(house, await house.sign(deal(priceE8, ASKED_LOTS)));
      const closing = await refusalOf(
        house,
        await house.sign({ ...deal(priceE8, ASKED_LOTS), buyer: SELLER, seller: BUYER }),
      );
      const paying = await house.deposit(BUYER, TOP_UP).then(
        () => null,
        (error: unknown) => String(error),
      );
      const others = [opening, closing].filter((reason) => reason !== null && reason !== REFUSED_BY_POSTURE);
      return {
        chain: chain.name,
        opens: opening === null,
        closes: closing === null,
        deposits: paying === null,
        withdrawablePpm: await withdrawablePpm(house),
        faults: [...others, paying].filter((reason) => reason !== null),
      };
    },
  };
}

/** With what the house refuses to fill, or null when it fills. */
async function refusalOf({ contract }: LocalHouse, matched: object): Promise<string | null> {
  return contract
    .getFunction("fill")
    .staticCall(matched)
    .then(
      () => null,
      (error: unknown) => (isCallException(error) ? (error.revert?.name ?? error.shortMessage) : String(error)),
    );
}

/** Rounded up: the house rounds what may leave down, to a unit. */
async function withdrawablePpm({ contract }: LocalHouse): Promise<number> {
  const open: unknown = await contract.getFunction("openMarkets")(traderWallet(BUYER).address);
  const [leaves, held] = await Promise.all([
    contract.getFunction("withdrawable")(open) as Promise<bigint>,
    contract.getFunction("unitsHeld")() as Promise<bigint>,
  ]);
  return Number((leaves * PPM + held - 1n) / held);
}
