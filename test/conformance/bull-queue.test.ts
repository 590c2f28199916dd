import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { FlowProducer, Queue } from "bullmq";
import { expect } from "chai";
import { Redis } from "ioredis";

import { type RedisServer, startRedis } from "../../localnet/redis/start-redis.ts";
import { createBullQueue } from "../../relayer/adapters/queue/bull-queue.ts";
import { actionsQueue, DECISIONS_QUEUE } from "../../relayer/adapters/queue/producer.ts";
import { KEEP_COMPLETED } from "../../relayer/adapters/queue/settings.ts";
import { actionId, type SignedAction } from "../../relayer/domain/action/action.ts";
import { eid, type Eid } from "../../relayer/domain/eid.ts";
import { type Hex, hexOfInteger } from "../../relayer/domain/hex.ts";
import { packEntries } from "../../relayer/domain/incident/payload.ts";
import { RelayerError } from "../../relayer/errors.ts";
import type { ActionJob, ActionQueue } from "../../relayer/ports/queue.ts";
import { aWord, T0 } from "../support/builders.ts";
import { FakeLog } from "../support/fake-log.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

const A = eid(50_901);
const B = eid(50_902);
const LIMIT_MS = 15_000;
const DECISION: Hex = `0x${"dd".repeat(32)}`;

