import path from "node:path";
import { FetchRequest, JsonRpcProvider, Network, Wallet } from "ethers";
import { z } from "zod";

import { type SecretRef, SecretRefSchema } from "../relayer/config/schema.ts";
import { resolveSecret } from "../relayer/config/secret.ts";
import { readJsonFile, writeJsonFile } from "./json-file.ts";
import { layerZeroOf } from "./layerzero/layerzero-of.ts";
import type { NetworkParameters } from "./network-parameters.ts";
import type { NetworkRecord } from "./network-record.ts";
import { SetupError } from "./setup-error.ts";
import type { DeploymentTarget } from "./tasks/deployment-target.ts";
import type { VerifiedChain } from "./tasks/verify.ts";

/** How to reach the chains of a local network that is running; written by it, beside its record. Nothing in it is secret. */
const ConnectionsSchema = z.strictObject({
  deployerKey: SecretRefSchema,
  chains: z.record(z.string(), SecretRefSchema),
});
type Connections = z.output<typeof ConnectionsSchema>;

const REQUEST_TIMEOUT_MS = 30_000;

/** Everything that a task needs of a chain but the account that pays. */
export type ChainSite = Omit<DeploymentTarget, "provider" | "deployer">;
/** A chain that can be read. */
export type ConnectedSite = ChainSite & VerifiedChain;

export function connectionsFile(recordFile: string): string {
  return recordFile.replace(/\.json$/, ".connections.json");
}

export function writeConnections(recordFile: string, connections: Connections): void {
  writeJsonFile(connectionsFile(recordFile), connections);
}

/** The chains of a network: those that its parameters name, or for a devnet those of its record. */
export function listSites(parameters: NetworkParameters, record: NetworkRecord | null): ChainSite[] {
  if (parameters.kind === "live") {
    return parameters.chains.map((chain): ChainSite => {
      const { eid, ...layerzero } = layerZeroOf(chain);
      const { name, chainId, confirmations = parameters.messaging.confirmations } = chain;
      return { name, eid, chainId, layerzero, confirmations, pace: "each" };
    });
  }
  if (record === null) {
    const problem = `The network "${parameters.network}" has no record: its chains are those that a local network starts.`;
    throw new SetupError("config", problem, { fix: "Start it: ./cordon localnet." });
  }
  return record.chains.map(({ name, eid, chainId, confirmations, ...layerzero }) => {
    return { name, eid, chainId, layerzero, confirmations };
  });
}

/** Where each chain's RPC URL is, by the chain's name. */
export function listConnections(parameters: NetworkParameters, recordFile: string): Connections {
  if (parameters.kind === "devnet") return readJsonFile(connectionsFile(recordFile), ConnectionsSchema);
  const chains = Object.fromEntries(parameters.chains.map(({ name, rpcUrl }) => [name, rpcUrl]));
  const deployerKey = parameters.deployerKey;
  // The parameters of a live network refuse to be without.
  if (!deployerKey) throw new SetupError("config", "deployerKey: is missing.", { fix: "Say where the key is." });
  return { deployerKey, chains };
}

/** A provider for each site. @throws SetupError "config" that names the secret which cannot be read. */
export async function connectSites(
  sites: readonly ChainSite[],
  { chains }: Connections,
  kind: NetworkParameters["kind"],
): Promise<ConnectedSite[]> {
  const connecting = sites.map(async (site) => {
    const ref = chains[site.name];
    if (!ref) throw new SetupError("config", `No RPC URL is given for ${site.name}.`, { fix: "Name it." });
    const url = await reveal(ref, `chains.${site.name}.rpcUrl`, kind);
    return { ...site, provider: createProvider(url, site) };
  });
  return Promise.all(connecting);
}

/** The sites with the account that deploys. Its key is read here and held by the signer alone. */
export async function signFor(
  sites: readonly ConnectedSite[],
  { deployerKey }: Connections,
  kind: NetworkParameters["kind"],
): Promise<DeploymentTarget[]> {
  const key = await reveal(deployerKey, "deployerKey", kind);
  return sites.map((site) => ({ ...site, deployer: createWallet(key, site.provider) }));
}

async function reveal(ref: SecretRef, field: string, kind: NetworkParameters["kind"]): Promise<string> {
  const sources = { env: process.env, baseDir: path.resolve("."), allowsPlain: kind === "devnet" };
  const resolved = await resolveSecret(ref, sources);
  if (resolved.ok) return resolved.value;
  throw new SetupError("config", `${field}: ${resolved.problem}.`, { fix: "See docs/deployments.md." });
}

function createProvider(url: string, { name, chainId }: ChainSite): JsonRpcProvider {
  // What is wrong with it is not said by showing it: it may hold a key.
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    const problem = `chains.${name}.rpcUrl: is no HTTP URL.`;
    throw new SetupError("config", problem, { fix: "Give the node's https:// address." });
  }
  const request = new FetchRequest(url);
  request.timeout = REQUEST_TIMEOUT_MS;
  const network = new Network(name, chainId);
  return new JsonRpcProvider(request, network, { staticNetwork: network, cacheTimeout: -1 });
}

function createWallet(key: string, provider: JsonRpcProvider): Wallet {
  try {
    return new Wallet(key, provider);
  } catch {
    // The error of the library may quote the key.
    const problem = "deployerKey: is no private key.";
    throw new SetupError("config", problem, { fix: "Give 0x and 64 hex digits." });
  }
}
