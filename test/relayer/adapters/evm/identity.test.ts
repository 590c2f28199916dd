import { expect } from "chai";
import { Signature, toBeHex } from "ethers";

import { createAccountKey } from "../../../../relayer/adapters/evm/account-key.ts";
import { directiveDigest } from "../../../../relayer/adapters/evm/directive-signer.ts";
import { createIdentity } from "../../../../relayer/adapters/evm/identity.ts";
import { type Hex, hexOfInteger, joinHex, sliceHex } from "../../../../relayer/domain/hex.ts";

const MESH: Hex = `0x${"aa".repeat(32)}`;
const KEY: Hex = `0x${"b1".repeat(32)}`;
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

describe("createIdentity", () => {
  const identity = createIdentity(MESH, KEY);
  const directive = { decision: hexOfInteger(1n, 32), deadline: 1_700_000_900, entries: "0x" } as const;
  const signature = createAccountKey(KEY).sign(directiveDigest(MESH, directive)).serialized;
  const withV = (v: number): Hex => joinHex([sliceHex(signature, 0, 64), hexOfInteger(BigInt(v), 1)]);

  it("knows who signed a directive", () => {
    expect(identity.signerOf(directive, signature)).to.equal(identity.operator);
    expect(identity.signerOf({ ...directive, deadline: 1 }, signature)).not.to.equal(identity.operator);
  });

  const { v, s, r, compactSerialized } = Signature.from(signature);
  const forms: readonly (readonly [string, Hex])[] = [
    ["the parity in place of v", withV(v - 27)],
    ["a v that names a chain", withV(v + 10)],
    ["64 bytes", compactSerialized as Hex],
    ["the higher s", `${r}${toBeHex(CURVE_ORDER - BigInt(s), 32).slice(2)}${v === 27 ? "1c" : "1b"}` as Hex],
    ["nothing", "0x"],
  ];
  for (const [form, written] of forms) {
    it(`takes ${form} for nobody's: a contract would refuse it, and with it everybody's`, () => {
      expect(identity.signerOf(directive, written)).to.equal(null);
    });
  }
});