/** What only the real queue has: Redis, and the ways in which it goes. */
describe("BullQueue on Redis", function () {
  this.timeout(60_000);

  let server: RedisServer;
  let redis: Redis;
  let dir: string;
  let proxy: TcpProxy;
  let prefix: string;
  let queue: ActionQueue;
  let log: FakeLog;
  let ran: ActionJob[];
  let tests = 0;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), "cordon-bull-"));
    server = await startRedis({ dir, log: () => undefined });
    redis = new Redis(server.url, { maxRetriesPerRequest: null });
  });
  after(async () => {
    redis.disconnect();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    tests += 1;
    prefix = `{bull-${process.pid}-${tests}}`;
    proxy = await startTcpProxy(Number(new URL(server.url).port || 6_379));
    log = new FakeLog();
    ran = [];
    queue = open();
  });
  afterEach(async () => {
    await queue.close();
    await proxy.close();
  });

  const open = (): ActionQueue =>
    createBullQueue({
      redis: { kind: "server", url: `redis://127.0.0.1:${proxy.port}/0` },
      prefix,
      destinations: [A, B],
      log,
      onHalt: () => undefined,
    });
  const enqueue = (...jobs: readonly SignedAction[]) =>
    queue.enqueue({ decision: DECISION, actions: jobs.map((job) => ({ ...job, delayMs: 0 })) });
  const keep = (job: ActionJob): Promise<void> => Promise.resolve(void ran.push(job));
  const connected = () =>
    until(() =>
      queue.counts().then(
        () => true,
        () => false,
      ),
    );

  it("completes the decision once every action is done, whichever way", async () => {
    const decisions = new Queue(DECISIONS_QUEUE, { connection: redis, prefix });
    await connected();
    queue.start((job) => {
      ran.push(job);
      return job.action.eid === A ? Promise.reject(new RelayerError("TX_REVERTED", "never")) : Promise.resolve();
    });

    await enqueue(anAction(A), anAction(B));
    await until(async () => (await decisions.getJobCounts("completed"))["completed"] === 1);

    expect(await decisions.getJobCounts("waiting-children", "failed")).to.deep.equal({
      "waiting-children": 0,
      failed: 0,
    });
    expect(await queue.counts()).to.deep.equal({ waiting: 0, active: 0, failed: 1 });
    await decisions.close();
  });

  it("keeps all its keys in one slot of a cluster", async () => {
    await connected();
    queue.start(keep);
    await enqueue(anAction(A), anAction(B));
    await until(() => ran.length === 2);

    const keys = await redis.keys(`*${prefix.slice(1, -1)}*`);

    expect(keys).to.not.be.empty;
    expect(keys.filter((key) => !key.startsWith(`${prefix}:`))).to.deep.equal([]);
  });

  it("puts among the failed what does not have the shape of an action", async () => {
    await connected();
    const flow = new FlowProducer({ connection: redis, prefix });
    await flow.add({ name: "raise", queueName: actionsQueue(A), data: { action: "rm -rf" }, opts: { jobId: "alien" } });
    queue.start(keep);

    await until(async () => (await queue.counts()).failed === 1);

    expect(ran).to.deep.equal([]);
    const lines = log.lines.filter(({ message }) => message === "job failed for good");
    expect(lines.map(({ facts }) => facts["jobId"])).to.deep.equal(["alien"]);
    await flow.close();
  });

  it("keeps no more finished jobs than its bound", async () => {
    await connected();
    queue.start(keep);
    const count = KEEP_COMPLETED.count + 200;
    const jobs = Array.from({ length: count }, (_, index) => anAction(A, index));
    for (let at = 0; at < count; at += 25) await enqueue(...jobs.slice(at, at + 25));
    await until(() => ran.length === count, 45_000);

    const actions = new Queue(actionsQueue(A), { connection: redis, prefix });
    await until(async () => ((await actions.getJobCounts("completed"))["completed"] ?? 0) <= KEEP_COMPLETED.count);
    await actions.close();
  });

  it("starts while Redis is away, says so once, and works once it is there", async () => {
    await queue.close();
    await proxy.cut();
    log.lines.length = 0;
    queue = open();
    queue.start(keep);
    await until(() => log.lines.length > 0);

    await proxy.restore();
    await until(() =>
      enqueue(anAction(A)).then(
        () => true,
        () => false,
      ),
    );
    await until(() => ran.length === 1);

    expect(log.messages("warn")).to.deep.equal(["redis unavailable; urgent actions go without it"]);
    expect(log.messages("info")).to.deep.equal(["redis connected"]);
  });

  it("heals from a connection that is open and dead", async () => {
    await connected();
    queue.start(keep);
    await enqueue(anAction(A));
    await until(() => ran.length === 1);
    proxy.stall();
    await until(() =>
      queue.counts().then(
        () => false,
        () => true,
      ),
    );

    await proxy.restore();
    await until(() =>
      enqueue(anAction(A, 1)).then(
        () => true,
        () => false,
      ),
    );
    await until(() => ran.length === 2);
  });

  it("goes on after everything in Redis was wiped, with what is enqueued next", async () => {
    await connected();
    queue.start(keep);
    await enqueue(anAction(A));
    await until(() => ran.length === 1);

    for (const key of await redis.keys(`${prefix}:*`)) await redis.del(key);
    await enqueue(anAction(A), anAction(B));
    await until(() => ran.length === 3);

    expect(
      ran
        .slice(1)
        .map(({ action }) => action.eid)
        .toSorted(),
    ).to.deep.equal([A, B]);
  });

  it("gives a job whose worker died to the next one within seconds", async () => {
    await connected();
    const { promise: hangs } = Promise.withResolvers<void>();
    queue.start(() => hangs);
    await enqueue(anAction(A));
    await until(async () => (await queue.counts()).active === 1);
    // As after kill -9: the lock is no longer renewed and nothing is handed back.
    await proxy.cut();
    const dead = queue;
    const deadProxy = proxy;
    proxy = await startTcpProxy(Number(new URL(server.url).port || 6_379));
    queue = open();
    queue.start(keep);

    await until(() => ran.length === 1);

    expect(ran[0]).to.deep.equal(anAction(A));
    await dead.close();
    await deadProxy.close();
  });
});

function anAction(destination: Eid, directive = 0): SignedAction {
  const needs = [{ market: 1, word: aWord({ halted: T0 }) }];
  return {
    action: {
      id: actionId(DECISION, directive, destination),
      decision: DECISION,
      kind: "raise",
      eid: destination,
      deadline: T0,
      needs,
    },
    signed: {
      directive: { decision: DECISION, deadline: T0, entries: packEntries(needs) },
      signatures: [{ signer: hexOfInteger(7n, 20), signature: hexOfInteger(7n, 65) }],
    },
  };
}

async function until(isMet: () => boolean | Promise<boolean>, limitMs = LIMIT_MS): Promise<void> {
  for (const endMs = performance.now() + limitMs; !(await isMet()); await sleep(20)) {
    if (performance.now() > endMs) throw new TypeError("waited in vain");
  }
}
