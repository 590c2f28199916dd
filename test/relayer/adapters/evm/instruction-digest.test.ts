import { readFileSync } from "node:fs";

import { expect } from "chai";
import { Interface, keccak256 } from "ethers";

import { DESK_ABI, deskInterface } from "../../../../relayer/adapters/evm/desk/desk-abi.ts";
import { instructionDigest, instructionStruct } from "../../../../relayer/adapters/evm/desk/instruction-digest.ts";
import { createDirectiveSigner } from "../../../../relayer/adapters/evm/directive-signer.ts";
import { createIdentity } from "../../../../relayer/adapters/evm/identity.ts";
import { INSTRUCTION_KINDS, type Instruction } from "../../../../relayer/domain/desk/instruction.ts";
import { eid } from "../../../../relayer/domain/eid.ts";
import type { Hex } from "../../../../relayer/domain/hex.ts";
import { PEER_KEYS, PEER_MESH } from "../../../support/peer-keys.ts";
import vectors from "../../../vectors/instruction.json" with { type: "json" };

const SIGNATURES: Hex = `0x${"5a".repeat(130)}`;

function instructionOf(row: (typeof vectors)[number]): Instruction {
  return {
    decision: row.decision as Hex,
    operation: row.operation as Hex,
    deadline: Number(row.deadline),
    kind: INSTRUCTION_KINDS[row.kind]!,
    market: row.market,
    toMarket: row.toMarket,
    until: Number(row.until),
    globalOpenInterest: BigInt(row.globalOpenInterest),
    allotments: row.eids.map((of, index) => ({ eid: eid(of), units: BigInt(row.units[index]!) })),
  };
}

describe("instructions to desks", () => {
  for (const row of vectors) {
    it(`are signed and handed over as the desk does it: ${row.why}`, () => {
      const instruction = instructionOf(row);
      const call = deskInterface.encodeFunctionData("execute", [instructionStruct(instruction), SIGNATURES]);

      expect(instructionDigest(row.meshId as Hex, instruction)).to.equal(row.digest);
      expect(keccak256(call)).to.equal(row.callHash);
    });
  }

  it("bear the signature of the operator, and nobody's on anything else", async () => {
    const [told, other] = vectors.slice(0, 2).map(instructionOf) as [Instruction, Instruction];
    const signer = createDirectiveSigner(PEER_MESH, [PEER_KEYS[0]!]);
    const identity = createIdentity(PEER_MESH, PEER_KEYS[1]!);

    const { signatures } = await signer.signInstruction(told);

    const { signature } = signatures[0]!;
    expect(identity.signerOf(told, signature)).to.equal(signer.operators[0]);
    expect(identity.signerOf(other, signature)).to.not.equal(signer.operators[0]);
    const directive = { decision: told.decision, deadline: told.deadline, entries: "0x" } as const;
    expect(identity.signerOf(directive, signature)).to.not.equal(signer.operators[0]);
  });

  it("go by the fragments of the compiled desk, field by field", () => {
    const file = new URL(
      "../../../../artifacts/contracts/interfaces/IOperatorDesk.sol/IOperatorDesk.json",
      import.meta.url,
    );
    const compiled = new Interface((JSON.parse(readFileSync(file, "utf8")) as { abi: [] }).abi);
    const shapes = compiled.fragments.map((fragment) => fragment.format("full"));

    expect(shapes).to.include.members(new Interface(DESK_ABI).fragments.map((fragment) => fragment.format("full")));
  });
});
