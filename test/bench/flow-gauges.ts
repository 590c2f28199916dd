import type { Contract } from "ethers";
import { network } from "hardhat";

export const MARKET = 1;
/** Units of a millionth of a token: a venue that holds a thousand million, and a withdrawal of a thousand. */
export const HELD = 10n ** 15n;
export const AMOUNT = 10n ** 9n;

const START_SECONDS = 1_900_000_000;
const FLOOR_UNITS = 10n ** 12n;

/** The standard preset: 1 % in an hour, 10 % in a day. */
const STANDARD = {
  shortFloor: FLOOR_UNITS,
  longFloor: 10n * FLOOR_UNITS,
  shortBps: 100,
  longBps: 1_000,
  shortSeconds: 3_600,
  longSeconds: 86_400,
  creditBps: 10_000,
  severeFactor: 5,
  shortRungs: 0x10,
  longRungs: 0x21,
  severeRungs: 0x32,
};

/** Gas that a flow adds to the venue's call: the first of a transaction, and the next. */
export interface FlowGas {
  readonly cold: number;
  readonly warm: number;
}

export type Other = "bareCall" | "bareSlot" | "twoBuckets" | "tickList";

export type Direction = "inflow" | "outflow";

/** A venue that gauges, the outflow sensor that it reports to, and what others would have it report to. */
export interface FlowGauges {
  /** `idleSeconds` after the last recorded flow, without recording this one. */
  gauge(direction: Direction, options?: { readonly idleSeconds?: number; readonly held?: bigint }): Promise<FlowGas>;
  /** Gas of the same report to a contract that does nothing, to one that updates a slot, to what others keep. */
  gaugeOthers(options?: { readonly idleSeconds?: number }): Promise<Readonly<Record<Other, FlowGas>>>;
  /** Records a flow for good at the list of ticks, `seconds` after what came before. */
  recordTick(seconds: number): Promise<void>;
  /** Records a flow for good. */
  record(direction: Direction, amount: bigint): Promise<void>;
  close(): Promise<void>;
}

/** A chain inside this process, a sensor with the standard preset, one flow recorded. */
export async function startFlowGauges(): Promise<FlowGauges> {
  const connection = await network.create("chain0");
  const { ethers, networkHelpers } = connection;
  const [owner] = await ethers.getSigners();
  if (owner === undefined) throw new RangeError("the chain has no accounts");
  await networkHelpers.time.increaseTo(START_SECONDS);

  const hub = await ethers.deployContract("RecordingHub");
  const venue: Contract = await ethers.deployContract("FlowGauge");
  const at = await venue.getAddress();
  const sensor = await ethers.deployContract("OutflowSensor", [await hub.getAddress(), at, 1, owner.address]);
  await sensor.getFunction("setMarket")(MARKET, STANDARD);
  const bareCall = await ethers.deployContract("BareCall");
  const bareSlot = await ethers.deployContract("BareSlot", [at, MARKET]);
  const twoBuckets = await ethers.deployContract("TwoBuckets", [HELD / 100n, HELD / 10n]);

  const tickList = await ethers.deployContract("TickList", [HELD]);

  const method = { inflow: "gaugeInflow", outflow: "gaugeOutflow" } as const;
  const gaugeAt = async (
    target: { getAddress(): Promise<string> },
    direction: Direction,
    held: bigint,
  ): Promise<FlowGas> => {
    const gauge = venue.getFunction(method[direction]);
    const [cold, warm]: [bigint, bigint] = await gauge.staticCall(await target.getAddress(), MARKET, AMOUNT, held);
    return { cold: Number(cold), warm: Number(warm) };
  };
  const record = async (direction: Direction, amount: bigint): Promise<void> => {
    await venue.getFunction(method[direction])(await sensor.getAddress(), MARKET, amount, HELD);
  };
  await record("outflow", AMOUNT);
  // A bucket that was never drawn from, or an empty list, would pay for its first write.
  for (const other of [twoBuckets, tickList]) {
    await venue.getFunction("gaugeOutflow")(await other.getAddress(), MARKET, AMOUNT, HELD);
  }

  return {
    async gauge(direction, { idleSeconds = 12, held = HELD } = {}) {
      const snapshot = await networkHelpers.takeSnapshot();
      await networkHelpers.time.increase(idleSeconds);
      const gas = await gaugeAt(sensor, direction, held);
      await snapshot.restore();
      return gas;
    },
    async gaugeOthers({ idleSeconds = 12 } = {}) {
      const snapshot = await networkHelpers.takeSnapshot();
      await networkHelpers.time.increase(idleSeconds);
      const figures = {
        bareCall: await gaugeAt(bareCall, "outflow", HELD),
        bareSlot: await gaugeAt(bareSlot, "outflow", HELD),
        twoBuckets: await gaugeAt(twoBuckets, "outflow", HELD),
        tickList: await gaugeAt(tickList, "outflow", HELD),
      };
      await snapshot.restore();
      return figures;
    },
    async recordTick(seconds) {
      await networkHelpers.time.increase(seconds);
      await venue.getFunction("gaugeOutflow")(await tickList.getAddress(), MARKET, AMOUNT, HELD);
    },
    record,
    close: () => connection.close(),
  };
}
