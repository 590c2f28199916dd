import { randomBytes } from "node:crypto";

import type { Hex } from "../../domain/hex.ts";
import { RelayerError } from "../../errors.ts";
import type { Answer, CoSigners, Introduction, Peer, Proposal } from "../../ports/co-signers.ts";
import type { Identity, Sealed } from "../../ports/signer.ts";
import { MESSAGE_BYTES_MAX, parseJson, readAnswer, readDenial, readEnvelope, readIntroduction } from "./messages.ts";
import { type PeerServer, type PeerServerOptions, startPeerServer } from "./peer-server.ts";

/** A peer that has not answered by then is passed over. It may wait for a block itself, and read a state. */
const ANSWER_MS = 3_500;

export interface PeerAddress extends Peer {
  /** Base URL of its listener. */
  readonly url: string;
}

export interface HttpCoSignersOptions extends Omit<PeerServerOptions, "peers" | "instance"> {
  readonly peers: readonly PeerAddress[];
}

/** Co-signers over HTTP, and the listener's port. */
export interface HttpCoSigners extends CoSigners {
  readonly port: number;
}

/**
 * Binds the listener. Peers are asked over HTTP; every message is sealed with an operator's key, so that no secret is
 * shared, and nothing in it is secret.
 *
 * @throws RelayerError `SERVER_UNAVAILABLE`, `CONFIG_INVALID`
 */
export async function startHttpCoSigners(options: HttpCoSignersOptions): Promise<HttpCoSigners> {
  const instance = randomBytes(16).toString("hex");
  const server: PeerServer = await startPeerServer({ ...options, instance });
  const addressOf = (peer: Peer): PeerAddress => {
    const found = options.peers.find(({ operator }) => operator === peer.operator);
    if (found === undefined) throw new RelayerError("PEER_UNAVAILABLE", `no peer ${peer.name} is configured`);
    return found;
  };

  return {
    peers: options.peers.map(({ name, operator }) => ({ name, operator })),
    port: server.port,
    async ask(peer, proposal, signal) {
      const { text, index } = proposal;
      const call = { path: "v1/propose", purpose: "propose", body: JSON.stringify({ text, index }) } as const;
      const { raw } = await post(options, addressOf(peer), { ...call, signal });
      return checkAnswer(options.identity, peer, { answer: readAnswer(raw), proposal });
    },
    async meet(peer, signal) {
      const call = { path: "v1/meet", purpose: "meet", body: "" } as const;
      const { raw, nonce } = await post(options, addressOf(peer), { ...call, signal });
      return checkIntroduction(options.identity, peer, { raw, nonce, instance });
    },
    serve: (reviewer) => server.serve(reviewer),
    close: () => server.close(),
  };
}

function checkAnswer(
  identity: Identity,
  peer: Peer,
  { answer, proposal }: { answer: Answer; proposal: Proposal },
): Answer {
  if (answer.kind === "refused") return answer;
  const signer = identity.signerOf(proposal.directive, answer.signature);
  if (signer === peer.operator) return answer;
  throw new RelayerError("PEER_LIED", `${peer.name} gave a signature that is not its own over this directive`, {
    peer: peer.name,
    signer,
  });
}

function checkIntroduction(
  identity: Identity,
  peer: Peer,
  { raw, nonce, instance }: { raw: unknown; nonce: Hex; instance: string },
): Introduction {
  const { seal, ...envelope } = readEnvelope(raw);
  const sealer = identity.sealerOf({ ...envelope, purpose: "introduce" }, seal);
  const met = readIntroduction(envelope.body);
  const isOwnKey = sealer === identity.operator && met.instance !== instance;
  if (isOwnKey) {
    const text = `${peer.name} works with this node's operator key; give each node a key of its own`;
    throw new RelayerError("KEY_SHARED", text, { peer: peer.name, operator: identity.operator });
  }
  const isFresh = envelope.nonce === nonce && envelope.to === identity.operator;
  if (sealer === peer.operator && met.operator === peer.operator && isFresh) return met;
  throw new RelayerError("PEER_LIED", `who answers for ${peer.name} is somebody else`, { peer: peer.name, sealer });
}

interface Call extends Pick<Sealed, "purpose" | "body"> {
  readonly path: string;
  readonly signal: AbortSignal;
}

async function post(
  { identity, nowMs, wallMs = nowMs }: HttpCoSignersOptions,
  peer: PeerAddress,
  { path, purpose, body, signal }: Call,
): Promise<{ readonly raw: unknown; readonly nonce: Hex }> {
  const nonce: Hex = `0x${randomBytes(32).toString("hex")}`;
  const message = { from: identity.operator, to: peer.operator, sentAtMs: Math.floor(wallMs()), nonce, body };
  const seal = identity.seal({ ...message, purpose });
  const bound = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  try {
    const response = await fetch(new URL(path, withSlash(peer.url)), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...message, seal }),
      signal: bound,
      redirect: "error",
    });
    const raw = parseJson(await readText(response, peer));
    refuseDenial(response, raw, peer);
    return { raw, nonce };
  } catch (error) {
    if (error instanceof RelayerError) throw error;
    const reason = bound.aborted ? "timeout" : codeOf(error);
    throw new RelayerError("PEER_UNAVAILABLE", `${peer.name} did not answer (${reason})`, { peer: peer.name, reason });
  }
}

/** So that a path before the listener, as proxies add one, is kept. */
function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

/** Refusals of a proposal come with 409 or 429 and are answers. What else is no success, is not one. */
function refuseDenial({ status }: Response, raw: unknown, { name }: Peer): void {
  const denied = readDenial(raw);
  if (denied !== null)
    throw new RelayerError("PEER_DENIED", `${name} turns requests away: ${denied}`, { peer: name, denied });
  if ([200, 409, 429].includes(status)) return;
  throw new RelayerError("PEER_UNAVAILABLE", `${name} answered with HTTP ${status}`, { peer: name, status });
}

async function readText(response: Response, { name }: Peer): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MESSAGE_BYTES_MAX) {
      throw new RelayerError("PEER_MALFORMED", `${name} answered with more than is ever asked for`, { peer: name });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The reason in one word: a message could carry the URL. */
function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  const found = cause?.code ?? code;
  return typeof found === "string" ? found : "no reason given";
}
