import { expect } from "chai";
import fc from "fast-check";

import { type Canonical, canonicalJson } from "../../../../relayer/domain/canonical.ts";
import { type Decision, type Plan, canonicalDecision } from "../../../../relayer/domain/decision/decision.ts";
import { listUndertakings } from "../../../../relayer/domain/decision/list-actions.ts";
import { canonicalInputs } from "../../../../relayer/domain/decision/inputs.ts";
import { readDecision } from "../../../../relayer/domain/decision/read-decision.ts";
import { sealDecision } from "../../../../relayer/domain/decision/seal.ts";
import { EMPTY_WORD, type Word, word } from "../../../../relayer/domain/incident/word.ts";
import type { Hex } from "../../../../relayer/domain/hex.ts";
import type { PlanInput } from "../../../../relayer/domain/policy/plan-input.ts";
import { keccakHasher } from "../../../../relayer/adapters/evm/hasher.ts";
import { canonicalPolicy } from "../../../../relayer/domain/policy/policy.ts";
import { aBlock, aHubState, aMarketWord, EIDS, OPERATORS, wordsWith } from "../../../support/builders.ts";

const WORD = word(0xabcn);
const ENTRY = { market: 1, word: WORD };

const DECISION: Decision = {
  cut: [
    {
      eid: EIDS[0]!,
      latest: { number: 7, hash: "0x07" },
      finalised: { number: 3, hash: "0x03" },
      isCaughtUp: true,
      venue: { number: 2, hash: "0x02" },
    },
  ],
  inputs: "0x77",
  policyHash: "0x99",
  rules: [{ id: "mirror", version: 1 }],
  operators: ["0x01", "0x02"],
  inFlight: [{ eid: EIDS[1]!, entries: [ENTRY] }],
  directives: [
    {
      kind: "raise",
      deadline: 600,
      entries: [ENTRY],
      destinations: [
        { eid: EIDS[1]!, needs: [ENTRY] },
        { eid: EIDS[2]!, needs: [ENTRY] },
      ],
    },
    { kind: "settle", deadline: 601, entries: [ENTRY], destinations: [{ eid: EIDS[1]!, needs: [ENTRY] }] },
  ],
};

const someJson = (): fc.Arbitrary<Canonical> =>
  fc.letrec<{ value: Canonical }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.bigInt({ min: 0n }),
      fc.string(),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;

/** The same value with the keys of every object in the opposite order. */
function reverseKeys(value: Canonical): Canonical {
  if (Array.isArray(value)) return (value as readonly Canonical[]).map(reverseKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reverseKeys(member)]),
  );
}

describe("canonical JSON", () => {
  describe("when keys come in another order", () => {
    it("is the same text", () => {
      fc.assert(
        fc.property(someJson(), (value) => {
          expect(canonicalJson(reverseKeys(value))).to.equal(canonicalJson(value));
        }),
      );
    });
  });

  describe("when parsed as JSON", () => {
    it("is JSON, with bigints as hex", () => {
      fc.assert(
        fc.property(someJson(), (value) => {
          const plain: unknown = JSON.parse(
            JSON.stringify(value, (_, member: unknown) =>
              typeof member === "bigint" ? `0x${member.toString(16)}` : member,
            ),
          );

          expect(JSON.parse(canonicalJson(value))).to.deep.equal(plain);
        }),
      );
    });
  });

  describe("when printed", () => {
    it("has sorted keys and no white space", () => {
      expect(canonicalJson({ b: [1, 2n, null], a: { d: "x y", c: true } })).to.equal(
        '{"a":{"c":true,"d":"x y"},"b":[1,"0x2",null]}',
      );
    });
  });
});

