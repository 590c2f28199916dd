import { computeAddress, getBytes, SigningKey } from "ethers";
import { signRecoverable } from "tiny-secp256k1";

import type { Hex } from "../../domain/hex.ts";
import { RelayerError } from "../../errors.ts";

/** A signature over a digest. `s` is in the lower half of the group's order, as hubs and chains demand. */
export interface AccountSignature {
  /** 32 bytes each, without `0x`. */
  readonly r: string;
  readonly s: string;
  readonly yParity: 0 | 1;
  /** r, s and 27 or 28: 65 bytes. */
  readonly serialized: Hex;
}

/** A private key and the account that it is of. */
export interface AccountKey {
  /** Lower case. */
  readonly address: Hex;
  /** The same digest gives the same signature (RFC 6979). */
  sign(digest: Hex): AccountSignature;
}

const V_OFFSET = 27;
const FIELD_DIGITS = 64;

/**
 * Signs with libsecp256k1, compiled to WebAssembly: a third of the time of ethers' curve, and between an incident and
 * the last chain there is one signature for each chain. Signatures are the same, byte for byte.
 *
 * @throws TypeError for what is no private key
 */
export function createAccountKey(privateKey: string): AccountKey {
  const address = computeAddress(new SigningKey(privateKey)).toLowerCase() as Hex;
  const secret = getBytes(privateKey);
  return {
    address,
    sign(digest) {
      const { signature, recoveryId } = signRecoverable(getBytes(digest), secret);
      // One in 2^127: a point whose x is above the group's order. No chain takes its signature.
      if (recoveryId > 1) throw new RelayerError("UNEXPECTED", "a digest has no signature that a chain takes", {});
      const digits = Buffer.from(signature).toString("hex");
      const yParity = recoveryId === 0 ? 0 : 1;
      return {
        r: digits.slice(0, FIELD_DIGITS),
        s: digits.slice(FIELD_DIGITS),
        yParity,
        serialized: `0x${digits}${(V_OFFSET + yParity).toString(16)}`,
      };
    },
  };
}
