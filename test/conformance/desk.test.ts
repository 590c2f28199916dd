import { expect } from "chai";

import { createDirectiveSigner } from "../../relayer/adapters/evm/directive-signer.ts";
import type { Instruction, InstructionKind } from "../../relayer/domain/desk/instruction.ts";
import type { BlockRef } from "../../relayer/domain/world/block.ts";
import type { Desk } from "../../relayer/ports/desk.ts";
import type { DirectiveSigner } from "../../relayer/ports/signer.ts";
import { aReport, NO_BUDGET } from "../support/desk-builders.ts";
import { EIDS, OPERATORS } from "../support/builders.ts";
import { failureOf } from "../support/failure-of.ts";
import { FakeChain } from "../support/fake-chain.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeDesk } from "../support/fake-desk.ts";
import { FakeSigner } from "../support/fake-signer.ts";
import { openInProcessChain } from "../support/in-process-chain.ts";
import { deployInProcessHub, MESH_ID, OPERATOR_KEYS } from "../support/in-process-hub.ts";
import { deployInProcessHouse } from "../support/in-process-house.ts";

const never = new AbortController().signal;

/** A desk under test, with a venue that takes envelopes and moves of insurance from it. */
interface Bench {
  readonly desk: Desk;
  readonly signer: DirectiveSigner;
  head(): Promise<BlockRef>;
  /** Mines what was handed over. */
  mine(): Promise<void>;
  close(): Promise<void>;
}

describe("Desk", () => {
  describe("FakeDesk", () => behavesAsDesk(() => Promise.resolve(setUpFake())));

  describe("EvmDesk", function () {
    this.timeout(60_000);
    behavesAsDesk(setUpEvm);
  });
});

function behavesAsDesk(setUp: () => Promise<Bench>): void {
  let bench: Bench;
  let salt = 0;

  before(async () => {
    bench = await setUp();
  });
  after(() => bench.close());

  const anInstruction = async (kind: InstructionKind, units: bigint, differs: Partial<Instruction> = {}) => {
    const { timestamp } = await bench.head();
    salt += 1;
    const isMove = kind === "insurance-move";
    const instruction: Instruction = {
      ...{ kind, toMarket: isMove ? 1 : 0, market: isMove ? 0 : 1 },
      decision: `0x${"dd".repeat(32)}`,
      operation: `0x${salt.toString(16).padStart(64, "0")}`,
      deadline: timestamp + 600,
      until: isMove ? 0 : timestamp + 3_600,
      globalOpenInterest: kind === "open-interest-cap" ? 77n : 0n,
      allotments: [{ eid: bench.desk.eid, units }],
      ...differs,
    };
    return bench.signer.signInstruction(instruction);
  };
  const lookAt = async ({ operation, market }: Instruction, at?: BlockRef) =>
    bench.desk.look({ market, operation }, at ?? (await bench.head()), never);

  it("says of a fresh desk that the venue listens to it, and that nothing holds", async () => {
    const { instruction } = await anInstruction("open-interest-cap", 1n);

    const { report, isUsed } = await lookAt(instruction);

    expect(isUsed).to.equal(false);
    expect(report).to.deep.include({ isSetter: true, isMover: true, moves: 0n });
    expect(report.budget).to.deep.equal({ leftUnits: NO_BUDGET, until: 0 });
    expect(report.envelope.until).to.equal(0);
  });

  it("carries out a cap, and tells of it from that block on", async () => {
    const signed = await anInstruction("open-interest-cap", 50_000n);
    const before = await bench.head();

    await bench.desk.submit(signed, never);
    await bench.mine();

    const { instruction } = signed;
    const { report, isUsed } = await lookAt(instruction);
    expect(isUsed).to.equal(true);
    expect(report.envelope).to.deep.equal({ capUnits: 50_000n, globalUnits: 77n, until: instruction.until });
    expect(await lookAt(instruction, before)).to.deep.include({ isUsed: false });
  });

  it("carries out a budget", async () => {
    const signed = await anInstruction("deleveraging-budget", 4_000n);

    await bench.desk.submit(signed, never);
    await bench.mine();

    const { report } = await lookAt(signed.instruction);
    expect(report.budget).to.deep.equal({ leftUnits: 4_000n, until: signed.instruction.until });
  });

  it("counts moves of insurance out of a fund", async () => {
    const signed = await anInstruction("insurance-move", 400n);
    const before = await lookAt(signed.instruction);

    await bench.desk.submit(signed, never);
    await bench.mine();

    const { report } = await lookAt(signed.instruction);
    expect(report.moves - before.report.moves).to.equal(1n);
    expect(before.report.movable - report.movable).to.equal(400n);
  });

  it("is not paid for what it would refuse: used, late, without a quorum, not meant for it", async () => {
    const used = await anInstruction("insurance-move", 400n);
    await bench.desk.submit(used, never);
    await bench.mine();
    const late = await anInstruction("insurance-move", 400n, { deadline: 1 });
    const lone = await anInstruction("insurance-move", 400n);
    const others = await anInstruction("insurance-move", 400n, { allotments: [] });

    for (const signed of [used, late, { ...lone, signatures: lone.signatures.slice(0, 1) }, others]) {
      const failure = await failureOf(bench.desk.submit(signed, never));
      expect([failure.name, failure.fate]).to.deep.equal(["INSTRUCTION_REFUSED", "retry"]);
    }
  });
}

function setUpFake(): Bench {
  const chain = new FakeChain(EIDS[0]!, { clock: new FakeClock() });
  return {
    desk: new FakeDesk(chain, aReport()),
    signer: new FakeSigner(OPERATORS),
    head: () => Promise.resolve(chain.head),
    mine: () => Promise.resolve(chain.mine()),
    close: () => Promise.resolve(),
  };
}

async function setUpEvm(): Promise<Bench> {
  const signer = createDirectiveSigner(MESH_ID, OPERATOR_KEYS);
  const host = await deployInProcessHub({ chain: "chain0", operators: signer.operators });
  const { deskAddress } = await deployInProcessHouse(host);
  const chain = await openInProcessChain(host, { desk: deskAddress });
  return {
    desk: chain.desk!,
    signer,
    head: async () => (await chain.heads(never)).latest,
    // The in-process chain mines each transaction as it comes.
    mine: () => Promise.resolve(),
    async close() {
      await chain.close();
      await host.close();
    },
  };
}
