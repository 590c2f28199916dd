import { keccakHasher } from "../../relayer/adapters/evm/hasher.ts";
import { Lifecycle } from "../../relayer/app/lifecycle.ts";
import { startRelayer } from "../../relayer/app/relayer.ts";
import { INSTRUCTION_KINDS, type InstructionKind } from "../../relayer/domain/desk/instruction.ts";
import type { MirrorPolicy, Rules } from "../../relayer/domain/policy/policy.ts";
import type { Rungs } from "../../relayer/domain/incident/rungs.ts";
import type { RelayerError } from "../../relayer/errors.ts";
import type { Chain } from "../../relayer/ports/chain.ts";
import type { Desk } from "../../relayer/ports/desk.ts";
import type { VenueReader } from "../../relayer/ports/venue.ts";
import type { RelayerStatus } from "../../relayer/ports/status.ts";
import { EIDS, HALTED_M4, OPERATORS } from "./builders.ts";
import { FakeChain } from "./fake-chain.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeCoSigners, FakeLine, walletOf } from "./fake-co-signers.ts";
import { FakeJournal } from "./fake-journal.ts";
import { FakeLog } from "./fake-log.ts";
import { MIRROR } from "./fake-mesh.ts";
import { FakeMetrics } from "./fake-metrics.ts";
import { FakeQueue } from "./fake-queue.ts";
import { FakeSigner } from "./fake-signer.ts";

const POLL_MS = 250;
const BLOCK_MS = 1_000;
const BACKUP_DELAY_MS = 10_000;
const FEED = { pollMs: POLL_MS, maxLogRange: 1_000, finalityStallSeconds: 3_600 };

export interface FakeNode {
  readonly metrics: FakeMetrics;
  readonly log: FakeLog;
  readonly journal: FakeJournal;
  readonly halts: readonly RelayerError[];
  readonly status: RelayerStatus;
  stop(): Promise<void>;
}

interface NodeOptions {
  readonly mirror?: MirrorPolicy;
  /** How this node sees a chain; as it is unless given. */
  readonly seeing?: (chain: FakeChain) => Chain;
  /** Endpoints of this node that have to agree; one unless given. */
  readonly quorum?: number;
  readonly rules?: Omit<Rules, "mirror">;
  /** What this node tells desks, and signs of it for its peers; all unless given. */
  readonly instructs?: readonly InstructionKind[];
}

/** Three nodes of a quorum of two between the same fake chains, with a key, a queue and a view each. */
export class FakeFleet {
  readonly clock = new FakeClock();
  readonly line = new FakeLine();
  readonly operators = OPERATORS.toSorted();
  readonly chains: readonly FakeChain[];
  readonly nodes: FakeNode[] = [];
  /** Venues and desks that every node reads. None unless given. */
  venues: readonly VenueReader[] = [];
  desks: readonly Desk[] = [];
  #sinceBlockMs = 0;

  constructor(chains = 3) {
    const { clock, operators } = this;
    this.chains = EIDS.slice(0, chains).map((eid) => new FakeChain(eid, { clock, accounts: operators }));
  }

  /** Starts the node of operator `index`. */
  start(index: number, options: NodeOptions = {}): FakeNode {
    const {
      mirror = MIRROR,
      seeing = (chain) => chain,
      quorum = 1,
      rules = {},
      instructs = INSTRUCTION_KINDS,
    } = options;
    const { clock, operators, line, desks } = this;
    const peers = operators.map((operator, at) => ({ name: `node-${at}`, operator }));
    const self = peers[index];
    if (self === undefined) throw new TypeError(`there is no operator ${index}`);
    const [log, metrics, halts] = [new FakeLog(), new FakeMetrics(), [] as RelayerError[]];
    const journal = new FakeJournal();
    const life = new Lifecycle(log, clock);
    const others = peers.filter((peer) => peer !== self);
    const coSigners = life.add("quorum", new FakeCoSigners(line, self, others), (it) => it.close());
    const ports = {
      venues: this.venues.map((venue) => ({ venue, maxLogRange: 1_000, accountsChecked: 8, recheckSeconds: 60 })),
      desks,
      feeds: this.chains.map((chain) => ({ ...FEED, chain: seeing(chain), quorum })),
      signer: new FakeSigner([self.operator]),
      queue: new FakeQueue({ clock }),
      journal,
      clock,
      hasher: keccakHasher,
      metrics,
      log,
      fleet: {
        self: self.operator,
        wallet: walletOf(self.operator),
        operators,
        coSigners,
        signs: ["raise", "settle", ...instructs] as const,
        backupDelayMs: BACKUP_DELAY_MS,
      },
    };
    const status = startRelayer(ports, { mirror, rules, instructs, onHalt: (error) => void halts.push(error) }, life);
    const node = { metrics, log, journal, halts, status, stop: () => this.#stop(life) };
    this.nodes.push(node);
    return node;
  }

  /** Lets `ms` pass, with a block a second on every chain. */
  async run(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += POLL_MS) {
      await this.clock.advance(POLL_MS);
      this.#sinceBlockMs += POLL_MS;
      if (this.#sinceBlockMs < BLOCK_MS) continue;
      this.#sinceBlockMs = 0;
      for (const chain of this.chains) chain.mine();
    }
    await this.clock.advance(0);
  }

  /** A sensor on the first chain asserts, in a block that is mined at once. */
  trip(rungs: Rungs = HALTED_M4): void {
    this.chains[0]?.next((hub, time) => hub.assertRungs(1, rungs, time));
    this.chains[0]?.mine();
  }

  async stop(): Promise<void> {
    for (const node of this.nodes) await node.stop();
  }

  async #stop(life: Lifecycle): Promise<void> {
    let isStopped = false;
    const stopping = life.stop().then(() => (isStopped = true));
    while (!isStopped) await this.clock.advance(POLL_MS);
    await stopping;
  }
}
