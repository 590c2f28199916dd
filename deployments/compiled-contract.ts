import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";

import { SetupError } from "./setup-error.ts";
import type { ContractArtifact } from "./transaction-batch.ts";

const ROOT = new URL("../", import.meta.url);

const ArtifactSchema = z.object({
  contractName: z.string(),
  abi: z.array(z.any()),
  bytecode: z.string().regex(/^0x[0-9a-f]+$/i, "holds no bytecode"),
  /** As "solc-0_8_30-<hash>". */
  buildInfoId: z.string(),
});

export interface CompiledContract extends ContractArtifact {
  /** Version of solc. */
  readonly compiler: string;
}

/**
 * Reads what the compiler made of contracts/`folder`/`contractName`.sol.
 * @throws SetupError "config" when the contracts are not built.
 */
export function readCompiledContract(folder: string, contractName: string): CompiledContract {
  const file = `artifacts/contracts/${folder}/${contractName}.sol/${contractName}.json`;
  const artifact = ArtifactSchema.safeParse(readArtifact(file));
  if (!artifact.success) throw notBuilt(file);
  const { abi, bytecode, buildInfoId } = artifact.data;
  const compiler = /(\d+)_(\d+)_(\d+)/.exec(buildInfoId)?.slice(1).join(".") ?? "0.0.0";
  return { contractName, abi, bytecode, compiler };
}

/** The commit that is checked out, or null outside a repository. */
export function readCommit(): string | null {
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
