import { RelayerError } from "../../relayer/errors.ts";

/** "read" where `work` comes to an end, and else the name of its error. */
export function outcomeOf(work: () => unknown): string {
  try {
    work();
    return "read";
  } catch (error) {
    return RelayerError.from(error).name;
  }
}
