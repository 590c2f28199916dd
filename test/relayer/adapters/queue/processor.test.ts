import { UnrecoverableError } from "bullmq";
import { expect } from "chai";

import { decodeJob, encodeJob } from "../../../../relayer/adapters/queue/action-job.ts";
import { createProcessor } from "../../../../relayer/adapters/queue/processor.ts";
import type { SignedAction } from "../../../../relayer/domain/action/action.ts";
import { eid } from "../../../../relayer/domain/eid.ts";
import { hexOfInteger } from "../../../../relayer/domain/hex.ts";
import { packEntries } from "../../../../relayer/domain/incident/payload.ts";
import { RelayerError } from "../../../../relayer/errors.ts";
import type { ActionHandler } from "../../../../relayer/ports/queue.ts";
import { aWord, T0 } from "../../../support/builders.ts";

const HERE = eid(50_901);
const NEEDS = [{ market: 31, word: aWord({ voidBefore: 0xffff_ffff, m4: T0 }) }];
const JOB: SignedAction = {
  action: {
    id: "act-dd-0-50901",
    decision: `0x${"dd".repeat(32)}`,
    kind: "settle",
    eid: HERE,
    deadline: T0,
    needs: NEEDS,
  },
  signed: {
    directive: { decision: `0x${"dd".repeat(32)}`, deadline: T0, entries: packEntries(NEEDS) },
    signatures: [{ signer: hexOfInteger(1n, 20), signature: `0x${"11".repeat(65)}` }],
  },
};

describe("action job", () => {
  it("comes out of JSON as it went in", () => {
    expect(decodeJob(JSON.parse(JSON.stringify(encodeJob(JOB))))).to.deep.equal(JOB);
  });

  const wire = encodeJob(JOB);
  const malformed: readonly { why: string; data: unknown }[] = [
    { why: "nothing", data: undefined },
    { why: "a text", data: "act" },
    { why: "an unknown field", data: { ...wire, extra: 1 } },
    { why: "no signature", data: { ...wire, signed: { ...wire.signed, signatures: [] } } },
    { why: "an unknown kind", data: { ...wire, action: { ...wire.action, kind: "void" } } },
    {
      why: "a market that cannot be",
      data: { ...wire, action: { ...wire.action, needs: [{ market: 32, word: "0x00" }] } },
    },
    {
      why: "a word of the wrong size",
      data: { ...wire, action: { ...wire.action, needs: [{ market: 1, word: "0x00" }] } },
    },
    {
      why: "entries that are cut off",
      data: { ...wire, signed: { ...wire.signed, directive: { ...wire.signed.directive, entries: "0x01" } } },
    },
  ];
  for (const { why, data } of malformed) {
    it(`is refused when it is ${why}`, () => {
      expect(() => decodeJob(data))
        .to.throw(RelayerError)
        .with.property("name", "JOB_MALFORMED");
    });
  }
});

describe("createProcessor", () => {
  const halts: RelayerError[] = [];
  const stopping = new AbortController();
  const processorWith = (handler: ActionHandler) =>
    createProcessor({ eid: HERE, handler, stopping: stopping.signal, onHalt: (error) => halts.push(error) });
  const outcomeOf = (handler: ActionHandler, data: unknown = encodeJob(JOB)) =>
    processorWith(handler)({ data }).then(
      () => "done",
      (error: unknown) => error,
    );
  const failing =
    (name: ConstructorParameters<typeof RelayerError>[0]): ActionHandler =>
    () =>
      Promise.reject(new RelayerError(name, "told to"));

  it("has three parameters, or BullMQ would pass no signal", () => {
    expect(processorWith(() => Promise.resolve())).to.have.length(3);
  });

  it("hands over the job and a signal that aborts with the queue or with the job", async () => {
    const signals: AbortSignal[] = [];
    const job = new AbortController();

    await processorWith((_, signal) => Promise.resolve(void signals.push(signal)))(
      { data: encodeJob(JOB) },
      "token",
      job.signal,
    );
    const before = signals[0]?.aborted;
    job.abort();

    expect([before, signals[0]?.aborted]).to.deep.equal([false, true]);
  });

  it("lets BullMQ repeat what may succeed later", async () => {
    const outcome = await outcomeOf(failing("RPC_UNAVAILABLE"));

    expect(outcome).to.be.instanceOf(RelayerError).and.not.instanceOf(UnrecoverableError);
  });

  it("repeats what nobody gave a code to", async () => {
    const outcome = await outcomeOf(() => Promise.reject(new TypeError("bug")));

    expect(outcome).to.be.instanceOf(RelayerError).with.property("code", "CRD-999");
  });

  it("ends a job that never will succeed, with its code", async () => {
    const outcome = await outcomeOf(failing("TX_REVERTED"));

    expect(outcome)
      .to.be.instanceOf(UnrecoverableError)
      .with.property("message")
      .that.matches(/^CRD-300: /);
  });

  it("stops the process where going on would do harm", async () => {
    const outcome = await outcomeOf(failing("CHAIN_MISMATCH"));

    expect(outcome).to.be.instanceOf(UnrecoverableError);
    expect(halts.map(({ name }) => name)).to.deep.equal(["CHAIN_MISMATCH"]);
  });

  it("ends a malformed job, and one of another destination, without calling the handler", async () => {
    const never: ActionHandler = () => expect.fail("called");
    const stray = encodeJob({ ...JOB, action: { ...JOB.action, eid: eid(50_902) } });

    const outcomes = [await outcomeOf(never, { broken: true }), await outcomeOf(never, stray)];

    for (const outcome of outcomes) {
      expect(outcome)
        .to.be.instanceOf(UnrecoverableError)
        .with.property("message")
        .that.matches(/^CRD-400: /);
    }
  });
});
