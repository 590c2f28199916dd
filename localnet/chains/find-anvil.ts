import { createRequire } from "node:module";
import path from "node:path";
import { SetupError } from "../../deployments/setup-error.ts";
import { findOnPath, isExecutable } from "../processes/find-on-path.ts";

const PACKAGE = "@foundry-rs/anvil-linux-amd64";

/**
 * The anvil binary: from the project's packages where there is one for this machine, else from PATH.
 * @throws SetupError "config" when there is neither.
 */
export function findAnvil(): string {
  const packaged = findPackaged();
  if (packaged) return packaged;
  const onPath = findOnPath("anvil");
  if (onPath) return onPath;
  throw new SetupError("config", "No anvil was found: there is no package of it for this machine and none on PATH.", {
    fix: "Install Foundry (https://getfoundry.sh), or run `npm ci` on Linux x64.",
  });
}

function findPackaged(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`);
    const binary = path.join(path.dirname(manifest), "bin", "anvil");
    return isExecutable(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}
