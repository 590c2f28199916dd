import { type Log, ZeroHash } from "ethers";

import { type Role, roleWallet } from "../../../localnet/chains/accounts.ts";
import {
  DELIVERY_KINDS,
  type DeliveryCounts,
  noDeliveries,
} from "../../../localnet/layerzero/workers/delivery-counts.ts";
import type { Localnet } from "../../../localnet/start-localnet.ts";
import type { TestHub } from "../../localnet/support/hubs.ts";

/** What happened on one chain, counted from the chain itself. LayerZero's share is counted by the workers, from events. */
export interface Tally extends DeliveryCounts {
  readonly assertions: number;
  readonly broadcasts: number;
  /** Directives that the hub accepted, whoever carried them there. */
  readonly directives: number;
  /** Transactions of the relayers' wallets, whatever became of them. */
  readonly submissions: number;
  readonly lifts: number;
  /** Lanes, entries and messages that the hub did not merge. */
  readonly refusals: number;
}

/** Tallies by the name of the chain. What is zero is left out, and so is a chain on which nothing happened. */
export type Gain = Readonly<Record<string, Partial<Tally>>>;

export interface TallyBook {
  /** Counts from here. Every chain has to answer. */
  mark(): Promise<void>;
  /** What was added since the mark, on all chains but those named. */
  gained(except?: readonly TestHub[]): Promise<Gain>;
  /** An event of each directive that `hub` accepted since the mark, oldest first. */
  directives(hub: TestHub): Promise<readonly Log[]>;
  /** Events of `hub` since the mark, of one name, oldest first. */
  events(hub: TestHub, name: string): Promise<readonly Log[]>;
}

const EVENT_OF = {
  assertions: ["Asserted"],
  broadcasts: ["BroadcastSent"],
  lifts: ["Lifted"],
  refusals: ["LanesRefused", "MessageRefused"],
} as const satisfies Partial<Record<keyof Tally, readonly string[]>>;

const KINDS = [...Object.keys(EVENT_OF), "directives", "submissions", ...DELIVERY_KINDS] as readonly (keyof Tally)[];
const RELAYERS: readonly Role[] = ["relayer0", "relayer1", "relayer2"];

interface Mark {
  readonly block: number;
  readonly submissions: number;
  readonly deliveries: DeliveryCounts;
}

export function createTallyBook(localnet: Localnet, hubs: readonly TestHub[]): TallyBook {
  const marks = new Map<string, Mark>();
  const markOf = ({ chain }: TestHub): Mark => marks.get(chain.name) ?? NO_MARK;
  const deliveriesOf = ({ chain }: TestHub) => localnet.workers.counts().get(chain.name) ?? noDeliveries();
  const logsOf = async (hub: TestHub): Promise<Log[]> => {
    // From the block of the mark itself: a node refuses to look where there is no block yet.
    const { block } = markOf(hub);
    const logs = await hub.chain.provider.getLogs({ address: String(hub.hub.target), fromBlock: block });
    return logs.filter(({ blockNumber }) => blockNumber > block);
  };
  const count = (logs: readonly Log[], { hub }: TestHub, names: readonly string[]) =>
    logs.filter((log) => names.includes(hub.interface.parseLog(log)?.name ?? "")).length;

  const tallyOf = async (hub: TestHub): Promise<Tally> => {
    const [logs, submissions] = await Promise.all([logsOf(hub), countSubmissions(hub)]);
    const { deliveries, submissions: before } = markOf(hub);
    const now = deliveriesOf(hub);
    const gained = DELIVERY_KINDS.map((kind) => [kind, now[kind] - deliveries[kind]] as const);
    const events = Object.entries(EVENT_OF).map(([kind, names]) => [kind, count(logs, hub, names)] as const);
    const directives = ofDirectives(logs, hub).length;
    return {
      ...(Object.fromEntries([...gained, ...events]) as unknown as Tally),
      directives,
      submissions: submissions - before,
    };
  };
  return {
    async mark() {
      const taken = await Promise.all(
        hubs.map(async (hub): Promise<Mark> => {
          const [block, submissions] = await Promise.all([hub.chain.provider.getBlockNumber(), countSubmissions(hub)]);
          return { block, submissions, deliveries: deliveriesOf(hub) };
        }),
      );
      for (const [index, { chain }] of hubs.entries()) marks.set(chain.name, taken[index] ?? NO_MARK);
    },
    async gained(except = []) {
      const counted = hubs.filter((hub) => !except.includes(hub));
      const tallies = await Promise.all(counted.map(async (hub) => [hub.chain.name, await tallyOf(hub)] as const));
      return Object.fromEntries(
        tallies.map(([name, tally]) => [name, withoutZeros(tally)] as const).filter(([, tally]) => tally !== null),
      ) as Gain;
    },
    directives: async (hub) => ofDirectives(await logsOf(hub), hub),
    async events(hub, name) {
      return (await logsOf(hub)).filter((log) => hub.hub.interface.parseLog(log)?.name === name);
    },
  };
}

const NO_MARK: Mark = { block: 0, submissions: 0, deliveries: noDeliveries() };

/** The first event of each transaction that names the decision of a directive: a hub takes one directive in each. */
function ofDirectives(logs: readonly Log[], { hub }: TestHub): Log[] {
  const named = logs.filter(
    (log) => ![undefined, ZeroHash].includes(hub.interface.parseLog(log)?.args.toObject()["decision"]),
  );
  return named.filter(
    ({ transactionHash }, at) => named.findIndex((each) => each.transactionHash === transactionHash) === at,
  );
}

async function countSubmissions({ chain }: TestHub): Promise<number> {
  const wallets = RELAYERS.map((role) => roleWallet(role).address);
  const counts = await Promise.all(wallets.map((address) => chain.provider.getTransactionCount(address)));
  return counts.reduce((sum, each) => sum + each, 0);
}

function withoutZeros(tally: Tally): Partial<Tally> | null {
  const counted = KINDS.filter((kind) => tally[kind] !== 0).map((kind) => [kind, tally[kind]]);
  return counted.length === 0 ? null : Object.fromEntries(counted);
}
