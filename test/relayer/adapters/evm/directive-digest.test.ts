import { TypedDataEncoder } from "ethers";
import fc from "fast-check";
import { expect } from "chai";

import { directiveDigest } from "../../../../relayer/adapters/evm/directive-signer.ts";
import { domainOf } from "../../../../relayer/adapters/evm/eip712-domain.ts";
import type { Hex } from "../../../../relayer/domain/hex.ts";
import { DIRECTIVE_TYPES } from "../../../support/directive-types.ts";
import { FUZZ } from "../../../support/fuzz.ts";

const hexOf = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString("hex")}`;
const aHash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(hexOf);

describe("directiveDigest", () => {
  it("is EIP-712's hash of the directive, for every mesh", () => {
    const anyDirective = fc.record({
      decision: aHash,
      deadline: fc.maxSafeNat(),
      entries: fc.uint8Array({ maxLength: 20 * 33 }).map(hexOf),
    });
    fc.assert(
      fc.property(aHash, anyDirective, (meshId, directive) => {
        expect(directiveDigest(meshId, directive)).to.equal(
          TypedDataEncoder.hash(domainOf(meshId), DIRECTIVE_TYPES, directive),
        );
      }),
      FUZZ,
    );
  });
});
