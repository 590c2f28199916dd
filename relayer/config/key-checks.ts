import { computeAddress, SigningKey } from "ethers";

import type { ConfigFault } from "./fault.ts";

const KEY = /^(0x)?[0-9a-fA-F]{64}$/;
const URL_PROTOCOLS: readonly { readonly path: RegExp; readonly protocols: readonly string[] }[] = [
  { path: /^redis\.(url|sentinels\.\d+|cluster\.\d+)$/, protocols: ["redis:", "rediss:"] },
  { path: /\.rpcUrls\.\d+$/, protocols: ["http:", "https:"] },
  { path: /\.wsUrl$/, protocols: ["ws:", "wss:"] },
  { path: /^quorum\.peers\.\d+\.url$/, protocols: ["http:", "https:"] },
];

/** Checks what the secrets hold, by path. Says what is wrong without showing any of it. */
export function checkSecrets(secrets: ReadonlyMap<string, string>): ConfigFault[] {
  return [...checkUrls(secrets), ...checkUrlsTwice(secrets), ...checkKeys(secrets)];
}

/** The private key in the form that ethers takes. */
export function normaliseKey(key: string): string {
  return key.startsWith("0x") ? key : `0x${key}`;
}

/** Address of a private key, or null when it is not one. */
export function addressOf(key: string): string | null {
  if (!KEY.test(key)) return null;
  try {
    return computeAddress(new SigningKey(normaliseKey(key)));
  } catch {
    return null;
  }
}

function checkUrls(secrets: ReadonlyMap<string, string>): ConfigFault[] {
  return [...secrets].flatMap(([path, value]) => {
    const rule = URL_PROTOCOLS.find((candidate) => candidate.path.test(path));
    if (rule === undefined || rule.protocols.includes(protocolOf(value))) return [];
    const forms = rule.protocols.map((protocol) => `${protocol}//`).join(" or ");
    return [{ path, problem: `the secret is not a URL that begins with ${forms}` }];
  });
}

function checkUrlsTwice(secrets: ReadonlyMap<string, string>): ConfigFault[] {
  const owners = new Map<string, string>();
  return [...secrets].flatMap(([path, value]) => {
    if (!/\.rpcUrls\.|^quorum\.peers\./.test(path)) return [];
    const owner = owners.get(value);
    owners.set(value, owner ?? path);
    return owner === undefined ? [] : [{ path, problem: `is the same URL as ${owner}; give another or remove it` }];
  });
}

/** A wallet that is also an operator would put the signing key where every transaction needs it. */
function checkKeys(secrets: ReadonlyMap<string, string>): ConfigFault[] {
  const owners = new Map<string, string>();
  return [...secrets].flatMap(([path, value]) => {
    if (path !== "wallet" && path !== "keeping.wallet" && !path.startsWith("operatorKeys.")) return [];
    const address = addressOf(value);
    if (address === null) return [{ path, problem: "the secret is not a private key (32 bytes in hex)" }];
    const owner = owners.get(address);
    owners.set(address, owner ?? path);
    return owner === undefined ? [] : [{ path, problem: `is the same key as ${owner}; every role has its own key` }];
  });
}

function protocolOf(url: string): string {
  try {
    return new URL(url).protocol;
  } catch {
    return "";
  }
}
