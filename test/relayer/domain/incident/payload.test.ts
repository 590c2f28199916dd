import { expect } from "chai";
import fc from "fast-check";

import type { Hex } from "../../../../relayer/domain/hex.ts";
import { packEntries, packMessage, unpackEntries, unpackMessage } from "../../../../relayer/domain/incident/payload.ts";
import { word } from "../../../../relayer/domain/incident/word.ts";
import { anyWord } from "../../../support/arbitraries.ts";
import vectors from "../../../vectors/payload.json" with { type: "json" };

const entriesOf = ({ markets, words }: { markets: number[]; words: string[] }) =>
  markets.map((market, index) => ({ market, word: word(BigInt(words[index] ?? 0)) }));

const someEntries = () =>
  fc.array(fc.record({ market: fc.integer({ min: 0, max: 255 }), word: anyWord() }), { maxLength: 32 });

const anyHash = () =>
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((of): Hex => `0x${Buffer.from(of).toString("hex")}`);

describe("payload", () => {
  describe("when held against the shared vectors", () => {
    for (const vector of vectors) {
      it(`${vector.op}: ${vector.why}`, () => {
        const packed = vector.packed as Hex;
        const entries = entriesOf(vector);
        const { refused } = vector;
        const configHash = vector.configHash === "" ? null : (vector.configHash as Hex);
        const message = { configHash, seq: BigInt(vector.seq), entries };
        if (vector.op === "entries") {
          expect(unpackEntries(packed)).to.deep.equal(refused === "" ? entries : null);
          if (refused === "") expect(packEntries(entries)).to.equal(packed);
        } else {
          expect(unpackMessage(packed)).to.deep.equal(refused === "" ? message : refused);
          if (refused === "") expect(packMessage(message)).to.equal(packed);
        }
      });
    }
  });

  describe("when packed and unpacked", () => {
    it("comes back as it was", () => {
      const seq = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
      fc.assert(
        fc.property(fc.option(anyHash()), seq, someEntries(), (configHash, number, entries) => {
          const message = { configHash, seq: number, entries };

          expect(unpackMessage(packMessage(message))).to.deep.equal(message);
        }),
      );
    });
  });

  describe("when the bytes are anything at all", () => {
    it("never throws (P5)", () => {
      const bytes = fc.uint8Array({ maxLength: 200 }).map((of): Hex => `0x${Buffer.from(of).toString("hex")}`);
      fc.assert(
        fc.property(bytes, (packed) => {
          const read = unpackMessage(packed);

          if (typeof read !== "string") expect(packMessage(read).length).to.equal(packed.length);
        }),
      );
    });
  });
});
