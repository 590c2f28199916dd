import { network } from "hardhat";

import { UNIT_FINE } from "../house.ts";
import type { Wave } from "./read-waves.ts";
import { type CoinOutcome, openWaveVenue, replayCoin } from "./replay-wave.ts";

export interface WaveOutcome {
  readonly wave: Wave;
  readonly coins: readonly CoinOutcome[];
  readonly deficitFine: bigint;
  /** From winners' profits. */
  readonly takenFine: bigint;
  readonly socialisedFine: bigint;
  /** Largest part of their profit that winners of a coin gave. */
  readonly maxShare: number;
  /** Largest that a coin's winners gave beyond its deficit, in units, rounded up. */
  readonly overshootUnits: bigint;
}

/** Every coin of every wave through the contracts, on a chain in this process. */
export async function replayWaves(
  waves: readonly Wave[],
  seed: number,
  onWave: (done: number) => void,
): Promise<readonly WaveOutcome[]> {
  const connection = await network.create("chain0");
  try {
    const venue = await openWaveVenue(connection);
    const outcomes: WaveOutcome[] = [];
    for (const wave of waves) {
      const coins: CoinOutcome[] = [];
      for (const [index, coin] of wave.coins.entries()) {
        coins.push(await replayCoin(connection, venue, coin, seed + wave.wave * 1_000 + index));
      }
      outcomes.push(summarise(wave, coins));
      onWave(outcomes.length);
    }
    return outcomes;
  } finally {
    await connection.close();
  }
}

function summarise(wave: Wave, coins: readonly CoinOutcome[]): WaveOutcome {
  const sum = (of: (coin: CoinOutcome) => bigint) => coins.reduce((total, coin) => total + of(coin), 0n);
  const over = coins.map(({ takenFine, deficitFine }) => takenFine - deficitFine);
  const most = over.reduce((largest, fine) => (fine > largest ? fine : largest), 0n);
  return {
    wave,
    coins,
    deficitFine: sum(({ deficitFine }) => deficitFine),
    takenFine: sum(({ takenFine }) => takenFine),
    socialisedFine: sum(({ socialisedFine }) => socialisedFine),
    maxShare: Math.max(0, ...coins.map(({ share }) => share)),
    overshootUnits: (most + UNIT_FINE - 1n) / UNIT_FINE,
  };
}
