import { expect } from "chai";

import { keccakHasher } from "../../../../relayer/adapters/evm/hasher.ts";
import { readClaim } from "../../../../relayer/adapters/peers/messages.ts";
import { type SealedDecision, sealDecision } from "../../../../relayer/domain/decision/seal.ts";
import { singleLane, mergeWords } from "../../../../relayer/domain/incident/word.ts";
import { plan } from "../../../../relayer/domain/policy/plan.ts";
import type { PlanInput } from "../../../../relayer/domain/policy/plan-input.ts";
import type { Policy } from "../../../../relayer/domain/policy/policy.ts";
import {
  type Claim,
  type SigningRules,
  type StatesAtCut,
  checkClaim,
  isStale,
  recompute,
} from "../../../../relayer/domain/quorum/claim.ts";
import { EIDS, OPERATORS, T0, aBlock, aHubState, aMarketWord } from "../../../support/builders.ts";
import { aVenueWithDesk, DESK_POLICY, someFigures } from "../../../support/desk-builders.ts";
import { MIRROR } from "../../../support/fake-mesh.ts";

const keccak = (text: string) => keccakHasher.keccakUtf8(text);
const POLICY: Policy = { hash: `0x${"11".repeat(32)}`, mirror: MIRROR };
const RULES: SigningRules = { policy: POLICY, operators: OPERATORS, kinds: ["raise", "settle"], keccak };
const HALTED = aMarketWord({ caution: T0, reduceOnly: T0, halted: T0 });

