import type { DeskReport } from "../../desk/desk-report.ts";
import type { MarketFigures, VenueFigures } from "../../risk/figures.ts";
import { type Order, type OrderInput, PPM, larger, smaller } from "../order.ts";
import type { CoverPolicy } from "../policy.ts";

/*
 * Cover, version 1: insurance goes where it is short. On each chain the shared fund gives to the market that lacks most,
 * and where it has not enough the market with the most to spare gives to the shared fund. One move out of a fund at a
 * time, numbered by those before it: the next is asked for when figures show this one. Nothing leaves a fund that its
 * floor, its day or its own stressed loss needs; cover does not move between chains.
 */

export function coverOrders({ venues }: OrderInput, policy: CoverPolicy): readonly Order[] {
  return venues.flatMap((venue) => {
    const { sharedDesk: desk } = venue;
    if (desk?.isMover !== true) return [];
    const needy = neediest(venue, policy);
    if (needy === null) return [];
    const given = giving(needy.lack, { desk, fund: venue.shared, keep: BigInt(policy.sharedKeepUnits) });
    const move = toOrder(venue, { from: 0, to: needy.market, units: given, turn: desk.moves });
    const rest = needy.lack - (given ?? 0n);
    return rest > 0n ? [...move, ...askRich(venue, rest, policy)] : move;
  });
}

/** What a market's own fund should hold: its shortfall, and a part of its worst scenario's loss. */
function targetOf({ stressed, shortfall }: MarketFigures, ppm: number, leastLossUnits: number): bigint {
  const worst = stressed.reduce(larger, 0n);
  return shortfall + (worst < BigInt(leastLossUnits) ? 0n : (worst * BigInt(ppm)) / PPM);
}

function neediest({ markets }: VenueFigures, policy: CoverPolicy): { market: number; lack: bigint } | null {
  const lacks = markets
    .map((of) => ({ market: of.market, lack: targetOf(of, policy.ownPpm, policy.leastLossUnits) - of.fund }))
    .filter(({ lack }) => lack > 0n);
  return lacks.reduce<(typeof lacks)[number] | null>(
    (most, of) => (most === null || of.lack > most.lack ? of : most),
    null,
  );
}

/** The market with the most to spare gives to the shared fund. One with a loss of its own gives nothing. */
function askRich(venue: VenueFigures, wanted: bigint, policy: CoverPolicy): readonly Order[] {
  const offers = venue.markets.flatMap((of) => {
    const keep = targetOf(of, policy.keepPpm, 0);
    if (of.desk?.isMover !== true || of.shortfall > 0n) return [];
    const units = giving(wanted, { desk: of.desk, fund: of.fund, keep });
    return units === null ? [] : [{ from: of.market, to: 0, units, turn: of.desk.moves }];
  });
  const [best] = offers.toSorted((a, b) => (a.units === b.units ? a.from - b.from : a.units > b.units ? -1 : 1));
  return best === undefined ? [] : toOrder(venue, best);
}

/** How much of `wanted` the fund may give now; null where that is nothing. */
function giving(
  wanted: bigint,
  { desk, fund, keep }: { readonly desk: DeskReport; readonly fund: bigint; readonly keep: bigint },
): bigint | null {
  const { leastUnits, mostUnits } = desk.limits["insurance-move"];
  const spare = fund - larger(keep, desk.floorUnits);
  const daily = (fund * BigInt(desk.movePpm)) / PPM;
  const units = [wanted, spare, daily, desk.movable, mostUnits].reduce(smaller);
  return units <= 0n || units < leastUnits ? null : units;
}

function toOrder(
  { eid }: VenueFigures,
  move: { readonly from: number; readonly to: number; readonly units: bigint | null; readonly turn: bigint },
): readonly Order[] {
  const { from, to, units, turn } = move;
  if (units === null) return [];
  const told = { kind: "insurance-move", until: 0, globalOpenInterest: 0n } as const;
  return [{ ...told, eid, market: from, toMarket: to, units, turn }];
}
