import { renderTable } from "../../sensor-study/study/table.ts";
import { UNIT_FINE } from "../house.ts";
import { POLICIES, type Policy } from "./read-waves.ts";
import { toUsd } from "./replay-wave.ts";
import type { WaveOutcome } from "./replay-waves.ts";

const NAMES: Readonly<Record<Policy, string>> = {
  prod: "production",
  pr: "wealth",
  pnl_pr: "profit",
  eq_pr: "equity",
  vector: "mirror",
  contract_pr: "contracts",
  fixed_point_ilp_integer: "integer",
};
const PERCENT = 100;

/** Two tables: what was taken beyond the need, and the largest part that somebody lost. */
export function renderWaves(outcomes: readonly WaveOutcome[]): string {
  const policies = POLICIES.map((policy) => NAMES[policy]);
  const overshoot = outcomes.map((outcome) => [
    String(outcome.wave.wave),
    dollars(outcome.wave.neededUsd),
    dollars(toUsd(outcome.takenFine)),
    dollars(toUsd(outcome.socialisedFine)),
    ...POLICIES.map((policy) => dollars(outcome.wave.published[policy].takenUsd - outcome.wave.neededUsd)),
    `${String(outcome.overshootUnits)} unit`,
  ]);
  const shares = outcomes.map((outcome) => [
    String(outcome.wave.wave),
    ...POLICIES.map((policy) => percent(outcome.wave.published[policy].maxShare)),
    percent(outcome.maxShare),
    percent(meanShare(outcome)),
  ]);
  return [
    "Taken less needed, dollars (a unit is a millionth; Cordon's is the most of any coin)",
    renderTable(
      ["wave", "needed", "Cordon took", "socialised", ...policies, "Cordon"],
      [...overshoot, totals(outcomes)],
    ),
    "",
    "Largest part that anybody lost of what the policy counts as theirs, per cent",
    renderTable(["wave", ...policies, "Cordon", "Cordon, mean"], [...shares, means(outcomes)]),
    "",
  ].join("\n");
}

/** Part of their profit that winners of all coins gave together. */
function meanShare({ coins, takenFine }: WaveOutcome): number {
  const profit = coins.reduce((sum, { profitUnits }) => sum + profitUnits, 0n);
  return Number(takenFine / UNIT_FINE) / Number(profit);
}

/** One object a wave. */
export function waveRow(outcome: WaveOutcome): unknown {
  const { wave, takenFine, deficitFine, socialisedFine, maxShare, overshootUnits } = outcome;
  return {
    wave: wave.wave,
    at: wave.at,
    coins: wave.coins.length,
    neededUsd: wave.neededUsd,
    deficitUsd: toUsd(deficitFine),
    takenUsd: toUsd(takenFine),
    socialisedUsd: toUsd(socialisedFine),
    overshootUnits: Number(overshootUnits),
    maxShare,
    meanShare: meanShare(outcome),
    published: wave.published,
  };
}

function totals(outcomes: readonly WaveOutcome[]): string[] {
  const sum = (of: (outcome: WaveOutcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  return [
    "all",
    dollars(sum(({ wave }) => wave.neededUsd)),
    dollars(sum(({ takenFine }) => toUsd(takenFine))),
    dollars(sum(({ socialisedFine }) => toUsd(socialisedFine))),
    ...POLICIES.map((policy) => dollars(sum(({ wave }) => wave.published[policy].takenUsd - wave.neededUsd))),
    `${String(Math.max(...outcomes.map(({ overshootUnits }) => Number(overshootUnits))))} unit`,
  ];
}

function means(outcomes: readonly WaveOutcome[]): string[] {
  const mean = (of: (outcome: WaveOutcome) => number) =>
    percent(outcomes.reduce((total, outcome) => total + of(outcome), 0) / outcomes.length);
  return [
    "mean",
    ...POLICIES.map((policy) => mean(({ wave }) => wave.published[policy].maxShare)),
    mean(({ maxShare }) => maxShare),
    mean(meanShare),
  ];
}

function dollars(usd: number): string {
  // What rounds to minus zero is zero.
  return (Math.round(usd) + 0).toLocaleString("en-GB");
}

function percent(share: number): string {
  return (share * PERCENT).toFixed(2);
}
