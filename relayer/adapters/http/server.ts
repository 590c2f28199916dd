import Fastify, { type FastifyInstance } from "fastify";

import { RelayerError } from "../../errors.ts";
import type { RelayerStatus } from "../../ports/status.ts";
import { INSIGHT_PAGES, serveInsight } from "./insight-pages.ts";

/** Nothing that is served takes a body, and nobody needs long to ask. */
const BODY_LIMIT_BYTES = 1_024;
const REQUEST_TIMEOUT_MS = 5_000;

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What the pages show. Asked anew for every request; null until there is something to show. */
  readonly status: () => RelayerStatus | null;
  readonly metrics: { readonly contentType: string; print(): Promise<string> };
}

export interface HttpServer {
  /** The port that was bound. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Binds and serves. Reads only: nothing here changes anything.
 *
 * @throws RelayerError `SERVER_UNAVAILABLE` when the port is taken, `CONFIG_INVALID` when it can never be bound
 */
export async function startHttpServer({ host, port, status, metrics }: HttpServerOptions): Promise<HttpServer> {
  const app = Fastify({ bodyLimit: BODY_LIMIT_BYTES, requestTimeout: REQUEST_TIMEOUT_MS, forceCloseConnections: true });
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ error: "no such page", pages: PAGES }));
  app.setErrorHandler((error, _, reply) => {
    const { code, message } = RelayerError.from(error);
    return reply.code(500).send({ error: message, code });
  });
  app.get("/metrics", async (_, reply) => reply.type(metrics.contentType).send(await metrics.print()));
  servePages(app, status);
  serveInsight(app, status);

  try {
    await app.listen({ host, port });
  } catch (error) {
    throw mapListenError(error, host, port);
  }
  const address = app.server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () => app.close(),
  };
}

const PAGES = [
  "/live",
  "/ready",
  "/health",
  "/metrics",
  "/status",
  "/v1/convergence",
  "/v1/actions",
  "/v1/instructions",
  "/v1/messages",
  "/v1/recoveries",
  ...INSIGHT_PAGES,
];

function servePages(app: FastifyInstance, status: () => RelayerStatus | null): void {
  const page = (path: string, show: (of: RelayerStatus) => { code: number; body: object }): void => {
    app.get(path, (_, reply) => {
      const of = status();
      if (of === null) return reply.code(503).send({ error: "starting" });
      const { code, body } = show(of);
      return reply.code(code).send(body);
    });
  };
  const showReady = (of: RelayerStatus) => {
    const ready = of.ready();
    return { code: ready.isReady ? 200 : 503, body: ready };
  };

  // A process that is still starting is alive: restarting it would not help.
  app.get("/live", (_, reply) => {
    const live = status()?.live() ?? { isLive: true, loops: [] };
    return reply.code(live.isLive ? 200 : 503).send(live);
  });
  page("/ready", showReady);
  page("/health", showReady);
  page("/status", (of) => ({ code: 200, body: { chains: of.chains() } }));
  page("/v1/convergence", (of) => ({ code: 200, body: of.convergence() }));
  page("/v1/actions", (of) => ({ code: 200, body: { actions: of.actions() } }));
  page("/v1/instructions", (of) => ({ code: 200, body: { instructions: of.instructions() } }));
  page("/v1/messages", (of) => ({ code: 200, body: { messages: of.messages() } }));
  page("/v1/recoveries", (of) => ({ code: 200, body: { recoveries: of.recoveries() } }));
}

function mapListenError(error: unknown, host: string, port: number): RelayerError {
  const reason = (error as NodeJS.ErrnoException).code ?? "unknown reason";
  const facts = { host, port, reason };
  if (reason === "EADDRINUSE") {
    const text = `port ${port} on ${host} is in use; stop what listens there or change server.port (0 takes a free one)`;
    return new RelayerError("SERVER_UNAVAILABLE", text, facts, error);
  }
  const text = `cannot listen on ${host} port ${port} (${reason}); correct server.host or server.port`;
  return new RelayerError("CONFIG_INVALID", text, facts, error);
}
