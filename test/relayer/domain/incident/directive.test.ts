import { expect } from "chai";
import { id, Signature, SigningKey } from "ethers";
import fc from "fast-check";

import { type Hex, hexOfInteger, sliceHex } from "../../../../relayer/domain/hex.ts";
import { joinSignatures, type OperatorSignature } from "../../../../relayer/domain/incident/directive.ts";

const DIRECTIVE = { decision: hexOfInteger(1n, 32), deadline: 1_700_000_900, entries: "0x" } as const;
const key = new SigningKey(id("operator"));

function signatureOf(seed: number): Signature {
  return key.sign(id(String(seed)));
}

function operatorSignature(signature: Signature): OperatorSignature {
  return { signer: hexOfInteger(1n, 20), signature: signature.serialized as Hex };
}

describe("joinSignatures", () => {
  it("shortens each as ERC-2098 does, in the order given", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), (seeds) => {
        const all = seeds.map(signatureOf);

        const joined = joinSignatures({ directive: DIRECTIVE, signatures: all.map(operatorSignature) });

        for (const [index, signature] of all.entries()) {
          expect(sliceHex(joined, 64 * index, 64 * (index + 1))).to.equal(signature.compactSerialized);
        }
        expect(joined).to.have.lengthOf(2 + 128 * all.length);
      }),
      { numRuns: 40 },
    );
  });

  it("keeps either parity", () => {
    const seeds = Array.from({ length: 32 }, (_, seed) => seed);
    const byParity = new Map(seeds.map((seed) => [signatureOf(seed).yParity, signatureOf(seed)]));
    expect([...byParity.keys()].sort()).to.deep.equal([0, 1]);

    for (const [parity, signature] of byParity) {
      const joined = joinSignatures({ directive: DIRECTIVE, signatures: [operatorSignature(signature)] });

      expect(Signature.from(joined).yParity).to.equal(parity);
      expect(Signature.from(joined).serialized).to.equal(signature.serialized);
    }
  });
});
