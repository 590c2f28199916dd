import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";
import { type Route, packetKey, routeKey } from "./packet.ts";
import type { PacketBook, PacketChain } from "./packet-book.ts";
import { type PacketView, inboundNonce, listPackets } from "./packet-view.ts";

/**
 * What the receiving hub's delegate may do about a packet, as a call to the endpoint of `eid`. Nothing of it is in the
 * relayer's power, nor should it be.
 *
 * - `skip`: the next nonce was never verified and holds up later ones.
 * - `nilify`: the endpoint holds a payload that the source never sent.
 * - `clear`: the receiver keeps reverting; the packet is taken out unread.
 */
export interface Recovery {
  readonly eid: Eid;
  readonly call: "skip" | "nilify" | "clear";
  readonly why: "not-verified" | "forged" | "failed";
  readonly route: Route;
  readonly nonce: bigint;
  /** What the endpoint holds for the nonce; null where it holds nothing. */
  readonly payloadHash: Hex | null;
  /** Of the packet as its source sent it; null where that was not seen. */
  readonly guid: Hex | null;
  readonly message: Hex | null;
  /** Packets of the route that wait for it. */
  readonly holdsUp: number;
  /** Wall time since which it is so, as far as it was seen. */
  readonly sinceMs: number | null;
}

export interface RecoveryPolicy {
  /** How long a packet may stay unverified before it counts as stuck, even where nothing waits for it yet. */
  readonly stuckAfterMs: number;
  /** Executions that may fail before the packet counts as one that never will. */
  readonly failuresMax: number;
}

export interface RecoveryInput {
  readonly policy: RecoveryPolicy;
  readonly nowMs: number;
  /** By packet key: executions that this relayer has tried in vain. */
  readonly failures: ReadonlyMap<string, number>;
}

/** What governance has to look at, forgeries first. */
export function listRecoveries(book: PacketBook, { policy, nowMs, failures }: RecoveryInput): readonly Recovery[] {
  const views = listPackets(book);
  const forged = views.filter((view) => view.isForged).map((view) => recoveryOf(view, "nilify", "forged"));
  const failed = views
    .filter(({ key, state, arrival, isForged }) => {
      const isOpen = (state === "failed" || state === "executable") && !isForged;
      return isOpen && arrival.alerts + (failures.get(key) ?? 0) >= policy.failuresMax;
    })
    .map((view) => recoveryOf(view, "clear", "failed"));
  return [...forged, ...listStuck(book, views, { policy, nowMs }), ...failed];
}

/** The first nonce of each route that nobody verified, where others wait for it or it is old. */
function listStuck(
  book: PacketBook,
  views: readonly PacketView[],
  { policy, nowMs }: { policy: RecoveryPolicy; nowMs: number },
): readonly Recovery[] {
  return listRoutes(book, views).flatMap((route): Recovery[] => {
    const nonce = inboundNonce(book, route) + 1n;
    const view = views.find(({ key }) => key === packetKey({ ...route, nonce }));
    const holdsUp = countVerifiedAfter(book, route, nonce);
    const isOld = view !== undefined && view.sinceMs !== null && nowMs >= view.sinceMs + policy.stuckAfterMs;
    // A packet that can be committed is held up by nobody but whoever should commit it.
    if (view?.state === "verifiable" || (holdsUp === 0 && !isOld)) return [];
    const { guid = null, message = null } = view?.packet ?? {};
    const sinceMs = view?.sinceMs ?? null;
    const what = { eid: route.dstEid, call: "skip", why: "not-verified", payloadHash: null } as const;
    return [{ ...what, route, nonce, guid, message, holdsUp, sinceMs }];
  });
}

function listRoutes(book: PacketBook, views: readonly PacketView[]): readonly Route[] {
  const routes = new Map<string, Route>();
  for (const { pathways } of book.chains.values()) for (const [key, { route }] of pathways) routes.set(key, route);
  for (const { packet } of views) routes.set(routeKey(packet), routeOf(packet));
  // A route that ends on a chain that was not read yet is not stuck: it is unknown.
  return [...routes.values()].filter(({ dstEid }) => book.chains.has(dstEid));
}

function countVerifiedAfter({ chains }: PacketBook, route: Route, nonce: bigint): number {
  const arrivals: PacketChain["latest"]["arrivals"] = chains.get(route.dstEid)?.latest.arrivals ?? new Map();
  const prefix = `${routeKey(route)}/`;
  return [...arrivals].filter(([key, { committed }]) => {
    return committed !== null && key.startsWith(prefix) && BigInt(key.slice(prefix.length)) > nonce;
  }).length;
}

function recoveryOf({ packet, arrival, sinceMs }: PacketView, call: Recovery["call"], why: Recovery["why"]): Recovery {
  const { guid, message, nonce, dstEid } = packet;
  const { committed } = arrival;
  return {
    eid: dstEid,
    call,
    why,
    route: routeOf(packet),
    nonce,
    payloadHash: committed,
    guid,
    message,
    holdsUp: 0,
    sinceMs,
  };
}

function routeOf({ srcEid, sender, dstEid, receiver }: Route): Route {
  return { srcEid, sender, dstEid, receiver };
}
