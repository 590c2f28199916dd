import { expect } from "chai";
import { keccak256, toUtf8Bytes } from "ethers";
import fc from "fast-check";

import { keccak, keccakHasher } from "../../../../relayer/adapters/evm/hasher.ts";
import type { Hex } from "../../../../relayer/domain/hex.ts";
import { FUZZ } from "../../../support/fuzz.ts";

describe("keccak", () => {
  it("is ethers' keccak256, of bytes of every length about a block of the sponge and beyond", () => {
    for (let length = 0; length <= 300; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256);
      expect(keccak(bytes)).to.equal(keccak256(bytes));
    }
  });

  it("takes text as UTF-8, and hex as bytes", () => {
    const hexOf = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString("hex")}`;
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.uint8Array({ maxLength: 400 }), (text, bytes) => {
        expect(keccakHasher.keccakUtf8(text)).to.equal(keccak256(toUtf8Bytes(text)));
        expect(keccakHasher.keccakHex(hexOf(bytes))).to.equal(keccak256(bytes));
      }),
      FUZZ,
    );
  });
});
