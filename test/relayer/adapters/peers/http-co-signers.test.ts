import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { expect } from "chai";

import { createIdentity } from "../../../../relayer/adapters/evm/identity.ts";
import { type HttpCoSigners, startHttpCoSigners } from "../../../../relayer/adapters/peers/http-co-signers.ts";
import { hexOfInteger, type Hex } from "../../../../relayer/domain/hex.ts";
import { failureOf } from "../../../support/failure-of.ts";
import { PEER_KEYS, PEER_MESH } from "../../../support/peer-keys.ts";

const never = new AbortController().signal;
const [OWN_KEY, PEER_KEY] = PEER_KEYS;
const SECRET = "hunter2-in-the-path";
const LISTEN = { host: "127.0.0.1", port: 0 };
const PROPOSAL = {
  text: "{}",
  index: 0,
  directive: { decision: `0x${"dd".repeat(32)}` as Hex, deadline: 1, entries: "0x" as Hex },
};

describe("what a node makes of a peer that misbehaves", () => {
  let answer: (response: ServerResponse) => void;
  let peer: Server;
  let node: HttpCoSigners;

  beforeEach(async () => {
    peer = createServer((request, response) => {
      request.resume();
      request.once("end", () => answer(response));
    });
    await new Promise<void>((resolve) => peer.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(peer.address() as AddressInfo).port}/${SECRET}/`;
    node = await startHttpCoSigners({
      listen: LISTEN,
      identity: createIdentity(PEER_MESH, OWN_KEY),
      peers: [{ name: "node-b", operator: createIdentity(PEER_MESH, PEER_KEY).operator, url }],
      wallet: hexOfInteger(9n, 20),
      nowMs: () => Date.now(),
      onDenied: () => undefined,
    });
  });

  afterEach(async () => {
    await node.close();
    peer.closeAllConnections();
    await new Promise((resolve) => peer.close(resolve));
  });

  const ask = () => failureOf(node.ask(node.peers[0]!, PROPOSAL, never));
  const saying = (status: number, body: string) => (response: ServerResponse) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(body);
  };

  const cases = [
    { what: "an answer that is not JSON", status: 200, body: "<html>", name: "PEER_MALFORMED" },
    { what: "neither signature nor refusal", status: 200, body: "{}", name: "PEER_MALFORMED" },
    { what: "a refusal that nobody knows", status: 409, body: '{"refusal":"because"}', name: "PEER_MALFORMED" },
    {
      what: "a signature of nobody",
      status: 200,
      body: JSON.stringify({ signature: `0x${"00".repeat(65)}` }),
      name: "PEER_LIED",
    },
    { what: "more than is ever asked for", status: 200, body: `"${"x".repeat(300_000)}"`, name: "PEER_MALFORMED" },
    { what: "an error of its own", status: 500, body: "{}", name: "PEER_UNAVAILABLE" },
    { what: "that it takes nothing from here", status: 401, body: '{"denied":"not a peer"}', name: "PEER_DENIED" },
    { what: "that the answer is elsewhere", status: 302, body: "{}", name: "PEER_UNAVAILABLE" },
  ] as const;
  for (const { what, status, body, name } of cases) {
    it(`calls ${what} ${name}`, async () => {
      answer = saying(status, body);

      const failure = await ask();

      expect(failure.name).to.equal(name);
      expect(JSON.stringify([failure.message, failure.facts])).to.not.include(SECRET);
    });
  }

  it("waits for a peer that never answers no longer than a few seconds", async () => {
    answer = () => undefined;

    expect((await ask()).facts).to.include({ reason: "timeout" });
  });

  it("does not take another's introduction for the peer's", async () => {
    answer = saying(200, "{}");

    expect((await failureOf(node.meet(node.peers[0]!, never))).name).to.equal("PEER_MALFORMED");
  });

  it("halts when who answers for the peer works with this node's own key", async () => {
    const twin = await startHttpCoSigners({
      listen: LISTEN,
      identity: createIdentity(PEER_MESH, OWN_KEY),
      // To the twin the first node is a peer: with its own key it cannot be told from itself.
      peers: [{ name: "node-a", operator: createIdentity(PEER_MESH, OWN_KEY).operator, url: "http://127.0.0.1:1" }],
      wallet: hexOfInteger(8n, 20),
      nowMs: () => Date.now(),
      onDenied: () => undefined,
    });
    const caller = await startHttpCoSigners({
      listen: LISTEN,
      identity: createIdentity(PEER_MESH, OWN_KEY),
      peers: [
        { name: "node-b", operator: createIdentity(PEER_MESH, OWN_KEY).operator, url: `http://127.0.0.1:${twin.port}` },
      ],
      wallet: hexOfInteger(9n, 20),
      nowMs: () => Date.now(),
      onDenied: () => undefined,
    });

    const failure = await failureOf(caller.meet(caller.peers[0]!, never));
    await Promise.all([caller.close(), twin.close()]);

    expect([failure.name, failure.fate]).to.deep.equal(["KEY_SHARED", "halt"]);
  });
});
