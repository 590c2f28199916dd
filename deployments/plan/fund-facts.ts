import { ZeroAddress } from "ethers";

import { readDeployedContract } from "../compiled-contract.ts";
import { addressOf } from "../network-record.ts";
import {
  DELEVERAGING_MODES,
  EXIT_TERMS,
  type VenueFund,
  type VenueMarket,
  type VenueParameters,
} from "../venue-parameters.ts";
import { type ContractReader, readerAt } from "./contract-reader.ts";
import { type FactContext, type FactGroup, equal } from "./fact.ts";
import { structFact } from "./struct-facts.ts";
import { vaultName } from "./venue-contracts.ts";

const SHARED_FUND = 0;
const NO_TERMS: VenueFund["terms"] = {
  gapPpm: 0,
  concentrationPpm: 0,
  rebatePpm: 0,
  movePpm: 0,
  rewardUnits: "0",
  floorUnits: "0",
};

/** What insures the venue: whose its funds are, on which terms they are drawn, left and moved; and who pays after them. */
export function fundFacts(context: FactContext, venue: VenueParameters): FactGroup[] {
  const house = addressOf(context.own, "ClearingHouse");
  // The parts that governance talks to, at the address of the whole.
  const funds = readerAt(context, house, readDeployedContract("ClearingFunds").abi);
  const roster = readerAt(context, house, readDeployedContract("ClearingRoster").abi);
  const ids = Object.keys(venue.markets).map(Number);
  return [
    ...[SHARED_FUND, ...ids].flatMap((id) => ofFund(context, funds, id, venue.funds[String(id)])),
    ...Object.entries(venue.markets).map(([id, market]) => mode(roster, Number(id), market)),
    structFact({
      stage: "venue",
      prefix: "exit terms: ",
      fields: venue.exit,
      contract: funds,
      view: ["exitTerms"],
      setter: ["setExitTerms"],
      holdsAtCreation: JSON.stringify(venue.exit) === JSON.stringify(EXIT_TERMS),
    }),
    flowSensor(context, funds),
  ];
}

function ofFund(context: FactContext, house: ContractReader, id: number, fund: VenueFund | undefined): FactGroup[] {
  const terms = structFact({
    stage: "venue",
    prefix: `fund ${id}: `,
    fields: fund?.terms ?? NO_TERMS,
    contract: house,
    view: ["fundTerms", id],
    setter: ["setFundTerms", id],
    holdsAtCreation: fund === undefined,
  });
  return [terms, ...(fund?.vault ? vaultFacts(context, house, id) : [noVault(house, id)])];
}

/** The vault that the record names. One whose shares are worth something cannot be replaced: the house refuses. */
function vaultFacts(context: FactContext, house: ContractReader, id: number): FactGroup[] {
  const address = addressOf(context.own, vaultName(id));
  const vault = readerAt(context, address, readDeployedContract("InsuranceFund").abi);
  const [ofHouse, ofMarket] = [`vault ${id} house`, `vault ${id} market`];
  return [
    {
      stage: "identity",
      expected: { [ofHouse]: equal(house.address), [ofMarket]: equal(id) },
      read: async () => ({ [ofHouse]: await vault.ask("house"), [ofMarket]: await vault.ask("market") }),
    },
    {
      stage: "venue",
      expected: { [`vault of fund ${id}`]: equal(address) },
      read: async () => ({ [`vault of fund ${id}`]: await house.ask("vaultOf", id) }),
      mend: () => [house.step("setVault", id, address)],
    },
  ];
}

/** What was handed to holders cannot be taken back from them, so a vault of no parameter is only reported. */
function noVault(house: ContractReader, id: number): FactGroup {
  const name = `vault of fund ${id}`;
  return {
    stage: "venue",
    expected: { [name]: equal(ZeroAddress) },
    read: async () => ({ [name]: await house.ask("vaultOf", id) }),
  };
}

function mode(house: ContractReader, id: number, { deleveraging }: VenueMarket): FactGroup {
  const name = `market ${id} at the venue: deleveraging`;
  const expected = DELEVERAGING_MODES.indexOf(deleveraging);
  return {
    stage: "venue",
    holdsAtCreation: expected === 0,
    expected: { [name]: equal(expected) },
    read: async () => ({ [name]: await house.ask("deleveragingMode", id) }),
    mend: () => [house.step("setDeleveragingMode", id, expected)],
  };
}

/** Whom the house tells of every token in and out. */
function flowSensor(context: FactContext, house: ContractReader): FactGroup {
  const { OutflowSensor } = context.parameters.sensors;
  const expected = OutflowSensor ? addressOf(context.own, "OutflowSensor") : ZeroAddress;
  return {
    stage: "venue",
    holdsAtCreation: OutflowSensor === undefined,
    expected: { "flow sensor": equal(expected) },
    read: async () => ({ "flow sensor": await house.ask("flowSensor") }),
    mend: () => [house.step("setFlowSensor", expected)],
  };
}
