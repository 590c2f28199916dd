import { readFileSync } from "node:fs";

import { expect } from "chai";
import { Interface } from "ethers";

import { endpointInterface, HUB_ABI } from "../../../../relayer/adapters/evm/hub-abi.ts";

const HUB_ARTIFACT = new URL("../../../../artifacts/contracts/hub/IncidentHub.sol/IncidentHub.json", import.meta.url);

describe("hub ABI", () => {
  const compiled = new Interface((JSON.parse(readFileSync(HUB_ARTIFACT, "utf8")) as { abi: [] }).abi);
  const ours = new Interface(HUB_ABI);

  it("names the fragments of the compiled hub, with their parameter names, indices and types", () => {
    const known = new Set(compiled.fragments.map(shapeOf));

    expect(ours.fragments.map(shapeOf).filter((shape) => !known.has(shape))).to.deep.equal([]);
  });

  it("holds every numbered event of the hub", () => {
    const numbered: string[] = [];
    compiled.forEachEvent((event) => {
      if (event.inputs[0]?.name === "seq") numbered.push(event.format("sighash"));
    });

    expect(numbered).to.have.length(22);
    expect(ours.fragments.map((fragment) => fragment.format("sighash"))).to.include.members(numbered);
  });

  it("asks the hub and the endpoint for views that they have", () => {
    expect(compiled.getFunction("endpoint()")?.outputs[0]?.type).to.equal("address");
    expect(endpointInterface.getFunction("endpoint")?.outputs[0]?.type).to.equal("address");
    expect(endpointInterface.getFunction("eid")?.outputs[0]?.type).to.equal("uint32");
  });
});

/** What decoding depends on. Struct names and mutability of the compiled side say nothing about the wire. */
function shapeOf(fragment: Interface["fragments"][number]): string {
  return fragment.format("full").replace(/ (nonpayable|payable)/g, "");
}
