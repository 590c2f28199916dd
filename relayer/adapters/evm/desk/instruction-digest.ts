import { TypedDataEncoder } from "ethers";

import { INSTRUCTION_KINDS, type Instruction } from "../../../domain/desk/instruction.ts";
import type { Hex } from "../../../domain/hex.ts";
import { domainOf } from "../eip712-domain.ts";

const INSTRUCTION_TYPES = {
  Instruction: [
    { name: "decision", type: "bytes32" },
    { name: "operation", type: "bytes32" },
    { name: "deadline", type: "uint64" },
    { name: "kind", type: "uint8" },
    { name: "market", type: "uint8" },
    { name: "toMarket", type: "uint8" },
    { name: "until", type: "uint64" },
    { name: "globalOpenInterest", type: "uint96" },
    { name: "allotments", type: "Allotment[]" },
  ],
  Allotment: [
    { name: "eid", type: "uint32" },
    { name: "units", type: "uint96" },
  ],
};

/** An instruction as the contract's struct. */
export function instructionStruct({ kind, ...told }: Instruction) {
  return { ...told, kind: INSTRUCTION_KINDS.indexOf(kind) };
}

/** What operators sign: `OperatorDesk.instructionDigest`. */
export function instructionDigest(meshId: Hex, instruction: Instruction): Hex {
  return TypedDataEncoder.hash(domainOf(meshId), INSTRUCTION_TYPES, instructionStruct(instruction)) as Hex;
}
