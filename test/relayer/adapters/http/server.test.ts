import { createServer } from "node:net";

import { expect } from "chai";

import { type HttpServer, startHttpServer } from "../../../../relayer/adapters/http/server.ts";
import { EXIT, exitCodeOf } from "../../../../relayer/exit-code.ts";
import type { InsightView } from "../../../../relayer/ports/insight.ts";
import type { RelayerStatus } from "../../../../relayer/ports/status.ts";
import { failureOf } from "../../../support/failure-of.ts";

const CHAIN = {
  name: "chain-a",
  eid: 50_901,
  head: 9,
  finalised: null,
  unfinalisedBlocks: null,
  seq: 3,
  posture: null,
  meshDigest: null,
  endpoints: [{ host: "node.invalid", score: 1, latencyMs: 3, errorRate: 0, isDoubted: false, isResting: false }],
};

const INCIDENT = { id: "inc-1-2", eid: 1, market: 1, cause: "price", rungs: "halted/m4", openedAtMs: 5, decisions: [] };

const INSIGHT: InsightView = {
  deployments: () => [{ name: "a", eid: 1, block: null, timestamp: null, quorum: null, operators: [], markets: [] }],
  exposure: () => [{ name: "a", eid: 1, block: 7, timestamp: 9, markets: [] }],
  incidents: () => [INCIDENT],
  incident: (id) => (id === INCIDENT.id ? { ...INCIDENT, timeline: [] } : null),
  decision: (hash) => (hash === "0xdd" ? { hash: "0xdd", atMs: 1, text: "{}" } : null),
  nonces: () => [],
  readiness: () => ({ score: 0.5, runway: 3, reasons: ["a: not read yet"] }),
};

describe("startHttpServer", () => {
  let server: HttpServer;
  let status: RelayerStatus | null;
  let health: { isLive: boolean; isReady: boolean };

  beforeEach(async () => {
    health = { isLive: true, isReady: true };
    status = {
      live: () => ({ isLive: health.isLive, loops: [{ name: "reconcile", idleMs: 3, isAlive: health.isLive }] }),
      ready: () => ({ isReady: health.isReady, components: [{ name: "queue", health: "degraded", reason: "away" }] }),
      chains: () => [CHAIN],
      convergence: () => ({ isConverged: true, digests: [] }),
      actions: () => [],
      instructions: () => [],
      messages: () => [],
      recoveries: () => [],
      ...INSIGHT,
    };
    server = await startHttpServer({
      host: "127.0.0.1",
      port: 0,
      status: () => status,
      metrics: { contentType: "text/plain; version=0.0.4", print: () => Promise.resolve("cordon_x 1\n") },
    });
  });
  afterEach(() => server.close());

  const get = async (path: string, method = "GET") => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return { code: response.status, body: await response.text() };
  };
  const json = async (path: string) => JSON.parse((await get(path)).body) as unknown;

  it("binds a free port when asked for port 0, and tells which", () => {
    expect(server.port).to.be.within(1, 65_535);
  });

  it("serves every page as JSON, and the metrics as text", async () => {
    expect(await json("/live")).to.deep.equal(status?.live());
    expect(await json("/ready")).to.deep.equal(status?.ready());
    expect(await json("/health")).to.deep.equal(status?.ready());
    expect(await json("/status")).to.deep.equal({ chains: [CHAIN] });
    expect(await json("/v1/convergence")).to.deep.equal({ isConverged: true, digests: [] });
    expect(await json("/v1/actions")).to.deep.equal({ actions: [] });
    expect((await get("/metrics")).body).to.equal("cordon_x 1\n");
  });

  it("serves what operators ask, and 404 for what is not known", async () => {
    expect(await json("/v1/chains")).to.deep.equal({ chains: [CHAIN] });
    expect(await json("/v1/deployments")).to.deep.equal({ deployments: INSIGHT.deployments() });
    expect(await json("/v1/exposure")).to.deep.equal({ exposure: INSIGHT.exposure() });
    expect(await json("/v1/incidents")).to.deep.equal({ incidents: [INCIDENT] });
    expect(await json("/v1/incidents/inc-1-2")).to.deep.equal({ ...INCIDENT, timeline: [] });
    expect(await json("/v1/decisions/0xdd")).to.deep.equal({ hash: "0xdd", atMs: 1, text: "{}" });
    expect(await json("/v1/nonces")).to.deep.equal({ nonces: [] });
    expect(await json("/v1/readiness")).to.deep.equal(INSIGHT.readiness());
    const unknown = ["/v1/incidents/inc-9-9", "/v1/decisions/0xee", `/v1/decisions/${"0".repeat(81)}`];
    expect(await Promise.all(unknown.map(async (path) => (await get(path)).code))).to.deep.equal([404, 404, 404]);
    status = null;
    expect([(await get("/v1/incidents")).code, (await get("/v1/incidents/inc-1-2")).code]).to.deep.equal([503, 503]);
  });

  it("answers 503 where loops are stuck or components are not ready, each for itself", async () => {
    health = { isLive: false, isReady: true };
    const stuck = [(await get("/live")).code, (await get("/ready")).code];
    health = { isLive: true, isReady: false };
    const notReady = [(await get("/live")).code, (await get("/ready")).code, (await get("/health")).code];

    expect([stuck, notReady]).to.deep.equal([
      [503, 200],
      [200, 503, 503],
    ]);
  });

  it("is alive and not ready while it starts", async () => {
    status = null;

    expect([(await get("/live")).code, (await get("/ready")).code, (await get("/status")).code]).to.deep.equal([
      200, 503, 503,
    ]);
  });

  it("names its pages to those who ask for another, and changes nothing for anybody", async () => {
    expect(await json("/"))
      .to.have.property("pages")
      .that.includes("/v1/convergence");
    expect((await get("/v1/actions", "POST")).code).to.equal(404);
  });

  it("says which port is taken, as something that may pass", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const { port } = holder.address() as { port: number };

    const failure = await failureOf(startHttpServer({ ...optionsWith(port), host: "127.0.0.1" }));
    holder.close();

    expect([failure.name, exitCodeOf(failure)]).to.deep.equal(["SERVER_UNAVAILABLE", EXIT.temporary]);
    expect(failure.message).to.contain(String(port)).and.to.contain("server.port");
  });

  it("says that an address is not ours, as a fault of the configuration", async () => {
    const failure = await failureOf(startHttpServer({ ...optionsWith(0), host: "192.0.2.1" }));

    expect([failure.name, exitCodeOf(failure)]).to.deep.equal(["CONFIG_INVALID", EXIT.configuration]);
    expect(failure.message).to.contain("server.host");
  });
});

function optionsWith(port: number) {
  return { port, status: () => null, metrics: { contentType: "text/plain", print: () => Promise.resolve("") } };
}
