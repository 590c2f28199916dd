import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Interface } from "ethers";
import { z } from "zod";

import { type ContractName, SOURCES } from "./plan/sources.ts";
import { SetupError } from "./setup-error.ts";
import type { ContractArtifact } from "./transaction-batch.ts";

const ROOT = new URL("../", import.meta.url);

const code = z.string().regex(/^0x[0-9a-f]+$/i, "holds no bytecode");
const ArtifactSchema = z.object({
  contractName: z.string(),
  abi: z.array(z.any()),
  bytecode: code,
  deployedBytecode: code,
  /** By the id of the variable: where in the deployed code its value stands, in bytes. */
  immutableReferences: z.record(z.string(), z.array(z.object({ start: z.int(), length: z.int() }))).default({}),
  /** As "solc-0_8_30-<hash>". */
  buildInfoId: z.string(),
});

export interface CompiledContract extends ContractArtifact {
  /** Parsed once: every call and every reading asks it. */
  readonly abi: Interface;
  /** Version of solc. */
  readonly compiler: string;
  readonly deployedBytecode: string;
  /** Where immutables stand in the deployed code, in bytes. */
  readonly immutables: readonly { readonly start: number; readonly length: number }[];
}

const cache = new Map<string, CompiledContract>();

/**
 * Reads what the compiler made of contracts/`folder`/`contractName`.sol.
 * @throws SetupError "config" when the contracts are not built.
 */
export function readCompiledContract(folder: string, contractName: string): CompiledContract {
  const source = folder.startsWith("@") ? folder : `contracts/${folder}`;
  const file = `artifacts/${source}/${contractName}.sol/${contractName}.json`;
  const known = cache.get(file);
  if (known) return known;
  const artifact = ArtifactSchema.safeParse(readArtifact(file));
  if (!artifact.success) throw notBuilt(file);
  const { abi, bytecode, deployedBytecode, immutableReferences, buildInfoId } = artifact.data;
  const compiler = /(\d+)_(\d+)_(\d+)/.exec(buildInfoId)?.slice(1).join(".") ?? "0.0.0";
  const immutables = Object.values(immutableReferences).flat();
  const contract = { contractName, abi: Interface.from(abi), bytecode, deployedBytecode, immutables, compiler };
  cache.set(file, contract);
  return contract;
}

/** The same for one of those that are deployed. */
export function readDeployedContract(name: ContractName): CompiledContract {
  return readCompiledContract(SOURCES[name], name);
}

/**
 * Whether `code`, as a chain has it, is what the compiler made of `contract`, whatever its immutables were set to. Those
 * are for the facts to compare, and for the creation's input.
 */
export function isCodeOf({ deployedBytecode, immutables }: CompiledContract, code: string): boolean {
  return code.length === deployedBytecode.length && mask(code, immutables) === mask(deployedBytecode, immutables);
}

/**
 * The same for a contract that another one creates. That one was compiled with its own list of remappings, which the hash
 * at the end of the code covers; the code before it is the same.
 */
export function isCreatedCodeOf(compiled: CompiledContract, code: string): boolean {
  const { deployedBytecode } = compiled;
  return isCodeOf({ ...compiled, deployedBytecode: withoutMetadata(deployedBytecode) }, withoutMetadata(code));
}

/** Its length stands in the last two bytes. */
function withoutMetadata(code: string): string {
  const length = (Number.parseInt(code.slice(-4), 16) + 2) * 2;
  return length <= code.length - 2 ? code.slice(0, -length) : code;
}

function mask(code: string, immutables: CompiledContract["immutables"]): string {
  const bytes = Buffer.from(code.slice(2), "hex");
  for (const { start, length } of immutables) bytes.fill(0, start, start + length);
  return bytes.toString("hex");
}

let commit: string | null | undefined;

/** The commit that is checked out, or null outside a repository. */
export function readCommit(): string | null {
  commit ??= askCommit();
  return commit;
}

function askCommit(): string | null {
  try {
    return execFileSync("git", ["rev-parse", "--verify", "HEAD"], {
      cwd: fileURLToPath(ROOT),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}

function readArtifact(file: string): unknown {
  try {
    return JSON.parse(readFileSync(new URL(file, ROOT), "utf8"));
  } catch (error) {
    throw notBuilt(file, error);
  }
}

function notBuilt(file: string, cause?: unknown): SetupError {
  return new SetupError("config", `The contracts are not built (${file}).`, { fix: "Run `npm run build`.", cause });
}
