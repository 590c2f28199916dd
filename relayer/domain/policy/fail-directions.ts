import type { RuleId } from "./policy.ts";

/**
 * What becomes of a decision when an input is not there or cannot be trusted.
 *
 * - `holds`: nothing new is said because of it; what is in force stays for as long as its lease runs.
 * - `tightens`: its absence itself asks for care.
 * - `refuses`: nothing is decided or sent without it, there; other chains go on.
 * - `lapses`: what was said on it ends by itself within ten minutes.
 *
 * There is no fifth: nothing in `plan` lowers a stamp, so no input, present or absent, can loosen.
 */
export type Direction = "holds" | "tightens" | "refuses" | "lapses";

export interface FailDirection {
  readonly input: string;
  readonly readBy: readonly RuleId[];
  readonly missing: Direction;
  readonly stale: Direction;
  /** When it is wrong, because a node lies or a reorg undoes it. */
  readonly wrong: Direction;
  readonly why: string;
}

/** Every input of `plan`, and the one table of what its failing does. `docs/policy.md` prints it. */
export const FAIL_DIRECTIONS: readonly FailDirection[] = [
  {
    input: "mesh words at the head",
    readBy: ["mirror"],
    missing: "holds",
    stale: "holds",
    wrong: "lapses",
    why: "unfinalised stamps are backdated so that they end ten minutes after the evidence",
  },
  {
    input: "mesh words at the finalised head",
    readBy: ["mirror"],
    missing: "holds",
    stale: "holds",
    wrong: "holds",
    why: "only they renew and reconcile; a rung that nobody renews ends with its lease",
  },
  {
    input: "local words",
    readBy: ["cascade"],
    missing: "holds",
    stale: "holds",
    wrong: "lapses",
    why: "fewer chains agree; the k-th stamp is at most older",
  },
  {
    input: "head timestamps",
    readBy: ["mirror", "silence"],
    missing: "holds",
    stale: "tightens",
    wrong: "tightens",
    why: "a chain that is not heard is treated as in trouble, never above caution and M1",
  },
  {
    input: "whether a chain is read to its head",
    readBy: ["mirror", "silence"],
    missing: "refuses",
    stale: "refuses",
    wrong: "lapses",
    why: "nothing is sent to a chain whose state is not known; what it has said still counts",
  },
  {
    input: "operators and limits of a hub",
    readBy: ["mirror"],
    missing: "refuses",
    stale: "refuses",
    wrong: "refuses",
    why: "a hub that knows none of the signers would revert",
  },
  {
    input: "positions, from the venue's events",
    readBy: ["coverage", "concentration"],
    missing: "holds",
    stale: "holds",
    wrong: "holds",
    why: "held against the venue's own views at the same block; where they differ no figures are published",
  },
  {
    input: "insurance, from the venue's views",
    readBy: ["coverage"],
    missing: "holds",
    stale: "holds",
    wrong: "holds",
    why: "read at a finalised block; without it the market has no figures",
  },
  {
    input: "price, from the venue's views",
    readBy: ["coverage", "concentration", "divergence"],
    missing: "holds",
    stale: "holds",
    wrong: "tightens",
    why: "a price that differs from other chains' is what divergence looks for; the oracle's own sensors judge the rest",
  },
  {
    input: "shortfall, from the venue's events",
    readBy: ["shortfall"],
    missing: "holds",
    stale: "holds",
    wrong: "holds",
    why: "final; others' shortfalls still count",
  },
  {
    input: "margin of the volatility sensor",
    readBy: ["forecast"],
    missing: "holds",
    stale: "holds",
    wrong: "holds",
    why: "the sensor's own assertion does not depend on it",
  },
  {
    input: "what is in flight",
    readBy: ["mirror"],
    missing: "tightens",
    stale: "tightens",
    wrong: "holds",
    why: "a directive is sent again, which merging makes harmless; what is believed to be under way for longer than its deadline is not",
  },
];
