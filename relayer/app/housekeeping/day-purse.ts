import { type Errand, purposeOf } from "../../domain/errand/errand.ts";
import { type DaySpent, type Purse, type Quote, pay, refund } from "../../domain/errand/judge.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { PurseStore } from "../../ports/purses.ts";
import type { AppContext } from "../context.ts";

const DAY_MS = 86_400_000;
const NOTHING = { spentWei: 0n, spentOnChoresWei: 0n, givenWei: 0n };

/** What one chain's errands may still cost today. */
export interface DayPurse {
  /** The purse of the day that it is, with this balance. */
  of(balanceWei: bigint): Purse;
  /**
   * Counts `errand` as paid, on disk before it is sent: a process that dies in between has counted too much, never too
   * little. @returns false when it must not be sent: nobody could tell afterwards what was spent, and it can wait
   */
  reserve(errand: Errand, quote: Quote): Promise<boolean>;
  /** No node took it. */
  release(errand: Errand, quote: Quote): Promise<void>;
}

/**
 * The purse as an earlier process of today left it. Where nobody can tell, only messages are paid for until midnight: a
 * budget that is forgotten is a budget that is spent twice.
 */
export async function openDayPurse(
  context: AppContext,
  { chain, store }: { readonly chain: string; readonly store: PurseStore | null },
): Promise<DayPurse> {
  const { clock } = context;
  const today = () => Math.floor(clock.nowMs() / DAY_MS);
  let spent: DaySpent = { day: today(), ...NOTHING };
  /** The day of which nobody can tell what was spent, or null. */
  let unknownDay: number | null = null;
  try {
    spent = (await store?.read(chain)) ?? spent;
  } catch (thrown) {
    unknownDay = today();
    complain(context, chain, thrown);
  }
  const roll = (): DaySpent => {
    if (spent.day !== today()) spent = { day: today(), ...NOTHING };
    return spent;
  };
  const keep = async (purse: Purse): Promise<boolean> => {
    const { balanceWei: _balance, ...paid } = purse;
    spent = { ...paid, day: roll().day };
    try {
      await store?.write(chain, spent);
      return true;
    } catch (thrown) {
      complain(context, chain, thrown);
      return false;
    }
  };

  return {
    of: (balanceWei) => ({ ...withoutDay(roll()), balanceWei }),
    async reserve(errand, quote) {
      const isMessage = purposeOf(errand) === "message";
      if (!isMessage && unknownDay === today()) return false;
      const before = roll();
      const isKept = await keep(pay({ ...withoutDay(before), balanceWei: 0n }, errand, quote));
      if (isKept || isMessage) return true;
      spent = before;
      return false;
    },
    async release(errand, quote) {
      // Of yesterday nothing is left to give back.
      if (spent.day === today()) await keep(refund({ ...withoutDay(spent), balanceWei: 0n }, errand, quote));
    },
  };
}

function withoutDay({ day: _day, ...spent }: DaySpent): Omit<Purse, "balanceWei"> {
  return spent;
}

function complain({ log, metrics }: AppContext, chain: string, thrown: unknown): void {
  const error = RelayerError.from(thrown);
  metrics.failed(chain, error.code);
  log.error({ chain, err: describeError(error) }, "purse of errands not kept");
}
