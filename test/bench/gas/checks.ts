import { ZeroAddress, type Contract } from "ethers";

import { deployCompiled } from "../../support/layerzero-mesh.ts";
import type { Measurement } from "../measurement.ts";
import { MARKET, type GasWorld } from "./world.ts";

/** Any subject but the one that means "everything". */
const SUBJECT = `0x${"00".repeat(15)}01`;

interface ColdAndWarm {
  readonly cold: number;
  readonly warm: number;
}

/** What a check adds to a venue's call, in its three forms: the first check of a transaction, and the next. */
export async function measureChecks({ home, chainlink }: GasWorld): Promise<Measurement[]> {
  const deployer = home.wallet("deployer");
  const hub = await home.hub.getAddress();
  const asking = await deployCompiled(deployer, "HubCheckGauge", [hub]);
  const mirror = await deployCompiled(deployer, "MirrorCheckGauge", [hub]);
  const word = await deployCompiled(deployer, "ByteCheckGauge", [hub, MARKET]);
  const others = await deployCompiled(deployer, "PeerCheckGauge", [chainlink?.proxy ?? ZeroAddress]);
  const slot = await deployCompiled(deployer, "SlotFloor");
  const floor = await deployCompiled(deployer, "GuardFloor", [await slot.getAddress()]);

  const ours = await dearer(asking, MARKET);
  const least = await gauge(floor, "gaugeAsking");
  const pausable = await gauge(others, "gaugePausable");
  const cursed = chainlink === null ? null : await gauge(others, "gaugeCursed", SUBJECT);
  const peersOf = (kind: keyof ColdAndWarm): Record<string, number> => ({
    "OpenZeppelin Pausable": pausable[kind],
    ...(cursed === null ? {} : { "Chainlink RMNRemote": cursed[kind] }),
  });
  const ownSlot = await gauge(others, "gaugeOwnSlot");
  const loaded: bigint = await floor.getFunction("gaugeLoaded")();
  const [increasing, reducing]: [bigint, bigint] = await word.getFunction("gauge")(MARKET);
  const unit = "gas";
  return [
    { bench: "check.external.cold", unit, value: ours.cold, floor: least.cold, peers: peersOf("cold") },
    { bench: "check.external.warm", unit, value: ours.warm, floor: least.warm, peers: peersOf("warm") },
    {
      bench: "check.mirror.cold",
      unit,
      value: (await dearer(mirror, MARKET)).cold,
      floor: ownSlot.cold,
      peers: { "OpenZeppelin Pausable": pausable.cold },
    },
    {
      bench: "check.word",
      unit,
      value: Number(increasing > reducing ? increasing : reducing),
      floor: Number(loaded),
      peers: {},
    },
  ];
}

/** The dearer of the checks for adding risk and for taking it off. */
async function dearer(contract: Contract, market: number): Promise<ColdAndWarm> {
  const increasing = await gauge(contract, "gaugeIncreasing", market);
  const reducing = await gauge(contract, "gaugeReducing", market);
  return { cold: Math.max(increasing.cold, reducing.cold), warm: Math.max(increasing.warm, reducing.warm) };
}

async function gauge(contract: Contract, method: string, ...args: unknown[]): Promise<ColdAndWarm> {
  const [cold, warm]: [bigint, bigint] = await contract.getFunction(method).staticCall(...args);
  return { cold: Number(cold), warm: Number(warm) };
}
