import type { Packet } from "../../../localnet/layerzero/workers/packet.ts";
import { readPackets } from "../../support/layerzero-delivery.ts";
import { MESH_START_SECONDS, send, startLayerZeroMesh, type MeshChain } from "../../support/layerzero-mesh.ts";

const START_TIMEOUT_MS = 60_000;
/** When each test begins. */
export const AT = MESH_START_SECONDS + 1_000;
export const MARKET = 1;

/** Two chains for all tests of a `describe`, each of which begins at {@link AT} with what stood there at first. */
export function usePair(operators: readonly string[], open: (home: MeshChain, away: MeshChain) => void): void {
  let pair: readonly MeshChain[];
  let undo: readonly (() => Promise<void>)[];

  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    pair = await startLayerZeroMesh({ chains: ["chain0", "chain1"], operators });
    const [home, away] = pair as [MeshChain, MeshChain];
    open(home, away);
  });

  beforeEach(async () => {
    undo = await Promise.all(pair.map(({ provider }) => provider.remember()));
    for (const { provider } of pair) provider.setNextBlockTime(AT);
  });

  afterEach(() => Promise.all(undo.map((takeBack) => takeBack())));

  after(() => Promise.all(pair.map(({ provider }) => provider.close())));
}

/** Asserts `rungs` at `home` and sends them. */
export async function tripAndBroadcast({ hub }: MeshChain, rungs: number): Promise<Packet> {
  await send(hub, "assertRungs", [MARKET, rungs]);
  const [packet] = readPackets(await send(hub, "broadcast", []));
  if (packet === undefined) throw new RangeError("nothing was sent");
  return packet;
}

/** Of the market, as the hub packs them. */
export async function rungsOf({ hub }: MeshChain): Promise<number> {
  const posture: bigint = await hub.getFunction("posture")();
  return Number((posture >> BigInt(MARKET * 8)) & 0x37n);
}
