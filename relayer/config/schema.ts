import { isAddress } from "ethers";
import { z } from "zod";

import type { Hex } from "../domain/hex.ts";
import { expected, whole } from "./field.ts";
import { PolicySchema } from "./policy-schema.ts";

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const name = (whose: string) => z.string(expected(whose)).regex(NAME, expected(whose));

function hex(bytes: number, what: string) {
  const message = expected(`${what}: 0x and ${bytes * 2} hex digits`);
  return z
    .string(message)
    .regex(new RegExp(`^0x[0-9a-fA-F]{${bytes * 2}}$`), message)
    .transform((text) => text.toLowerCase() as Hex);
}

export const SecretRefSchema = z.strictObject(
  {
    type: z.enum(["env", "file", "plain"], expected('where the secret is: "env", "file" or "plain" (devnet only)')),
    value: z.string(expected("the variable's name or the file's path")).min(1, "must not be empty"),
  },
  expected('a secret reference, as {"type": "env", "value": "NAME"}'),
);

/** Where a secret stands. The configuration itself holds none, outside a devnet. */
export type SecretRef = z.output<typeof SecretRefSchema>;

function address(what: string) {
  return z
    .string(expected(what))
    .refine((text) => text.startsWith("0x") && isAddress(text), expected(`${what}; check its digits and checksum`))
    .transform((text) => text.toLowerCase() as Hex);
}

const FinalitySchema = z.union(
  [z.strictObject({ tag: z.enum(["finalized", "safe"]) }), z.strictObject({ depth: z.int().min(1).max(10_000) })],
  expected('{"tag": "finalized"} or {"tag": "safe"} or {"depth": blocks, 1 to 10000}'),
);

const VenueSchema = z.strictObject(
  {
    address: address("the clearing house's address"),
    /** Block in which it was deployed. */
    startBlock: whole("the block in which the clearing house was deployed", 0, Number.MAX_SAFE_INTEGER),
    /** Whose forecast the forecast rule reads. */
    volatilitySensor: address("the volatility sensor's address").optional(),
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
    /** Endpoints of `rpcUrls` that have to tell the same of a finalised state before anything is extended by it. */
    quorum: whole("how many endpoints must agree on finalised state", 1, 8).default(1),
    /** Seconds that the finalised head may be behind before that is an alarm. */
    finalityStallSeconds: whole("how far finality may be behind, in seconds", 1, 604_800).default(3_600),
    maxLogRange: whole("how many blocks one eth_getLogs may span", 1, 100_000).default(2_000),
  },
  expected("a chain, as in docs/config.md"),
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
    redis: z.strictObject(
      {
        url: SecretRefSchema,
        /** In braces, so that a Redis cluster keeps all keys of the relayer in one slot. */
        prefix: z
          .string()
          .regex(/^\{[a-z0-9:_-]{1,64}\}$/i, expected('the key prefix in braces, as "{cordon}"'))
          .default("{cordon}"),
      },
      expected('{"url": secret reference, "prefix": "{cordon}"}'),
    ),
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
