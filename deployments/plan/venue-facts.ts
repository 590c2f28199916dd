import { readDeployedContract } from "../compiled-contract.ts";
import { addressOf } from "../network-record.ts";
import type { VenueMarket, VenueParameters } from "../venue-parameters.ts";
import { feedName } from "./contracts.ts";
import { type ContractReader, readerAt } from "./contract-reader.ts";
import { deskFacts } from "./desk-facts.ts";
import { type FactContext, type FactGroup, equal, equalEach, pickEach, such } from "./fact.ts";
import { fundFacts } from "./fund-facts.ts";

/** Asset classes of a house. */
const CLASSES = 8;

/** The reference venue's markets and what governance says of it; its funds and its desk, which need them listed. */
export function venueFacts(context: FactContext): FactGroup[] {
  const { venue } = context.parameters;
  if (!venue) return [];
  return [...marketFacts(context, venue), ...fundFacts(context, venue), ...deskFacts(context, venue)];
}

function marketFacts(context: FactContext, venue: VenueParameters): FactGroup[] {
  // The part that governance talks to, at the address of the whole.
  const { abi } = readDeployedContract("ClearingOffice");
  const house = readerAt(context, addressOf(context.own, "ClearingHouse"), abi);
  const markets = Object.entries(venue.markets).map(([id, market]) => [Number(id), market] as const);
  return [
    ...markets.flatMap(([id, market]) => firstPrices(context, id, market)),
    ...markets.flatMap(([id, market]) => [parametersOf(house, id, market), maintenance(house, id, market)]),
    offsets(house, venue),
    limits(house, venue),
  ];
}

/** A devnet's feeds say nothing until somebody publishes, and a market without a price cannot be listed. */
function firstPrices(context: FactContext, market: number, { firstPrice }: VenueMarket): FactGroup[] {
  const feeds = context.parameters.markets.find(({ id }) => id === market)?.feeds ?? [];
  if (firstPrice === undefined) return [];
  return feeds.flatMap(({ at, decimals }, index): FactGroup[] => {
    if (at !== undefined) return [];
    const feed = readerAt(
      context,
      addressOf(context.own, feedName(market, index)),
      readDeployedContract("ScriptedFeed").abi,
    );
    const name = `market ${market} feed ${index} has an answer`;
    return [
      {
        stage: "prices",
        expected: { [name]: such("more than 0", (answer) => BigInt(String(answer)) > 0n) },
        async read() {
          const [, answer] = (await feed.ask("latestRoundData")) as readonly [bigint, bigint];
          return { [name]: answer };
        },
        mend: () => [feed.step("publish", BigInt(firstPrice) * 10n ** BigInt(decimals))],
      },
    ];
  });
}

function parametersOf(house: ContractReader, id: number, market: VenueMarket): FactGroup {
  const { firstPrice: _, deleveraging: __, maintenancePpm, ...fields } = market;
  const prefix = `market ${id} at the venue: `;
  const lot = `${prefix}lotE18`;
  return {
    stage: "venue",
    expected: equalEach(prefix, fields),
    read: async () => pickEach(prefix, fields, await house.ask("marketParams", id)),
    mend({ actual }) {
      const isListed = BigInt(String(actual[lot] ?? 0)) > 0n;
      return [isListed ? house.step("setMarket", id, fields) : house.step("listMarket", id, fields, maintenancePpm)];
    },
  };
}

/** Set by listing; afterwards only a ramp moves it, and that is for governance to announce. */
function maintenance(house: ContractReader, id: number, { maintenancePpm }: VenueMarket): FactGroup {
  const name = `market ${id} at the venue: maintenance margin`;
  return {
    stage: "venue",
    holdsAtCreation: true,
    expected: { [name]: equal(maintenancePpm) },
    async read() {
      const { toPpm } = (await house.ask("maintenanceRamp", id)) as { readonly toPpm: bigint };
      return { [name]: toPpm };
    },
  };
}

function offsets(house: ContractReader, { classOffsetsPpm }: VenueParameters): FactGroup {
  const name = (assetClass: number) => `offset of class ${assetClass}`;
  const classes = Array.from({ length: CLASSES }, (_, index) => index);
  const wanted = (assetClass: number) => classOffsetsPpm[String(assetClass)] ?? 0;
  return {
    stage: "venue",
    expected: Object.fromEntries(classes.map((index) => [name(index), equal(wanted(index))])),
    async read() {
      const asked = classes.map(async (index) => [name(index), await house.ask("classOffset", index)] as const);
      return Object.fromEntries(await Promise.all(asked));
    },
    mend: ({ wrong }) =>
      classes
        .filter((index) => wrong.has(name(index)))
        .map((index) => house.step("setClassOffset", index, wanted(index))),
  };
}

function limits(house: ContractReader, { withdrawalLimitsPpm }: VenueParameters): FactGroup {
  return {
    stage: "venue",
    expected: { "withdrawal limits": equal(withdrawalLimitsPpm) },
    read: async () => ({ "withdrawal limits": await house.ask("withdrawalLimits") }),
    mend: () => [house.step("setWithdrawalLimits", withdrawalLimitsPpm)],
  };
}
