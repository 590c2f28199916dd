import { expect } from "chai";

import { createDirectiveSigner } from "../../relayer/adapters/evm/directive-signer.ts";
import { keccakHasher } from "../../relayer/adapters/evm/hasher.ts";
import { createIdentity } from "../../relayer/adapters/evm/identity.ts";
import { startHttpCoSigners } from "../../relayer/adapters/peers/http-co-signers.ts";
import { hexOfInteger, type Hex } from "../../relayer/domain/hex.ts";
import type { Directive } from "../../relayer/domain/incident/directive.ts";
import type { Claim } from "../../relayer/domain/quorum/claim.ts";
import type { Answer, CoSigners, Proposal, Reviewer } from "../../relayer/ports/co-signers.ts";
import { OPERATORS } from "../support/builders.ts";
import { failureOf } from "../support/failure-of.ts";
import { FakeCoSigners, FakeLine } from "../support/fake-co-signers.ts";
import { PEER_KEYS, PEER_MESH } from "../support/peer-keys.ts";

const never = new AbortController().signal;
const HASH: Hex = `0x${"5a".repeat(32)}`;

/** As short as a decision can be: nobody recomputes it here. */
const TEXT = JSON.stringify({
  cut: [
    { eid: 1, isCaughtUp: true, venue: null, latest: { number: 7, hash: HASH }, finalised: { number: 5, hash: HASH } },
  ],
  policyHash: HASH,
  rules: [],
  operators: [OPERATORS[0]],
  inFlight: [{ eid: 1, entries: [{ market: 1, word: "0x1" }] }],
  directives: [],
});
const DIRECTIVE: Directive = { decision: keccakHasher.keccakUtf8(TEXT), deadline: 1_000, entries: "0x" };
const PROPOSAL: Proposal = {
  text: TEXT,
  index: 3,
  directive: DIRECTIVE,
};

/** Two nodes that can reach each other. */
interface Pair {
  readonly near: CoSigners;
  readonly far: CoSigners;
  /** The far node's signature over the directive. */
  readonly signature: Hex;
  /** Of somebody else, over the same directive. */
  readonly foreign: Hex;
  close(): Promise<void>;
}

const drivers = [
  { name: "FakeCoSigners", open: openFake },
  { name: "HttpCoSigners", open: openHttp },
];

for (const { name, open } of drivers) {
  describe(`CoSigners of ${name}`, () => {
    let pair: Pair;

    beforeEach(async () => {
      pair = await open();
    });

    afterEach(() => pair.close());

    const ask = (proposal = PROPOSAL, signal = never) => pair.near.ask(pair.near.peers[0]!, proposal, signal);
    const answering = (answer: Answer): Reviewer => {
      return () => Promise.resolve(answer);
    };

    it("brings the peer's signature", async () => {
      pair.far.serve(answering({ kind: "signed", signature: pair.signature }));

      expect(await ask()).to.deep.equal({ kind: "signed", signature: pair.signature });
    });

    it("shows the peer the text, byte for byte, what it looked at, and who asks", async () => {
      const claims: { claim: Claim; from: string }[] = [];
      pair.far.serve((claim, from) => {
        claims.push({ claim, from: from.name });
        return Promise.resolve({ kind: "refused", reason: "kind" });
      });

      await ask();

      const [{ claim, from } = { claim: null, from: "" }] = claims;
      expect([claim?.text, claim?.index, from]).to.deep.equal([TEXT, 3, "near"]);
      expect(claim?.input.cut).to.deep.equal(JSON.parse(TEXT).cut);
      expect(claim?.input.inFlight).to.deep.equal([{ eid: 1, entries: [{ market: 1, word: 1n }] }]);
    });

    it("brings a refusal with its reason", async () => {
      pair.far.serve(answering({ kind: "refused", reason: "other-hash" }));

      expect(await ask()).to.deep.equal({ kind: "refused", reason: "other-hash" });
    });

    it("is told that the peer is busy before it judges anything", async () => {
      expect(await ask()).to.deep.equal({ kind: "refused", reason: "busy" });
    });

    it("takes no signature of anybody else", async () => {
      pair.far.serve(answering({ kind: "signed", signature: pair.foreign }));

      expect((await failureOf(ask())).name).to.equal("PEER_LIED");
    });

    it("learns who the peer is", async () => {
      const met = await pair.near.meet(pair.near.peers[0]!, never);

      expect(met.operator).to.equal(pair.near.peers[0]!.operator);
      expect(met.wallet).to.match(/^0x[0-9a-f]{40}$/);
    });

    it("gives up at once when it is told to", async () => {
      pair.far.serve(() => new Promise(() => undefined));
      const stopping = new AbortController();
      const asked = failureOf(ask(PROPOSAL, stopping.signal));
      setTimeout(() => stopping.abort(), 20);

      expect((await asked).name).to.equal("PEER_UNAVAILABLE");
    });

    it("finds nobody where the peer has ended", async () => {
      await pair.far.close();

      expect((await failureOf(ask())).fate).to.equal("retry");
      expect((await failureOf(pair.near.meet(pair.near.peers[0]!, never))).fate).to.equal("retry");
    });
  });
}

function openFake(): Promise<Pair> {
  const line = new FakeLine();
  const [a, b] = OPERATORS as [Hex, Hex];
  const near = { name: "near", operator: a };
  const far = { name: "far", operator: b };
  const pair = { near: new FakeCoSigners(line, near, [far]), far: new FakeCoSigners(line, far, [near]) };
  return Promise.resolve({
    ...pair,
    signature: hexOfInteger(BigInt(b), 65),
    foreign: hexOfInteger(BigInt(a), 65),
    close: async () => {
      await Promise.all([pair.near.close(), pair.far.close()]);
    },
  });
}

async function openHttp(): Promise<Pair> {
  const [a, b] = PEER_KEYS.map((key) => createIdentity(PEER_MESH, key)) as [Identity, Identity];
  const listen = { host: "127.0.0.1", port: 0 };
  const common = {
    listen,
    wallet: hexOfInteger(9n, 20),
    nowMs: () => performance.timeOrigin + performance.now(),
    onDenied: () => undefined,
  };
  const near = { name: "near", operator: a.operator };
  const far = await startHttpCoSigners({ ...common, identity: b, peers: [{ ...near, url: "http://127.0.0.1:1" }] });
  const peers = [{ name: "far", operator: b.operator, url: `http://127.0.0.1:${far.port}` }];
  const nearSide = await startHttpCoSigners({ ...common, identity: a, peers });
  const signatureOf = async (key: Hex) => {
    const { signatures } = await createDirectiveSigner(PEER_MESH, [key]).sign(DIRECTIVE);
    return signatures[0]!.signature;
  };
  return {
    near: nearSide,
    far,
    signature: await signatureOf(PEER_KEYS[1]!),
    foreign: await signatureOf(PEER_KEYS[2]!),
    close: async () => {
      await Promise.all([nearSide.close(), far.close()]);
    },
  };
}

type Identity = ReturnType<typeof createIdentity>;
