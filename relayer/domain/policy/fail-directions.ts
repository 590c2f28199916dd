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
  {
    input: "open interest of all chains that share a whole",
    readBy: ["cap"],
    missing: "holds",
    stale: "holds",
    wrong: "holds",
    why: "a whole is divided only with the figures of every chain that the policy names; caps that hold run on to their end",
  },
  {
    input: "stressed loss and insurance of a market",
    readBy: ["budget", "cover"],
    missing: "holds",
    stale: "holds",
    wrong: "holds",
    why: "no budget is set and nothing is moved without them; held against the venue's own views at the same block",
  },
  {
    input: "the operators' desk: limits, envelope, budget and moves at the figures' block",
    readBy: ["cap", "budget", "cover"],
    missing: "refuses",
    stale: "holds",
    wrong: "refuses",
    why: "only what is lower than what holds is asked for, and the desk and the venue hold every bound again; a move is used once",
  },
  {
    input: "a quorum of operators that the hub knows",
    readBy: ["cap", "budget", "cover"],
    missing: "refuses",
    stale: "refuses",
    wrong: "refuses",
    why: "the desk counts signatures against the hub at every instruction, and takes no lone key",
  },
  {
    input: "head timestamps, for ends and deadlines",
    readBy: ["cap", "budget", "cover"],
    missing: "refuses",
    stale: "refuses",
    wrong: "refuses",
    why: "a chain far from the newest head is told nothing; what ends too late, or is over, its desk refuses",
  },
];
