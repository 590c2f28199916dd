import type { Eid } from "../domain/eid.ts";
import { RelayerError, describeError } from "../errors.ts";
import type { Funds, FundsReader } from "../ports/funds.ts";
import type { AppContext } from "./context.ts";

/** Wallets empty slowly; what they have is not asked for more often. */
export const FUNDS_EVERY_MS = 15_000;
const REQUEST_MS = 8_000;
/** Older readings say nothing any more: a value that cannot be read is not shown. */
const STALE_MS = 120_000;

export interface KnownFunds extends Funds {
  readonly readAtMs: number;
  /** Halts that the balance still pays for. */
  readonly haltsLeft: number;
}

/** What wallets have, where it was read lately. */
export interface FundsWatch {
  readonly isWatching: boolean;
  of(eid: Eid): KnownFunds | null;
  /** Asks every chain once, at the same time: one that hangs keeps no other waiting. */
  turn(): Promise<void>;
}

export function createFundsWatch(readers: readonly FundsReader[], context: AppContext): FundsWatch {
  const { clock, metrics, log, signal } = context;
  const known = new Map<Eid, KnownFunds>();

  const readOne = async (reader: FundsReader): Promise<void> => {
    try {
      const funds = await reader.read(AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]));
      const haltsLeft = Number(funds.balanceWei / (funds.haltCostWei > 0n ? funds.haltCostWei : 1n));
      if (haltsLeft === 0) log.error({ chain: reader.name, wallet: funds.wallet }, "wallet cannot pay for a halt");
      known.set(reader.eid, { ...funds, haltsLeft, readAtMs: clock.nowMs() });
      metrics.fundsRead(reader.name, haltsLeft);
    } catch (thrown) {
      if (signal.aborted) return;
      metrics.failed(`funds:${reader.name}`, RelayerError.from(thrown).code);
      log.debug({ chain: reader.name, err: describeError(thrown) }, "funds not readable");
    }
  };
  return {
    isWatching: readers.length > 0,
    of(eid) {
      const funds = known.get(eid);
      return funds === undefined || clock.nowMs() - funds.readAtMs > STALE_MS ? null : funds;
    },
    turn: () => Promise.all(readers.map(readOne)).then(() => undefined),
  };
}
