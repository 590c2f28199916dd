import type { FastifyInstance } from "fastify";

import type { InsightView } from "../../ports/insight.ts";
import type { RelayerStatus } from "../../ports/status.ts";

/** Longest id that is looked up. */
const ID_MAX = 80;

/** Pages of their own, in the order in which the 404 page lists them. */
export const INSIGHT_PAGES = [
  "/v1/chains",
  "/v1/deployments",
  "/v1/exposure",
  "/v1/incidents",
  "/v1/incidents/:id",
  "/v1/decisions/:id",
  "/v1/nonces",
  "/v1/readiness",
] as const;

/** What operators ask beyond whether it runs. Reads only. */
export function serveInsight(app: FastifyInstance, status: () => RelayerStatus | null): void {
  const list = (path: string, show: (of: RelayerStatus) => object): void => {
    app.get(path, (_, reply) => {
      const of = status();
      return of === null ? reply.code(503).send({ error: "starting" }) : reply.send(show(of));
    });
  };
  const item = (path: string, find: (of: InsightView, id: string) => object | null): void => {
    app.get<{ Params: { id: string } }>(path, ({ params: { id } }, reply) => {
      const of = status();
      if (of === null) return reply.code(503).send({ error: "starting" });
      const found = id.length > ID_MAX ? null : find(of, id);
      return found === null ? reply.code(404).send({ error: "not known, or forgotten" }) : reply.send(found);
    });
  };
  list("/v1/chains", (of) => ({ chains: of.chains() }));
  list("/v1/deployments", (of) => ({ deployments: of.deployments() }));
  list("/v1/exposure", (of) => ({ exposure: of.exposure() }));
  list("/v1/incidents", (of) => ({ incidents: of.incidents() }));
  list("/v1/nonces", (of) => ({ nonces: of.nonces() }));
  list("/v1/readiness", (of) => of.readiness());
  item("/v1/incidents/:id", (of, id) => of.incident(id));
  item("/v1/decisions/:id", (of, id) => of.decision(id));
}
