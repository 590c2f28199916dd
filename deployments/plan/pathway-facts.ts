import { zeroPadValue } from "ethers";

import { type ChainRecord, addressOf } from "../network-record.ts";
import { ENDPOINT_ABI, ULN_ABI } from "../tasks/layerzero-abi.ts";
import {
  CONFIG_TYPE_EXECUTOR,
  CONFIG_TYPE_ULN,
  MIN_REQUIRED_DVNS,
  type UlnConfig,
  encodeExecutorConfig,
  encodeOappUlnConfig,
} from "../uln-config.ts";
import { readerAt, readerOf } from "./contract-reader.ts";
import { type Expectation, type FactContext, type FactGroup, type Step, equal, sameSet, such } from "./fact.ts";
import { listOf } from "./hub-facts.ts";

/** About 190,000 gas each, and a transaction has 3,000,000. */
const PEERS_A_TRANSACTION = 10;

/**
 * The pathways of one hub, as far as it decides about them. All of it is set on the hub itself, so that a change of
 * LayerZero's defaults changes nothing here.
 */
export function pathwayFacts(context: FactContext): FactGroup[] {
  const peers = context.record.chains.filter(({ eid }) => eid !== context.own.eid);
  return [
    strangers(context, peers),
    ...peers.map((peer) => libraries(context, peer)),
    executors(context, peers),
    verification(context, peers, "to"),
    verification(context, peers, "from"),
    ...peers.map((peer) => peerHub(context, peer)),
  ];
}

/** The name of the fact that `what` was set here, and is not what LayerZero gives to those who set nothing. */
function isDefault(what: string): string {
  return `${what} is LayerZero's default`;
}

/** A peer that the record does not have could still be heard: it goes before anything is added. */
function strangers(context: FactContext, peers: readonly ChainRecord[]): FactGroup {
  const hub = readerOf(context, "IncidentHub");
  const known = peers.map(({ eid }) => String(eid));
  const nobody = zeroPadValue("0x", 32);
  const name = "peers of no record";
  return {
    stage: "strangers",
    expected: { [name]: sameSet([]) },
    read: async () => ({ [name]: listOf(await hub.ask("peerEids")).filter((eid) => !known.includes(eid)) }),
    mend: ({ actual }) => listOf(actual[name]).map((eid) => hub.step("setPeer", eid, nobody)),
  };
}

function peerHub(context: FactContext, peer: ChainRecord): FactGroup {
  const hub = readerOf(context, "IncidentHub");
  const expected = zeroPadValue(addressOf(peer, "IncidentHub"), 32);
  const name = `peer ${peer.name}`;
  return {
    stage: "peers",
    expected: { [name]: equal(expected) },
    read: async () => ({ [name]: await hub.ask("peers", peer.eid) }),
    mend: () => [hub.step("setPeer", peer.eid, expected)],
  };
}

function libraries(context: FactContext, peer: ChainRecord): FactGroup {
  const { own } = context;
  const hub = addressOf(own, "IncidentHub");
  const endpoint = readerAt(context, own.endpoint, ENDPOINT_ABI);
  const names = { send: `send library to ${peer.name}`, receive: `receive library from ${peer.name}` };
  return {
    stage: "libraries",
    expected: {
      [names.send]: equal(own.sendUln),
      [isDefault(names.send)]: equal(false),
      [names.receive]: equal(own.receiveUln),
      [isDefault(names.receive)]: equal(false),
    },
    async read() {
      const receive = (await endpoint.ask("getReceiveLibrary", hub, peer.eid)) as { lib: string; isDefault: boolean };
      return {
        [names.send]: await endpoint.ask("getSendLibrary", hub, peer.eid),
        [isDefault(names.send)]: await endpoint.ask("isDefaultSendLibrary", hub, peer.eid),
        [names.receive]: receive.lib,
        [isDefault(names.receive)]: receive.isDefault,
      };
    },
    mend({ wrong }) {
      const isWrong = (name: string) => wrong.has(name) || wrong.has(isDefault(name));
      const send = endpoint.step("setSendLibrary", hub, peer.eid, own.sendUln);
      const receive = endpoint.step("setReceiveLibrary", hub, peer.eid, own.receiveUln, 0);
      return [...(isWrong(names.send) ? [send] : []), ...(isWrong(names.receive) ? [receive] : [])];
    },
  };
}

