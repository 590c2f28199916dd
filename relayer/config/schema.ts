import { z } from "zod";

import { INSTRUCTION_KINDS } from "../domain/desk/instruction.ts";
import type { Hex } from "../domain/hex.ts";
import { address, expected, SecretRefSchema, whole } from "./field.ts";
import { ChainKeepingSchema, KeepingSchema, MessagesSchema } from "./keeping-schema.ts";
import { PolicySchema } from "./policy-schema.ts";
import { RedisSchema } from "./redis-schema.ts";

export { type SecretRef, SecretRefSchema } from "./field.ts";

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const name = (whose: string) => z.string(expected(whose)).regex(NAME, expected(whose));

function hex(bytes: number, what: string) {
  const message = expected(`${what}: 0x and ${bytes * 2} hex digits`);
  return z
    .string(message)
    .regex(new RegExp(`^0x[0-9a-fA-F]{${bytes * 2}}$`), message)
    .transform((text) => text.toLowerCase() as Hex);
}

const FinalitySchema = z.union(
  [z.strictObject({ tag: z.enum(["finalized", "safe"]) }), z.strictObject({ depth: z.int().min(1).max(10_000) })],
  expected('{"tag": "finalized"} or {"tag": "safe"} or {"depth": blocks, 1 to 10000}'),
);

function gwei(what: string) {
  const message = expected(`${what} in gwei, 0 to 1000000`);
  return z.number(message).min(0, message).max(1_000_000, message);
}

/** How transactions are sent on one chain. Names as in op-txmgr where it has them. */
const TxmgrSchema = z.strictObject(
  {
    resubmissionTimeoutMs: whole("after how long a transaction is replaced", 1_000, 600_000).default(20_000),
    notInMempoolTimeoutMs: whole("after how long an unknown transaction was dropped", 1_000, 600_000).default(60_000),
    replacementsMax: whole("how often a price is raised", 0, 32).default(8),
    safeAbortNonceTooLowCount: whole("how often a submission changes its nonce", 1, 10).default(3),
    baseFeeMultiplier: whole("how many base fees are offered", 1, 100).default(4),
    minTipGwei: gwei("the lowest tip").default(0.01),
    maxTipGwei: gwei("the highest tip of a new transaction").default(50),
    /** A replacement offers at most so many times what a new transaction would. */
    feeLimitMultiplier: whole("the limit of replacements", 1, 1_000).default(5),
    /** The same for what raises rungs. */
    haltFeeLimitMultiplier: whole("the limit of urgent replacements", 1, 1_000).default(20),
    /** Up to this price the multipliers do not count. */
    feeLimitThresholdGwei: gwei("the price up to which no limit counts").default(100),
    /** Halts that the wallet has to pay for before anything that can wait is paid from it. */
    gasReserveHalts: whole("the reserve in halts", 0, 10_000).default(20),
  },
  expected("an object, as in docs/config.md"),
);

const VenueSchema = z.strictObject(
  {
    address: address("the clearing house's address"),
    /** Block in which it was deployed. */
    startBlock: whole("the block in which the clearing house was deployed", 0, Number.MAX_SAFE_INTEGER),
    /** Accounts that events are held against the contract's own view of, with every reading. */
    accountsChecked: whole("how many accounts are checked with every reading", 0, 1_000).default(8),
    /** How often everything that is brought forward event by event is summed anew, and compared. */
    recheckSeconds: whole("how often sums are computed anew, in seconds", 1, 86_400).default(60),
    /** Whose forecast the forecast rule reads. */
    volatilitySensor: address("the volatility sensor's address").optional(),
    /** Where a quorum of operators sets envelopes and moves insurance: the rules cap, budget and cover go by it. */
    desk: address("the operators' desk's address").optional(),
  },
  expected('{"address": …, "startBlock": …}'),
);

const ChainSchema = z.strictObject(
  {
    eid: whole("the LayerZero endpoint id", 1, 0xffff_ffff),
    chainId: whole("the chain id", 1, Number.MAX_SAFE_INTEGER),
    hub: address("the IncidentHub's address"),
    /** The clearing house there, for the rules that look at risk. */
    venue: VenueSchema.optional(),
    /** Block in which the hub was deployed: nothing before it is ever read. */
    startBlock: whole("the block in which the hub was deployed", 0, Number.MAX_SAFE_INTEGER),
    /** In order of preference: the next one is asked when one fails. */
    rpcUrls: z
      .array(SecretRefSchema, expected("a list of secret references to HTTP RPC URLs"))
      .min(1, "must name at least one RPC URL")
      .max(8, "must name at most 8 RPC URLs"),
    /** Wakes the relayer at a new head. Without it, and whenever it dies, polling alone sees everything. */
    wsUrl: SecretRefSchema.optional(),
    finality: FinalitySchema.default({ tag: "finalized" }),
    pollMs: whole("the polling interval in milliseconds", 20, 60_000).default(1_000),
    keeping: ChainKeepingSchema.prefault({}),
    /** Endpoints of `rpcUrls` that have to tell the same of a finalised state before anything is extended by it. */
    quorum: whole("how many endpoints must agree on finalised state", 1, 8).default(1),
    /** Seconds that the finalised head may be behind before that is an alarm. */
    finalityStallSeconds: whole("how far finality may be behind, in seconds", 1, 604_800).default(3_600),
    maxLogRange: whole("how many blocks one eth_getLogs may span", 1, 100_000).default(2_000),
    txmgr: TxmgrSchema.prefault({}),
  },
  expected("a chain, as in docs/config.md"),
);

