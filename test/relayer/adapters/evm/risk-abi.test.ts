import { readFileSync } from "node:fs";

import { expect } from "chai";
import { Interface } from "ethers";

import { decodeRiskEvent } from "../../../../relayer/adapters/evm/decode-risk-event.ts";
import { RISK_ABI, venueInterface, volatilityInterface } from "../../../../relayer/adapters/evm/risk-abi.ts";
import { failureOf } from "../../../support/failure-of.ts";

const compiledAt = (path: string): Interface => {
  const file = new URL(`../../../../artifacts/contracts/${path}`, import.meta.url);
  return new Interface((JSON.parse(readFileSync(file, "utf8")) as { abi: [] }).abi);
};

/** What decoding depends on: names, indices and types; not the names of structs. */
const shapeOf = (fragment: Interface["fragments"][number]): string =>
  fragment.format("full").replace(/ (nonpayable|payable)/g, "");

describe("risk ABI", () => {
  const house = compiledAt("interfaces/IClearingHouse.sol/IClearingHouse.json");

  it("names the fragments of the compiled clearing house", () => {
    const known = new Set(house.fragments.map(shapeOf));

    expect(new Interface(RISK_ABI).fragments.map(shapeOf).filter((shape) => !known.has(shape))).to.deep.equal([]);
  });

  it("names the view of the compiled volatility sensor", () => {
    const sensor = compiledAt("interfaces/IVolatilitySensor.sol/IVolatilitySensor.json");

    expect(sensor.fragments.map(shapeOf)).to.include.members(volatilityInterface.fragments.map(shapeOf));
  });

  it("decodes every event that it names, and passes over all others", () => {
    venueInterface.forEachEvent((event) => {
      const values = event.inputs.map(({ type }) =>
        type.startsWith("tuple") ? Array<number>(22).fill(1) : sample(type),
      );
      const { data, topics } = venueInterface.encodeEventLog(event, values);

      expect(decodeRiskEvent({ topics: topics as never, data: data as never }), event.name).to.not.equal(null);
    });
    const stranger = { topics: [`0x${"ab".repeat(32)}`] as const, data: "0x" as const };
    expect(decodeRiskEvent({ ...stranger, topics: [...stranger.topics] })).to.equal(null);
  });

  it("refuses a log that bears an event's name and does not decode as one", async () => {
    const { topicHash } = venueInterface.getEvent("FundDrawn") ?? { topicHash: "0x" };

    const decode = async () => decodeRiskEvent({ topics: [topicHash as never, `0x${"00".repeat(32)}`], data: "0x01" });
    const failure = await failureOf(decode());

    expect(failure.name).to.equal("RPC_MALFORMED");
  });
});

function sample(type: string): unknown {
  if (type === "bool") return true;
  if (type === "address") return `0x${"11".repeat(20)}`;
  return type === "bytes32" ? `0x${"22".repeat(32)}` : 1;
}