describe("what a node makes of a peer's decision", () => {
  const calm = aHubState({ operators: OPERATORS });
  const halted = { ...calm, meshWords: calm.meshWords.with(1, HALTED) };
  const at = (number: number, state = calm) => ({ block: aBlock(number, { timestamp: T0 + number }), state });
  const chains = [
    { eid: EIDS[0]!, latest: at(9, halted), finalised: at(5), isCaughtUp: true },
    { eid: EIDS[1]!, latest: at(8), finalised: at(5), isCaughtUp: true },
  ];
  const input: PlanInput = { chains, operators: OPERATORS, inFlight: [], venues: [] };
  const states: StatesAtCut = new Map(
    chains.map(({ eid, latest, finalised }) => [eid, { latest, finalised, venue: null }]),
  );
  const seal = (of: PlanInput): SealedDecision => sealDecision(plan(of, POLICY)!, of, keccak);
  const claimOf = (text: string, index = 0): Claim => readClaim(JSON.stringify({ text, index }));
  const honest = claimOf(seal(input).text);
  const known = new Set(EIDS);

  it("finds the same directive in an honest one, from its text alone", () => {
    expect(checkClaim(honest, RULES, known)).to.equal(null);
    expect(recompute(honest, states, RULES)).to.deep.equal(seal(input).decision.directives[0]);
  });

  it("takes in flight from the peer, and finds what is left", () => {
    const inFlight = [
      { eid: EIDS[1]!, entries: [{ market: 1, word: mergeWords(singleLane(1, T0), singleLane(2, T0)) }] },
    ];
    const claim = claimOf(seal({ ...input, inFlight }).text);

    const directive = recompute(claim, states, RULES);

    expect(directive).to.have.property("entries").with.length(1);
    expect(directive).to.deep.equal(seal({ ...input, inFlight }).decision.directives[0]);
  });

  const text = seal(input).text;
  const tampered: Readonly<Record<string, string>> = {
    "a later deadline": text.replace(/"deadline":(\d+)/, (_, seconds: string) => `"deadline":${Number(seconds) + 1}`),
    "a word more": text.replace(/"word":"0x(\w)/, (_, digit: string) => `"word":"0x1${digit}`),
    "another digest of what was seen": text.replace(/"inputs":"0x\w/, '"inputs":"0xf'),
    "other rules": text.replace('"version":1', '"version":2'),
    "a key that nobody writes": text.replace(/^\{/, '{"also":1,'),
    "white space": text.replace(/^\{/, "{ "),
  };
  for (const [what, changed] of Object.entries(tampered)) {
    it(`does not sign one with ${what}`, () => {
      expect(changed).to.not.equal(text);
      expect(recompute(claimOf(changed), states, RULES)).to.equal("not-reproducible");
    });
  }

  it("does not sign what its own chains do not say", () => {
    const others = new Map(states).set(EIDS[0]!, { latest: at(9), finalised: at(5), venue: null });

    expect(recompute(honest, others, RULES)).to.equal("not-reproducible");
  });

  describe("when the finality of a chain is in doubt", () => {
    const doubted = (of: StatesAtCut): StatesAtCut =>
      new Map([...of].map(([eid, at]) => [eid, eid === EIDS[0] ? { ...at, isSuspect: true } : at]));
    const suspect = { ...input, chains: chains.map((of) => (of.eid === EIDS[0] ? { ...of, isSuspect: true } : of)) };
    const isFinal = [{ ...chains[0]!, finalised: chains[0]!.latest }, chains[1]!];
    const final = { ...input, chains: isFinal };
    const finalStates: StatesAtCut = new Map(
      isFinal.map(({ eid, latest, finalised }) => [eid, { latest, finalised, venue: null }]),
    );

    it("takes the peer's doubt over: with it the same comes out, without it another text", () => {
      const made = seal(suspect);

      expect(recompute(claimOf(made.text), states, RULES)).to.deep.equal(made.decision.directives[0]);
      expect(made.text).to.not.equal(honest.text);
      expect(made.text.replace('"isSuspect":true,', "")).to.equal(honest.text);
    });

    it("signs what heads alone ask for, though it doubts that chain and the peer does not", () => {
      expect(recompute(honest, doubted(states), RULES)).to.deep.equal(seal(input).decision.directives[0]);
    });

    it("does not sign what rests on finality that it doubts, and signs it once it does not", () => {
      const claim = claimOf(seal(final).text);

      expect(recompute(claim, doubted(finalStates), RULES)).to.equal("in-doubt");
      expect(recompute(claim, finalStates, RULES)).to.deep.equal(seal(final).decision.directives[0]);
    });

    it("reads no other doubt than true", () => {
      const forged = seal(suspect).text.replace('"isSuspect":true', '"isSuspect":false');

      expect(() => claimOf(forged)).to.throw("another shape");
    });
  });

  it("does not sign a directive that the decision does not have", () => {
    expect(recompute(claimOf(text, 1), states, RULES)).to.equal("not-reproducible");
  });

  it("does not sign without every chain of the cut", () => {
    expect(recompute(honest, new Map([...states].slice(1)), RULES)).to.equal("unknown-block");
  });

  it("does not sign kinds that it was told not to", () => {
    expect(recompute(honest, states, { ...RULES, kinds: ["settle"] })).to.equal("kind");
  });

  describe("when desks are told something", () => {
    const told: PlanInput = {
      ...input,
      chains: chains.map(({ finalised, ...of }) => ({ ...of, latest: at(8), finalised })),
      venues: [{ ...aVenueWithDesk(0, [someFigures({ openInterest: 2_000n, largest: 2_000n })]), eid: EIDS[0]! }],
    };
    const policy: Policy = { ...DESK_POLICY, hash: POLICY.hash };
    const rules: SigningRules = { ...RULES, policy, kinds: ["open-interest-cap"] };
    const made = sealDecision(plan(told, policy)!, told, keccak);
    const seen: StatesAtCut = new Map(
      told.chains.map(({ eid, latest, finalised }, index) => [
        eid,
        { latest, finalised, venue: index === 0 ? told.venues[0]! : null },
      ]),
    );
    const claim = claimOf(made.text, made.decision.directives.length);

    it("finds the same instruction from its own figures", () => {
      expect(recompute(claim, seen, rules)).to.deep.equal(made.decision.instructions?.[0]);
      expect(made.decision.instructions?.[0]?.kind).to.equal("open-interest-cap");
    });

    it("does not sign one with another amount, end or receiver", () => {
      const changes = [
        made.text.replace('"units":"0x7d0"', '"units":"0x7d1"'),
        made.text.replace(/"until":(\d)/, '"until":9$1'),
        made.text.replace('"toMarket":0', '"toMarket":2'),
      ];
      for (const changed of changes) {
        expect(changed).to.not.equal(made.text);
        expect(recompute(claimOf(changed, claim.index), seen, rules)).to.equal("not-reproducible");
      }
    });

    it("does not sign what its own desk's report does not say", () => {
      const venue = { ...told.venues[0]!, markets: [someFigures({ openInterest: 2_000n, largest: 900n })] };
      const others = new Map(seen).set(EIDS[0]!, { ...seen.get(EIDS[0]!)!, venue });

      expect(recompute(claim, others, rules)).to.equal("not-reproducible");
    });

    it("does not sign kinds that it was told not to, nor what rests on finality that it doubts", () => {
      expect(recompute(claim, seen, { ...rules, kinds: ["raise", "insurance-move"] })).to.equal("kind");
      const doubted = new Map(seen).set(EIDS[0]!, { ...seen.get(EIDS[0]!)!, isSuspect: true });
      expect(recompute(claim, doubted, rules)).to.equal("in-doubt");
    });
  });

  it("refuses before it looks at any chain: strangers' chains, other policies, other operators", () => {
    const policy = { ...POLICY, hash: `0x${"22".repeat(32)}` as const };
    const operators = OPERATORS.slice(1);

    expect(checkClaim(honest, RULES, new Set(EIDS.slice(1)))).to.equal("unknown-chain");
    expect(checkClaim(honest, { ...RULES, policy }, known)).to.equal("policy-differs");
    expect(checkClaim(honest, { ...RULES, operators }, known)).to.equal("operators-differ");
    const twice = { ...honest, input: { ...honest.input, cut: [honest.input.cut[0]!, honest.input.cut[0]!] } };
    expect(checkClaim(twice, RULES, known)).to.equal("unknown-chain");
  });

  it("calls a head stale from the second after two minutes on", () => {
    expect([isStale(T0, T0 + 120), isStale(T0, T0 + 121), isStale(T0 + 5, T0)]).to.deep.equal([false, true, false]);
  });
});
