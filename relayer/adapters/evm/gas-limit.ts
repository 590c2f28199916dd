/*
 * Upper bounds, so that no estimate is asked for on the way out; what is not used is not paid. A test holds them against
 * the real hub with every market, every lane and all mirrors in play.
 */

/** The transaction itself, its checks, the event of a directive that changes nothing. */
const BASE_GAS = 90_000;
/** Recovering one signer, and its 64 bytes. */
const SIGNATURE_GAS = 12_000;
/** One word and its 33 bytes: merge, posture, up to three events. */
const ENTRY_GAS = 36_000;
/** The hub gives each of its mirrors, at most four, a fixed share and asks that it be there. */
const MIRRORS_GAS = 4 * 75_000;

/** Gas limit of `IncidentHub.submit`. */
export function submitGasLimit(entries: number, signatures: number): number {
  return BASE_GAS + SIGNATURE_GAS * signatures + ENTRY_GAS * entries + MIRRORS_GAS;
}
