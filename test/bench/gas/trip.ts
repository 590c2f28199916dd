import { deployCompiled, MESH_START_SECONDS, send } from "../../support/layerzero-mesh.ts";
import type { Measurement } from "../measurement.ts";
import { HALT, MARKET, type GasWorld } from "./world.ts";

const AT = MESH_START_SECONDS + 1_000;
const SUBJECT = `0x${"00".repeat(15)}01`;

/** A sensor's assertion that halts a calm market: the whole transaction. */
export async function measureTrip({ home, chainlink }: GasWorld): Promise<Measurement[]> {
  const deployer = home.wallet("deployer");
  const floor = await deployCompiled(deployer, "TripFloor");
  const pausable = await deployCompiled(deployer, "PauseSwitch");

  home.provider.setNextBlockTime(AT);
  const trip = await send(home.hub, "assertRungs", [MARKET, HALT]);
  const least = await send(floor, "assertRungs", [MARKET, HALT]);
  const pause = await send(pausable, "pause", []);
  const curse = chainlink === null ? null : await send(chainlink.remote, "curse", [SUBJECT]);
  const peers = {
    "OpenZeppelin Pausable": Number(pause.gasUsed),
    ...(curse === null ? {} : { "Chainlink RMNRemote": Number(curse.gasUsed) }),
  };
  return [{ bench: "trip", unit: "gas", value: Number(trip.gasUsed), floor: Number(least.gasUsed), peers }];
}
