import { BREAKER_RUNGS, type Rungs, breakerOf } from "../../relayer/domain/incident/rungs.ts";

const [REDUCE_ONLY, HALTED] = [BREAKER_RUNGS.indexOf("reduce-only"), BREAKER_RUNGS.indexOf("halted")];

/** What the house of one chain let people do when a stage was looked at. */
export interface HouseAtStage {
  readonly chain: string;
  /** Whether it fills what adds risk, and what takes it off; and takes deposits. */
  readonly opens: boolean;
  readonly closes: boolean;
  readonly deposits: boolean;
  /** Of all deposits, what may leave in an hour, in parts per million. */
  readonly withdrawablePpm: number;
  /** Why it refused, where that was not the posture: nothing when all is well. */
  readonly faults: readonly string[];
}

/** How the house's answer differs from what the posture of its chain means there; nothing when it does not. */
export function findHouseFaults(
  { opens, closes, deposits, withdrawablePpm: ppm, faults }: HouseAtStage,
  rungs: Rungs,
  limitsPpm: readonly number[],
): readonly string[] {
  const breaker = breakerOf(rungs);
  const limit = limitsPpm[breaker];
  return [
    ...faults,
    ...(opens === breaker < REDUCE_ONLY ? [] : [opens ? "the house takes on risk" : "the house takes on no risk"]),
    ...(closes === breaker < HALTED ? [] : [closes ? "the house closes positions" : "the house closes no positions"]),
    ...(deposits ? [] : ["the house takes no deposits"]),
    ...(ppm === limit ? [] : [`of all deposits ${ppm} ppm may leave in an hour, not ${String(limit)}`]),
  ];
}
