import { addDelta, createDeltas, type Deltas, SLOTS_PER_CHAIN } from "../../../relayer/domain/exposure/deltas.ts";
import { applyDeltas, createExposure } from "../../../relayer/domain/exposure/exposure.ts";
import { findSumFault } from "../../../relayer/domain/exposure/recompute.ts";
import { cpuNsOf, medianOf } from "../clocks.ts";
import type { BenchGroup, Measurement } from "../measurement.ts";
import { runFloor, sumsOf } from "./floor.ts";
import { reduceIdiomatically, scatterCells } from "./peers.ts";

const CHAINS = 100;
const DELTAS = 1 << 20;
const LOTS_MOST = 1 << 20;
const ROUNDS = 9;
/** Not counted: code is compiled. */
const WARM_UP_ROUNDS = 6;
const PEER_ROUNDS = 3;
const SEED = 0x2545f491;

/** Nanoseconds of processor time for one change of exposure, with every sum kept and every bound checked. */
export const reducerBenches: BenchGroup = {
  names: ["reducer"],
  measure() {
    const deltas = createColumn();
    const ours: number[] = [];
    const bare: number[] = [];
    let exposure = createExposure(CHAINS);
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
      exposure = createExposure(CHAINS);
      ours.push(cpuNsOf(() => applyDeltas(exposure, deltas)));
      bare.push(cpuNsOf(() => scatterCells(deltas, new BigInt64Array(CHAINS * SLOTS_PER_CHAIN))));
    }
    const peers = Array.from({ length: PEER_ROUNDS }, () => cpuNsOf(() => reduceIdiomatically(deltas)));
    const floor = runFloor(deltas, CHAINS, WARM_UP_ROUNDS + ROUNDS);
    if (floor === null)
      process.stderr.write("reducer: no C compiler here; the floor is the cells alone, in JavaScript\n");
    checkEqual(deltas, exposure, floor?.sums ?? null);
    const perDelta = (roundsNs: readonly number[]) => medianOf(roundsNs) / DELTAS;
    const measurement: Measurement = {
      bench: "reducer",
      unit: "ns",
      value: perDelta(ours.slice(WARM_UP_ROUNDS)),
      floor: perDelta((floor?.roundsNs ?? bare).slice(WARM_UP_ROUNDS)),
      peers: { "Map of big integers": perDelta(peers) },
    };
    return Promise.resolve([measurement]);
  },
};

/** What is not exact is no figure: every sum equals C's, and the plain maps'. */
function checkEqual(
  deltas: Deltas,
  exposure: ReturnType<typeof createExposure>,
  fromC: readonly bigint[] | null,
): void {
  const ours = sumsOf(exposure);
  if (fromC !== null && !ours.every((sum, index) => sum === fromC[index])) throw new RangeError("C sums otherwise");
  const plain = reduceIdiomatically(deltas);
  const isPlain = ours.slice(0, CHAINS * SLOTS_PER_CHAIN).every((sum, slot) => {
    const key = `${String(Math.floor(slot / SLOTS_PER_CHAIN))}:${String(slot % SLOTS_PER_CHAIN)}`;
    return sum === (plain.get(key) ?? 0n);
  });
  if (!isPlain || findSumFault(exposure) !== null) throw new RangeError("the plain sums are others");
}

/** Changes all over the mesh, the same in every run. */
function createColumn(): Deltas {
  const deltas = createDeltas(DELTAS);
  const next = createRandom(SEED);
  for (let index = 0; index < DELTAS; index += 1) {
    const slot = next() % (CHAINS * SLOTS_PER_CHAIN);
    if (addDelta(deltas, slot, BigInt((next() % LOTS_MOST) + 1)) !== null) throw new RangeError("the column is full");
  }
  return deltas;
}

function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
