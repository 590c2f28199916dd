import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";

import type { Hex } from "../../domain/hex.ts";
import { RelayerError } from "../../errors.ts";
import type { Answer, Peer, Reviewer } from "../../ports/co-signers.ts";
import type { Identity, Sealed } from "../../ports/signer.ts";
import { type RateLimit, createRateLimit, createReplayGuard, type ReplayGuard } from "./limits.ts";
import { type Envelope, MESSAGE_BYTES_MAX, readClaim, readEnvelope } from "./messages.ts";

/** A message of a clock that is further off is not of now. As far as hubs let clocks differ. */
export const CLOCK_MS = 300_000;
const REQUEST_TIMEOUT_MS = 5_000;
/** Seals that are looked at for one address: each costs half a millisecond, and anybody can send one. */
const PER_ADDRESS = { burst: 40, perSecond: 20 };
/** Messages of one peer. A node that decides every half second with all its peers' signatures stays below. */
const PER_PEER = { burst: 20, perSecond: 4 };

export interface PeerServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly identity: Identity;
  readonly peers: readonly Peer[];
  /** The account that this node pays from. */
  readonly wallet: Hex;
  /** Tells this process from another with the same key. */
  readonly instance: string;
  /** Never turns back: for what is counted per second, and for what was here before. */
  readonly nowMs: () => number;
  /**
   * The time of day as the machine has it at this moment, which peers compare. One that was counted on from a start would be
   * off for good once the machine slept, or once its clock was set right. `nowMs` unless given.
   */
  readonly wallMs?: () => number;
  /** A request was turned away: by which peer it claims to be sent, and why. */
  readonly onDenied: (peer: string, error: RelayerError) => void;
}

export interface PeerServer {
  readonly port: number;
  serve(reviewer: Reviewer): void;
  close(): Promise<void>;
}

interface Desk {
  readonly options: PeerServerOptions;
  readonly peerLimit: RateLimit;
  readonly addressLimit: RateLimit;
  readonly replays: ReplayGuard;
  reviewer: Reviewer | null;
}

/**
 * Listens for peers. Whoever is not one learns nothing, and costs little; whoever is one can make this node compute,
 * a bounded number of times a second, and nothing else.
 *
 * @throws RelayerError `SERVER_UNAVAILABLE` when the port is taken, `CONFIG_INVALID` when it can never be bound
 */
export async function startPeerServer(options: PeerServerOptions): Promise<PeerServer> {
  const { nowMs } = options;
  const desk: Desk = {
    options,
    peerLimit: createRateLimit({ ...PER_PEER, nowMs }),
    addressLimit: createRateLimit({ ...PER_ADDRESS, nowMs }),
    replays: createReplayGuard({ keepMs: 2 * CLOCK_MS, nowMs }),
    reviewer: null,
  };
  const app = Fastify({
    bodyLimit: MESSAGE_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
  });
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ denied: "no such page" }));
  app.setErrorHandler((error, _, reply) => turnAway(desk, reply, { peer: "unknown", error: mapFault(error) }));
  app.post("/v1/propose", (request, reply) => answer(desk, { request, reply, purpose: "propose" }));
  app.post("/v1/meet", (request, reply) => answer(desk, { request, reply, purpose: "meet" }));
  const port = await listen(app, options.listen);
  return {
    port,
    serve(reviewer) {
      desk.reviewer = reviewer;
    },
    close: () => app.close(),
  };
}

interface Visit {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly purpose: "propose" | "meet";
}

async function answer(desk: Desk, { request, reply, purpose }: Visit): Promise<FastifyReply> {
  if (!desk.addressLimit.take(request.ip)) return reply.code(429).send({ denied: "rate" });
  let claimed = "unknown";
  try {
    const envelope = readEnvelope(request.body);
    claimed = desk.options.peers.find(({ operator }) => operator === envelope.from)?.name ?? "unknown";
    const peer = admit(desk, envelope, purpose);
    if (!desk.peerLimit.take(peer.operator)) return await reply.code(429).send({ refusal: "rate-limited" });
    if (!desk.replays.admit(envelope.nonce)) throw denied("replayed");
    if (purpose === "meet") return await reply.send(introduce(desk.options, envelope));
    const given = await review(desk, { peer, envelope, reply });
    if (given.kind === "signed") return await reply.send({ signature: given.signature });
    return await reply.code(409).send({ refusal: given.reason });
  } catch (thrown) {
    return turnAway(desk, reply, { peer: claimed, error: RelayerError.from(thrown) });
  }
}

/** The peer that sent it, to this node, now. @throws RelayerError `REQUEST_DENIED` */
function admit({ options }: Desk, { seal, ...message }: Envelope, purpose: Sealed["purpose"]): Peer {
  const { identity, peers, nowMs, wallMs = nowMs } = options;
  const peer = peers.find(({ operator }) => operator === message.from);
  if (peer === undefined) throw denied("not a peer");
  if (message.to !== identity.operator) throw denied("not for this node");
  if (Math.abs(wallMs() - message.sentAtMs) > CLOCK_MS) throw denied("clock");
  if (identity.sealerOf({ ...message, purpose }, seal) !== peer.operator) throw denied("seal");
  return peer;
}

async function review(
  { reviewer }: Desk,
  { peer, envelope, reply }: { peer: Peer; envelope: Envelope; reply: FastifyReply },
): Promise<Answer> {
  const claim = readClaim(envelope.body);
  if (reviewer === null) return { kind: "refused", reason: "busy" };
  const left = new AbortController();
  // A peer that hangs up is not worth reading states for.
  reply.raw.once("close", () => left.abort());
  return reviewer(claim, peer, left.signal);
}

function introduce(options: PeerServerOptions, question: Envelope): Envelope {
  const { identity, wallet, instance, nowMs, wallMs = nowMs } = options;
  const { from: to, nonce } = question;
  const body = JSON.stringify({ operator: identity.operator, wallet, instance });
  const message = { from: identity.operator, to, sentAtMs: Math.floor(wallMs()), nonce, body };
  return { ...message, seal: identity.seal({ ...message, purpose: "introduce" }) };
}

function turnAway(
  { options }: Desk,
  reply: FastifyReply,
  { peer, error }: { peer: string; error: RelayerError },
): FastifyReply {
  options.onDenied(peer, error);
  const why = String(error.facts["why"] ?? "malformed");
  return reply.code(error.name === "REQUEST_DENIED" ? 401 : 400).send({ denied: why });
}

/** What fastify itself refuses: too large, not JSON, too slow. */
function mapFault(error: unknown): RelayerError {
  if (error instanceof RelayerError) return error;
  const code = String((error as { code?: unknown }).code ?? "unknown");
  return new RelayerError("PEER_MALFORMED", `a request cannot be read (${code})`, { fault: code });
}

function denied(why: string): RelayerError {
  return new RelayerError("REQUEST_DENIED", `a request was turned away: ${why}`, { why });
}

async function listen(app: FastifyInstance, { host, port }: PeerServerOptions["listen"]): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    const [name, fix] =
      reason === "EADDRINUSE"
        ? (["SERVER_UNAVAILABLE", "stop what listens there or change quorum.listen.port"] as const)
        : (["CONFIG_INVALID", "correct quorum.listen"] as const);
    throw new RelayerError(name, `cannot listen for peers on ${host} port ${port} (${reason}); ${fix}`, { host, port });
  }
  const address = app.server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
