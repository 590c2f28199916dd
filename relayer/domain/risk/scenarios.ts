/** A joint move of prices, by asset class. Classes are the venue's numbers, 0 to 7. */
export interface Scenario {
  readonly id: string;
  /** Parts per million by which prices of a class move. A class that is not named moves by `othersPpm`. */
  readonly classesPpm: Readonly<Record<number, number>>;
  readonly othersPpm: number;
  /** Where the numbers come from. */
  readonly source: string;
}

const PPM = 1_000_000;
const all = (percent: number): Scenario => ({
  id: `all${percent < 0 ? "-down" : "-up"}-${Math.abs(percent)}`,
  classesPpm: {},
  othersPpm: percent * 10_000,
  source: "grid",
});

/**
 * The grid and the joint scenarios that are used unless the configuration gives others. By default class 0 is the large
 * assets, class 1 all other crypto assets, class 2 what is pegged to the quote, class 3 what is neither.
 *
 * Class 0 on 12 March 2020: bitcoin from the day's open to its close, 45 % (`localnet/replay/data`). Class 2 on 11 March
 * 2023: USDC at 0.875, bitcoin in dollars over bitcoin in USDC by the minute. All other numbers, those of 10 October 2025
 * among them, are assumptions of ours in the shape of that day.
 */
export const DEFAULT_SCENARIOS: readonly Scenario[] = [
  ...[-35, -25, -15, -10, -5, 5, 10, 15, 25, 35].map(all),
  {
    id: "day-2020-03-12",
    classesPpm: { 0: -450_000, 1: -550_000, 2: 0, 3: -100_000 },
    othersPpm: -450_000,
    source: "12 March 2020: class 0 recorded, others assumed",
  },
  {
    id: "hour-2025-10-10",
    classesPpm: { 0: -130_000, 1: -550_000, 2: 0, 3: -30_000 },
    othersPpm: -130_000,
    source: "in the shape of 10 October 2025, assumed",
  },
  {
    id: "peg-2023-03-11",
    classesPpm: { 0: -80_000, 1: -120_000, 2: -125_000, 3: 0 },
    othersPpm: 0,
    source: "11 March 2023: class 2 recorded, others assumed",
  },
  {
    id: "squeeze",
    classesPpm: { 0: 150_000, 1: 500_000, 2: 0, 3: 0 },
    othersPpm: 0,
    source: "short squeeze of smaller assets",
  },
  {
    id: "apart",
    classesPpm: { 0: 100_000, 1: -250_000, 2: 0, 3: 0 },
    othersPpm: 0,
    source: "classes that offset each other part",
  },
  {
    id: "apart-back",
    classesPpm: { 0: -150_000, 1: 200_000, 2: 0, 3: 0 },
    othersPpm: 0,
    source: "the same, the other way",
  },
];

/** What the price of a market of `assetClass` is multiplied by. */
export function factorOf({ classesPpm, othersPpm }: Scenario, assetClass: number): number {
  return (PPM + (classesPpm[assetClass] ?? othersPpm)) / PPM;
}
