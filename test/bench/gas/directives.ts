import { concat, id, TypedDataEncoder } from "ethers";

import { DIRECTIVE_TYPES } from "../../support/directive-types.ts";
import { MESH_ID } from "../../support/in-process-hub.ts";
import { deployCompiled, MESH_START_SECONDS, send, type MeshChain } from "../../support/layerzero-mesh.ts";
import type { Measurement } from "../measurement.ts";
import { receiveHalt } from "./receive.ts";
import { HALT, MARKET, measureApart, OPERATORS, SOLO, type GasWorld } from "./world.ts";

const AT = MESH_START_SECONDS + 1_000;
const DEADLINE_SECONDS = 900;

const DOMAIN = { name: "Cordon", version: "1", salt: MESH_ID };

/** A directive that raises one calm market, with one signature (solo ceiling) or three or five (a quorum's halt). */
export async function measureDirective(world: GasWorld, signatures: 1 | 3 | 5): Promise<Measurement[]> {
  const { hub, provider } = world.home;
  const { way } = await measureApart(world, () => receiveHalt(world));
  const directive = {
    decision: `0x${"d1".repeat(32)}`,
    deadline: AT + DEADLINE_SECONDS,
    entries: packEntry(MARKET, signatures === 1 ? SOLO : HALT, AT),
  };
  const signers = OPERATORS.slice(0, signatures);
  const signed = await Promise.all(
    signers.map((operator) => operator.signTypedData(DOMAIN, DIRECTIVE_TYPES, directive)),
  );

  const bare = await deployFloor(world.home);
  provider.setNextBlockTime(AT);
  const directed = await send(hub, "submit", [directive, concat(signed)]);
  const least = await send(bare, "submit", [directive, concat(signed)]);

  const [value, floor] = [Number(directed.gasUsed), Number(least.gasUsed)];
  return [
    { bench: `directive.${String(signatures)}`, unit: "gas", value, floor, peers: { "LayerZero, two DVNs": way } },
  ];
}

function deployFloor({ wallet }: MeshChain) {
  const domain = TypedDataEncoder.hashDomain(DOMAIN);
  const typeHash = id(TypedDataEncoder.from(DIRECTIVE_TYPES).encodeType("Directive"));
  const operators = OPERATORS.map(({ address }) => address);
  return deployCompiled(wallet("deployer"), "DirectiveFloor", [domain, typeHash, operators]);
}

/** Market and word, the rungs up to `rungs` stamped `time`. */
function packEntry(market: number, rungs: number, time: number): string {
  const breaker = rungs >> 4;
  const margin = rungs & 7;
  const lanes = [0, ...stamps(3, breaker, time), ...stamps(4, margin, time)];
  return `0x${hex(market, 2)}${lanes.map((lane) => hex(lane, 8)).join("")}`;
}

function stamps(rungs: number, asserted: number, time: number): number[] {
  return Array.from({ length: rungs }, (_, index) => (index < asserted ? time : 0));
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
