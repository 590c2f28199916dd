import { ZeroAddress } from "ethers";

import { readDeployedContract } from "../compiled-contract.ts";
import { addressOf } from "../network-record.ts";
import type { VenueDesk, VenueParameters } from "../venue-parameters.ts";
import { type ContractReader, readerAt, readerOf } from "./contract-reader.ts";
import { type FactContext, type FactGroup, equal } from "./fact.ts";
import { structFact } from "./struct-facts.ts";

/** In the order of the contract's `InstructionKind`. */
const KINDS = ["openInterestCap", "deleveragingBudget", "insuranceMove"] as const;
const NOTHING = { leastUnits: 0, mostUnits: 0, mostUnitsDaily: 0, mostSeconds: 0 };
const SHARED_FUND = 0;

/** Who instructs the venue besides governance, and within which limits. */
export function deskFacts(context: FactContext, venue: VenueParameters): FactGroup[] {
  const { desk, envelopeSetter = ZeroAddress, insuranceMover = ZeroAddress } = venue;
  const house = addressOf(context.own, "ClearingHouse");
  // The parts that governance talks to, at the address of the whole.
  const office = readerAt(context, house, readDeployedContract("ClearingOffice").abi);
  const funds = readerAt(context, house, readDeployedContract("ClearingFunds").abi);
  const own = desk ? addressOf(context.own, "OperatorDesk") : undefined;
  return [
    account(
      office,
      { what: "envelope setter", view: "envelopeSetter", setter: "setEnvelopeSetter" },
      own ?? envelopeSetter,
    ),
    account(
      funds,
      { what: "insurance mover", view: "insuranceMover", setter: "setInsuranceMover" },
      own ?? insuranceMover,
    ),
    ...(desk ? ofDesk(context, desk, [SHARED_FUND, ...Object.keys(venue.markets).map(Number)]) : []),
  ];
}

interface AccountFact {
  readonly what: string;
  readonly view: string;
  readonly setter: string;
}

function account(house: ContractReader, { what, view, setter }: AccountFact, expected: string): FactGroup {
  return {
    stage: "venue",
    holdsAtCreation: expected === ZeroAddress,
    expected: { [what]: equal(expected) },
    read: async () => ({ [what]: await house.ask(view) }),
    mend: () => [house.step(setter, expected)],
  };
}

function ofDesk(context: FactContext, desk: VenueDesk, markets: readonly number[]): FactGroup[] {
  const contract = readerOf(context, "OperatorDesk");
  const limits = markets.flatMap((market) => KINDS.map((kind, index) => ({ market, kind, index })));
  return [
    {
      stage: "identity",
      expected: {
        "OperatorDesk hub": equal(addressOf(context.own, "IncidentHub")),
        "OperatorDesk venue": equal(addressOf(context.own, "ClearingHouse")),
        "OperatorDesk eid": equal(context.own.eid),
      },
      read: async () => ({
        "OperatorDesk hub": await contract.ask("hub"),
        "OperatorDesk venue": await contract.ask("venue"),
        "OperatorDesk eid": await contract.ask("eid"),
      }),
    },
    // What is not allowed is compared as well: who signs must not be able to do more than the parameters say.
    ...limits.map(({ market, kind, index }) => {
      const given = desk.markets[String(market)]?.[kind];
      return structFact({
        stage: "venue",
        prefix: `desk ${kind} of market ${market}: `,
        fields: { ...NOTHING, ...given },
        contract,
        view: ["deskLimits", index, market],
        setter: ["setDeskLimits", index, market],
        holdsAtCreation: given === undefined,
      });
    }),
  ];
}
