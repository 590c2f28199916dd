import { computeAddress, id, recoverAddress, SigningKey, TypedDataEncoder } from "ethers";

import type { Hex } from "../../domain/hex.ts";
import type { Identity, Sealed } from "../../ports/signer.ts";
import { instructionDigest } from "./desk/instruction-digest.ts";
import { directiveDigest } from "./directive-signer.ts";
import { domainOf } from "./eip712-domain.ts";

const SEAL_TYPES = {
  PeerMessage: [
    { name: "purpose", type: "string" },
    { name: "from", type: "address" },
    { name: "to", type: "address" },
    { name: "sentAtMs", type: "uint64" },
    { name: "nonce", type: "bytes32" },
    { name: "body", type: "bytes32" },
  ],
};

/** Seals and reads seals with an operator's key, in the EIP-712 domain of the mesh: one mesh's are void in another. */
export function createIdentity(meshId: Hex, operatorKey: string): Identity {
  const key = new SigningKey(operatorKey);
  const digestOf = ({ body, ...message }: Sealed) =>
    TypedDataEncoder.hash(domainOf(meshId), SEAL_TYPES, { ...message, body: id(body) });
  return {
    operator: addressOfKey(operatorKey),
    seal: (message) => key.sign(digestOf(message)).serialized as Hex,
    sealerOf: (message, seal) => recover(() => digestOf(message), seal),
    signerOf: (told, signature) => {
      const digest = () => ("operation" in told ? instructionDigest(meshId, told) : directiveDigest(meshId, told));
      return recover(digest, signature);
    },
  };
}

/** The account of a private key, lower case. */
export function addressOfKey(key: string): Hex {
  return computeAddress(key).toLowerCase() as Hex;
}

/** r, s and 27 or 28. There are other ways to write the same, and contracts take none of them. */
const SIGNATURE = /^0x[0-9a-f]{128}1[bc]$/;

/** Malformed bytes, and the higher of a signature's two forms, which no hub takes, are nobody's. */
function recover(digest: () => string, signature: Hex): Hex | null {
  if (!SIGNATURE.test(signature)) return null;
  try {
    return recoverAddress(digest(), signature).toLowerCase() as Hex;
  } catch {
    return null;
  }
}
