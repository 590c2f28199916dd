import { expect } from "chai";

import { createIdentity } from "../../../../relayer/adapters/evm/identity.ts";
import { CLOCK_MS, type PeerServer, startPeerServer } from "../../../../relayer/adapters/peers/peer-server.ts";
import { hexOfInteger, type Hex } from "../../../../relayer/domain/hex.ts";
import type { Sealed } from "../../../../relayer/ports/signer.ts";
import { PEER_KEYS, PEER_MESH } from "../../../support/peer-keys.ts";

const [SELF, PEER, STRANGER] = PEER_KEYS.map((key) => createIdentity(PEER_MESH, key)) as [Key, Key, Key];
type Key = ReturnType<typeof createIdentity>;
const NOW_MS = 1_700_000_000_000;
const HASH: Hex = `0x${"5a".repeat(32)}`;
const TEXT = JSON.stringify({ cut: [], policyHash: HASH, operators: [], inFlight: [] });

describe("what a peer server takes", () => {
  let server: PeerServer;
  let nowMs: number;
  /** What the machine's clock was set on by since the start. */
  let setOnMs: number;
  let denials: { readonly peer: string; readonly code: string; readonly why: unknown }[];
  let judged: number;
  let nonces: number;

  beforeEach(async () => {
    [nowMs, setOnMs, denials, judged, nonces] = [NOW_MS, 0, [], 0, 0];
    server = await startPeerServer({
      listen: { host: "127.0.0.1", port: 0 },
      identity: SELF,
      peers: [{ name: "node-b", operator: PEER.operator }],
      wallet: hexOfInteger(9n, 20),
      instance: "here",
      nowMs: () => nowMs,
      wallMs: () => nowMs + setOnMs,
      onDenied: (peer, { code, facts }) => void denials.push({ peer, code, why: facts["why"] }),
    });
    server.serve(() => {
      judged += 1;
      return Promise.resolve({ kind: "refused", reason: "kind" });
    });
  });

  afterEach(() => server.close());

  const message = (differs: Partial<Sealed> = {}): Sealed => {
    nonces += 1;
    const body = JSON.stringify({ text: TEXT, index: 0 });
    const nonce = hexOfInteger(BigInt(nonces), 32);
    return { purpose: "propose", from: PEER.operator, to: SELF.operator, sentAtMs: nowMs, nonce, body, ...differs };
  };
  const post = async (body: string, path = "/v1/propose") => {
    const headers = { "content-type": "application/json" };
    const url = `http://127.0.0.1:${server.port}${path}`;
    const response = await fetch(url, { method: "POST", headers, body });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  const send = (sealed: Sealed, by: Key = PEER, path = "/v1/propose") => {
    const { purpose: _, ...rest } = sealed;
    return post(JSON.stringify({ ...rest, seal: by.seal(sealed) }), path);
  };

  it("is a peer's proposal to this node, of now", async () => {
    expect(await send(message())).to.deep.equal({ status: 409, body: { refusal: "kind" } });
    expect([judged, denials]).to.deep.equal([1, []]);
  });

  const strange: readonly { what: string; why: string; differs: Partial<Sealed>; by?: Key }[] = [
    { what: "an account that is no peer", why: "not a peer", differs: { from: STRANGER.operator }, by: STRANGER },
    { what: "this node itself", why: "not a peer", differs: { from: SELF.operator }, by: SELF },
    { what: "somebody with another's name", why: "seal", differs: {}, by: STRANGER },
    { what: "a seal that was made for another kind of message", why: "seal", differs: { purpose: "meet" } },
    { what: "a message for another node", why: "not for this node", differs: { to: STRANGER.operator } },
    { what: "a clock too far behind", why: "clock", differs: { sentAtMs: NOW_MS - CLOCK_MS - 1 } },
    { what: "a clock too far ahead", why: "clock", differs: { sentAtMs: NOW_MS + CLOCK_MS + 1 } },
  ];
  for (const { what, why, differs, by } of strange) {
    it(`is nothing of ${what}`, async () => {
      expect(await send(message(differs), by)).to.deep.equal({ status: 401, body: { denied: why } });
      expect([judged, denials.map((denial) => [denial.code, denial.why])]).to.deep.equal([0, [["CRD-704", why]]]);
    });
  }

  for (const [what, byMs] of [
    ["ahead, after a sleep", 3_600_000],
    ["back, to what is right", -3_600_000],
  ] as const) {
    it(`goes by the time of day when the machine's clock jumps ${what}`, async () => {
      setOnMs = byMs;

      expect((await send(message({ sentAtMs: NOW_MS + byMs }))).status).to.equal(409);
      expect(await send(message({ sentAtMs: NOW_MS }))).to.deep.equal({ status: 401, body: { denied: "clock" } });
      // What was here before is known whatever the clock says.
      const once = message({ sentAtMs: NOW_MS + byMs });
      expect([(await send(once)).status, (await send(once)).status]).to.deep.equal([409, 401]);
      expect(judged).to.equal(2);
    });
  }

  it("is a message whose clock is off by no more than hubs allow", async () => {
    await send(message({ sentAtMs: NOW_MS - CLOCK_MS }));
    await send(message({ sentAtMs: NOW_MS + CLOCK_MS }));

    expect(judged).to.equal(2);
  });

  it("is no message twice, for as long as its clock would pass", async () => {
    const once = message({ sentAtMs: NOW_MS + CLOCK_MS });
    await send(once);
    nowMs = NOW_MS + 2 * CLOCK_MS;

    expect(await send(once)).to.deep.equal({ status: 401, body: { denied: "replayed" } });
    expect(judged).to.equal(1);
  });

  it("is no body that was changed under its seal", async () => {
    const { purpose: _, ...sealed } = message();
    const seal = PEER.seal({ ...sealed, purpose: "propose" });

    const changed = { ...sealed, body: JSON.stringify({ text: TEXT, index: 1 }), seal };

    expect((await post(JSON.stringify(changed))).body).to.deep.equal({ denied: "seal" });
  });

  const garbage: readonly { what: string; body: string }[] = [
    { what: "what is not JSON", body: "{" },
    { what: "JSON of another shape", body: "[]" },
    {
      what: "an envelope with a key too many",
      body: JSON.stringify({ purpose: "propose", from: PEER.operator, to: SELF.operator, seal: HASH }),
    },
    { what: "what is larger than any proposal", body: JSON.stringify({ body: "x".repeat(300_000) }) },
  ];
  for (const { what, body } of garbage) {
    it(`is not ${what}`, async () => {
      expect(await post(body)).to.deep.equal({ status: 400, body: { denied: "malformed" } });
      expect([judged, denials.map(({ code }) => code)]).to.deep.equal([0, ["CRD-701"]]);
    });
  }

  for (const [what, body] of Object.entries({
    "a sealed body that is no proposal": "{}",
    "a sealed proposal whose text is no decision": JSON.stringify({ text: "[]", index: 0 }),
    "a sealed proposal with more chains than a mesh has": JSON.stringify({
      text: TEXT.replace('"inFlight":[]', `"inFlight":[${Array(65).fill('{"eid":1,"entries":[]}').join(",")}]`),
      index: 0,
    }),
  })) {
    it(`is not ${what}, and says whose it is`, async () => {
      expect((await send(message({ body }))).status).to.equal(400);
      expect(denials.map(({ peer, code }) => [peer, code])).to.deep.equal([["node-b", "CRD-701"]]);
    });
  }

  it("is a bounded number of messages of one peer, and more after a while", async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, () => send(message())));
    nowMs += 1_000;
    const later = await send(message());

    const refused = answers.filter(({ status }) => status === 429);
    expect([refused.length, judged]).to.deep.equal([4, 21]);
    expect(refused[0]?.body).to.deep.equal({ refusal: "rate-limited" });
    expect(later.status).to.equal(409);
  });

  it("is a bounded number of anybody's messages from one address", async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => post("[]")));

    expect(answers.filter(({ status }) => status === 429)).to.have.length(20);
    expect(judged).to.equal(0);
  });

  it("goes on after all of it", async () => {
    for (const { body } of garbage) await post(body);

    expect((await send(message())).status).to.equal(409);
  });

  it("introduces itself to peers only, with the nonce of the question", async () => {
    const question = message({ purpose: "meet", body: "" });
    const answer = await send(question, PEER, "/v1/meet");
    const stranger = await send(message({ purpose: "meet", from: STRANGER.operator, body: "" }), STRANGER, "/v1/meet");

    const { seal, ...met } = answer.body as Omit<Sealed, "purpose"> & { seal: Hex };
    expect(met.nonce).to.equal(question.nonce);
    expect(PEER.sealerOf({ ...met, purpose: "introduce" }, seal)).to.equal(SELF.operator);
    expect(JSON.parse(met.body)).to.include({ operator: SELF.operator, instance: "here" });
    expect(stranger.status).to.equal(401);
  });
});
