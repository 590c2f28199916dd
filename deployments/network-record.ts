import { z } from "zod";

import { readJsonFile, writeJsonFile } from "./json-file.ts";
import { AddressSchema, Bytes32Schema, ChainNameSchema, LeasesSchema, LimitsSchema } from "./schema.ts";

/** A record is written by the deploy task only. Anything in it can be checked against the chain: see `verifyMesh`. */
const ContractSchema = z.strictObject({
  address: AddressSchema,
  /** Constructor arguments, integers beyond 2^53 as decimal text. */
  args: z.array(z.json()),
  /** Block of its creation. */
  block: z.int().min(0),
  /** The transaction that created it: its input proves the constructor arguments. */
  transaction: Bytes32Schema,
  codeHash: Bytes32Schema,
  /** Version of solc. */
  compiler: z.string().regex(/^\d+\.\d+\.\d+$/, "must be a version of solc"),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/, "must be a commit id")
    .nullable(),
});

const wei = z.string().regex(/^\d+$/, "must be an amount in wei");

/** A creation that was about to be sent: whoever resumes sends the very same transaction, or finds that it is mined. */
const PendingSchema = z.strictObject({
  nonce: z.int().min(0),
  address: AddressSchema,
  transaction: Bytes32Schema,
  gasLimit: wei,
  maxFeePerGas: wei,
  maxPriorityFeePerGas: wei,
});

const ChainRecordSchema = z.strictObject({
  name: ChainNameSchema,
  eid: z.int().min(1).max(0xffff_ffff),
  chainId: z.int().min(1),
  /** Nothing of Cordon happened before this block. */
  startBlock: z.int().min(0),
  /** The account that deployed; it owned everything until it handed over. */
  deployer: AddressSchema,
  endpoint: AddressSchema,
  sendUln: AddressSchema,
  receiveUln: AddressSchema,
  executor: AddressSchema,
  dvns: z.array(AddressSchema).min(2, "must be at least two: a pathway with one verifier is refused"),
  /** Blocks that DVNs wait for before they verify what this chain sent. */
  confirmations: z.int().min(1),
  contracts: z.record(z.string(), ContractSchema),
  /** By the name of the contract. Empty once a deployment is complete. */
  pending: z.record(z.string(), PendingSchema),
});

export const NetworkRecordSchema = z.strictObject({
  version: z.literal(1),
  network: z.string().min(1),
  meshId: Bytes32Schema,
  leases: LeasesSchema,
  limits: LimitsSchema,
  operators: z.array(AddressSchema),
  chains: z.array(ChainRecordSchema),
});

export type ContractRecord = z.output<typeof ContractSchema>;
export type PendingRecord = z.output<typeof PendingSchema>;
export type ChainRecord = z.output<typeof ChainRecordSchema>;
export type NetworkRecord = z.output<typeof NetworkRecordSchema>;

/** The LayerZero contracts of one chain that a deployment is wired to. */
export type LayerZeroAddresses = Pick<ChainRecord, "endpoint" | "sendUln" | "receiveUln" | "executor" | "dvns">;

/** @throws SetupError "config" when it cannot be read or is no record. */
export function readNetworkRecord(file: string): NetworkRecord {
  return readJsonFile(file, NetworkRecordSchema);
}

export function writeNetworkRecord(file: string, record: NetworkRecord): void {
  writeJsonFile(file, NetworkRecordSchema.parse(record));
}

/** Address of `contract` on `chain`; every deployment has the contracts that the task deploys. */
export function addressOf(chain: Pick<ChainRecord, "name" | "contracts">, contract: string): string {
  const found = chain.contracts[contract];
  if (!found) throw new RangeError(`${chain.name} has no ${contract}`);
  return found.address;
}
