import { type Deployment, type MARKETS, ONE, PRICE_ONE, RANKED, signOrder, START_PRICES } from "./deploy-venue.ts";
import { UNIT_FINE } from "./model/book.ts";
import { liquidate } from "./model/liquidation.ts";
import { deposit, fill, type Market, payFund, standingOf, type Venue, withdraw } from "./model/venue.ts";
import { closeMarket, concludeSettlement, nominate, resolve, settleAccount } from "./model/waterfall.ts";

export const TRADERS = 5;

export type Kind =
  | "trade"
  | "liquidate"
  | "resolve"
  | "deposit"
  | "withdraw"
  | "contribute"
  | "settle"
  | "nominate"
  | "budget"
  | "close"
  | "settleAccount"
  | "conclude";

export interface Step {
  readonly kind: Kind;
  readonly market: (typeof MARKETS)[number];
  readonly a: number;
  readonly b: number;
  readonly amount: number;
  readonly moves: readonly [number, number];
  readonly waits: number;
}

export interface Run extends Deployment {
  venue: Venue;
  prices: bigint[];
  readonly done: Map<string, number>;
}

export interface Halves {
  readonly model: (venue: Venue) => boolean;
  readonly call: () => Promise<unknown>;
}

/** As the contract converts: a lot is worth one unit of quote at the price of listing. */
export const toX32 = (market: (typeof MARKETS)[number], price: bigint) =>
  (price * ONE * PRICE_ONE) / START_PRICES[market];

/** Somebody in trouble of the kind asked for, if there is anybody: at random such steps would hardly ever find them. */
function inTrouble({ venue }: Run, kind: string, drawn: number): number {
  const isWanted = (trader: number) => {
    const { equity, maintenance } = standingOf(venue, trader);
    return kind === "resolve" ? equity < 0n : equity >= 0n && equity < maintenance * UNIT_FINE;
  };
  return Array.from({ length: TRADERS }, (_, i) => i).find(isWanted) ?? drawn;
}

/** Both halves of one step: what the model says, and the call. */
export async function halves(run: Run, { kind, market, a: drawn, b, amount }: Step): Promise<Halves> {
  const { house, traders } = run;
  const a = kind === "resolve" || kind === "liquidate" ? inTrouble(run, kind, drawn) : drawn;
  const other = (a + 1 + b) % TRADERS;
  const units = BigInt(amount) * (ONE / 10n);
  switch (kind) {
    case "trade": {
      const price = run.prices[market - 1]! + BigInt((amount % 5) - 2);
      const terms = { market, lots: BigInt(amount), price };
      const maker = await signOrder(house, traders[a]!, { ...terms, isBuy: false });
      const taker = await signOrder(house, traders[other]!, { ...terms, isBuy: true });
      const request = { ...terms, maker: a, taker: other, takerIsBuy: true, price: toX32(market, price) };
      return {
        model: (venue: Venue) => fill(venue, request),
        call: () => house.getFunction("fill")({ maker, taker, lots: terms.lots }),
      };
    }
    case "liquidate":
      return {
        model: (venue: Venue) => liquidate(venue, { market, trader: a, keeper: other, lots: BigInt(amount) }),
        call: () => as(house, traders[other]!).getFunction("liquidate")(traders[a]!.address, market, amount),
      };
    case "resolve":
      return {
        model: (venue: Venue) => resolve(venue, a),
        call: () => house.getFunction("resolve")(traders[a]!.address),
      };
    case "withdraw":
      return {
        model: (venue: Venue) => withdraw(venue, a, units),
        call: () => as(house, traders[a]!).getFunction("withdraw")(units, traders[a]!.address),
      };
    default:
      return upkeep(run, kind, { market, a, amount, units });
  }
}

interface Drawn {
  readonly market: number;
  readonly a: number;
  readonly amount: number;
  readonly units: bigint;
}

function upkeep(run: Run, kind: Kind, drawn: Drawn): Halves {
  const { house, traders } = run;
  const { market, a, amount } = drawn;
  switch (kind) {
    case "nominate":
      return {
        model: (venue) => nominate(venue, venue.markets.get(RANKED)!, a),
        call: () => house.getFunction("nominate")(traders[a]!.address, RANKED),
      };
    case "budget": {
      const [units, seconds] = [BigInt(amount) * ONE, BigInt(1 + amount)];
      return {
        model: (venue) => setBudget(venue, venue.markets.get(market)!, { units, until: venue.now + seconds }),
        call: async () => {
          // The block of the call is the model's now.
          const until = run.venue.now + seconds;
          return house.getFunction("setDeleveragingBudget")(market, units, until);
        },
      };
    }
    case "close":
      return {
        model: (venue) => closeMarket(venue, venue.markets.get(RANKED)!),
        call: () => house.getFunction("closeMarket")(RANKED),
      };
    case "settleAccount":
      return {
        model: (venue) => settleAccount(venue, venue.markets.get(RANKED)!, a),
        call: () => house.getFunction("settleAccount")(traders[a]!.address, RANKED),
      };
    case "conclude":
      return {
        model: (venue) => concludeSettlement(venue, venue.markets.get(RANKED)!),
        call: () => house.getFunction("concludeSettlement")(RANKED),
      };
    default:
      return gifts(run, kind, drawn);
  }
}

function setBudget(venue: Venue, { budget, closing }: Market, next: { units: bigint; until: bigint }): boolean {
  const holds = venue.now < budget.until;
  const taken = holds ? budget.taken : 0n;
  const isLooser = holds && (next.units > budget.units || next.until < budget.until);
  if (closing !== undefined || isLooser || next.units < taken) return false;
  Object.assign(budget, next, { taken });
  return true;
}

function gifts({ house, traders }: Run, kind: Kind, { market, a, amount, units }: Drawn): Halves {
  if (kind === "deposit") {
    return {
      model: (venue: Venue) => (deposit(venue, a, units), true),
      call: () => house.getFunction("deposit")(traders[a]!.address, units),
    };
  }
  if (kind === "contribute") {
    return {
      model: (venue: Venue) => (give(venue, amount % 2 === 0 ? 0 : market, (units / 20n) * UNIT_FINE), true),
      call: () => house.getFunction("contribute")(amount % 2 === 0 ? 0 : market, units / 20n),
    };
  }
  return {
    model: () => true,
    call: () => house.getFunction("settle")(traders[a]!.address, market, amount % 3),
  };
}

/** Into the fund of a market, or the shared one. */
function give(venue: Venue, market: number, fine: bigint): void {
  if (market !== 0) {
    payFund(venue.markets.get(market)!, fine);
    return;
  }
  const repaid = fine < venue.sharedShortfall ? fine : venue.sharedShortfall;
  venue.sharedShortfall -= repaid;
  venue.sharedFund += fine - repaid;
}

const as = (house: Run["house"], wallet: Run["traders"][number]) => house.connect(wallet) as Run["house"];
