import type { Result } from "ethers";
import type { DeskReport } from "../../../domain/desk/desk-report.ts";
import type { Hex } from "../../../domain/hex.ts";
import type { StandingView } from "../../../domain/venue/check-views.ts";
import type { BlockRef } from "../../../domain/world/block.ts";
import { RelayerError } from "../../../errors.ts";
import type { VenueViews } from "../../../ports/venue.ts";
import { readDeskReport } from "../desk/read-desk.ts";
import { pinnedRead } from "../pinned-read.ts";
import { isRevert } from "../rpc-error.ts";
import type { RpcSession } from "../rpc-pool.ts";
import { Bytes, parseAnswer } from "../wire.ts";
import { venueInterface, volatilityInterface } from "./venue-abi.ts";

/** Where the venue stands, and whose forecast goes with it. */
export interface VenueAddresses {
  readonly venue: Hex;
  readonly volatilitySensor: Hex | null;
  /** The operators' desk; null where there is none. */
  readonly desk?: Hex | null;
}

/** What the venue, and the operators' desk where there is one, say at exactly `at`. */
export async function readVenueViews(
  session: RpcSession,
  addresses: VenueAddresses,
  ask: { readonly at: BlockRef; readonly markets: readonly number[]; readonly accounts: readonly Hex[] },
): Promise<VenueViews> {
  return pinnedRead(session, ask.at, (blockTag) => readViewsAt({ session, addresses, blockTag }, ask));
}

interface Pinned {
  readonly session: RpcSession;
  readonly addresses: VenueAddresses;
  readonly blockTag: unknown;
}

async function readViewsAt(
  pinned: Pinned,
  { markets, accounts }: { readonly markets: readonly number[]; readonly accounts: readonly Hex[] },
): Promise<VenueViews> {
  const [shared, read, standings] = await Promise.all([
    callVenue(pinned, "fundOf", [0]),
    Promise.all(markets.map((market) => readMarket(pinned, market))),
    Promise.all(accounts.map((account) => readStanding(pinned, account))),
  ]);
  if (shared === null) {
    throw new RelayerError("RPC_MALFORMED", "the venue has no funds: is its address right?", {
      venue: pinned.addresses.venue,
    });
  }
  return {
    markets: read.filter((market) => market !== null),
    standings: standings.filter((standing) => standing !== null),
    sharedFine: shared[0] as bigint,
    ...(await readSharedDesk(pinned)),
  };
}

/** Null where the venue cannot tell, because it has no price: zeros would say that nothing is at risk. */
async function readMarket(pinned: Pinned, market: number): Promise<VenueViews["markets"][number] | null> {
  const [report, fund, shortfall, marginE6, desk] = await Promise.all([
    callVenue(pinned, "reportOf", [market]),
    callVenue(pinned, "fundOf", [market]),
    callVenue(pinned, "shortfallOf", [market]),
    readMargin(pinned, market),
    readDesk(pinned, market),
  ]);
  if (report === null || fund === null || shortfall === null) return null;
  const of = report[0] as Result;
  return {
    market,
    priceX32: of["priceX32"] as bigint,
    openInterest: of["openInterest"] as bigint,
    skewFine: of["skewFine"] as bigint,
    insurance: of["insurance"] as bigint,
    fundFine: fund[0] as bigint,
    shortfallFine: shortfall[0] as bigint,
    marginE6,
    ...(desk === null ? {} : { desk }),
  };
}

async function readSharedDesk(pinned: Pinned): Promise<Pick<VenueViews, "sharedDesk">> {
  const sharedDesk = await readDesk(pinned, 0);
  return sharedDesk === null ? {} : { sharedDesk };
}

async function readDesk(pinned: Pinned, market: number): Promise<DeskReport | null> {
  const { desk = null } = pinned.addresses;
  return desk === null ? null : readDeskReport(pinned, desk, market);
}

async function readStanding(pinned: Pinned, account: Hex): Promise<StandingView | null> {
  const standing = await callVenue(pinned, "standing", [account]);
  if (standing === null) return null;
  const of = standing[0] as Result;
  return { account, equityFine: of["equityFine"] as bigint, cashFine: of["cashFine"] as bigint };
}

async function readMargin(pinned: Pinned, market: number): Promise<number | null> {
  const { volatilitySensor } = pinned.addresses;
  if (volatilitySensor === null) return null;
  const data = volatilityInterface.encodeFunctionData("reading", [market]);
  const raw = await callAt(pinned, volatilitySensor, data);
  if (raw === null) return null;
  const reading = volatilityInterface.decodeFunctionResult("reading", raw)[0] as Result;
  const isSeeded = (reading["publishTime"] as bigint) > 0n;
  return isSeeded ? Number(reading["marginE6"] as bigint) : null;
}

async function callVenue(pinned: Pinned, name: string, args: readonly unknown[]): Promise<Result | null> {
  const { session, addresses } = pinned;
  const raw = await callAt(pinned, addresses.venue, venueInterface.encodeFunctionData(name, args));
  if (raw === null) return null;
  try {
    return venueInterface.decodeFunctionResult(name, raw);
  } catch (error) {
    const text = `${session.host} answered ${name}() with something that does not decode`;
    throw new RelayerError("RPC_MALFORMED", text, { host: session.host, view: name }, error);
  }
}

/** Null when the view reverts. */
async function callAt({ session, blockTag }: Pinned, to: Hex, data: string): Promise<Hex | null> {
  try {
    return parseAnswer(Bytes, await session.call("eth_call", [{ to, data }, blockTag]), "eth_call");
  } catch (error) {
    if (error instanceof RelayerError && isRevert(error)) return null;
    throw error;
  }
}
