import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

import type { EndpointHealth } from "../../ports/chain.ts";
import type { Metrics } from "../../ports/metrics.ts";
import type { HousekeepingMetrics } from "../../ports/housekeeping-metrics.ts";
import type { QueueCounts } from "../../ports/queue.ts";
import { createHousekeepingMetrics } from "./prom-housekeeping.ts";

const PREFIX = "cordon_";
/** A chain's heads are forgotten when they were not read for this long: an old number looks like a healthy one. */
const STALE_MS = 30_000;
/** From a local chain's milliseconds to minutes of LayerZero verification. */
const TIGHTENING_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800];
const OVERHEAD_BUCKETS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const REORG_BUCKETS = [1, 2, 3, 5, 10, 20, 50, 100];

export interface PromMetricsOptions {
  readonly relayer: string;
  readonly version: string;
  readonly nowMs: () => number;
  /** Null while the queue cannot be read: then nothing of it is exported. */
  readonly readQueue: () => Promise<QueueCounts | null>;
  /** Every chain's endpoints, at the moment of asking. None unless given. */
  readonly readEndpoints?: () => readonly (EndpointHealth & { readonly chain: string })[];
}

/** The `Metrics` port on prom-client, what only adapters know, and the page. */
export interface PromMetrics extends Metrics {
  /** A node was asked. */
  rpcRequested(chain: string, method: string, status: string): void;
  /** A stuck transaction was sent again at a higher price, or its nonce was freed. */
  replaced(chain: string, why: string): void;
  readonly housekeeping: HousekeepingMetrics;
  readonly contentType: string;
  /** The page in Prometheus' text format. */
  print(): Promise<string>;
}

export function createPromMetrics(options: PromMetricsOptions): PromMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: PREFIX });
  const of = createInstruments(registry);
  of.buildInfo.set({ relayer: options.relayer, version: options.version, node: process.version }, 1);
  const heads = createHeads(registry, options.nowMs);
  exportQueue(registry, options.readQueue);
  exportEndpoints(registry, options.readEndpoints ?? (() => []));

  return {
    chainRead: (chain, at) => heads.set(chain, { ...at, readAtMs: options.nowMs() }),
    found: (chain, kind) => of.findings.inc({ chain, kind }),
    hubReported: (chain, report) => of.hubReports.inc({ chain, report }),
    venueChecked: (chain, check, isSame) => of.venueChecks.set({ chain, check }, isSame ? 1 : 0),
    reorganised(chain, depth) {
      of.reorgs.inc({ chain });
      of.reorgDepth.observe({ chain }, depth);
    },
    finalityStalled: (chain, isStalled) => of.finalityStalled.set({ chain }, isStalled ? 1 : 0),
    guarded: (chain, isGuarded) => of.guards.set({ guard: `beyond-finality.${chain}` }, isGuarded ? 1 : 0),
    loopTurned: (loop) => of.loops.set({ loop }, options.nowMs() / 1_000),
    failed: (where, code) => of.failures.inc({ where, code }),
    decided: (kinds) => new Set(kinds).forEach((kind) => of.decisions.inc({ kind })),
    sent: (chain, { kind, lane }) => of.transactions.inc({ chain, kind, lane }),
    reverted: (chain) => of.reverts.inc({ chain }),
    closed: (chain, { kind, outcome }) => of.actions.inc({ chain, kind, outcome }),
    tightenedFirst: (path, seconds) => of.timeToFirst.observe({ path }, seconds),
    tightenedAll: (path, seconds) => of.timeToGlobal.observe({ path }, seconds),
    overhead: (seconds) => of.overhead.observe(seconds),
    fundsRead: (chain, haltsLeft) => of.runway.set({ chain }, haltsLeft),
    haltReadiness: (score) => of.readiness.set(score),
    converged(isConverged, openActions) {
      of.convergence.set(isConverged ? 1 : 0);
      of.openActions.set(openActions);
    },
    coSigned: (signing) => of.coSignings.inc({ ...signing }),
    peerUp: (peer, isUp) => of.peers.set({ peer }, isUp ? 1 : 0),
    rpcRequested: (chain, method, status) => of.rpcRequests.inc({ chain, method, status }),
    replaced: (chain, why) => of.replacements.inc({ chain, why }),
    housekeeping: createHousekeepingMetrics(registry, PREFIX),
    contentType: registry.contentType,
    print: () => registry.metrics(),
  };
}

