import { expect } from "chai";

import { createHttpNode } from "../../../../relayer/adapters/evm/http-node.ts";
import { describeError } from "../../../../relayer/errors.ts";
import { failureOf } from "../../../support/failure-of.ts";
import { type RpcServer, startRpcServer } from "../../../support/rpc-server.ts";

const never = new AbortController().signal;
const PLANTED = "SECRETKEY";

describe("createHttpNode", () => {
  let server: RpcServer;

  beforeEach(async () => {
    server = await startRpcServer(() => "0x1");
  });
  afterEach(() => server.close());

  const nodeWith = (timeoutMs?: number) =>
    createHttpNode(`http://user:${PLANTED}@127.0.0.1:${server.port}/v2/${PLANTED}?k=${PLANTED}`, timeoutMs);

  it("returns the result of the answer", async () => {
    const node = nodeWith();

    expect(await node.request("eth_chainId", [], never)).to.equal("0x1");
    expect(server.requests).to.deep.equal([{ method: "eth_chainId", params: [] }]);
    node.close();
  });

  it("answers many requests at once, each with its own result", async () => {
    server.answer = ({ params }) => params[0];
    const node = nodeWith();

    const results = await Promise.all(Array.from({ length: 40 }, (_, index) => node.request("echo", [index], never)));

    expect(results).to.deep.equal(Array.from({ length: 40 }, (_, index) => index));
    node.close();
  });

  describe("a batch", () => {
    const CALLS = [1, 2, 3].map((value) => ({ method: "echo", params: [value] }));

    it("is one request, and every outcome stands in its place", async () => {
      server.answer = ({ params: [value] }) => (value === 2 ? { odd: "error", code: 3, message: "no" } : value);
      const node = nodeWith();

      const outcomes = await node.requestAll?.(CALLS, never);

      expect(server.batches).to.deep.equal([3]);
      expect(outcomes?.map((outcome) => ("result" in outcome ? outcome.result : outcome.error.name))).to.deep.equal([
        1,
        "RPC_REFUSED",
        3,
      ]);
      node.close();
    });

    const wholes = [
      { odd: { odd: "error", code: -32_600, message: "no batches" }, name: "RPC_REFUSED" },
      { odd: { odd: "http", status: 200, text: "{}" }, name: "RPC_MALFORMED" },
      { odd: { odd: "http", status: 413, text: "" }, name: "RPC_UNAVAILABLE" },
    ] as const;
    for (const { odd, name } of wholes) {
      it(`fails as a whole when it is answered as one: ${name}`, async () => {
        server.batchAnswer = odd;
        const node = nodeWith();

        expect((await failureOf(node.requestAll?.(CALLS, never) ?? Promise.resolve())).name).to.equal(name);
        node.close();
      });
    }

    it("calls an outcome that is missing malformed, and no other", async () => {
      server.batchAnswer = { odd: "http", status: 200, text: '[{"id":1,"result":7},null]' };
      const node = nodeWith();

      const outcomes = await node.requestAll?.(CALLS, never);

      expect(outcomes?.map((outcome) => ("result" in outcome ? outcome.result : outcome.error.name))).to.deep.equal([
        7,
        "RPC_MALFORMED",
        "RPC_MALFORMED",
      ]);
      node.close();
    });
  });

  const failures = [
    {
      why: "an error in JSON-RPC, though HTTP says 200",
      odd: { odd: "error", code: 3, message: "execution reverted" },
      name: "RPC_REFUSED",
    },
    { why: "a limit by its code", odd: { odd: "error", code: -32_005, message: "slow" }, name: "RPC_LIMITED" },
    {
      why: "a limit by its words",
      odd: { odd: "error", code: -32_000, message: "Too Many Requests" },
      name: "RPC_LIMITED",
    },
    { why: "a limit by HTTP status", odd: { odd: "http", status: 429, text: "" }, name: "RPC_LIMITED" },
    { why: "a refused key", odd: { odd: "http", status: 401, text: "bad key" }, name: "RPC_UNAVAILABLE" },
    { why: "a gateway without a node", odd: { odd: "http", status: 502, text: "<html>" }, name: "RPC_UNAVAILABLE" },
    {
      why: "an error in JSON-RPC under another status",
      odd: { odd: "http", status: 400, text: '{"error":{"code":-32602,"message":"range"}}' },
      name: "RPC_REFUSED",
    },
    { why: "something that is not JSON", odd: { odd: "http", status: 200, text: "<html>" }, name: "RPC_MALFORMED" },
    {
      why: "JSON that is not JSON-RPC",
      odd: { odd: "http", status: 200, text: '{"jsonrpc":"2.0"}' },
      name: "RPC_MALFORMED",
    },
    { why: "silence", odd: { odd: "hang" }, name: "RPC_UNAVAILABLE" },
  ] as const;

  for (const { why, odd, name } of failures) {
    it(`asks once, and gives it a code: ${why}`, async () => {
      server.answer = () => odd;
      const node = nodeWith(150);

      const failure = await failureOf(node.request("eth_call", [], never));

      expect(failure.name).to.equal(name);
      expect(failure.facts).to.include({ host: `127.0.0.1:${server.port}`, method: "eth_call" });
      expect(JSON.stringify(describeError(failure))).to.not.contain(PLANTED);
      expect(server.requests).to.have.length(1);
      node.close();
    });
  }

  it("says in what way a node is away", async () => {
    await server.close();
    const node = nodeWith();

    const failure = await failureOf(node.request("eth_chainId", [], never));

    expect(failure.facts["reason"]).to.equal("ECONNREFUSED");
    node.close();
  });

  it("hands on the user and the password of its URL, and nothing of them stands in the path", async () => {
    const node = nodeWith();

    await node.request("eth_chainId", [], never);

    expect(server.headers.at(-1)?.authorization).to.equal(`Basic ${Buffer.from(`user:${PLANTED}`).toString("base64")}`);
    node.close();
  });

  it("reads no answer that is larger than any it asks for", async () => {
    server.answer = () => ({ odd: "http", status: 200, text: `"${"f".repeat(33 * 1_048_576)}"` });
    const node = nodeWith(30_000);

    const failure = await failureOf(node.request("eth_getLogs", [], never));

    expect([failure.name, failure.facts["reason"]]).to.deep.equal(["RPC_MALFORMED", "too-large"]);
    node.close();
  });

  it("sends nothing for a signal that has aborted already", async () => {
    const node = nodeWith();
    const stopped = AbortSignal.abort();

    const failure = await failureOf(node.request("eth_chainId", [], stopped));

    expect(failure.facts["reason"]).to.equal("stopped");
    expect(server.requests).to.have.length(0);
    node.close();
  });

  it("works again once the node is back", async () => {
    const node = nodeWith();
    await node.request("eth_chainId", [], never);
    server.answer = () => ({ odd: "http", status: 503, text: "" });
    await failureOf(node.request("eth_chainId", [], never));

    server.answer = () => "0x2";

    expect(await node.request("eth_chainId", [], never)).to.equal("0x2");
    node.close();
  });

  it("ends at once when its signal aborts", async () => {
    server.answer = () => ({ odd: "hang" });
    const node = nodeWith(60_000);
    const stop = new AbortController();
    const asked = failureOf(node.request("eth_chainId", [], stop.signal));

    stop.abort();

    expect((await asked).facts["reason"]).to.equal("stopped");
    node.close();
  });
});
