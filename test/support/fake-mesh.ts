import { keccakHasher } from "../../relayer/adapters/evm/hasher.ts";
import { Lifecycle } from "../../relayer/app/lifecycle.ts";
import { startRelayer } from "../../relayer/app/relayer.ts";
import type { Hex } from "../../relayer/domain/hex.ts";
import type { Rungs } from "../../relayer/domain/incident/rungs.ts";
import type { RelayerError } from "../../relayer/errors.ts";
import type { VenueCheckpoint } from "../../relayer/ports/checkpoints.ts";
import type { FundsReader } from "../../relayer/ports/funds.ts";
import type { RelayerStatus } from "../../relayer/ports/status.ts";
import type { VenueReader } from "../../relayer/ports/venue.ts";
import { EIDS, HALTED_M4, OPERATORS } from "./builders.ts";
import { FakeChain } from "./fake-chain.ts";
import { FakeCheckpoints } from "./fake-checkpoints.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeGuards } from "./fake-guards.ts";
import { FakeJournal } from "./fake-journal.ts";
import { FakeLog } from "./fake-log.ts";
import { FakeMetrics } from "./fake-metrics.ts";
import { FakeQueue } from "./fake-queue.ts";
import { FakeSigner } from "./fake-signer.ts";

/** How far time moves at once when it moves to stop something. */
const STEP_MS = 250;
const BLOCK_MS = 1_000;

export const MIRROR = { renewBelowSeconds: 480, reconcileAfterSeconds: 300 };

export interface FakeMeshOptions {
  readonly chains?: number;
  /** Operator accounts that the relayer holds the keys of. */
  readonly operators?: readonly Hex[];
  readonly finalityDepth?: number;
  /** How often chains are polled. Longer makes long stories cheaper to tell. */
  readonly pollMs?: number;
  /** Endpoints that have to agree. */
  readonly quorum?: number;
  readonly finalityStallSeconds?: number;
}

/** A relayer between fake chains. Time stands still but for {@link run}. */
export class FakeMesh {
  readonly clock = new FakeClock();
  readonly chains: readonly FakeChain[];
  /** Chains that mine no blocks. */
  readonly stopped = new Set<FakeChain>();
  readonly operators: readonly Hex[];
  queue = new FakeQueue({ clock: this.clock });
  journal = new FakeJournal();
  metrics = new FakeMetrics();
  log = new FakeLog();
  signer: FakeSigner;
  halts: RelayerError[] = [];
  life = new Lifecycle(this.log, this.clock);
  status: RelayerStatus | null = null;
  /** What the wallet has on each chain, in wei; a halt costs two. None: funds are not read. */
  balances: readonly bigint[] = [];
  isShadow = false;
  venues: readonly VenueReader[] = [];
  /** How often what is rebuilt from a venue's events is summed anew. */
  recheckSeconds = 4;
  /** Survives a restart, as a disk does. */
  readonly guards = new FakeGuards();
  /** Of venues, by endpoint id: these do too. */
  readonly checkpoints = new Map<number, FakeCheckpoints<VenueCheckpoint>>();
  readonly #finality: { readonly quorum: number; readonly finalityStallSeconds: number };
  readonly #pollMs: number;
  #sinceBlockMs = 0;

  constructor({
    chains = 3,
    operators = OPERATORS.slice(0, 2),
    finalityDepth = 4,
    pollMs = 250,
    quorum = 1,
    finalityStallSeconds = 3_600,
  }: FakeMeshOptions = {}) {
    this.#finality = { quorum, finalityStallSeconds };
    this.#pollMs = pollMs;
    this.operators = operators;
    this.signer = new FakeSigner(operators);
    this.chains = EIDS.slice(0, chains).map((eid) => {
      return new FakeChain(eid, { clock: this.clock, finalityDepth, accounts: operators });
    });
  }

  chain(index: number): FakeChain {
    const chain = this.chains[index];
    if (chain === undefined) throw new TypeError(`the mesh has no chain ${index}`);
    return chain;
  }

  /** Starts a relayer and lets it read every chain. */
  async start(): Promise<void> {
    const feeds = this.chains.map((chain) => ({ chain, pollMs: this.#pollMs, maxLogRange: 1_000, ...this.#finality }));
    const { clock, queue, journal, metrics, log, signer } = this;
    this.life.add("queue", queue, (it) => it.close());
    const funds = this.balances.map((balanceWei, index): FundsReader => {
      const { eid, name } = this.chain(index);
      const read = { wallet: "0x77", balanceWei, haltCostWei: 2n, minedNonce: 1, pendingNonce: 2 } as const;
      return { eid, name, read: () => Promise.resolve(read) };
    });
    const checks = { accountsChecked: 8, recheckSeconds: this.recheckSeconds };
    const venues = this.venues.map((venue) => {
      return { venue, maxLogRange: 1_000, ...checks, checkpoints: this.#checkpointsOf(venue) };
    });
    const { guards } = this;
    const common = { signer, queue, journal, clock, hasher: keccakHasher, metrics, log, fleet: null };
    const ports = { feeds, venues, funds, guards, ...common };
    const onHalt = (error: RelayerError): void => void this.halts.push(error);
    this.status = startRelayer(ports, { mirror: MIRROR, isShadow: this.isShadow, onHalt }, this.life);
    await this.run(BLOCK_MS);
  }

  #checkpointsOf({ eid }: VenueReader): FakeCheckpoints<VenueCheckpoint> {
    const known = this.checkpoints.get(eid) ?? new FakeCheckpoints<VenueCheckpoint>();
    this.checkpoints.set(eid, known);
    return known;
  }

  /** Lets `ms` pass, with a block a second on every chain that is not stopped. */
  async run(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += this.#pollMs) {
      await this.clock.advance(this.#pollMs);
      this.#sinceBlockMs += this.#pollMs;
      if (this.#sinceBlockMs < BLOCK_MS) continue;
      this.#sinceBlockMs = 0;
      for (const chain of this.chains) if (!this.stopped.has(chain)) chain.mine();
    }
    await this.clock.advance(0);
  }

  /** A sensor on `chain` asserts, in a block that is mined at once. */
  trip(chain: FakeChain, rungs: Rungs = HALTED_M4, market = 1): void {
    chain.next((hub, time) => hub.assertRungs(market, rungs, time));
    chain.mine();
  }

  /** LayerZero brings the words of `from` to `to`, in its next block. */
  deliver(from: FakeChain, to: FakeChain): void {
    const { meshWords, seq } = from.hub.state();
    const entries = meshWords.map((word, market) => ({ market, word })).filter(({ market }) => market < 2);
    to.next((hub, time) => hub.receive({ srcEid: from.eid, srcSeq: seq, isHeartbeat: false, entries }, time));
  }

  /** kill -9 and start: nothing of the process survives, of Redis only what it had. */
  async restart({ keepsQueue = false }: { keepsQueue?: boolean } = {}): Promise<void> {
    await this.#stopAll();
    const jobs = this.queue.waiting();
    this.queue = new FakeQueue({ clock: this.clock });
    this.journal = new FakeJournal();
    this.metrics = new FakeMetrics();
    this.log = new FakeLog();
    this.signer = new FakeSigner(this.operators);
    this.life = new Lifecycle(this.log, this.clock);
    if (keepsQueue) this.queue.restore(jobs);
    await this.start();
  }

  stop(): Promise<void> {
    return this.#stopAll();
  }

  async #stopAll(): Promise<void> {
    let isStopped = false;
    const stopping = this.life.stop().then(() => (isStopped = true));
    while (!isStopped) await this.clock.advance(STEP_MS);
    await stopping;
  }
}
