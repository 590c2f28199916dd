import { expect } from "chai";

import type { AppContext } from "../../../../relayer/app/context.ts";
import { followPackets } from "../../../../relayer/app/housekeeping/follow-packets.ts";
import { createPacketLedger } from "../../../../relayer/app/housekeeping/packet-ledger.ts";
import type { Ledger } from "../../../../relayer/app/ledger.ts";
import type { LoggedPacketEvent } from "../../../../relayer/domain/packet/packet.ts";
import { listPackets } from "../../../../relayer/domain/packet/packet-view.ts";
import { RelayerError } from "../../../../relayer/errors.ts";
import type { BlockRange } from "../../../../relayer/ports/chain.ts";
import type { PacketCheckpoint } from "../../../../relayer/ports/checkpoints.ts";
import { FakeChain } from "../../../support/fake-chain.ts";
import { FakeCheckpoints } from "../../../support/fake-checkpoints.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { FakeLog } from "../../../support/fake-log.ts";
import { FakeMetrics } from "../../../support/fake-metrics.ts";
import { AWAY, HOME, at, sent } from "../../../support/packet-builders.ts";

const DEPTH = 4;
const LOOKBACK = 10;
const UNUSABLE = new RelayerError("CHECKPOINT_UNUSABLE", "").code;

describe("following packets", () => {
  let chain: FakeChain;
  let clock: FakeClock;
  let store: FakeCheckpoints<PacketCheckpoint>;
  let said: LoggedPacketEvent[];
  let ranges: BlockRange[];

  beforeEach(() => {
    clock = new FakeClock();
    chain = new FakeChain(HOME, { clock, finalityDepth: DEPTH, accounts: [] });
    store = new FakeCheckpoints();
    [said, ranges] = [[], []];
    mineTo(40);
    said.push(at(3, sent(1)), at(20, sent(2)));
  });

  const mineTo = (number: number): void => {
    while (chain.head.number < number) chain.mine();
  };

  /** One life of the follower: as many turns as are asked for, then it is forgotten. */
  const live = async (turns: number) => {
    const [metrics, log, packets] = [new FakeMetrics(), new FakeLog(), createPacketLedger()];
    const finalised = await chain.block(chain.head.number - DEPTH, NEVER);
    const view = { latest: { block: chain.head }, finalised: { block: finalised } };
    const ledger = { world: { chains: new Map([[HOME, view]]) }, onChange: () => undefined } as unknown as Ledger;
    const context = { clock, metrics, log, ledger, signal: NEVER } as unknown as AppContext;
    const messaging = {
      pathways: () => Promise.resolve([]),
      packetEvents: (range: BlockRange) => {
        ranges.push(range);
        return Promise.resolve(said.filter(({ blockNumber: of }) => of >= range.from && of <= range.to));
      },
    };
    const kept = { chain, messaging, errands: null, startBlock: 1, pollMs: 100, maxLogRange: 8, checkpoints: store };
    const loops: (() => Promise<void>)[] = [];
    const options = { kept: { ...kept, chores: { sensors: [] } as never }, peers: [AWAY], lookbackBlocks: LOOKBACK };
    await followPackets(
      context,
      { ...options, packets },
      {
        run: (_, { turn }) => Promise.resolve(void loops.push(turn)),
        statuses: () => [],
      },
    );
    for (let turn = 0; turn < turns; turn += 1) await loops[0]?.();
    return { metrics, packets, nonces: listPackets(packets.book).map(({ packet }) => Number(packet.nonce)) };
  };

  it("begins so many blocks back where nothing is kept, and keeps where it has got to", async () => {
    const { nonces } = await live(2);

    expect(ranges.map(({ from }) => from)).to.deep.equal([26, 37]);
    expect(nonces).to.deep.equal([]);
    expect(store.kept?.at.number).to.equal(36);
  });

  it("goes on where an earlier process left off, however long ago that was, and reads nothing twice", async () => {
    await live(2);
    mineTo(100);
    said.push(at(50, sent(3)));
    ranges = [];
    const { nonces } = await live(2);

    expect(ranges.map(({ from }) => from)).to.deep.equal([37, 45, 53, 61, 69, 77, 85, 93]);
    // Ten blocks back it would not have been seen.
    expect(nonces).to.deep.equal([3]);
  });

  it("knows what was sent before the checkpoint, without reading it", async () => {
    said.push(at(30, sent(4)));
    await live(2);
    ranges = [];

    expect((await live(2)).nonces).to.deep.equal([4]);
    expect(Math.min(...ranges.map(({ from }) => from))).to.be.greaterThan(30);
  });

  for (const [what, number, hash] of [
    ["ahead of the final block", 1_000_000, null],
    ["on a block that is gone", 36, "0xdead"],
    ["before the hub", 0, null],
  ] as const) {
    it(`passes a checkpoint over that is ${what}`, async () => {
      await live(2);
      const there = number > chain.head.number ? { ...store.kept!.at, number } : await chain.block(number, NEVER);
      store.kept = { ...store.kept!, at: hash === null ? there : { ...there, hash } };
      ranges = [];
      const { metrics } = await live(2);

      expect(ranges[0]?.from).to.equal(26);
      expect(metrics.of("failed").map(([, code]) => code)).to.deep.equal([UNUSABLE]);
      expect(store.kept?.at.number).to.equal(36);
    });
  }

  it("does without one that cannot be read or written", async () => {
    await live(2);
    store.isUnreadable = true;
    store.isFull = true;
    ranges = [];
    const { metrics } = await live(2);

    expect(ranges[0]?.from).to.equal(26);
    expect(metrics.of("failed").map(([, code]) => code)).to.deep.equal([UNUSABLE, "CRD-508"]);
  });
});

const NEVER = new AbortController().signal;
