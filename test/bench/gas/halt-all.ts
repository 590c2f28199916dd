import { deployCompiled, MESH_START_SECONDS, send } from "../../support/layerzero-mesh.ts";
import type { Measurement } from "../measurement.ts";
import { HALT, type GasWorld } from "./world.ts";

const AT = MESH_START_SECONDS + 1_000;
const PROTOCOL = 0;
const LAST_MARKET = 31;
const HIGHEST_RUNGS = 0x34;

/**
 * A sensor's assertion that halts the whole protocol: the whole transaction, with one market registered besides and with
 * all 31. The peer does the same without a market for the whole protocol: one assertion a market, in one transaction.
 */
export async function measureHaltAll({ home }: GasWorld): Promise<Measurement[]> {
  const deployer = home.wallet("deployer");
  const floor = await deployCompiled(deployer, "TripFloor");
  const oneByOne = await deployCompiled(deployer, "OneByOneFloor");
  const undo = await home.provider.remember();
  home.provider.setNextBlockTime(AT);
  const few = await send(home.hub, "assertRungs", [PROTOCOL, HALT]);
  await undo();

  for (let market = 2; market <= LAST_MARKET; market += 1) await send(home.hub, "registerMarket", [market]);
  const grant = [true, 0, HIGHEST_RUNGS, HIGHEST_RUNGS, 0xffff_ffff];
  await send(home.hub, "setSensor", [await oneByOne.getAddress(), grant]);
  home.provider.setNextBlockTime(AT);
  const all = await send(home.hub, "assertRungs", [PROTOCOL, HALT]);
  const least = await send(floor, "assertRungs", [PROTOCOL, HALT]);
  const each = await send(oneByOne, "assertAll", [await home.hub.getAddress(), LAST_MARKET, HALT]);
  const peers = { "31 markets one by one": Number(each.gasUsed) };
  const shared = { unit: "gas", floor: Number(least.gasUsed) } as const;
  return [
    { ...shared, bench: "halt-all", value: Number(all.gasUsed), peers },
    { ...shared, bench: "halt-all.1", value: Number(few.gasUsed), peers: {} },
  ];
}
