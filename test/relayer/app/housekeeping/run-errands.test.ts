import { expect } from "chai";

import { keccakHasher } from "../../../../relayer/adapters/evm/hasher.ts";
import { createErrandMemory, type ErrandMemory } from "../../../../relayer/app/housekeeping/errand-memory.ts";
import { createPacketLedger } from "../../../../relayer/app/housekeeping/packet-ledger.ts";
import { type ErrandPolicy, runErrands } from "../../../../relayer/app/housekeeping/run-errands.ts";
import { createJournalWriter } from "../../../../relayer/app/journal-writer.ts";
import { createLedger } from "../../../../relayer/app/ledger.ts";
import { createLoops } from "../../../../relayer/app/loops.ts";
import { createTurns } from "../../../../relayer/app/quorum/turns.ts";
import type { Hex } from "../../../../relayer/domain/hex.ts";
import type { HousekeepingMetrics } from "../../../../relayer/ports/housekeeping-metrics.ts";
import { EIDS, OPERATORS, SENSOR } from "../../../support/builders.ts";
import { FakeChain } from "../../../support/fake-chain.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { FakeErrands } from "../../../support/fake-errands.ts";
import { FakeJournal } from "../../../support/fake-journal.ts";
import { FakeLog } from "../../../support/fake-log.ts";
import { FakeMetrics } from "../../../support/fake-metrics.ts";
import { FakePurses } from "../../../support/fake-purses.ts";

const EVERY_MS = 5_000;
const BACKUP_DELAY_MS = 10_000;
const DAY_MS = 86_400_000;
const POKE = `poke:${SENSOR}:1`;

/** An errand costs 1,000 wei, and a chore brings 1,500: three chores a day are paid for, and five messages. */
const POLICY: ErrandPolicy = {
  everyMs: EVERY_MS,
  retryAfterMs: 1_000,
  delivery: { afterMs: 0, failuresMax: 3, maxGas: 1_000_000 },
  chores: { reassertSeconds: 60, refreshMs: 0, hubLowWei: 0n, topUpWei: 0n },
  spending: {
    perDayWei: 8_000n,
    choresPerDayWei: 3_000n,
    reserveWei: 0n,
    maxGasPriceWei: 100n,
    minProfitWei: 0n,
    topUpPerDayWei: 0n,
  },
};

/** A keeper on one chain with one sensor. Its clock and its disk may be those of an earlier or another one. */
class Keeper {
  readonly log = new FakeLog();
  readonly errands: FakeErrands;
  readonly reverting: number[] = [];
  readonly outcomes: string[] = [];
  readonly memory: ErrandMemory = createErrandMemory();
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  readonly #clock: FakeClock;