describe("decision", () => {
  describe("when written down", () => {
    it("is this text, byte for byte (P14)", () => {
      expect(canonicalDecision({ ...DECISION, directives: DECISION.directives.slice(1) })).to.equal(
        '{"cut":[{"eid":50901,"finalised":{"hash":"0x03","number":3},"isCaughtUp":true,"latest":{"hash":"0x07","number":7},"venue":{"hash":"0x02","number":2}}],' +
          '"directives":[{"deadline":601,"destinations":[{"eid":50902,"needs":[{"market":1,"word":"0xabc"}]}],' +
          '"entries":[{"market":1,"word":"0xabc"}],"kind":"settle"}],' +
          '"inFlight":[{"eid":50902,"entries":[{"market":1,"word":"0xabc"}]}],"inputs":"0x77",' +
          '"operators":["0x01","0x02"],"policyHash":"0x99","rules":[{"id":"mirror","version":1}]}',
      );
    });
  });

  describe("when sealed", () => {
    const plan: Plan = { ...DECISION };
    const aState = (localWords: readonly Word[]) => ({ block: aBlock(7), state: aHubState({ localWords }) });
    const inputWith = (local: Word): PlanInput => ({
      chains: [
        { eid: EIDS[0]!, latest: aState(wordsWith(local)), finalised: aState(wordsWith(EMPTY_WORD)), isCaughtUp: true },
      ],
      operators: OPERATORS,
      inFlight: [],
      venues: [],
    });

    it("names what it was made from: one lane that differs is another decision, though the plan is the same", () => {
      const [one, same, other] = [aMarketWord({ m1: 7 }), aMarketWord({ m1: 7 }), aMarketWord({ m1: 8 })].map((local) =>
        sealDecision(plan, inputWith(local), keccakHasher.keccakUtf8),
      );

      expect(same).to.deep.equal(one);
      expect(one?.decision.inputs).to.equal(
        keccakHasher.keccakUtf8(canonicalInputs(inputWith(aMarketWord({ m1: 7 })))),
      );
      expect(other?.decision.inputs).to.not.equal(one?.decision.inputs);
      expect(other?.hash).to.not.equal(one?.hash);
    });

    it("does not depend on which strangers a node has heard to be operators", () => {
      const heard = (operators: readonly Hex[]) => {
        const input = inputWith(EMPTY_WORD);
        const chains = input.chains.map((cut) => ({
          ...cut,
          latest: { ...cut.latest, state: { ...cut.latest.state, operators } },
        }));
        return canonicalInputs({ ...input, chains });
      };

      expect(heard([...OPERATORS.toReversed(), "0xff"])).to.equal(heard(OPERATORS));
    });

    it("reads back which chains were in doubt", () => {
      const cut = DECISION.cut.map((point) => ({ ...point, isSuspect: true }));

      expect(readDecision(canonicalDecision({ ...DECISION, cut }))?.cut).to.deep.equal(cut);
    });

    it("reads its own text back, and nothing else", () => {
      const { cut, inputs, policyHash, operators, inFlight } = DECISION;

      expect(readDecision(canonicalDecision(DECISION))).to.deep.equal({
        cut,
        inputs,
        policyHash,
        operators,
        inFlight,
        markets: [1],
        subject: { eid: 50_902, market: 1, rungs: 4 },
      });
      const told = { until: 0, globalOpenInterest: 0n, deadline: 600, turn: 0n } as const;
      const allotments = [{ eid: EIDS[2]!, units: 5n }];
      const cap = { ...told, kind: "open-interest-cap", market: 2, toMarket: 0, allotments } as const;
      const move = { ...told, kind: "insurance-move", market: 0, toMarket: 3, allotments } as const;
      // The shared fund is not the whole protocol.
      const { markets, subject } = readDecision(
        canonicalDecision({ ...DECISION, directives: [], instructions: [move, cap] }),
      )!;
      expect([markets, subject]).to.deep.equal([[2, 3], { eid: EIDS[2], market: 3, rungs: 0 }]);
      expect(
        readDecision(canonicalDecision({ ...DECISION, directives: DECISION.directives.slice(1) }))?.subject,
      ).to.equal(null);
      for (const text of ["", "{}", "[]", "null", '{"cut":[{"eid":1}]}']) expect(readDecision(text)).to.equal(null);
    });
  });

  describe("when carried out", () => {
    it("makes one action for each destination of each directive, named after the decision", () => {
      const undertakings = listUndertakings(DECISION, `0x${"ab".repeat(32)}`);

      expect(
        undertakings.map(({ actions }) => actions.map(({ id, kind, deadline }) => [id, kind, deadline])),
      ).to.deep.equal([
        [
          ["act-abababababababab-0-50902", "raise", 600],
          ["act-abababababababab-0-50903", "raise", 600],
        ],
        [["act-abababababababab-1-50902", "settle", 601]],
      ]);
    });
  });
});

describe("policy", () => {
  describe("when written down", () => {
    it("names its numbers and the rules that read them", () => {
      expect(canonicalPolicy({ mirror: { renewBelowSeconds: 480, reconcileAfterSeconds: 300 } })).to.equal(
        '{"mirror":{"reconcileAfterSeconds":300,"renewBelowSeconds":480},"rules":[{"id":"mirror","version":1}]}',
      );
    });
  });
});
