import { expect } from "chai";

import { batched } from "../../../../relayer/adapters/evm/batched.ts";
import type { RpcOutcome } from "../../../../relayer/adapters/evm/http-node.ts";
import type { RpcSession } from "../../../../relayer/adapters/evm/rpc-pool.ts";
import { RelayerError } from "../../../../relayer/errors.ts";
import { failureOf } from "../../../support/failure-of.ts";
import { outage, refusal, ScriptedNode, sessionWith } from "../../../support/scripted-node.ts";

describe("batched", () => {
  let node: ScriptedNode;
  let batches: string[][];
  let answerAll: () => readonly RpcOutcome[];
  let session: RpcSession;

  beforeEach(() => {
    node = new ScriptedNode("scripted", ({ method }) => `one ${method}`);
    batches = [];
    answerAll = () => (batches.at(-1) ?? []).map((method) => ({ result: `all ${method}` }));
    const one = sessionWith(node);
    session = {
      ...one,
      callAll: async (calls) => {
        batches.push(calls.map(({ method }) => method));
        return answerAll();
      },
    };
  });

  const askTwo = () => {
    const together = batched(session);
    return Promise.all([together.call("a", []), together.call("b", [])]);
  };

  it("sends what is called in one turn as one batch", async () => {
    expect(await askTwo()).to.deep.equal(["all a", "all b"]);
    expect([batches, node.calls]).to.deep.equal([[["a", "b"]], []]);
  });

  it("sends a single call as it is", async () => {
    expect(await batched(session).call("a", [])).to.equal("one a");
    expect(batches).to.deep.equal([]);
  });

  it("sends one by one where the node cannot be sent a batch", async () => {
    const { callAll: _, ...single } = session;
    session = single;

    expect(await askTwo()).to.deep.equal(["one a", "one b"]);
  });

  it("fails one call and not the others when the node refuses one", async () => {
    answerAll = () => [{ result: 1 }, { error: refusal("no") }];
    const together = batched(session);

    const [first, second] = await Promise.allSettled([together.call("a", []), together.call("b", [])]);

    expect([first.status, second.status]).to.deep.equal(["fulfilled", "rejected"]);
  });

  const refusals = [
    { why: "refuses it", error: refusal("batches are not supported") },
    { why: "answers garbage", error: new RelayerError("RPC_MALFORMED", "not JSON-RPC") },
    { why: "answers an HTTP status", error: new RelayerError("RPC_UNAVAILABLE", "HTTP 413", { httpStatus: 413 }) },
  ];
  for (const { why, error } of refusals) {
    it(`asks one by one, and sends no further batch, when the node ${why}`, async () => {
      answerAll = () => {
        throw error;
      };

      expect([await askTwo(), await askTwo()]).to.deep.equal([
        ["one a", "one b"],
        ["one a", "one b"],
      ]);
      expect(batches).to.have.length(1);
    });
  }

  for (const error of [outage(), new RelayerError("RPC_LIMITED", "HTTP 429", { httpStatus: 429 })]) {
    it(`does not ask again, and learns nothing, when the node is away: ${error.name}`, async () => {
      answerAll = () => {
        throw error;
      };

      expect((await failureOf(askTwo())).name).to.equal(error.name);
      expect([node.calls, session.memory.takesBatches]).to.deep.equal([[], true]);
    });
  }
});
