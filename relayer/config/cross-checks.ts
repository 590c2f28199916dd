import type { ConfigFault } from "./fault.ts";
import { addressOf } from "./key-checks.ts";
import { checkPolicy } from "./policy-checks.ts";
import { SecretRefSchema, type SecretRef } from "./field.ts";

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
    ...checkQuorum(root),
    ...checkPolicy(root),
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

  const { url, sentinels, cluster } = asRaw(root["redis"]);
  add("redis.url", url);
  asList(sentinels).forEach((each, index) => add(`redis.sentinels.${index}`, each));
  asList(cluster).forEach((each, index) => add(`redis.cluster.${index}`, each));
  for (const [name, chain] of Object.entries(asRaw(root["chains"]))) {
    const { rpcUrls, wsUrl } = asRaw(chain);
    asList(rpcUrls).forEach((url, index) => add(`chains.${name}.rpcUrls.${index}`, url));
    add(`chains.${name}.wsUrl`, wsUrl);
  }
  if (holdsKeys(raw)) {
    peersOf(root).forEach(({ url }, index) => add(`quorum.peers.${index}.url`, url));
    add("wallet", root["wallet"]);
    add("keeping.wallet", asRaw(root["keeping"])["wallet"]);
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

/** A node of a quorum is one operator: two keys on one machine are one theft. */
function checkQuorum(root: Raw): ConfigFault[] {
  const peers = peersOf(root);
  if (peers.length === 0) return [];
  const isOne = asList(root["operatorKeys"]).length === 1;
  const keys = [{ path: "operatorKeys", problem: "must be exactly one: each node of a quorum holds one key" }];
  return [
    ...(holdsKeys(root) && !isOne ? keys : []),
    ...checkPeersTwice(peers, "name"),
    ...checkPeersTwice(peers, "operator"),
  ];
}

/** A peer cannot be this node itself: it would count its own signature twice, and no hub does. */
export function checkOwnOperator(raw: unknown, secrets: ReadonlyMap<string, string>): ConfigFault[] {
  const own = addressOf(secrets.get("operatorKeys.0") ?? "")?.toLowerCase();
  return peersOf(asRaw(raw)).flatMap(({ operator }, index) => {
    if (own === undefined || typeof operator !== "string" || operator.toLowerCase() !== own) return [];
    return [{ path: `quorum.peers.${index}.operator`, problem: "is this node's own; name the other nodes only" }];
  });
}

function checkPeersTwice(peers: readonly Raw[], field: "name" | "operator"): ConfigFault[] {
  const values = peers.map((peer) => (typeof peer[field] === "string" ? peer[field].toLowerCase() : null));
  return values.flatMap((value, index) => {
    const first = values.indexOf(value);
    if (value === null || first === index) return [];
    return [{ path: `quorum.peers.${index}.${field}`, problem: `is that of quorum.peers.${first} too` }];
  });
}

function peersOf(root: Raw): readonly Raw[] {
  return asList(asRaw(root["quorum"])["peers"]).map(asRaw);
}

function asRaw(value: unknown): Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
