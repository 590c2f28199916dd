import { expect } from "chai";

import { createRpcPool, type RpcPoolOptions, type RpcSession } from "../../../../relayer/adapters/evm/rpc-pool.ts";
import { RelayerError } from "../../../../relayer/errors.ts";
import { failureOf } from "../../../support/failure-of.ts";
import { outage, refusal, ScriptedNode } from "../../../support/scripted-node.ts";

const never = new AbortController().signal;

describe("createRpcPool", () => {
  let first: ScriptedNode;
  let second: ScriptedNode;
  let nowMs: number;
  let seen: string[];

  beforeEach(() => {
    first = new ScriptedNode("first", () => "1");
    second = new ScriptedNode("second", () => "2");
    nowMs = 0;
    seen = [];
  });

  const poolOf = (differs: Partial<RpcPoolOptions> = {}) =>
    createRpcPool({
      nodes: [first, second],
      maxLogRange: 100,
      verify: () => Promise.resolve(),
      onRequest: (method, status) => seen.push(`${method} ${status}`),
      nowMs: () => nowMs,
      ...differs,
    });
  const ask = (session: RpcSession) => session.call("ask", []);
  const fail = (node: ScriptedNode, error = outage()) => {
    node.answer = () => {
      throw error;
    };
  };

  it("asks the most preferred node", async () => {
    expect(await poolOf().run(ask, never)).to.equal("1");
    expect(second.calls).to.deep.equal([]);
  });

  it("repeats the whole sequence on the next node when one fails in the middle, mixing no answers", async () => {
    first.answer = ({ method }) => {
      if (method === "ask") throw outage();
      return "1";
    };

    const answers = await poolOf().run(
      async (session) => [await session.call("before", []), await ask(session)],
      never,
    );

    expect(answers).to.deep.equal(["2", "2"]);
  });

  it("fails as the most preferred node did when all fail", async () => {
    fail(first, refusal("first"));
    fail(second);

    const failure = await failureOf(poolOf().run(ask, never));

    expect([failure.name, failure.message]).to.deep.equal(["RPC_REFUSED", "first"]);
  });

  it("asks nobody else when the failure is not the node's", async () => {
    fail(first, new RelayerError("WALLET_EMPTY", "no funds"));

    expect((await failureOf(poolOf().run(ask, never))).name).to.equal("WALLET_EMPTY");
    expect(second.calls).to.deep.equal([]);
  });

  it("stops at once when the caller does", async () => {
    const stop = new AbortController();
    first.answer = () => {
      stop.abort();
      throw outage();
    };

    await failureOf(poolOf().run(ask, stop.signal));

    expect(second.calls).to.deep.equal([]);
  });

  it("counts every request with its outcome", async () => {
    fail(first, new RelayerError("RPC_LIMITED", "slow"));

    await poolOf().run(ask, never);

    expect(seen).to.deep.equal(["ask limited", "ask ok"]);
  });

  describe("when a node is away", () => {
    it("passes it over for a while that grows, and then comes back to it", async () => {
      const pool = poolOf();
      fail(first);
      const asked: number[] = [];
      for (nowMs = 0; nowMs < 4_000; nowMs += 100) {
        const before = first.calls.length;
        await pool.run(ask, never);
        if (first.calls.length > before) asked.push(nowMs);
      }

      first.answer = () => "1";
      nowMs = 10_000;

      expect(asked).to.deep.equal([0, 500, 1_500, 3_500]);
      expect(await pool.run(ask, never)).to.equal("1");
    });

    it("is asked all the same when nobody else is fit", async () => {
      const pool = poolOf({ nodes: [first] });
      fail(first);
      await failureOf(pool.run(ask, never));

      first.answer = () => "1";

      expect(await pool.run(ask, never)).to.equal("1");
    });

    it("is passed over for as long as it asks for, half a minute at most", async () => {
      const pool = poolOf();
      const limits = [5_000, 3_600_000];
      const asked: number[] = [];
      first.answer = () => {
        asked.push(nowMs);
        throw new RelayerError("RPC_LIMITED", "slow down", { retryAfterMs: limits[asked.length - 1] ?? 0 });
      };
      for (nowMs = 0; nowMs <= 36_000; nowMs += 500) await pool.run(ask, never);

      expect(asked).to.deep.equal([0, 5_000, 35_000]);
    });

    it("is not passed over for refusing one request", async () => {
      const pool = poolOf();
      fail(first, refusal("bad range"));
      await pool.run(ask, never);

      first.answer = () => "1";

      expect(await pool.run(ask, never)).to.equal("1");
    });
  });

  describe("verification", () => {
    const verify = async (session: RpcSession) => {
      if ((await session.call("verify", [])) === "wrong") throw new RelayerError("CHAIN_MISMATCH", session.host);
    };

    it("comes before a node's first use, and only then", async () => {
      const pool = poolOf({ verify });

      await pool.run(ask, never);
      await pool.run(ask, never);

      expect(first.methods).to.deep.equal(["verify", "ask", "ask"]);
    });

    it("comes again after an outage, and passes over what came back as another until it is itself", async () => {
      const pool = poolOf({ verify });
      await pool.run(ask, never);
      fail(first);
      await pool.run(ask, never);

      first.answer = ({ method }) => (method === "verify" ? "wrong" : "1");
      nowMs += 60_000;
      const meanwhile = await pool.run(ask, never);
      first.answer = () => "1";
      nowMs += 60_000;

      expect(meanwhile).to.equal("2");
      expect(await pool.run(ask, never)).to.equal("1");
    });

    it("counts for nothing when the node went away while it ran: what was asked first was answered before", async () => {
      let serves = "right";
      const looks: ((answer: void) => void)[] = [];
      const pool = poolOf({
        nodes: [first],
        verify: async () => {
          const seen = serves;
          await new Promise<void>((resolve) => looks.push(resolve));
          if (seen !== "right") throw new RelayerError("CHAIN_MISMATCH", seen);
        },
      });
      const proven = pool.run(ask, never);
      looks[0]?.();
      await proven;
      fail(first);
      await failureOf(pool.run(ask, never));
      first.answer = () => "1";
      const slow = pool.run(ask, never);
      const failing = pool.run(() => Promise.reject(outage()), never);
      looks[2]?.();
      await failureOf(failing);
      serves = "another";
      looks[1]?.();
      await slow;

      const later = failureOf(pool.run(ask, never));
      looks[3]?.();

      expect((await later).name).to.equal("ENDPOINT_STRAYED");
    });

    it("leaves the chain unreadable, and nothing else, when the only node came back as another", async () => {
      const pool = poolOf({ verify, nodes: [first] });
      await pool.run(ask, never);
      fail(first);
      await failureOf(pool.run(ask, never));

      first.answer = ({ method }) => (method === "verify" ? "wrong" : "1");
      const failure = await failureOf(pool.run(ask, never));

      expect([failure.name, failure.fate]).to.deep.equal(["ENDPOINT_STRAYED", "retry"]);
      expect(first.methods.slice(-1)).to.deep.equal(["verify"]);
    });

    it("stops everything at a wrong chain, even one that is only the second choice", async () => {
      const pool = poolOf({ verify });
      fail(first);
      second.answer = () => "wrong";

      expect((await failureOf(pool.run(ask, never))).name).to.equal("CHAIN_MISMATCH");
    });

    it("tells about every node when asked to", async () => {
      fail(first);
      second.answer = () => "wrong";

      const checks = await poolOf({ verify }).verifyAll(never);

      expect(checks.map(({ host, error }) => [host, error?.name])).to.deep.equal([
        ["first", "RPC_UNAVAILABLE"],
        ["second", "CHAIN_MISMATCH"],
      ]);
    });

    it("calls it the configuration's fault when asked about every node, whatever others have proven", async () => {
      const pool = poolOf({ verify });
      await pool.run(ask, never);
      second.answer = () => "wrong";

      const checks = await pool.verifyAll(never);

      expect(checks.map(({ error }) => error?.name)).to.deep.equal([undefined, "CHAIN_MISMATCH"]);
    });
  });

  describe("when what a node says is doubted", () => {
    it("comes after the others, and before those that rest, until it is believed", async () => {
      const third = new ScriptedNode("third", () => "3");
      const pool = poolOf({ nodes: [first, second, third] });
      await pool.run((_, health) => Promise.resolve(health.doubt()), never);
      fail(second);

      const answers = [await pool.run(ask, never)];
      fail(third);
      answers.push(await pool.run(ask, never));
      third.answer = () => "3";
      await pool.run((_, health) => Promise.resolve(health.believe()), never);
      answers.push(await pool.run(ask, never));

      expect(answers).to.deep.equal(["3", "1", "1"]);
    });
  });

  it("keeps what was learned about a node", async () => {
    const pool = poolOf();
    await pool.run(async (session) => void (session.memory.logRange.width = 7), never);

    expect(await pool.run((session) => Promise.resolve(session.memory.logRange.width), never)).to.equal(7);
  });

  describe("a poll", () => {
    it("asks every node by itself, and tells who failed", async () => {
      fail(second);

      const outcomes = await poolOf().poll(ask, never, () => false);

      expect(outcomes.toSorted((a, b) => a.host.localeCompare(b.host))).to.deep.equal([
        { host: "first", result: first.answer({ method: "ask", params: [] }) },
        { host: "second", result: null },
      ]);
    });

    it("does not wait for the slow once it has enough", async () => {
      first.answer = () => new Promise(() => undefined);

      const outcomes = await poolOf().poll(ask, never, ({ length }) => length === 1);

      expect(outcomes.map(({ host }) => host)).to.deep.equal(["second"]);
    });

    it("ends at a wrong chain", async () => {
      fail(second, new RelayerError("CHAIN_MISMATCH", "another chain"));

      expect((await failureOf(poolOf().poll(ask, never, () => false))).name).to.equal("CHAIN_MISMATCH");
    });
  });

  it("closes every node", () => {
    poolOf().close();

    expect([first.isClosed, second.isClosed]).to.deep.equal([true, true]);
  });
});
