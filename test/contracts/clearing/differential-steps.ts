import { ONE, PRICE_ONE } from "../../../scripts/venue-study/house.ts";
import {
  type deployInsured,
  ethers,
  EXIT_LIMIT_PPM,
  EXIT_NOTICE_SECONDS,
  FUND_TERMS,
  type MARKETS,
  RANKED,
  signOrder,
  START_PRICES,
  VAULTS,
} from "./deploy-venue.ts";
import { UNIT_FINE } from "./model/book.ts";
import { setHalt } from "./model/halts.ts";
import { claimableOf, claimAll, enter, give, move, payDue, request, type Vault } from "./model/insurance.ts";
import { liquidate } from "./model/liquidation.ts";
import { deposit, fill, type Market, standingOf, type Venue, withdraw } from "./model/venue.ts";
import { closeMarket, concludeSettlement, nominate, resolve, settleAccount, sweepEstate } from "./model/waterfall.ts";

export const TRADERS = 5;
export const INSURANCE = ["enter", "enter", "leave", "payDue", "claim", "move"] as const;
/** Whoever resolves: the wallet that has deployed. */
const KEEPER = TRADERS;
const HALTED = 3;
const EXIT_TERMS = { noticeSeconds: EXIT_NOTICE_SECONDS, limitPpm: EXIT_LIMIT_PPM };

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
  | "conclude"
  | "halt"
  | "resume"
  | "sweep"
  | (typeof INSURANCE)[number];

export interface Step {
  readonly kind: Kind;
  readonly market: (typeof MARKETS)[number];
  readonly a: number;
  readonly b: number;
  readonly amount: number;
  readonly moves: readonly [number, number];
  readonly waits: number;
}

/** The house's half and that of its vaults. */
export interface Model {
  readonly venue: Venue;
  readonly vaults: Map<number, Vault>;
  readonly moved: Map<number, { passed: bigint; at: bigint }>;
}

export interface Run extends Awaited<ReturnType<typeof deployInsured>> {
  model: Model;
  prices: bigint[];
  readonly done: Map<string, number>;
}

export interface Halves {
  readonly model: (model: Model) => boolean;
  readonly call: () => Promise<unknown>;
}

/** As the contract converts: a lot is worth one unit of quote at the price of listing. */
export const toX32 = (market: (typeof MARKETS)[number], price: bigint) =>
  (price * ONE * PRICE_ONE) / START_PRICES[market];

/** Somebody in trouble of the kind asked for, if there is anybody: at random such steps would hardly ever find them. */
function inTrouble({ model: { venue } }: Run, kind: string, drawn: number): number {
  const isWanted = (trader: number) => {
    const { equity, maintenance } = standingOf(venue, trader);
    return kind === "resolve" ? equity < 0n : equity >= 0n && equity < maintenance * UNIT_FINE;
  };
  return Array.from({ length: TRADERS }, (_, i) => i).find(isWanted) ?? drawn;
}

/** The estate formed last, if it is one's turn; else whoever is asked for. */
function orEstate({ model: { venue } }: Run, kind: Kind, { b, trader }: { b: number; trader: number }): number {
  const isTurn = kind === "sweep" || (kind === "resolve" && b % 2 === 1) || (kind === "settleAccount" && b === 0);
  return (isTurn ? venue.estates.at(-1) : undefined) ?? trader;
}

/** Of a trader, or of the estate that the house has formed in its turn. */
export function addressOf({ house, traders, owner, model: { venue } }: Run, number: number): string {
  const at = venue.estates.indexOf(number);
  if (at === -1) return traders[number]?.address ?? owner;
  const hash = ethers.keccak256(
    ethers.concat([house.target as string, `0x${"00".repeat(12)}`, ethers.toBeHex(at + 1, 32)]),
  );
  return ethers.getAddress(ethers.dataSlice(hash, 0, 20));
}

/** Both halves of one step: what the model says, and the call. */
export async function halves(run: Run, { kind, market, a: drawn, b, amount }: Step): Promise<Halves> {
  const { house, traders } = run;
  const trader = kind === "resolve" || kind === "liquidate" ? inTrouble(run, kind, drawn) : drawn;
  const a = orEstate(run, kind, { b, trader });
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
        model: ({ venue }) => fill(venue, request),
        call: () => house.getFunction("fill")({ maker, taker, lots: terms.lots }),
      };
    }
    case "liquidate":
      return {
        model: ({ venue }) => liquidate(venue, { market, trader: a, keeper: other, lots: BigInt(amount) }),
        call: () => as(house, traders[other]!).getFunction("liquidate")(traders[a]!.address, market, amount),
      };
    case "resolve":
      return {
        model: ({ venue }) => resolve(venue, a, KEEPER),
        call: () => house.getFunction("resolve")(addressOf(run, a)),
      };
    case "sweep":
      return {
        model: ({ venue }) => sweepEstate(venue, a),
        call: () => house.getFunction("sweepEstate")(addressOf(run, a)),
      };
    case "withdraw":
      // What may leave in an hour of a halt is not the model's: `Accounts.t.sol`.
      if (run.model.venue.halted.size > 0) return gifts(run, "deposit", { market, a, amount, units });
      return {
        model: ({ venue }) => withdraw(venue, a, units),
        call: () => as(house, traders[a]!).getFunction("withdraw")(units, traders[a]!.address),
      };
    case "enter":
    case "leave":
    case "payDue":
    case "claim":
    case "move":
      return insurance(run, kind, { a, amount });
    default:
      return upkeep(run, kind, { market, a, amount, units });
  }
}

