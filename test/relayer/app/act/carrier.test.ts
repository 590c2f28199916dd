import { expect } from "chai";

import { createCarrier } from "../../../../relayer/app/act/carrier.ts";
import { createJobHandler } from "../../../../relayer/app/act/handle-job.ts";
import { createSignedBook } from "../../../../relayer/app/act/signed-book.ts";
import type { AppContext } from "../../../../relayer/app/context.ts";
import { createJournalWriter } from "../../../../relayer/app/journal-writer.ts";
import { createLedger } from "../../../../relayer/app/ledger.ts";
import type { SignedAction } from "../../../../relayer/domain/action/action.ts";
import { packEntries } from "../../../../relayer/domain/incident/payload.ts";
import { RelayerError } from "../../../../relayer/errors.ts";
import { EIDS, OPERATORS, aWord } from "../../../support/builders.ts";
import { FakeChain } from "../../../support/fake-chain.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { FakeJournal } from "../../../support/fake-journal.ts";
import { FakeLog } from "../../../support/fake-log.ts";
import { FakeMetrics } from "../../../support/fake-metrics.ts";

const EID = EIDS[0]!;
const NEVER = new AbortController().signal;

/** One chain that was read up to its head, and an action for it that is not served. */
async function arrange({ isCaughtUp = true } = {}) {
  const clock = new FakeClock();
  const [log, metrics, chain] = [new FakeLog(), new FakeMetrics(), new FakeChain(EID, { clock })];
  const ledger = createLedger({ clock, journal: createJournalWriter(new FakeJournal(), { log, metrics }) });
  const halts: RelayerError[] = [];
  const context: AppContext = { clock, log, metrics, ledger, signal: NEVER, halt: (error) => void halts.push(error) };
  ledger.record({ kind: "snapshot-taken", eid: EID, snapshot: await chain.snapshot(chain.head, NEVER) });
  if (isCaughtUp) ledger.record({ kind: "blocks-read", eid: EID, to: chain.head, isHead: true, events: [] });

  const { timestamp } = chain.head;
  const needs = [{ market: 1, word: aWord({ caution: timestamp }) }];
  const action = { id: "act-1", decision: "0xdd", kind: "raise", eid: EID, deadline: timestamp + 600, needs } as const;
  const directive = { decision: "0xdd", deadline: timestamp + 600, entries: packEntries(needs) } as const;
  const signatures = OPERATORS.map((signer) => ({ signer, signature: "0x" as const }));
  const job: SignedAction = { action, signed: { directive, signatures } };

  const book = createSignedBook();
  const carrier = createCarrier(context, { chains: new Map([[EID, chain]]), book });
  const open = (): void => {
    ledger.record({ kind: "action-opened", action, atMs: clock.nowMs() });
    book.keep(job);
  };
  return {
    clock,
    chain,
    ledger,
    metrics,
    halts,
    carrier,
    job,
    open,
    handle: createJobHandler(context, { carrier, book }),
  };
}

/** Name of the error that `work` ends in, or null. */
const outcomeOf = (work: Promise<unknown>): Promise<string | null> =>
  work.then(
    () => null,
    (error: unknown) => RelayerError.from(error).name,
  );

describe("carrier", () => {
  describe("when the emergency lane and the job drive the same action at once", () => {
    it("sends one transaction", async () => {
      const { chain, carrier, open, handle, job } = await arrange();
      open();

      const lane = carrier.attempt("act-1", "emergency");
      const outcomes = await Promise.all([lane, outcomeOf(handle(job, NEVER)), outcomeOf(handle(job, NEVER))]);

      expect(outcomes).to.deep.equal(["sent", "ACTION_OPEN", "ACTION_OPEN"]);
      expect(chain.submitted).to.have.length(1);
    });
  });

  describe("when asked again", () => {
    it("waits five seconds for a transaction that was taken, to the millisecond", async () => {
      const { clock, carrier, open } = await arrange();
      open();
      await carrier.attempt("act-1", "emergency");

      await clock.advance(4_999);
      expect(await carrier.attempt("act-1", "queue")).to.equal("waiting");
      await clock.advance(1);
      expect(await carrier.attempt("act-1", "queue")).to.equal("sent");
    });

    it("waits two seconds after an attempt that no node took", async () => {
      const { clock, chain, carrier, open } = await arrange();
      open();
      chain.faults.refusesSubmits = true;
      expect(await carrier.attempt("act-1", "emergency")).to.equal("failed");
      chain.faults.refusesSubmits = false;

      await clock.advance(1_999);
      expect(await carrier.attempt("act-1", "queue")).to.equal("waiting");
      await clock.advance(1);
      expect(await carrier.attempt("act-1", "queue")).to.equal("sent");
    });

    it("does not wait for ever for a node that never answers", async () => {
      const { clock, chain, carrier, open } = await arrange();
      open();
      chain.faults.hanging.add("submit");

      const attempt = carrier.attempt("act-1", "emergency");
      await clock.advance(3_000);
      expect(await carrier.attempt("act-1", "queue")).to.equal("waiting");
      await clock.advance(2_000);

      expect(await attempt).to.equal("failed");
      expect(chain.submitted).to.have.length(1);
    });
  });

  describe("when the action is over", () => {
    it("sends nothing for one that nobody opened", async () => {
      const { carrier } = await arrange();

      expect(await carrier.attempt("act-1", "emergency")).to.equal("over");
    });

    it("gives up what no node took for a minute, to be decided anew", async () => {
      const { clock, chain, carrier, open, ledger } = await arrange();
      open();
      chain.faults.refusesSubmits = true;
      await carrier.attempt("act-1", "emergency");

      await clock.advance(60_000);

      expect(await carrier.attempt("act-1", "queue")).to.equal("over");
      expect(ledger.world.actions.get("act-1")?.abandoned?.reason).to.equal("expired");
    });
  });

  describe("when the node serves another chain", () => {
    it("halts", async () => {
      const { chain, carrier, open, halts } = await arrange();
      open();
      chain.faults.isWrong = true;

      await carrier.attempt("act-1", "emergency");

      expect(halts.map(({ name }) => name)).to.deep.equal(["CHAIN_MISMATCH"]);
    });
  });

  describe("when the hub knows none of the signers any more", () => {
    it("does not pay for a directive that can only revert", async () => {
      const { chain, carrier, open, ledger, metrics } = await arrange();
      open();
      for (const operator of OPERATORS) chain.next((hub) => hub.setOperator(operator, false));
      chain.mine();
      const events = await chain.hubEvents({ from: chain.head.number, to: chain.head.number }, NEVER);
      ledger.record({ kind: "blocks-read", eid: EID, to: chain.head, isHead: true, events });

      expect(await carrier.attempt("act-1", "emergency")).to.equal("failed");
      expect(chain.submitted).to.deep.equal([]);
      expect(metrics.of("failed")).to.deep.equal([["chain-50901", "CRD-601"]]);
    });
  });
});