const SIGNED_KINDS = ["raise", "settle", ...INSTRUCTION_KINDS] as const;

const PeerSchema = z.strictObject(
  {
    name: name("the name of this peer: lower case, digits, hyphens"),
    operator: address("the peer's operator account"),
    /** Base URL of the peer's `quorum.listen`, as this node reaches it. */
    url: SecretRefSchema,
  },
  expected('{"name": name, "operator": address, "url": secret reference}'),
);

/** Nodes with a key, a wallet and a Redis each, that sign what they have computed themselves. */
const QuorumSchema = z.strictObject(
  {
    listen: z
      .strictObject({
        host: z.string(expected("an address to bind")).min(1, "must not be empty").default("127.0.0.1"),
        port: whole("a port; 0 takes a free one", 0, 65_535).default(8090),
      })
      .prefault({}),
    /** Every other node of the quorum. */
    peers: z
      .array(PeerSchema, expected("a list of the other nodes"))
      .min(1, "must name at least one other node; leave quorum out for a lone one")
      .max(31, "must name at most 31 other nodes"),
    /** What this node signs for its peers. Insurance moves only in mode full, whatever stands here. */
    signs: z
      .array(z.enum(SIGNED_KINDS, expected(SIGNED_KINDS.map((kind) => `"${kind}"`).join(" or "))))
      .min(1, "must name at least one kind")
      .default([...SIGNED_KINDS]),
    /** How long a backup waits for the node whose turn it is. Halts are not waited for. */
    backupDelaySeconds: whole("a backup's delay in seconds", 1, 300).default(10),
  },
  expected("an object, as in docs/operators.md"),
);

export const ConfigSchema = z.strictObject(
  {
    name: name("the name of this relayer: lower case, digits, hyphens"),
    /** observe: look. shadow: decide and write down. tighten-only: act. full: that, and what keepers do. */
    mode: z.enum(
      ["observe", "shadow", "tighten-only", "full"],
      expected('"observe", "shadow", "tighten-only" or "full"'),
    ),
    /** In whose name mode shadow decides: accounts that the hubs know as operators. Without any it decides nothing. */
    shadowOperators: z.array(address("an operator's account")).max(32, "must be at most 32").default([]),
    meshId: hex(32, "the mesh id"),
    network: z.enum(["devnet", "live"], expected('"devnet" or "live"')),
    chains: z
      .record(z.string(), ChainSchema, expected("the chains by name, as in docs/config.md"))
      .refine(
        (chains) => Object.keys(chains).length >= 2,
        "must name at least two chains: one alone has nobody to warn",
      ),
    /** Pays for transactions. One per relayer: a shared wallet makes nonces collide. Not read when observing. */
    wallet: SecretRefSchema.optional(),
    /** Sign directives. Not read when observing. */
    operatorKeys: z
      .array(SecretRefSchema, expected("a list of secret references"))
      .max(32, "must be at most 32")
      .default([]),
    /** The other nodes of an operators' quorum. Without it this node acts alone. */
    quorum: QuorumSchema.optional(),
    redis: RedisSchema,
    messages: MessagesSchema.prefault({}),
    /** Left out, packets are only followed. Not read when observing. */
    keeping: KeepingSchema.optional(),
    journal: z.strictObject(
      { dir: z.string(expected("a directory")).min(1, "must not be empty") },
      expected('{"dir": path}'),
    ),
    server: z
      .strictObject({
        host: z.string(expected("an address to bind")).min(1, "must not be empty").default("127.0.0.1"),
        port: whole("a port; 0 takes a free one", 0, 65_535).default(8080),
      })
      .prefault({}),
    policy: PolicySchema.prefault({ mirror: {} }),
    logLevel: z
      .enum(["fatal", "error", "warn", "info", "debug", "trace"], expected("a level from fatal to trace"))
      .default("info"),
  },
  expected("an object"),
);

/** What the operator writes. */
export type ConfigInput = z.input<typeof ConfigSchema>;

/** The file after parsing, secrets still by reference. */
export type ConfigFile = z.output<typeof ConfigSchema>;
