import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { z } from "zod";

import { checkAcrossFields, holdsKeys, listSecretRefs } from "./config/cross-checks.ts";
import { findDuplicateKeys } from "./config/duplicate-keys.ts";
import { type ConfigFault, pathOf, printFaults } from "./config/fault.ts";
import { checkSecrets, normaliseKey } from "./config/key-checks.ts";
import { type ConfigFile, ConfigSchema } from "./config/schema.ts";
import { createSecret, resolveSecret, type Secret } from "./config/secret.ts";
import { eid, type Eid } from "./domain/eid.ts";
import type { Hex } from "./domain/hex.ts";
import { RelayerError } from "./errors.ts";

/** Largest configuration file that is read. */
const MAX_CONFIG_BYTES = 1_048_576;

/** One chain as the relayer uses it, secrets resolved. */
export interface ChainConfig {
  readonly name: string;
  readonly eid: Eid;
  readonly chainId: number;
  readonly hub: Hex;
  readonly venue: NonNullable<ConfigFile["chains"][string]["venue"]> | null;
  readonly startBlock: number;
  readonly rpcUrls: readonly Secret[];
  readonly wsUrl: Secret | null;
  readonly finality: ConfigFile["chains"][string]["finality"];
  readonly pollMs: number;
  readonly maxLogRange: number;
  readonly quorum: number;
  readonly finalityStallSeconds: number;
}

/** The configuration after every check. Secrets are wrapped: printing it shows none. */
export interface Config {
  readonly name: string;
  readonly mode: ConfigFile["mode"];
  readonly meshId: Hex;
  readonly network: ConfigFile["network"];
  readonly shadowOperators: readonly Hex[];
  readonly chains: readonly ChainConfig[];
  /** Null when observing. */
  readonly wallet: Secret | null;
  /** Empty when observing. */
  readonly operatorKeys: readonly Secret[];
  readonly redis: { readonly url: Secret; readonly prefix: string };
  readonly journal: { readonly dir: string };
  readonly server: ConfigFile["server"];
  readonly policy: ConfigFile["policy"];
  readonly logLevel: ConfigFile["logLevel"];
}

export interface LoadedConfig {
  readonly config: Config;
  /** What an operator should mend, though it stops nothing. */
  readonly warnings: readonly string[];
  /** Every secret in it, for the log filter. */
  readonly secrets: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads, parses and checks the configuration once, at start. Reports every fault together, each with its path and what
 * to write instead.
 *
 * @throws RelayerError `CONFIG_UNREADABLE`, `CONFIG_INVALID`
 */
export async function loadConfig(file: string, env: Env): Promise<LoadedConfig> {
  const text = await readConfigText(file);
  const raw = parseJson(file, text);
  const allowsPlain = isDevnet(raw);
  const sources = { env, baseDir: dirname(resolve(file)), allowsPlain };

  const parsed = ConfigSchema.safeParse(raw);
  const { secrets, faults: unresolved, warnings } = await resolveAll(raw, sources);
  const faults = [
    ...findDuplicateKeys(text).map((path) => ({ path, problem: "is written twice; JSON would keep only the last" })),
    ...(parsed.success ? [] : parsed.error.issues.flatMap(faultsOf)),
    ...checkAcrossFields(raw),
    ...unresolved,
    ...checkSecrets(secrets),
  ];

  if (!parsed.success || faults.length > 0) throw invalid(file, faults);
  return { config: assemble(parsed.data, secrets, sources.baseDir), warnings, secrets: [...secrets.values()] };
}

async function readConfigText(file: string): Promise<string> {
  try {
    const text = await readFile(file, "utf8");
    if (text.length <= MAX_CONFIG_BYTES) return text;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    throw new RelayerError("CONFIG_UNREADABLE", `cannot read ${file} (${reason}); give its path with --config`, {
      file,
    });
  }
  throw new RelayerError(
    "CONFIG_UNREADABLE",
    `${file} is larger than ${MAX_CONFIG_BYTES} bytes; is it the right file?`,
  );
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // V8 quotes the text around the fault, and a plain secret may stand there.
    const position = /at position \d+( \(line \d+ column \d+\))?/.exec((error as Error).message)?.[0] ?? "at its end";
    throw new RelayerError("CONFIG_UNREADABLE", `${file} is not JSON: syntax error ${position}`, { file });
  }
}

function isDevnet(raw: unknown): boolean {
  return typeof raw === "object" && raw !== null && "network" in raw && raw.network === "devnet";
}

async function resolveAll(raw: unknown, sources: Parameters<typeof resolveSecret>[1]) {
  const secrets = new Map<string, string>();
  const faults: ConfigFault[] = [];
  const warnings: string[] = [];
  for (const [path, ref] of listSecretRefs(raw)) {
    const resolved = await resolveSecret(ref, sources);
    if (!resolved.ok) faults.push({ path, problem: resolved.problem });
    else secrets.set(path, resolved.value);
    if (resolved.ok && resolved.warning !== undefined) warnings.push(`${path}: ${resolved.warning}`);
  }
  return { secrets, faults, warnings };
}

function faultsOf(issue: z.core.$ZodIssue): ConfigFault[] {
  if (issue.code !== "unrecognized_keys") return [{ path: pathOf(issue.path), problem: issue.message }];
  return issue.keys.map((key) => ({
    path: pathOf([...issue.path, key]),
    problem: "is not a known key; remove or correct it",
  }));
}

function invalid(file: string, faults: readonly ConfigFault[]): RelayerError {
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  return new RelayerError("CONFIG_INVALID", `${file} has ${count}:\n${printFaults(faults)}`, {
    paths: faults.map(({ path }) => path),
  });
}

function assemble(file: ConfigFile, secrets: ReadonlyMap<string, string>, baseDir: string): Config {
  const secretAt = (path: string): Secret | null => {
    const value = secrets.get(path);
    return value === undefined ? null : createSecret(value);
  };
  const keyAt = (path: string): Secret | null => {
    const value = secrets.get(path);
    return value === undefined ? null : createSecret(normaliseKey(value));
  };
  const present = (secret: Secret | null): Secret[] => (secret === null ? [] : [secret]);

  return {
    ...file,
    chains: Object.entries(file.chains).map(([name, chain]) => ({
      ...chain,
      name,
      eid: eid(chain.eid),
      rpcUrls: chain.rpcUrls.flatMap((_, index) => present(secretAt(`chains.${name}.rpcUrls.${index}`))),
      wsUrl: secretAt(`chains.${name}.wsUrl`),
      venue: chain.venue ?? null,
    })),
    wallet: holdsKeys(file) ? keyAt("wallet") : null,
    operatorKeys: file.operatorKeys.flatMap((_, index) => present(keyAt(`operatorKeys.${index}`))),
    redis: { prefix: file.redis.prefix, url: secretAt("redis.url") ?? createSecret("") },
    journal: { dir: resolve(baseDir, file.journal.dir) },
  };
}