/** What share holders and governance do with the funds. */
function insurance(
  { house, funds, traders, model: { vaults } }: Run,
  kind: "enter" | "leave" | "payDue" | "claim" | "move",
  { a, amount }: { a: number; amount: number },
): Halves {
  const market = amount % VAULTS.length;
  const fund = as(funds.get(market)!, traders[a]!);
  const { address } = traders[a]!;
  const units = BigInt(amount) * 10_000n + 7n;
  switch (kind) {
    case "enter":
      return {
        model: (model) => enter(model.venue, model.vaults.get(market)!, a, units),
        call: () => fund.getFunction("deposit")(units, address),
      };
    case "leave": {
      const shares = ((vaults.get(market)!.shares.get(a) ?? 0n) * BigInt(amount)) / 20_000n;
      return {
        model: (model) => request(model.venue, model.vaults.get(market)!, { holder: a, shares, terms: EXIT_TERMS }),
        call: () => fund.getFunction("requestRedeem")(shares, address, address),
      };
    }
    case "payDue":
      return {
        model: (model) => (payDue(model.venue, model.vaults.get(market)!, EXIT_TERMS), true),
        call: () => fund.getFunction("payDue")(),
      };
    case "claim": {
      const assets = claimableOf(vaults.get(market)!, a);
      return {
        model: (model) => claimAll(model.vaults.get(market)!, a) === assets,
        call: async () => fund.getFunction("redeem")(await fund.getFunction("maxRedeem")(address), address, address),
      };
    }
    case "move": {
      const terms = { from: market, to: 1 - market, units: units / 20n };
      return {
        model: (model) => move(model.venue, model.moved, terms, FUND_TERMS),
        call: () => house.getFunction("moveInsurance")(terms.from, terms.to, terms.units),
      };
    }
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
    case "halt":
      return halt(run, amount % 3, true);
    case "resume":
      return halt(run, [...run.model.venue.halted][0] ?? 0, false);
    case "nominate":
      return {
        model: ({ venue }) => nominate(venue, venue.markets.get(RANKED)!, a),
        call: () => house.getFunction("nominate")(traders[a]!.address, RANKED),
      };
    case "budget": {
      const [units, seconds] = [BigInt(amount) * ONE, BigInt(1 + amount)];
      return {
        model: ({ venue }) => setBudget(venue, venue.markets.get(market)!, { units, until: venue.now + seconds }),
        call: async () => {
          // The block of the call is the model's now.
          const until = run.model.venue.now + seconds;
          return house.getFunction("setDeleveragingBudget")(market, units, until);
        },
      };
    }
    case "close":
      return {
        model: ({ venue }) => closeMarket(venue, venue.markets.get(RANKED)!),
        call: () => house.getFunction("closeMarket")(RANKED),
      };
    case "settleAccount":
      return {
        model: ({ venue }) => settleAccount(venue, venue.markets.get(RANKED)!, a),
        call: () => house.getFunction("settleAccount")(addressOf(run, a), RANKED),
      };
    case "conclude":
      return {
        model: ({ venue }) => concludeSettlement(venue, venue.markets.get(RANKED)!),
        call: () => house.getFunction("concludeSettlement")(RANKED),
      };
    default:
      return gifts(run, kind, drawn);
  }
}

/** Halts a market, or all, or lets it go. */
function halt({ hub }: Run, market: number, shouldHalt: boolean): Halves {
  return {
    model: (model) => (setHalt(model.venue, market, shouldHalt), true),
    call: () => hub.getFunction("set")(market, shouldHalt ? HALTED : 0, 0),
  };
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
      model: ({ venue }) => (deposit(venue, a, units), true),
      call: () => house.getFunction("deposit")(traders[a]!.address, units),
    };
  }
  if (kind === "contribute") {
    return {
      model: ({ venue }) => (give(venue, amount % 2 === 0 ? 0 : market, (units / 20n) * UNIT_FINE), true),
      call: () => house.getFunction("contribute")(amount % 2 === 0 ? 0 : market, units / 20n),
    };
  }
  return {
    model: () => true,
    call: () => house.getFunction("settle")(traders[a]!.address, market, amount % 3),
  };
}

const as = (contract: Run["house"], wallet: Run["traders"][number]) => contract.connect(wallet) as Run["house"];
