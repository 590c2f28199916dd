import { expect } from "chai";

import { createHeadComparison } from "../../../../relayer/adapters/evm/compare-heads.ts";
import { createRpcPool } from "../../../../relayer/adapters/evm/rpc-pool.ts";
import { RelayerError } from "../../../../relayer/errors.ts";
import { failureOf } from "../../../support/failure-of.ts";
import { ScriptedNode } from "../../../support/scripted-node.ts";

const never = new AbortController().signal;
const EVERY_MS = 2_000;
const missing = new RelayerError("BLOCK_MISSING", "no such block");
const HASH = `0x${"11".repeat(32)}`;

describe("createHeadComparison", () => {
  let heads: Record<string, number>;
  /** Nodes that have no block at the height that they call their head. */
  let empty: Set<string>;
  let nowMs: number;
  let nodes: ScriptedNode[];

  beforeEach(() => {
    heads = { first: 100, second: 100 };
    empty = new Set();
    nowMs = 0;
    nodes = ["first", "second"].map((host) => new ScriptedNode(host, (call) => answer(host, call.method)));
  });

  const answer = (host: string, method: string): unknown => {
    const number = `0x${(heads[host] ?? 0).toString(16)}`;
    if (method === "eth_blockNumber") return number;
    if (method === "who") return host;
    const block = { number, hash: HASH, parentHash: HASH, timestamp: "0x1", baseFeePerGas: "0x1" };
    return empty.has(host) ? null : block;
  };
  /** Reads the head once, and tells which node is preferred after all have been compared. */
  const setUp = (of: readonly ScriptedNode[] = nodes) => {
    const pool = createRpcPool({ nodes: of, maxLogRange: 1, verify: () => Promise.resolve(), nowMs: () => nowMs });
    const comparison = createHeadComparison({ pool, nodes: of.length, nowMs: () => nowMs });
    const preferred = async () => {
      await pool.run((_, health) => Promise.resolve(comparison.noteHead(health, never)), never);
      await new Promise((resolve) => setImmediate(resolve));
      return pool.run((session) => session.call("who", []), never);
    };
    return { comparison, preferred };
  };

  it("prefers the one that is not far behind, and goes back once the other has caught up", async () => {
    const { preferred } = setUp();
    heads["first"] = 97;
    const behind = await preferred();
    heads["first"] = 99;
    nowMs += EVERY_MS;

    expect([behind, await preferred()]).to.deep.equal(["second", "first"]);
  });

  it("leaves alone whoever is one or two blocks behind", async () => {
    heads["first"] = 98;

    expect(await setUp().preferred()).to.equal("first");
  });

  it("doubts who claims a head whose blocks nobody has, and not those behind it, until it can show its head", async () => {
    const { comparison, preferred } = setUp();
    heads["first"] = 1_000;
    empty.add("first");
    await preferred();
    await failureOf(comparison.below(Promise.reject(missing)));
    nowMs += EVERY_MS;
    const lying = await preferred();
    nowMs += EVERY_MS;
    const stillLying = await preferred();
    empty.delete("first");
    heads["first"] = 101;
    nowMs += EVERY_MS;

    expect([lying, stillLying, await preferred()]).to.deep.equal(["second", "second", "first"]);
  });

  it("asks all of them no more often than every two seconds", async () => {
    const { preferred } = setUp();
    for (nowMs = 0; nowMs < 2 * EVERY_MS; nowMs += 100) await preferred();

    expect(nodes[1]?.methods.filter((method) => method === "eth_blockNumber")).to.have.lengthOf(2);
  });

  it("neither asks nor doubts where there is one node alone", async () => {
    const [first] = nodes as [ScriptedNode];
    const { comparison, preferred } = setUp([first]);
    await preferred();
    await failureOf(comparison.below(Promise.reject(missing)));

    expect(await preferred()).to.equal("first");
    expect(first.methods).to.deep.equal(["who", "who"]);
  });
});
