import { expect } from "chai";

import type { EndpointFault } from "../../localnet/faults/endpoint-faults.ts";
import { type FaultyEndpoint, startFaultyEndpoint } from "../../localnet/faults/faulty-endpoint.ts";
import { createHttpNode, type RpcNode } from "../../relayer/adapters/evm/http-node.ts";
import { failureOf } from "../support/failure-of.ts";
import { type RpcRequest, type RpcServer, startRpcServer } from "../support/rpc-server.ts";

const HEAD = 10;
const FINAL = 6;
const HUB = `0x${"ab".repeat(20)}`;
const never = new AbortController().signal;

const hex = (value: number) => `0x${value.toString(16)}`;
const hashOf = (number: number) => `0x${number.toString(16).padStart(64, "0")}`;
const blockAt = (number: number) => ({ number: hex(number), hash: hashOf(number), logsBloom: `0x${"ff".repeat(256)}` });
const LOG = { address: HUB, topics: [], data: "0x", blockNumber: hex(9) };

/** Ten blocks, one event in the ninth, and states that name the block that they are of. */
function answer({ method, params }: RpcRequest): unknown {
  const [first, second] = params as [never, never];
  const tags: Record<string, number> = { latest: HEAD, pending: HEAD, finalized: FINAL };
  const numberOf = (at: string) => tags[at] ?? Number(at);
  switch (method) {
    case "eth_blockNumber":
      return hex(HEAD);
    case "eth_chainId":
      return "0x1";
    case "eth_getBlockByNumber":
      return numberOf(first) > HEAD ? null : blockAt(numberOf(first));
    case "eth_getBlockByHash":
      return blockAt(Number(first));
    case "eth_getLogs":
      return [LOG];
    case "eth_getTransactionReceipt":
      return { blockNumber: hex(9) };
    case "eth_call":
      return typeof second === "object" ? second : numberOf(second);
    default:
      throw Object.assign(new RangeError("no such method"), { code: -32_601 });
  }
}

