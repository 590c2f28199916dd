import { Interface, toQuantity } from "ethers";

import { readCompiledContract } from "../../deployments/compiled-contract.ts";
import { type ChainRecord, addressOf } from "../../deployments/network-record.ts";
import { SetupError } from "../../deployments/setup-error.ts";
import { feedName } from "../../deployments/plan/contracts.ts";
import type { LocalChain } from "../chains/start-chain.ts";
import { FEED_DECIMALS, type Minute } from "./minutes.ts";

/** Publishes recorded prices to the sources of one market on one chain, and pokes the band sensor after each. */
export interface PriceFeeder {
  /** @returns whether the sensor asserted anything. */
  feed(minute: Minute): Promise<boolean>;
}

export interface FeederOptions {
  readonly chain: LocalChain;
  readonly record: ChainRecord;
  readonly market: number;
  /** Decimals of the market's feeds, in their order. */
  readonly decimals: readonly number[];
}

/** Dear enough for three feeds, the median and a trip. */
const GAS_LIMIT = 2_000_000;

export function createPriceFeeder({ chain, record, market, decimals }: FeederOptions): PriceFeeder {
  const batchAbi = Interface.from(readCompiledContract("mocks", "FeedBatch").abi);
  const assertedTopic = Interface.from(readCompiledContract("hub", "IncidentHub").abi).getEvent("Asserted")?.topicHash;
  const sensor = addressOf(record, "PriceBandSensor");
  const feeds = decimals.map((_, index) => addressOf(record, feedName(market, index)));
  const fields = {
    from: chain.wallet("feeder").address,
    to: addressOf(record, "FeedBatch"),
    gas: toQuantity(GAS_LIMIT),
  };

  return {
    async feed({ time, priceE8 }) {
      const answers = decimals.map((places) => (priceE8 * 10n ** BigInt(places)) / 10n ** BigInt(FEED_DECIMALS));
      const data = batchAbi.encodeFunctionData("publishAndPoke", [feeds, answers, sensor, market]);
      await chain.provider.send("evm_setNextBlockTimestamp", [time]);
      // The node holds the key, and answers with the receipt: thousands of minutes are fed.
      const receipt: Receipt = await chain.provider.send("eth_sendTransactionSync", [{ ...fields, data }]);
      if (receipt.status !== "0x1") {
        throw new SetupError("fatal", "A recorded price could not be published and poked.", {
          fix: "Look into the chain's anvil.log.",
        });
      }
      return receipt.logs.some(({ topics }) => topics[0] === assertedTopic);
    },
  };
}

/** As the node sends it. */
interface Receipt {
  readonly status: string;
  readonly logs: readonly { readonly topics: readonly string[] }[];
}
