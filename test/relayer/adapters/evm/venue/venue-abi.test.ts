import { readdirSync, readFileSync } from "node:fs";

import { expect } from "chai";
import { Interface } from "ethers";

import {
  IRRELEVANT_EVENTS,
  VENUE_ABI,
  venueInterface,
  volatilityInterface,
} from "../../../../../relayer/adapters/evm/venue/venue-abi.ts";

const ARTIFACTS = new URL("../../../../../artifacts/contracts/", import.meta.url);

const compiledAt = (path: string): Interface => {
  return new Interface((JSON.parse(readFileSync(new URL(path, ARTIFACTS), "utf8")) as { abi: [] }).abi);
};

/** What decoding depends on: names, indices and types; not the names of structs. */
const shapeOf = (fragment: Interface["fragments"][number]): string =>
  fragment.format("full").replace(/ (nonpayable|payable)/g, "");

const eventsOf = (abi: Interface): readonly string[] => {
  const names: string[] = [];
  abi.forEachEvent(({ name }) => names.push(name));
  return names;
};

describe("venue ABI", () => {
  const house = compiledAt("interfaces/IClearingHouse.sol/IClearingHouse.json");

  it("names the fragments of the compiled clearing house", () => {
    const known = new Set(house.fragments.map(shapeOf));

    expect(new Interface(VENUE_ABI).fragments.map(shapeOf).filter((shape) => !known.has(shape))).to.deep.equal([]);
  });

  it("names the view of the compiled volatility sensor", () => {
    const sensor = compiledAt("interfaces/IVolatilitySensor.sol/IVolatilitySensor.json");

    expect(sensor.fragments.map(shapeOf)).to.include.members(volatilityInterface.fragments.map(shapeOf));
  });

  it("understands every event that any contract of the house can emit, or says why nothing follows from it", () => {
    // The house is several contracts behind one address.
    const parts = readdirSync(new URL("clearing/", ARTIFACTS)).filter((name) => name.endsWith(".sol"));
    const compiled = parts.flatMap((name) => eventsOf(compiledAt(`clearing/${name}/${name.replace(".sol", ".json")}`)));
    const all = new Set([...compiled, ...eventsOf(house)]);
    const understood = eventsOf(venueInterface);

    expect(parts).to.include.members(["ClearingHouse.sol", "ClearingRecovery.sol", "ClearingClosure.sol"]);
    expect([...all].filter((name) => !understood.includes(name) && !(name in IRRELEVANT_EVENTS))).to.deep.equal([]);
    // Nothing is listed that is not there, or listed twice.
    expect(understood.filter((name) => !all.has(name) || name in IRRELEVANT_EVENTS)).to.deep.equal([]);
    expect(Object.keys(IRRELEVANT_EVENTS).filter((name) => !all.has(name))).to.deep.equal([]);
    expect(Object.values(IRRELEVANT_EVENTS).every((reason) => reason.length > 0)).to.equal(true);
  });
});