describe("startFaultyEndpoint", () => {
  let chain: RpcServer;
  let endpoint: FaultyEndpoint;
  let node: RpcNode;

  before(async () => {
    chain = await startRpcServer(answer);
  });
  beforeEach(async () => {
    endpoint = await startFaultyEndpoint(chain.url);
    node = createHttpNode(endpoint.url, 300);
  });
  afterEach(async () => {
    node.close();
    await endpoint.close();
  });
  after(() => chain.close());

  const ask = (method: string, ...params: readonly unknown[]) => node.request(method, params, never);
  const numberAt = async (tag: string) =>
    Number(((await ask("eth_getBlockByNumber", tag, false)) as typeof LOG & { number: string }).number);
  const logs = () => ask("eth_getLogs", { address: HUB, fromBlock: "0x1", toBlock: hex(HEAD) });
  const failsWith = async (fault: EndpointFault) => {
    await endpoint.setFault(fault);
    return (await failureOf(ask("eth_blockNumber"))).name;
  };

  it("passes calls and answers on as they are, errors as well, and keeps count of the calls", async () => {
    expect(await ask("eth_blockNumber")).to.equal(hex(HEAD));
    const failure = await failureOf(ask("eth_nonsense", 1));

    expect(failure.facts).to.include({ nodeCode: -32_601, nodeMessage: "no such method" });
    expect(endpoint.calls).to.deep.equal([
      { method: "eth_blockNumber", params: [] },
      { method: "eth_nonsense", params: [1] },
    ]);
  });

  it("lags: everything of the last blocks is missing, and states are of the blocks before", async () => {
    await endpoint.setFault({ name: "lag", blocks: 3 });

    expect(await ask("eth_blockNumber")).to.equal(hex(7));
    expect(await numberAt("latest")).to.equal(7);
    expect(await numberAt("finalized")).to.equal(FINAL - 3);
    expect(await ask("eth_getBlockByNumber", hex(8), false)).to.equal(null);
    expect(await logs()).to.deep.equal([]);
    expect(await ask("eth_getTransactionReceipt", hashOf(1))).to.equal(null);
    expect(await ask("eth_call", {}, "latest")).to.equal(7);
    const pinned = await failureOf(ask("eth_call", {}, { blockHash: hashOf(9) }));
    expect(pinned.facts["nodeMessage"]).to.equal("header not found");
    expect(await ask("eth_call", {}, { blockHash: hashOf(7) })).to.deep.equal({ blockHash: hashOf(7) });
  });

  it("forges a head that it cannot show by its number", async () => {
    await endpoint.setFault({ name: "forge-head", blocks: 100 });

    expect(await numberAt("latest")).to.equal(HEAD + 100);
    expect(await ask("eth_getBlockByNumber", hex(HEAD + 100), false)).to.equal(null);
    expect(await numberAt("finalized")).to.equal(FINAL);
  });

  it("forges an event in a block that exists, for those alone who ask for that block", async () => {
    const log = { address: HUB, topics: ["0x01"], data: "0x02", blockNumber: 8 };
    await endpoint.setFault({ name: "forge-log", log });

    const shown = (await logs()) as { blockNumber: string; blockHash: string }[];

    expect(shown.map(({ blockNumber }) => blockNumber)).to.deep.equal([hex(9), hex(8)]);
    expect(shown[1]?.blockHash).to.equal(hashOf(8));
    expect(await ask("eth_getLogs", { address: HUB, fromBlock: "0x1", toBlock: "0x7" })).to.have.lengthOf(1);
  });

  it("hides events and tells the truth otherwise", async () => {
    await endpoint.setFault({ name: "hide-logs" });

    expect(await logs()).to.deep.equal([]);
    expect(await ask("eth_call", {}, "latest")).to.equal(HEAD);
  });

  it("conceals: no event, no bloom that speaks of one, and the state of the block at which it began", async () => {
    await endpoint.setFault({ name: "conceal" });

    expect(await logs()).to.deep.equal([]);
    expect(await ask("eth_call", {}, { blockHash: hashOf(10) })).to.equal(HEAD);
    const block = (await ask("eth_getBlockByNumber", "latest", false)) as { logsBloom: string };
    expect(BigInt(block.logsBloom)).to.equal(0n);
  });

  it("limits by HTTP 429 with the seconds to wait", async () => {
    await endpoint.setFault({ name: "limit", retryAfterSeconds: 7 });
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_blockNumber", params: [] });

    const response = await fetch(endpoint.url, { method: "POST", body });

    expect([response.status, response.headers.get("retry-after")]).to.deep.equal([429, "7"]);
  });

  for (const [fault, name] of [
    [{ name: "hang" }, "RPC_UNAVAILABLE"],
    [{ name: "slow", ms: 1_000 }, "RPC_UNAVAILABLE"],
    [{ name: "error" }, "RPC_REFUSED"],
    [{ name: "limit", retryAfterSeconds: 1 }, "RPC_LIMITED"],
    [{ name: "wrong-chain" }, "RPC_UNAVAILABLE"],
  ] as const) {
    it(`fails by "${fault.name}" as the relayer's own node sees it, and no longer when that is over`, async () => {
      expect(await failsWith(fault)).to.equal(name);

      await endpoint.setFault(null);

      expect(await ask("eth_blockNumber")).to.equal(hex(HEAD));
    });
  }

  it("answers for another chain after it was away once", async () => {
    await failsWith({ name: "wrong-chain" });

    expect(await ask("eth_chainId")).to.equal("0x539");
    expect(await ask("eth_blockNumber")).to.equal(hex(HEAD));
  });

  it("is a bad gateway where the chain itself is away", async () => {
    const lost = await startFaultyEndpoint("http://127.0.0.1:1");
    const other = createHttpNode(lost.url);

    expect((await failureOf(other.request("eth_blockNumber", [], never))).facts["httpStatus"]).to.equal(502);

    other.close();
    await lost.close();
  });
});
