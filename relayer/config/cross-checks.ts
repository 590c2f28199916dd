import type { ConfigFault } from "./fault.ts";
import { SecretRefSchema, type SecretRef } from "./schema.ts";

const CHAIN_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** A part of a configuration that may still be anything: these checks also run on files that break the schema. */
type Raw = Readonly<Record<string, unknown>>;

/** What contradicts itself between fields. Looks only at fields that are what they should be. */
export function checkAcrossFields(raw: unknown): ConfigFault[] {
  const root = asRaw(raw);
  const chains = Object.entries(asRaw(root["chains"]));
  return [
    ...checkNames(chains),
    ...checkQuorums(chains),
    ...checkTwice(chains, "eid"),
    ...checkTwice(chains, "chainId"),
    ...checkSigners(root),
  ];
}

/** Whether the relayer that `raw` describes holds keys. One that observes does not even read them. */
export function holdsKeys(raw: unknown): boolean {
  const { mode } = asRaw(raw);
  return mode === "tighten-only" || mode === "full";
}

/** Every secret reference that can be read, by path. Keys are left out when nothing is going to be signed. */
export function listSecretRefs(raw: unknown): Map<string, SecretRef> {
  const root = asRaw(raw);
  const found = new Map<string, SecretRef>();
  const add = (path: string, value: unknown): void => {
    const parsed = SecretRefSchema.safeParse(value);
    if (parsed.success) found.set(path, parsed.data);
  };

  add("redis.url", asRaw(root["redis"])["url"]);
  for (const [name, chain] of Object.entries(asRaw(root["chains"]))) {
    const { rpcUrls, wsUrl } = asRaw(chain);
    asList(rpcUrls).forEach((url, index) => add(`chains.${name}.rpcUrls.${index}`, url));
    add(`chains.${name}.wsUrl`, wsUrl);
  }
  if (holdsKeys(raw)) {
    add("wallet", root["wallet"]);
    asList(root["operatorKeys"]).forEach((key, index) => add(`operatorKeys.${index}`, key));
  }
  return found;
}

function checkNames(chains: readonly [string, unknown][]): ConfigFault[] {
  const problem = "a chain's name is lower case letters, digits and hyphens";
  return chains.filter(([name]) => !CHAIN_NAME.test(name)).map(([name]) => ({ path: `chains.${name}`, problem }));
}

function checkQuorums(chains: readonly [string, unknown][]): ConfigFault[] {
  return chains.flatMap(([name, chain]) => {
    const { quorum, rpcUrls } = asRaw(chain);
    if (typeof quorum !== "number" || !Array.isArray(rpcUrls) || quorum <= rpcUrls.length) return [];
    const problem = `asks ${quorum} endpoints to agree, and rpcUrls names ${rpcUrls.length}; add endpoints or lower it`;
    return [{ path: `chains.${name}.quorum`, problem }];
  });
}

function checkTwice(chains: readonly [string, unknown][], field: "eid" | "chainId"): ConfigFault[] {
  const owners = new Map<unknown, string>();
  return chains.flatMap(([name, chain]) => {
    const value = asRaw(chain)[field];
    if (typeof value !== "number") return [];
    const owner = owners.get(value);
    owners.set(value, owner ?? name);
    return owner === undefined
      ? []
      : [{ path: `chains.${name}.${field}`, problem: `${value} is used by ${owner} too; every chain has its own` }];
  });
}

function checkSigners(root: Raw): ConfigFault[] {
  if (!holdsKeys(root)) return [];
  const faults: ConfigFault[] = [];
  if (root["wallet"] === undefined) {
    faults.push({
      path: "wallet",
      problem: 'is missing; mode "tighten-only" pays for transactions (or set mode to "observe")',
    });
  }
  if (asList(root["operatorKeys"]).length === 0) {
    faults.push({
      path: "operatorKeys",
      problem: 'is empty; mode "tighten-only" signs directives (or set mode to "observe")',
    });
  }
  return faults;
}

function asRaw(value: unknown): Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