  constructor(of: { clock: FakeClock; purses: FakePurses; errands?: FakeErrands; self?: Hex }) {
    const { clock, purses, errands = new FakeErrands(), self } = of;
    [this.#clock, this.errands] = [clock, errands];
    const metrics = new FakeMetrics();
    const { log } = this;
    const ledger = createLedger({ clock, journal: createJournalWriter(new FakeJournal(), { log, metrics }) });
    const context = { clock, log, metrics, ledger, signal: this.#stopping.signal, halt: () => undefined };
    const chain = new FakeChain(EIDS[0]!, { clock });
    const kept = {
      ...{ chain, errands, startBlock: 0, pollMs: 1_000, maxLogRange: 100 },
      messaging: { packetEvents: () => Promise.resolve([]), pathways: () => Promise.resolve([]) },
      chores: { sensors: [{ address: SENSOR, markets: [1] }], silenceSensors: [] },
    };
    const housekeeping: HousekeepingMetrics = {
      messageMoved: () => undefined,
      backlog: () => undefined,
      recoveriesOpen: () => undefined,
      errand: (_, { kind, outcome }) => void this.outcomes.push(`${kind} ${outcome}`),
      sensorsReverting: (_, count) => void this.reverting.push(count),
      funds: () => undefined,
    };
    const turns =
      self === undefined
        ? null
        : createTurns({
            ...{ clock, hasher: keccakHasher, self, nodes: OPERATORS },
            ...{ backupDelayMs: BACKUP_DELAY_MS, forgottenMs: 4 * EVERY_MS },
          });
    const options = { kept, errands, peers: [], packets: createPacketLedger(), memory: this.memory, policy: POLICY };
    this.#ended = runErrands(context, { ...options, metrics: housekeeping, purses, turns }, createLoops(context));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#clock.advance(EVERY_MS);
    await this.#ended;
  }
}

describe("errands of a keeper", () => {
  let clock: FakeClock;
  let purses: FakePurses;
  let keepers: Keeper[];

  beforeEach(() => {
    [clock, purses, keepers] = [new FakeClock(), new FakePurses(), []];
  });
  afterEach(() => Promise.all(keepers.map((keeper) => keeper.stop())));

  const start = (of: { errands?: FakeErrands; self?: Hex } = {}): Keeper => {
    const keeper = new Keeper({ clock, purses, ...of });
    keepers.push(keeper);
    return keeper;
  };
  const rounds = async (count: number) => {
    for (let round = 0; round < count; round += 1) await clock.advance(EVERY_MS);
  };
  const untilTomorrow = () => clock.advance(DAY_MS - (clock.nowMs() % DAY_MS));

  describe("within a day's budget", () => {
    it("spends it once, though the process starts anew in between", async () => {
      const first = start();
      await rounds(1);
      await first.stop();
      const before = first.errands.sent.length;
      const second = start();
      await rounds(20);

      expect(before).to.be.within(1, 2);
      expect(before + second.errands.sent.length).to.equal(3);
      expect(second.outcomes).to.include("poke budget");
    });

    it("has a new one the day after", async () => {
      const keeper = start();
      await rounds(20);
      await untilTomorrow();
      await rounds(20);

      expect(keeper.errands.sent).to.have.length(6);
    });

    it("is not charged for what a node refused, and is for what may have been taken", async () => {
      const keeper = start();
      keeper.errands.fault = "TX_REFUSED";
      await rounds(5);
      expect([...purses.kept.values()].map(({ spentWei }) => spentWei)).to.deep.equal([0n]);

      keeper.errands.fault = "RPC_UNAVAILABLE";
      await rounds(10);
      expect([...purses.kept.values()].map(({ spentWei }) => spentWei)).to.deep.equal([3_000n]);
    });

    it("does no chores while it cannot write down what they cost, and carries messages all the same", async () => {
      purses.isFull = true;
      const keeper = start();
      keeper.errands.hub = { ...keeper.errands.hub, dueMarkets: 2 };
      await rounds(4);

      expect(new Set(keeper.errands.sent)).to.deep.equal(new Set(["broadcast"]));
      expect(keeper.outcomes).to.include("poke unkept");
      expect(keeper.log.messages("error")).to.include("purse of errands not kept");
    });

    it("does no chores until midnight when nobody can tell what was spent", async () => {
      purses.isUnreadable = true;
      const keeper = start();
      await rounds(10);
      expect(keeper.errands.sent).to.deep.equal([]);

      await untilTomorrow();
      await rounds(2);
      expect(keeper.errands.sent).to.include(POKE);
    });
  });

  describe("of several", () => {
    const order = OPERATORS.toSorted();

    it("are done by the first in their order, and by nobody else while it does them", async () => {
      let isOpen = true;
      const all = order.map((self) => start({ self }));
      for (const { errands } of all) errands.isOpen = () => isOpen;
      await rounds(1);
      isOpen = false;
      await rounds(10);

      expect(all.map(({ errands }) => errands.sent.length > 0).filter(Boolean)).to.have.length(1);
    });

    it("are done by the next when the first is away, after its delay, and only while still open", async () => {
      const probe = order.map((self) => start({ self }));
      await rounds(1);
      const first = probe.findIndex(({ errands }) => errands.sent.length > 0);
      await Promise.all(probe.map((keeper) => keeper.stop()));
      purses = new FakePurses();

      const backups = order.filter((_, index) => index !== first).map((self) => start({ self }));
      await rounds(1);
      expect(backups.flatMap(({ errands }) => errands.sent)).to.deep.equal([]);
      await rounds(2);

      expect(backups.filter(({ errands }) => errands.sent.length > 0)).to.have.length(1);
    });
  });

  describe("at a sensor that reverts", () => {
    it("raises an alarm after three times, once, and takes it back when it answers", async () => {
      const keeper = start();
      keeper.errands.reverting.add(SENSOR);
      await rounds(1);
      expect(keeper.memory.troubled()).to.deep.equal([]);
      await rounds(6);

      expect(keeper.memory.troubled()).to.deep.equal([{ kind: "poke", sensor: SENSOR, market: 1 }]);
      expect(keeper.log.messages("error").filter((text) => text === "sensor cannot be poked")).to.have.length(1);
      keeper.errands.reverting.clear();
      await rounds(1);
      expect(keeper.reverting).to.deep.equal([1, 0]);
      expect(keeper.log.messages("info")).to.include("sensor answers again");
    });
  });
});
