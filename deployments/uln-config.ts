import { AbiCoder } from "ethers";

/** Configuration types of SendUln302 and ReceiveUln302. */
export const CONFIG_TYPE_EXECUTOR = 1;
export const CONFIG_TYPE_ULN = 2;

/** Fewer required DVNs than this is a single point of trust: such a pathway is refused. */
export const MIN_REQUIRED_DVNS = 2;

/** "None", where 0 would mean "LayerZero's default". */
const NIL_DVN_COUNT = 255;

/** As the libraries' structs are encoded. */
export const ULN_CONFIG =
  "tuple(uint64 confirmations, uint8 requiredDVNCount, uint8 optionalDVNCount, uint8 optionalDVNThreshold, " +
  "address[] requiredDVNs, address[] optionalDVNs)";
const EXECUTOR_CONFIG = "tuple(uint32 maxMessageSize, address executor)";

export interface UlnConfig {
  readonly confirmations: bigint;
  readonly requiredDVNCount: number;
  readonly optionalDVNCount: number;
  readonly optionalDVNThreshold: number;
  readonly requiredDVNs: readonly string[];
  readonly optionalDVNs: readonly string[];
}

/** A ULN configuration that requires every one of `dvns` and knows no optional ones. */
export function ulnConfig(dvns: readonly string[], confirmations: bigint): UlnConfig {
  // The library refuses addresses that do not ascend.
  const requiredDVNs = [...dvns].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  return {
    confirmations,
    requiredDVNCount: requiredDVNs.length,
    optionalDVNCount: 0,
    optionalDVNThreshold: 0,
    requiredDVNs,
    optionalDVNs: [],
  };
}

/** The same for one OApp: "no optional DVNs" has to be said, or the defaults would be mixed in. */
export function encodeOappUlnConfig(dvns: readonly string[], confirmations: bigint): string {
  const config = { ...ulnConfig(dvns, confirmations), optionalDVNCount: NIL_DVN_COUNT };
  return AbiCoder.defaultAbiCoder().encode([ULN_CONFIG], [config]);
}

export function encodeExecutorConfig(maxMessageSize: number, executor: string): string {
  return AbiCoder.defaultAbiCoder().encode([EXECUTOR_CONFIG], [{ maxMessageSize, executor }]);
}
