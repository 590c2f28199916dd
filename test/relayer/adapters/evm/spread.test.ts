import { expect } from "chai";

import { createNodeHealth, orderByHealth } from "../../../../relayer/adapters/evm/node-health.ts";
import { createRpcPool, SPREAD_MAX, type RpcSession } from "../../../../relayer/adapters/evm/rpc-pool.ts";
import { RelayerError } from "../../../../relayer/errors.ts";
import { failureOf } from "../../../support/failure-of.ts";
import { outage, refusal, ScriptedNode } from "../../../support/scripted-node.ts";

const never = new AbortController().signal;
const send = (session: RpcSession) => session.call("eth_sendRawTransaction", ["0xaa"]);

describe("what several nodes are handed at once", () => {
  let nodes: readonly ScriptedNode[];
  let nowMs: number;

  beforeEach(() => {
    nowMs = 0;
    nodes = ["a", "b", "c", "d"].map((host) => new ScriptedNode(host, () => host));
  });

  const poolOf = (of = nodes) =>
    createRpcPool({ nodes: of, maxLogRange: 1, verify: () => Promise.resolve(), nowMs: () => nowMs });
  const asked = () => nodes.filter(({ calls }) => calls.length > 0).map(({ host }) => host);
  const failing = (index: number, error: RelayerError) => {
    nodes[index]!.answer = () => {
      throw error;
    };
  };
  const hangs = (index: number) => {
    let answer: (value: string) => void = () => undefined;
    nodes[index]!.answer = () => new Promise((resolve) => (answer = resolve));
    return (value: string) => answer(value);
  };

  it("goes to the first three, whoever answers first", async () => {
    hangs(0);

    expect(await poolOf().spread(send, never)).to.be.oneOf(["b", "c"]);
    expect(asked()).to.deep.equal(["a", "b", "c"]);
    expect(SPREAD_MAX).to.equal(3);
  });

  it("is one request where there is one node", async () => {
    await poolOf(nodes.slice(0, 1)).spread(send, never);

    expect(nodes[0]!.calls).to.have.length(1);
  });

  it("succeeds where one of them takes it, whatever the others say", async () => {
    failing(0, refusal("nonce too low"));
    failing(1, outage());

    expect(await poolOf().spread(send, never)).to.equal("c");
  });

  it("is not called off at the others once the caller has what it wants", async () => {
    let seen: AbortSignal | null = null;
    const slow = {
      host: "slow",
      close: () => undefined,
      request: (_: string, __: readonly unknown[], signal: AbortSignal) => {
        seen = signal;
        return new Promise<never>(() => undefined);
      },
    };
    const bound = new AbortController();
    const pool = createRpcPool({ nodes: [slow, nodes[1]!], maxLogRange: 1, verify: () => Promise.resolve() });
    await pool.spread(send, bound.signal);
    bound.abort();

    expect((seen as AbortSignal | null)?.aborted).to.equal(false);
  });

  it("is called off everywhere when the caller gives up before anybody answered", async () => {
    const signals: AbortSignal[] = [];
    const deaf = (host: string) => ({
      host,
      close: () => undefined,
      request: (_: string, __: readonly unknown[], signal: AbortSignal) => {
        signals.push(signal);
        return new Promise<never>((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(outage()), { once: true });
        });
      },
    });
    const bound = new AbortController();
    const pool = createRpcPool({ nodes: [deaf("a"), deaf("b")], maxLogRange: 1, verify: () => Promise.resolve() });
    const sending = failureOf(pool.spread(send, bound.signal));
    await new Promise((resolve) => setImmediate(resolve));
    bound.abort();

    expect((await sending).name).to.equal("RPC_UNAVAILABLE");
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true, true]);
  });

  it("goes on to the rest where the first three are away, and fails as the most preferred did", async () => {
    for (const index of [0, 1, 2]) failing(index, outage());
    expect(await poolOf().spread(send, never)).to.equal("d");

    failing(3, refusal("last"));
    failing(0, refusal("first"));
    const failure = await failureOf(poolOf().spread(send, never));
    expect(failure.message).to.equal("first");
  });

  it("is over where all of them say that it is our fault", async () => {
    for (const index of [0, 1, 2]) failing(index, new RelayerError("NONCE_CONFLICT", `of ${index}`));

    expect((await failureOf(poolOf().spread(send, never))).message).to.equal("of 0");
    expect(asked()).to.deep.equal(["a", "b", "c"]);
  });

  describe("by how they stand", () => {
    const ask = (session: RpcSession) => session.call("eth_call", []);
    const takes = (index: number, ms: number) => {
      nodes[index]!.answer = () => {
        nowMs += ms;
        return nodes[index]!.host;
      };
    };

    it("passes over a node that has become slow, and comes back to it when it is quick again", async () => {
      const pool = poolOf(nodes.slice(0, 2));
      takes(0, 2_000);
      await pool.run(ask, never);
      expect(await pool.run(ask, never)).to.equal("b");
      expect(pool.endpoints()[0]).to.deep.include({ host: "a", latencyMs: 2_000, score: 0.125, isResting: false });

      takes(0, 1);
      for (let times = 0; times < 12; times += 1) await pool.poll(ask, never, () => false);
      expect(await pool.run(ask, never)).to.equal("a");
    });

    it("keeps to the configured order among those that are good enough", async () => {
      const pool = poolOf(nodes.slice(0, 2));
      takes(0, 400);
      takes(1, 1);
      for (let times = 0; times < 5; times += 1) await pool.poll(ask, never, () => false);

      expect(await pool.run(ask, never)).to.equal("a");
    });

    it("passes over a node that answers nonsense more often than not", async () => {
      const pool = poolOf(nodes.slice(0, 2));
      failing(0, new RelayerError("RPC_MALFORMED", "nonsense"));
      for (let times = 0; times < 6; times += 1) await pool.run(ask, never);
      const before = nodes[0]!.calls.length;
      await pool.run(ask, never);

      expect(nodes[0]!.calls.length).to.equal(before);
      expect(pool.endpoints()[0]?.errorRate).to.be.greaterThan(0.5);
    });

    it("does not hold a refusal that is about us against a node, nor logs that are many", async () => {
      const pool = poolOf(nodes.slice(0, 1));
      failing(0, refusal("execution reverted", 3));
      await failureOf(pool.run(ask, never));
      takes(0, 9_000);
      await pool.run((session) => session.call("eth_getLogs", []), never);

      expect(pool.endpoints()).to.deep.equal([
        { host: "a", score: 1, latencyMs: null, errorRate: 0, isDoubted: false, isResting: false },
      ]);
    });

    it("asks a doubted node after one that is slow, and one that rests last", () => {
      const [quick, slow, doubted, resting] = Array.from({ length: 4 }, createNodeHealth);
      slow!.noteAnswer(5_000, true);
      doubted!.doubt();
      resting!.fail(outage(), 0);
      const members = [resting!, doubted!, slow!, quick!].map((health) => ({ health }));

      expect(orderByHealth(members, 0).map(({ health }) => health)).to.deep.equal([quick, slow, doubted, resting]);
      expect([quick!.score, doubted!.score]).to.deep.equal([1, 0.5]);
    });
  });
});
