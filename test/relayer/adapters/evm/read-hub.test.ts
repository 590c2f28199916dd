import { expect } from "chai";
import { AbiCoder } from "ethers";

import { hubInterface } from "../../../../relayer/adapters/evm/hub-abi.ts";
import { type Expected, readSnapshot, verifyNode } from "../../../../relayer/adapters/evm/read-hub.ts";
import { type Hex, hexOfInteger } from "../../../../relayer/domain/hex.ts";
import { aBlock, LEASES, LIMITS } from "../../../support/builders.ts";
import { failureOf } from "../../../support/failure-of.ts";
import { refusal, type ScriptedCall, ScriptedNode, sessionWith } from "../../../support/scripted-node.ts";

const HUB: Hex = hexOfInteger(0xabn, 20);
const ENDPOINT: Hex = hexOfInteger(0xeen, 20);
const MESH_ID: Hex = `0x${"c0".repeat(32)}`;
const EXPECTED: Expected = { chainId: 31_000, eid: 50_901, hub: HUB, meshId: MESH_ID, startBlock: 10 };
const encode = (types: string[], values: unknown[]) => AbiCoder.defaultAbiCoder().encode(types, values);
const selectorOf = (name: string) => hubInterface.getFunction(name)?.selector ?? name;

interface EthCall {
  readonly to: string;
  readonly data: string;
}

describe("verifyNode", () => {
  let node: ScriptedNode;
  let says: { chainId: string; block: string; meshId: string; eid: string };

  beforeEach(() => {
    says = { chainId: "0x7918", block: "0x64", meshId: MESH_ID, eid: encode(["uint32"], [50_901]) };
    node = new ScriptedNode("scripted", ({ method, params }) => {
      if (method === "eth_chainId") return says.chainId;
      if (method === "eth_blockNumber") return says.block;
      const { to, data } = params[0] as EthCall;
      if (to === ENDPOINT) return says.eid;
      return data === selectorOf("meshId") ? says.meshId : encode(["address"], [ENDPOINT]);
    });
  });

  it("passes a node of the chain that has the hub of the mesh", async () => {
    await verifyNode(sessionWith(node), EXPECTED);

    expect(node.methods).to.deep.equal(["eth_chainId", "eth_blockNumber", "eth_call", "eth_call", "eth_call"]);
  });

  const faults = [
    { why: "another chain", says: { chainId: "0x1" }, name: "CHAIN_MISMATCH", fix: "rpcUrls or chainId" },
    { why: "nothing at the hub's address", says: { meshId: "0x" }, name: "HUB_MISMATCH", fix: "hub or meshId" },
    {
      why: "a hub of another mesh",
      says: { meshId: `0x${"11".repeat(32)}` },
      name: "HUB_MISMATCH",
      fix: "hub or meshId",
    },
    {
      why: "another endpoint id",
      says: { eid: encode(["uint32"], [30_101]) },
      name: "HUB_MISMATCH",
      fix: "correct eid",
    },
    { why: "no LayerZero endpoint", says: { eid: "0x" }, name: "HUB_MISMATCH", fix: "correct eid" },
    {
      why: "a node that has not come to the hub's block yet",
      says: { block: "0x9" },
      name: "BLOCK_MISSING",
      fix: "block 10",
    },
    { why: "a chain id that is no number", says: { chainId: "abc" }, name: "RPC_MALFORMED", fix: "eth_chainId" },
  ];
  for (const { why, says: differs, name, fix } of faults) {
    it(`refuses ${why}, and says what to correct`, async () => {
      Object.assign(says, differs);

      const failure = await failureOf(verifyNode(sessionWith(node), EXPECTED));

      expect(failure.name).to.equal(name);
      expect(failure.message).to.contain(fix);
    });
  }

  it("takes a contract that reverts for no hub", async () => {
    node.answer = ({ method }) => {
      if (method === "eth_call") throw refusal("execution reverted", 3);
      return method === "eth_chainId" ? says.chainId : says.block;
    };

    expect((await failureOf(verifyNode(sessionWith(node), EXPECTED))).name).to.equal("HUB_MISMATCH");
  });
});

describe("readSnapshot", () => {
  const at = aBlock(20);
  const [ours, stranger] = [hexOfInteger(1n, 20), hexOfInteger(2n, 20)];
  const ask = { at, accounts: [ours, stranger] };
  let node: ScriptedNode;
  let canonical: Hex;

  beforeEach(() => {
    canonical = at.hash;
    node = new ScriptedNode("scripted", answer);
  });

  function answer({ method, params }: ScriptedCall): unknown {
    if (method === "eth_getBlockByNumber") return { ...rawBlock(), hash: canonical };
    const { data } = params[0] as EthCall;
    const words = Array.from({ length: 32 }, (_, market) => BigInt(market));
    if (data === selectorOf("snapshot"))
      return encode(["uint256[]", "uint256[]", "uint256", "uint64"], [words, words, 7n, 9n]);
    if (data === selectorOf("leases")) return encode(["uint256"], [LEASES]);
    if (data === selectorOf("limits")) {
      const { peerCeiling, soloCeiling, quorumCeiling, quorum } = LIMITS;
      return encode(["uint8", "uint8", "uint8", "uint8"], [peerCeiling, soloCeiling, quorumCeiling, quorum]);
    }
    return encode(["bool"], [data.endsWith(ours.slice(2))]);
  }
  const rawBlock = () => ({ number: "0x14", hash: at.hash, parentHash: at.parentHash, timestamp: "0x1" });
  const blocksAsked = () => node.calls.filter(({ method }) => method === "eth_call").map(({ params }) => params[1]);

  it("reads everything at the block's hash", async () => {
    const snapshot = await readSnapshot(sessionWith(node), HUB, ask);

    expect(snapshot).to.deep.include({
      block: at,
      seq: 9,
      posture: 7n,
      leases: LEASES,
      limits: LIMITS,
      operators: [ours],
    });
    expect([snapshot.meshWords.length, snapshot.localWords[31]]).to.deep.equal([32, 31n]);
    expect(new Set(blocksAsked().map((tag) => JSON.stringify(tag)))).to.deep.equal(
      new Set([JSON.stringify({ blockHash: at.hash, requireCanonical: true })]),
    );
  });

  describe("when the node does not take block hashes", () => {
    beforeEach(() => {
      node.answer = (call) => {
        if (call.method === "eth_call" && typeof call.params[1] === "object") throw refusal("invalid argument 1");
        return answer(call);
      };
    });

    it("reads by number, makes sure of the hash, and remembers", async () => {
      const session = sessionWith(node);

      const snapshot = await readSnapshot(session, HUB, ask);
      node.calls.length = 0;
      await readSnapshot(session, HUB, ask);

      expect(snapshot.seq).to.equal(9);
      expect(blocksAsked().every((tag) => tag === "0x14")).to.equal(true);
    });

    it("fails when another block has taken the number", async () => {
      canonical = aBlock(20, { fork: 1 }).hash;

      expect((await failureOf(readSnapshot(sessionWith(node), HUB, ask))).name).to.equal("BLOCK_REPLACED");
    });
  });

  it("calls an answer malformed that does not decode, or is empty", async () => {
    for (const given of ["0x", "0x1234", `0x${"ff".repeat(64)}`]) {
      node.answer = (call) => (call.method === "eth_call" ? given : answer(call));

      expect((await failureOf(readSnapshot(sessionWith(node), HUB, ask))).name).to.equal("RPC_MALFORMED");
    }
  });
});
