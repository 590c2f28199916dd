import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { type RedisServer, startRedis } from "../../localnet/redis/start-redis.ts";
import { type RedisGroup, startRedisCluster, startSentinelGroup } from "../../localnet/redis/start-redis-group.ts";
import { createBullQueue } from "../../relayer/adapters/queue/bull-queue.ts";
import { actionId, type SignedAction } from "../../relayer/domain/action/action.ts";
import { eid } from "../../relayer/domain/eid.ts";
import { type Hex, hexOfInteger } from "../../relayer/domain/hex.ts";
import { packEntries } from "../../relayer/domain/incident/payload.ts";
import { RelayerError } from "../../relayer/errors.ts";
import type { ActionJob, ActionQueue } from "../../relayer/ports/queue.ts";
import { aWord, T0 } from "../support/builders.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeLog } from "../support/fake-log.ts";
import { FakeQueue } from "../support/fake-queue.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { failureOf } from "../support/failure-of.ts";

/** A queue under test, and its surroundings. */
interface Bench {
  readonly queue: ActionQueue;
  nowMs(): number;
  /** Lets time pass until `isMet`, for at most `limitMs`. */
  until(isMet: () => boolean | Promise<boolean>, limitMs?: number): Promise<void>;
  /** The store goes away and comes back. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

const A = eid(50_901);
const B = eid(50_902);
const LIMIT_MS = 10_000;

describe("ActionQueue", () => {
  let redis: RedisServer;
  let dir: string;

  before(async function () {
    this.timeout(120_000);
    dir = mkdtempSync(join(tmpdir(), "cordon-queue-"));
    redis = await startRedis({ dir, log: () => undefined });
  });

  after(async () => {
    await redis.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  describe("FakeQueue", () => behavesAsActionQueue(() => Promise.resolve(setUpFake())));
  describe("BullQueue on a server", () => behavesAsActionQueue(() => setUpBull(redis.url)));

  for (const [what, start] of [
    ["Sentinels", startSentinelGroup],
    ["a cluster", startRedisCluster],
  ] as const) {
    describe(`BullQueue on ${what}`, function () {
      this.timeout(60_000);
      let group: RedisGroup;
      let groupDir: string;
      before(async () => {
        groupDir = mkdtempSync(join(tmpdir(), "cordon-queue-group-"));
        group = await start(groupDir);
      });
      after(async () => {
        await group.stop();
        rmSync(groupDir, { recursive: true, force: true });
      });
      behavesAsActionQueue(() => setUpGroup(group));

      it("loses no job when the server that holds it goes and comes back", async () => {
        const bench = await setUpGroup(group);
        const ran: string[] = [];
        const job = anAction(A);
        await bench.queue.enqueue({ decision: DECISION, actions: [{ ...job, delayMs: 1_000 }] });
        await group.killMaster(bench.prefix);
        await group.restore();
        bench.queue.start((each) => Promise.resolve(void ran.push(each.action.id)));

        await bench.until(() => ran.length > 0, 30_000);

        expect(ran).to.deep.equal([job.action.id]);
        await bench.close();
      });
    });
  }
});

function behavesAsActionQueue(setUp: () => Promise<Bench>): void {
  let bench: Bench;
  let ran: ActionJob[];

  beforeEach(async () => {
    bench = await setUp();
    ran = [];
  });
  afterEach(() => bench.close());

  const runs = (of: ActionJob) => ran.filter(({ action }) => action.id === of.action.id).length;
  const enqueue = (...jobs: readonly SignedAction[]) => enqueueAfter(0, ...jobs);
  const enqueueAfter = (delayMs: number, ...jobs: readonly SignedAction[]) =>
    bench.queue.enqueue({ decision: DECISION, actions: jobs.map((job) => ({ ...job, delayMs })) });
  const keep = (job: ActionJob): Promise<void> => {
    ran.push(job);
    return Promise.resolve();
  };

  it("hands every action of a decision over as it was enqueued", async () => {
    bench.queue.start(keep);

    await enqueue(anAction(A), anAction(B));
    await bench.until(() => ran.length >= 2);

    expect(ran.toSorted((a, b) => a.action.eid - b.action.eid)).to.deep.equal([anAction(A), anAction(B)]);
  });

  it("runs a job once, however often its decision is enqueued", async () => {
    await enqueueAfter(300, anAction(A), anAction(B));
    await enqueueAfter(300, anAction(A), anAction(B));
    await enqueueAfter(300, anAction(A));
    bench.queue.start(keep);
    await bench.until(() => ran.length >= 2);
    // A job behind the repeats: when it has run, they would have.
    await enqueue(anAction(A, 1), anAction(B, 1));
    await bench.until(() => runs(anAction(A, 1)) === 1 && runs(anAction(B, 1)) === 1);

    expect([runs(anAction(A)), runs(anAction(B))]).to.deep.equal([1, 1]);
  });

  it("waits as long as a job says before its first run", async () => {
    bench.queue.start(keep);
    const startedMs = bench.nowMs();

    await enqueueAfter(800, anAction(A));
    await enqueue(anAction(B));
    await bench.until(() => runs(anAction(B)) === 1);
    const early = runs(anAction(A));
    await bench.until(() => runs(anAction(A)) === 1);

    expect(early).to.equal(0);
    expect(bench.nowMs() - startedMs).to.be.at.least(790);
  });

  it("runs a job again until its handler succeeds", async () => {
    bench.queue.start((job) => {
      ran.push(job);
      if (ran.length < 3) throw new RelayerError("RPC_UNAVAILABLE", "not yet");
      return Promise.resolve();
    });

    await enqueue(anAction(A));
    await bench.until(async () => runs(anAction(A)) === 3 && (await bench.queue.counts()).waiting === 0);

    expect((await bench.queue.counts()).failed).to.equal(0);
  });

  it("puts a job that never will succeed among the failed ones after one run", async () => {
    bench.queue.start((job) => {
      ran.push(job);
      throw new RelayerError("TX_REVERTED", "never");
    });

    await enqueue(anAction(A));
    await bench.until(async () => (await bench.queue.counts()).failed === 1);

    expect(runs(anAction(A))).to.equal(1);
    expect(await bench.queue.counts()).to.deep.equal({ waiting: 0, active: 0, failed: 1 });
  });

  it("lets no destination wait for another", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    bench.queue.start(async (job) => {
      ran.push(job);
      if (job.action.eid === A) await released;
    });

    await enqueue(anAction(A), anAction(B), anAction(A, 1));
    await bench.until(() => runs(anAction(A)) === 1 && runs(anAction(B)) === 1);
    const whileHanging = runs(anAction(A, 1));
    release();
    await bench.until(() => runs(anAction(A, 1)) === 1);

    expect(whileHanging).to.equal(0);
  });

  it("counts what waits and what runs", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await enqueueAfter(60_000, anAction(B));
    await enqueue(anAction(A));
    bench.queue.start(() => released);

    await bench.until(async () => (await bench.queue.counts()).active === 1);

    expect(await bench.queue.counts()).to.deep.equal({ waiting: 1, active: 1, failed: 0 });
    release();
  });

  it("runs, of what can wait at one destination, only the latest that has not begun", async () => {
    const settles = [0, 1, 2].map((directive) => asSettle(anAction(A, directive)));
    for (const settle of settles) await enqueueAfter(500, settle);
    await enqueueAfter(500, asSettle(anAction(B, 3)), anAction(A, 4));
    bench.queue.start(keep);
    await bench.until(() => ran.length >= 3);
    // A job behind them: when it has run, they would have.
    await enqueueAfter(600, anAction(A, 5));
    await bench.until(() => runs(anAction(A, 5)) === 1);

    expect(settles.map(runs)).to.deep.equal([0, 0, 1]);
    expect([asSettle(anAction(B, 3)), anAction(A, 4)].map(runs)).to.deep.equal([1, 1]);
  });

  it("shows what was given up, and runs it again from the beginning when asked", async () => {
    let isBroken = true;
    bench.queue.start((job) => {
      ran.push(job);
      if (isBroken) throw new RelayerError("TX_REVERTED", "never");
      return Promise.resolve();
    });
    await enqueue(anAction(A), anAction(B));
    await bench.until(async () => (await bench.queue.counts()).failed === 2);
    const letters = await bench.queue.deadLetters();
    isBroken = false;

    const none = await bench.queue.retry("act-none");
    const one = await bench.queue.retry(anAction(A).action.id);
    await bench.until(() => runs(anAction(A)) === 2);
    const rest = await bench.queue.retry(null);
    await bench.until(async () => runs(anAction(B)) === 2 && (await bench.queue.counts()).failed === 0);

    expect(letters.map(({ id }) => id).toSorted()).to.deep.equal(
      [anAction(A), anAction(B)].map(({ action }) => action.id).toSorted(),
    );
    expect(letters.every(({ reason, kind }) => reason.includes("never") && kind === "raise")).to.equal(true);
    expect([none, one, rest]).to.deep.equal([0, 1, 1]);
  });

  it("aborts the signal of a running handler when it closes", async () => {
    let isAborted = false;
    bench.queue.start(async (job, signal) => {
      ran.push(job);
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      isAborted = signal.aborted;
    });
    await enqueue(anAction(A));
    await bench.until(() => ran.length === 1);

    await bench.queue.close();

    expect(isAborted).to.equal(true);
  });

  describe("when the store is away", () => {
    it("refuses at once instead of waiting", async () => {
      await bench.cut();
      const startedMs = performance.now();

      const refusals = await Promise.all([failureOf(enqueue(anAction(A))), failureOf(bench.queue.counts())]);

      expect(refusals.map(({ name, fate }) => [name, fate])).to.deep.equal([
        ["QUEUE_UNAVAILABLE", "retry"],
        ["QUEUE_UNAVAILABLE", "retry"],
      ]);
      expect(performance.now() - startedMs).to.be.below(1_000);
    });

    it("works again once it is back, with nobody restarting anything", async () => {
      bench.queue.start(keep);
      await enqueue(anAction(A));
      await bench.until(() => runs(anAction(A)) === 1);
      await bench.cut();
      await failureOf(enqueue(anAction(A, 1)));

      await bench.restore();
      await bench.until(() =>
        enqueue(anAction(A, 1)).then(
          () => true,
          () => false,
        ),
      );
      await bench.until(() => runs(anAction(A, 1)) === 1);

      expect(ran).to.have.length(2);
    });

    it("closes within a bounded time", async () => {
      bench.queue.start(keep);
      await bench.cut();
      const startedMs = performance.now();

      await bench.queue.close();

      expect(performance.now() - startedMs).to.be.below(5_000);
    });
  });
}

const DECISION: Hex = `0x${"dd".repeat(32)}`;

function anAction(destination: ReturnType<typeof eid>, directive = 0): SignedAction {
  const needs = [{ market: 1, word: aWord({ caution: T0, reduceOnly: T0, halted: T0 }) }];
  const signer = hexOfInteger(7n, 20);
  return {
    action: {
      id: actionId(DECISION, directive, destination),
      decision: DECISION,
      kind: "raise",
      eid: destination,
      deadline: T0 + 600,
      needs,
    },
    signed: {
      directive: { decision: DECISION, deadline: T0 + 600, entries: packEntries(needs) },
      signatures: [{ signer, signature: hexOfInteger(BigInt(signer), 65) }],
    },
  };
}

function asSettle({ action, signed }: SignedAction): SignedAction {
  return { action: { ...action, kind: "settle" }, signed };
}

function setUpFake(): Bench {
  const clock = new FakeClock();
  const queue = new FakeQueue({ clock });
  return {
    queue,
    nowMs: () => clock.nowMs(),
    async until(isMet, limitMs = LIMIT_MS) {
      for (const endMs = clock.nowMs() + limitMs; !(await isMet()); await clock.advance(50)) {
        if (clock.nowMs() > endMs) throw new TypeError("waited in vain");
      }
    },
    cut: () => Promise.resolve(void (queue.state = "down")),
    restore: () => Promise.resolve(void (queue.state = "up")),
    async close() {
      await queue.close();
    },
  };
}

let benches = 0;

async function setUpGroup(group: RedisGroup): Promise<Bench & { readonly prefix: string }> {
  benches += 1;
  const prefix = `{group-${process.pid}-${benches}}`;
  const { urls, name } = group;
  const queue = createBullQueue({
    redis: name === "" ? { kind: "cluster", urls } : { kind: "sentinels", urls, name },
    prefix,
    destinations: [A, B],
    log: new FakeLog(),
    onHalt: () => undefined,
  });
  const until = waitingFor(20_000);
  await group.restore();
  await until(() => isAnswering(queue));
  return {
    queue,
    prefix,
    nowMs: () => performance.now(),
    until,
    cut: () => group.killAll(),
    restore: () => group.restore(),
    close: () => queue.close(),
  };
}

function waitingFor(limitMs: number): Bench["until"] {
  return async (isMet, ms = limitMs) => {
    for (const endMs = performance.now() + ms; !(await isMet()); await sleep(20)) {
      if (performance.now() > endMs) throw new TypeError("waited in vain");
    }
  };
}

function isAnswering(queue: ActionQueue): Promise<boolean> {
  return queue.counts().then(
    () => true,
    () => false,
  );
}

async function setUpBull(url: string): Promise<Bench> {
  benches += 1;
  const proxy = await startTcpProxy(Number(new URL(url).port || 6379));
  const log = new FakeLog();
  const queue = createBullQueue({
    redis: { kind: "server", url: `redis://127.0.0.1:${proxy.port}/0` },
    prefix: `{conformance-${process.pid}-${benches}}`,
    destinations: [A, B],
    log,
    onHalt: () => undefined,
  });
  const bench: Bench = {
    queue,
    nowMs: () => performance.now(),
    until: waitingFor(LIMIT_MS),
    cut: () => proxy.cut(),
    restore: () => proxy.restore(),
    async close() {
      await queue.close();
      await proxy.close();
    },
  };
  await bench.until(() => isAnswering(queue));
  return bench;
}
