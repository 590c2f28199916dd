import { dataSlice, getAddress, id } from "ethers";

import type { NetworkParameters } from "./network-parameters.ts";
import { SetupError } from "./setup-error.ts";

/** Most operators that there can be. */
const OPERATORS = 32;

/**
 * An address that nobody has the key of, for a file that is complete but whose people are still to be named. Who deploys
 * puts their own in; until then only a plan can be made.
 */
export function placeholderAddress(network: string, who: string): string {
  return getAddress(dataSlice(id(`cordon/${network}/${who}`), 12));
}

/** @throws SetupError "config" that names the fields which still hold a placeholder. */
export function refusePlaceholders({ network, owner, operators }: NetworkParameters): void {
  const known = Array.from({ length: OPERATORS }, (_, index) => placeholderAddress(network, `operator/${index}`));
  const fields = operators.flatMap((operator, index) =>
    known.includes(getAddress(operator)) ? [`operators.${index}`] : [],
  );
  const isOwner = owner !== undefined && getAddress(owner) === placeholderAddress(network, "owner");
  const found = [...(isOwner ? ["owner"] : []), ...fields];
  if (found.length === 0) return;
  const problem = `networks/${network}.json holds placeholders that nobody has the key of: ${found.join(", ")}.`;
  throw new SetupError("config", problem, { fix: "Put your own addresses there; --plan works without." });
}