describe("job handler", () => {
  describe("when its destination is still being read", () => {
    it("sends nothing and asks to be called again", async () => {
      const { chain, handle, job } = await arrange({ isCaughtUp: false });

      expect(await outcomeOf(handle(job, NEVER))).to.equal("ACTION_OPEN");
      expect(chain.submitted).to.deep.equal([]);
    });
  });

  describe("when it was decided on another history of the chain", () => {
    it("neither sends it nor counts it as on its way while its deadline is out of reach", async () => {
      const { chain, handle, job, ledger } = await arrange();
      const deadline = chain.head.timestamp + 901;

      expect(await outcomeOf(handle({ ...job, action: { ...job.action, deadline } }, NEVER))).to.equal("ACTION_OPEN");
      expect([chain.submitted, [...ledger.world.actions]]).to.deep.equal([[], []]);
    });

    it("neither sends it nor counts it as on its way while its stamps are ahead of what the hub takes", async () => {
      const { chain, handle, job, ledger } = await arrange();
      const needs = [{ market: 1, word: aWord({ caution: chain.head.timestamp + 301 }) }];

      expect(await outcomeOf(handle({ ...job, action: { ...job.action, needs } }, NEVER))).to.equal("ACTION_OPEN");
      expect([chain.submitted, [...ledger.world.actions]]).to.deep.equal([[], []]);
    });

    it("takes it over at the last second and the last stamp that could be of this one", async () => {
      const { chain, handle, job } = await arrange();
      const { timestamp } = chain.head;
      const needs = [{ market: 1, word: aWord({ caution: timestamp + 300 }) }];

      await outcomeOf(handle({ ...job, action: { ...job.action, needs, deadline: timestamp + 900 } }, NEVER));

      expect(chain.submitted).to.have.length(1);
    });
  });

  describe("when another open action promises the same", () => {
    it("waits for that one", async () => {
      const { chain, handle, job, ledger, clock } = await arrange();
      ledger.record({ kind: "action-opened", action: { ...job.action, id: "act-2" }, atMs: clock.nowMs() });

      expect(await outcomeOf(handle(job, NEVER))).to.equal("ACTION_OPEN");
      expect(chain.submitted).to.deep.equal([]);
    });
  });

  describe("when another open action promises less", () => {
    it("sends all the same", async () => {
      const { chain, handle, job, ledger, clock } = await arrange();
      const needs = [{ market: 1, word: aWord({ caution: chain.head.timestamp - 1 }) }];
      ledger.record({ kind: "action-opened", action: { ...job.action, id: "act-2", needs }, atMs: clock.nowMs() });

      expect(await outcomeOf(handle(job, NEVER))).to.equal("ACTION_OPEN");
      expect(chain.submitted).to.have.length(1);
    });
  });

  describe("when the state is on chain already", () => {
    it("is done without sending", async () => {
      const { chain, handle, job, ledger } = await arrange();
      chain.next((hub, time) => hub.assertRungs(1, 0x10 as never, time));
      chain.mine();
      const events = await chain.hubEvents({ from: chain.head.number, to: chain.head.number }, NEVER);
      ledger.record({ kind: "blocks-read", eid: EID, to: chain.head, isHead: true, events });

      expect(await outcomeOf(handle(job, NEVER))).to.equal(null);
      expect(chain.submitted).to.deep.equal([]);
    });
  });

  describe("when the deadline has passed", () => {
    it("is done without sending", async () => {
      const { chain, handle, job, ledger } = await arrange();
      chain.mine(1, 601);
      ledger.record({ kind: "blocks-read", eid: EID, to: chain.head, isHead: true, events: [] });

      expect(await outcomeOf(handle(job, NEVER))).to.equal(null);
      expect(chain.submitted).to.deep.equal([]);
    });
  });
});
