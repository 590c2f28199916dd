import { dataSlice, getAddress, id, isAddress } from "ethers";

import type { NetworkParameters } from "./network-parameters.ts";
import { SetupError } from "./setup-error.ts";

/** Most of a kind that there can be. */
const MOST = 32;

/**
 * An address that nobody has the key of, for a file that is complete but whose people are still to be named. Who deploys
 * puts their own in; until then only a plan can be made.
 */
export function placeholderAddress(network: string, who: string): string {
  return getAddress(dataSlice(id(`cordon/${network}/${who}`), 12));
}

/** Those of whom there may be several, and those of whom there is one. */
const SEVERAL = ["operator", "member", "void-guardian", "proposer", "tightener", "guardian"];
const ONE = ["owner", "root"];

/** @throws SetupError "config" that names the fields which still hold a placeholder. */
export function refusePlaceholders(parameters: NetworkParameters): void {
  const { network } = parameters;
  const several = SEVERAL.flatMap((who) => Array.from({ length: MOST }, (_, index) => `${who}/${index}`));
  const known = new Set([...ONE, ...several].map((who) => placeholderAddress(network, who)));
  const found = findFields(parameters, "", (text) => isAddress(text) && known.has(getAddress(text)));
  if (found.length === 0) return;
  const problem = `networks/${network}.json holds placeholders that nobody has the key of: ${found.join(", ")}.`;
  throw new SetupError("config", problem, { fix: "Put your own addresses there; --plan works without." });
}

function findFields(value: unknown, path: string, matches: (text: string) => boolean): string[] {
  if (typeof value === "string") return matches(value) ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    findFields(part, path === "" ? name : `${path}.${name}`, matches),
  );
}