function createInstruments(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name: PREFIX + name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Gauge({ name: PREFIX + name, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, labelNames: L[], buckets: number[]) =>
    new Histogram({ name: PREFIX + name, help, labelNames, buckets, registers });

  return {
    timeToFirst: histogram(
      "time_to_first_chain_seconds",
      "First sight of an assertion to the first other chain tightened.",
      ["path"],
      TIGHTENING_BUCKETS,
    ),
    timeToGlobal: histogram(
      "time_to_global_seconds",
      "First sight of an assertion to the last chain tightened.",
      ["path"],
      TIGHTENING_BUCKETS,
    ),
    overhead: histogram(
      "relayer_overhead_seconds",
      "Log visible to transaction taken by the node, for one destination.",
      [],
      OVERHEAD_BUCKETS,
    ),
    reorgDepth: histogram("reorg_depth_blocks", "How deep chains were reorganised.", ["chain"], REORG_BUCKETS),
    reorgs: counter("reorgs_total", "Reorganisations seen.", ["chain"]),
    findings: counter("findings_total", "What a chain said that cannot be.", ["chain", "kind"]),
    hubReports: counter(
      "hub_reports_total",
      "Trouble that hubs report themselves: configurations that differ, refusals, failed sends and mirrors.",
      ["chain", "report"],
    ),
    failures: counter("failures_total", "Operations that failed, by catalogued code.", ["where", "code"]),
    rpcRequests: counter("rpc_requests_total", "Requests to nodes.", ["chain", "method", "status"]),
    decisions: counter("decisions_total", "Decisions taken.", ["kind"]),
    transactions: counter("transactions_total", "Transactions that a node took.", ["chain", "kind", "lane"]),
    reverts: counter("transactions_reverted_total", "Transactions that were mined and reverted.", ["chain"]),
    replacements: counter(
      "tx_replacements_total",
      "Transactions that were sent again at a higher price (stuck), and nonces that were freed (freed).",
      ["chain", "why"],
    ),
    actions: counter("actions_total", "Actions that ended.", ["chain", "kind", "outcome"]),
    coSignings: counter(
      "co_signatures_total",
      "Signatures asked of peers, and asked for by peers, by what came of it.",
      ["peer", "side", "outcome"],
    ),
    peers: gauge("peer_up", "1 when the peer answered, as itself, when it was asked last; else 0.", ["peer"]),
    loops: gauge("loop_last_turn_timestamp_seconds", "When a loop last went round.", ["loop"]),
    finalityStalled: gauge("finality_stalled", "1 when a chain goes on and its finality does not.", ["chain"]),
    venueChecks: gauge(
      "venue_check_ok",
      "1 when a venue rebuilt from events last agreed with its own views (views), or with everything summed anew (sums).",
      ["chain", "check"],
    ),
    guards: gauge("guard_active", "1 while a guard is raised and waits for a person.", ["guard"]),
    convergence: unread(gauge("convergence_ok", "1 when all chains hold equal mesh words, 0 when not.", [])),
    openActions: unread(gauge("actions_open", "Actions not yet seen on chain.", [])),
    runway: gauge("halt_runway_count", "Halts that the wallet can still pay for.", ["chain"]),
    readiness: unread(gauge("halt_readiness", "Part of chains that a halt which comes now would be sent to.", [])),
    buildInfo: gauge("build_info", "What is running.", ["relayer", "version", "node"]),
  };
}

/** prom-client exports an unlabelled gauge as 0 before it was ever set. */
function unread<G extends Gauge>(gauge: G): G {
  gauge.remove();
  return gauge;
}

interface Head {
  readonly latest: number;
  readonly finalised: number;
  readonly lagBlocks: number;
  readonly readAtMs: number;
}

/** Exported at the moment of asking, and only where fresh. */
function createHeads(registry: Registry, nowMs: () => number): Map<string, Head> {
  const heads = new Map<string, Head>();
  const exportHead = (name: string, help: string, read: (head: Head) => number): void => {
    new Gauge({
      name: PREFIX + name,
      help,
      labelNames: ["chain"],
      registers: [registry],
      collect() {
        this.reset();
        for (const [chain, head] of heads) {
          if (nowMs() - head.readAtMs <= STALE_MS) this.set({ chain }, read(head));
        }
      },
    });
  };
  exportHead("chain_head_block", "Head of the chain.", ({ latest }) => latest);
  exportHead("chain_finalised_block", "Finalised head of the chain.", ({ finalised }) => finalised);
  exportHead("chain_lag_blocks", "Blocks that are there and not read yet.", ({ lagBlocks }) => lagBlocks);
  return heads;
}

function exportEndpoints(registry: Registry, read: NonNullable<PromMetricsOptions["readEndpoints"]>): void {
  const labelNames = ["chain", "host"];
  const gauge = (name: string, help: string, valueOf: (of: EndpointHealth) => number | null): void => {
    new Gauge({
      ...{ name: PREFIX + name, help, labelNames, registers: [registry] },
      collect() {
        this.reset();
        for (const { chain, ...of } of read()) {
          const value = valueOf(of);
          if (value !== null) this.set({ chain, host: of.host }, value);
        }
      },
    });
  };
  gauge("endpoint_score", "How soon an endpoint is asked: 1 at best; 0 while it rests.", ({ score, isResting }) =>
    isResting ? 0 : score,
  );
  gauge("endpoint_latency_seconds", "How long an endpoint's answers take, lately.", ({ latencyMs }) =>
    latencyMs === null ? null : latencyMs / 1_000,
  );
  gauge("endpoint_error_ratio", "Part of an endpoint's requests that failed, lately.", ({ errorRate }) => errorRate);
}

function exportQueue(registry: Registry, readQueue: PromMetricsOptions["readQueue"]): void {
  new Gauge({
    name: `${PREFIX}queue_jobs`,
    help: "Jobs in Redis, by state. Absent while Redis does not answer.",
    labelNames: ["state"],
    registers: [registry],
    async collect() {
      this.reset();
      const counts = await readQueue();
      if (counts === null) return;
      for (const [state, jobs] of Object.entries(counts)) this.set({ state }, jobs as number);
    },
  });
}
