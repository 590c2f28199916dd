import type { LayerZeroAddresses } from "../../deployments/network-record.ts";
import type { TransactionBatch } from "../../deployments/transaction-batch.ts";
import { ulnConfig } from "../../deployments/uln-config.ts";
import { LAYERZERO_ARTIFACTS as ARTIFACTS } from "./artifacts.ts";

/** One block: a local chain has no reorganisation unless a test makes one. */
const CONFIRMATIONS = 1n;
const MAX_MESSAGE_BYTES = 10_000;
/** The price feed is keyed by endpoint id modulo this. */
const PRICE_KEY_MODULUS = 30_000;
/** Every local chain has the same coin, so the ratio is one, in the feed's unit of 1e20. */
const EVEN_RATIO = 10n ** 20n;
const GAS_PRICE_WEI = 10n ** 9n;
const GAS_PER_BYTE = 16;
const COIN_PRICE_USD = 2_000n * 10n ** 20n;
/** Gas that each worker spends at the destination besides the receiver's own. */
const DVN_GAS = 100_000;
const EXECUTOR_BASE_GAS = 50_000;
const MARGIN_BPS = 12_000;
const NATIVE_DROP_CAP = 10n ** 18n;

/** The stack of one chain. Its price feed is nobody's business but the workers'. */
export interface LayerZeroStack extends LayerZeroAddresses {
  readonly priceFeed: string;
}

/** LayerZero's defaults for every pathway from and to this chain. */
export function wireLayerZero(batch: TransactionBatch, stack: LayerZeroStack, remoteEids: readonly number[]): void {
  const perEid = <T>(make: (eid: number) => T): T[] => remoteEids.map(make);
  const uln = ulnConfig(stack.dvns, CONFIRMATIONS);
  const executorConfig = { maxMessageSize: MAX_MESSAGE_BYTES, executor: stack.executor };
  const call = (name: keyof typeof ARTIFACTS, to: string, method: string, ...args: unknown[]) =>
    batch.call({ to, abi: ARTIFACTS[name].abi, method, args });

  const { endpoint, sendUln, receiveUln, priceFeed, executor, dvns } = stack;
  call(
    "SendUln302",
    sendUln,
    "setDefaultUlnConfigs",
    perEid((eid) => ({ eid, config: uln })),
  );
  call(
    "ReceiveUln302",
    receiveUln,
    "setDefaultUlnConfigs",
    perEid((eid) => ({ eid, config: uln })),
  );
  call(
    "SendUln302",
    sendUln,
    "setDefaultExecutorConfigs",
    perEid((eid) => ({ eid, config: executorConfig })),
  );

  const price = { priceRatio: EVEN_RATIO, gasPriceInUnit: GAS_PRICE_WEI, gasPerByte: GAS_PER_BYTE };
  call(
    "PriceFeed",
    priceFeed,
    "setPrice",
    perEid((eid) => ({ eid: eid % PRICE_KEY_MODULUS, price })),
  );
  call("PriceFeed", priceFeed, "setNativeTokenPriceUSD", COIN_PRICE_USD);

  const margin = { multiplierBps: MARGIN_BPS, floorMarginUSD: 0 };
  for (const dvn of dvns) {
    call(
      "DVN",
      dvn,
      "setDstConfig",
      perEid((dstEid) => ({ dstEid, gas: DVN_GAS, ...margin })),
    );
  }
  const executorGas = { lzReceiveBaseGas: EXECUTOR_BASE_GAS, lzComposeBaseGas: 0, nativeCap: NATIVE_DROP_CAP };
  call(
    "Executor",
    executor,
    "setDstConfig",
    perEid((dstEid) => ({ dstEid, ...executorGas, ...margin })),
  );

  // Only now: a library counts as supporting an endpoint id once it has a default for it.
  for (const eid of remoteEids) {
    call("EndpointV2", endpoint, "setDefaultSendLibrary", eid, sendUln);
    call("EndpointV2", endpoint, "setDefaultReceiveLibrary", eid, receiveUln, 0);
  }
}
