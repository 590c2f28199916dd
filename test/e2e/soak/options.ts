import { Command, CommanderError, InvalidArgumentError } from "commander";

export interface SoakOptions {
  /** Blocks on each chain, {@link BLOCK_SECONDS} of chain time apart. */
  readonly blocks: number;
  /** Wall time after which it ends all the same. */
  readonly minutes: number;
  readonly chains: number;
  readonly seed: number;
  readonly json: boolean;
}

/** So that 7,200 blocks are a day. */
export const BLOCK_SECONDS = 12;
const DAY_BLOCKS = 86_400 / BLOCK_SECONDS;

const DESCRIPTION = `A day of several chains in minutes: a block every ${BLOCK_SECONDS} s of chain time, incidents all the while, and in between
relayers killed with -9, Redis killed and wiped, a chain stopped. Two replicas; the first is never ended, and its memory
is what is measured. Prints what was done and what was found, and ends with 1 when anything is not as it should be.`;

/** Prints help and mistakes itself; then the exit code is all that is left. */
export function parseSoakOptions(argv: readonly string[]): SoakOptions | { readonly exitCode: number } {
  const command = new Command("npm run soak --")
    .description(DESCRIPTION)
    .option("--blocks <n>", "blocks on each chain", wholeBetween(40, 1_000_000), DAY_BLOCKS)
    .option("--minutes <n>", "ends after so many minutes in any case", wholeBetween(1, 1_440), 30)
    .option("--chains <n>", "chains, 2 to 10", wholeBetween(2, 10), 4)
    .option("--seed <n>", "what incidents and faults are drawn from", wholeBetween(0, 0xffff_ffff), 1)
    .option("--json", "print one JSON object on standard output; progress goes to standard error", false)
    .exitOverride();
  try {
    return command.parse([...argv], { from: "user" }).opts<SoakOptions>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : 2 };
  }
}

function wholeBetween(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
