import { expect } from "chai";
import { computeAddress, SigningKey } from "ethers";
import fc from "fast-check";

import { createAccountKey } from "../../../../relayer/adapters/evm/account-key.ts";
import { type Hex, hexOfInteger } from "../../../../relayer/domain/hex.ts";

/** The order of secp256k1's group, and half of it: SEC 2, section 2.4.1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const HALF_ORDER = ORDER / 2n;

const anyKey = fc.bigInt(1n, ORDER - 1n).map((value) => hexOfInteger(value, 32));
const anyDigest = fc.bigInt(0n, (1n << 256n) - 1n).map((value) => hexOfInteger(value, 32));
/** Checks against ethers cost milliseconds each. */
const RUNS = { numRuns: 100 };

describe("createAccountKey", () => {
  it("is the account that ethers computes", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(createAccountKey(key).address).to.equal(computeAddress(key).toLowerCase());
      }),
      RUNS,
    );
  });

  it("signs every digest as ethers does, byte for byte", () => {
    fc.assert(
      fc.property(anyKey, anyDigest, (key, digest) => {
        const { r, s, yParity, serialized } = createAccountKey(key).sign(digest);
        const expected = new SigningKey(key).sign(digest);

        expect([`0x${r}`, `0x${s}`, yParity]).to.deep.equal([expected.r, expected.s, expected.yParity]);
        expect(serialized).to.equal(expected.serialized);
        expect(BigInt(`0x${s}`) <= HALF_ORDER).to.equal(true);
        expect(SigningKey.recoverPublicKey(digest, serialized)).to.equal(new SigningKey(key).publicKey);
      }),
      RUNS,
    );
  });

  const none: readonly { why: string; key: Hex }[] = [
    { why: "zero", key: hexOfInteger(0n, 32) },
    { why: "the group's order", key: hexOfInteger(ORDER, 32) },
    { why: "31 bytes", key: hexOfInteger(1n, 31) },
  ];
  for (const { why, key } of none) {
    it(`takes no key that is none: ${why}`, () => {
      expect(() => createAccountKey(key)).to.throw();
    });
  }
});