/** Who carries messages, for all peers in as few transactions as there is room for. */
function executors(context: FactContext, peers: readonly ChainRecord[]): FactGroup {
  const { own, parameters } = context;
  const hub = addressOf(own, "IncidentHub");
  const uln = readerAt(context, own.sendUln, ULN_ABI);
  const { maxMessageBytes } = parameters.messaging;
  const namesOf = ({ name }: ChainRecord) => ({
    executor: `executor to ${name}`,
    size: `largest message to ${name}`,
    inherited: isDefault(`executor to ${name}`),
  });
  const config = encodeExecutorConfig(maxMessageBytes, own.executor);
  return {
    stage: "verification",
    expected: Object.fromEntries(
      peers.flatMap((peer) => {
        const { executor, size, inherited } = namesOf(peer);
        return [
          [executor, equal(own.executor)],
          [size, equal(maxMessageBytes)],
          [inherited, equal(false)],
        ];
      }),
    ),
    read: () =>
      readPeers(peers, async (peer) => {
        const { executor, size, inherited } = namesOf(peer);
        const actual = (await uln.ask("getExecutorConfig", hub, peer.eid)) as Executor;
        const set = (await uln.ask("executorConfigs", hub, peer.eid)) as Executor;
        const isInherited = set.maxMessageSize === 0n || BigInt(set.executor) === 0n;
        return { [executor]: actual.executor, [size]: actual.maxMessageSize, [inherited]: isInherited };
      }),
    mend({ wrong }) {
      const mended = peers.filter((peer) => Object.values(namesOf(peer)).some((name) => wrong.has(name)));
      return configure(context, own.sendUln, mended, () => ({ configType: CONFIG_TYPE_EXECUTOR, config }));
    },
  };
}

interface Executor {
  readonly maxMessageSize: bigint;
  readonly executor: string;
}

/** Who verifies messages "to" the peers, which is the send library's to know, or "from" them, the receive library's. */
function verification(context: FactContext, peers: readonly ChainRecord[], direction: "to" | "from"): FactGroup {
  const { own } = context;
  const hub = addressOf(own, "IncidentHub");
  const library = direction === "to" ? own.sendUln : own.receiveUln;
  const uln = readerAt(context, library, ULN_ABI);
  // DVNs wait for the blocks of the chain that sent.
  const confirmationsOf = (peer: ChainRecord) => (direction === "to" ? own.confirmations : peer.confirmations);
  const expectedOf = (peer: ChainRecord): Record<string, Expectation> => ({
    [`required DVNs ${direction} ${peer.name}`]: such(
      `at least ${MIN_REQUIRED_DVNS}`,
      (count) => Number(count) >= MIN_REQUIRED_DVNS,
    ),
    [`DVNs ${direction} ${peer.name}`]: sameSet(own.dvns),
    [isDefault(`DVNs ${direction} ${peer.name}`)]: equal(false),
    [`optional DVNs ${direction} ${peer.name}`]: equal(0),
    [`confirmations ${direction} ${peer.name}`]: equal(confirmationsOf(peer)),
  });
  return {
    stage: "verification",
    expected: Object.assign({}, ...peers.map(expectedOf)) as Record<string, Expectation>,
    read: () =>
      readPeers(peers, async (peer) => {
        const actual = (await uln.ask("getUlnConfig", hub, peer.eid)) as UlnConfig;
        const set = (await uln.ask("getAppUlnConfig", hub, peer.eid)) as UlnConfig;
        // A zero stands for the default's number.
        const isInherited = [set.confirmations, set.requiredDVNCount, set.optionalDVNCount].some(
          (n) => BigInt(n) === 0n,
        );
        return {
          [isDefault(`DVNs ${direction} ${peer.name}`)]: isInherited,
          [`required DVNs ${direction} ${peer.name}`]: new Set(actual.requiredDVNs).size,
          [`DVNs ${direction} ${peer.name}`]: actual.requiredDVNs,
          [`optional DVNs ${direction} ${peer.name}`]: actual.optionalDVNCount,
          [`confirmations ${direction} ${peer.name}`]: actual.confirmations,
        };
      }),
    mend({ wrong }) {
      const mended = peers.filter((peer) => Object.keys(expectedOf(peer)).some((name) => wrong.has(name)));
      return configure(context, library, mended, (peer) => {
        const config = encodeOappUlnConfig(own.dvns, BigInt(confirmationsOf(peer)));
        return { configType: CONFIG_TYPE_ULN, config };
      });
    },
  };
}

async function readPeers(
  peers: readonly ChainRecord[],
  read: (peer: ChainRecord) => Promise<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  return Object.assign({}, ...(await Promise.all(peers.map(read)))) as Record<string, unknown>;
}

interface Config {
  readonly configType: number;
  readonly config: string;
}

function configure(
  context: FactContext,
  library: string,
  peers: readonly ChainRecord[],
  configOf: (peer: ChainRecord) => Config,
): Step[] {
  const endpoint = readerAt(context, context.own.endpoint, ENDPOINT_ABI);
  const hub = addressOf(context.own, "IncidentHub");
  const params = peers.map((peer) => ({ eid: peer.eid, ...configOf(peer) }));
  const steps: Step[] = [];
  for (let at = 0; at < params.length; at += PEERS_A_TRANSACTION) {
    steps.push(endpoint.step("setConfig", hub, library, params.slice(at, at + PEERS_A_TRANSACTION)));
  }
  return steps;
}
