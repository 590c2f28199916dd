/** One raise: a market, and the rungs that are asserted for it, as the hub packs them. */
export interface Step {
  readonly market: number;
  readonly rungs: number;
  /** The lane that it raises, counted as in a word. */
  readonly lane: number;
}

/** Markets that the bench asserts for. The whole protocol, market 0, has to be there first. */
export const MARKETS: readonly number[] = [0, 1, 2];
/** Halted and M4. */
export const HIGHEST_RUNGS = 0x34;

/** From calm to {@link HIGHEST_RUNGS}, so that each assertion raises exactly one lane more than the one before. */
const RUNGS: readonly Omit<Step, "market">[] = [
  { rungs: 0x01, lane: 4 },
  { rungs: 0x02, lane: 5 },
  { rungs: 0x03, lane: 6 },
  { rungs: 0x04, lane: 7 },
  { rungs: 0x14, lane: 1 },
  { rungs: 0x24, lane: 2 },
  { rungs: 0x34, lane: 3 },
];

/** Raises that no hub has seen yet, as many as there are rungs in all markets: no two rounds repeat each other. */
export function createLadder(): () => Step {
  const steps = MARKETS.flatMap((market) => RUNGS.map((rungs) => ({ market, ...rungs }))).values();
  return () => {
    const { value } = steps.next();
    if (value === undefined) throw new RangeError("every market is at its highest rungs");
    return value;
  };
}
