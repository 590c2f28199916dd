import { expect } from "chai";

import { keccakHasher } from "../../../relayer/adapters/evm/hasher.ts";
import { makePolicy } from "../../../relayer/app/relayer.ts";
import { replayJournal } from "../../../relayer/app/verify/replay-journal.ts";
import { verifyDecision, type VerifyPorts } from "../../../relayer/app/verify/verify-decision.ts";
import { printIncident } from "../../../relayer/domain/timeline/incident.ts";
import type { JournalEntry } from "../../../relayer/ports/journal.ts";
import { rungs } from "../../support/builders.ts";
import { failureOf } from "../../support/failure-of.ts";
import { FakeMesh, MIRROR } from "../../support/fake-mesh.ts";

const POLICY = makePolicy({ hasher: keccakHasher }, { mirror: MIRROR });
/** Deeper than what these chains call final. */
const BEYOND_FINALITY = 12;
const CAUTION_M1 = rungs(1, 1);

describe("what a relayer wrote down", () => {
  let mesh: FakeMesh;

  beforeEach(async () => {
    mesh = new FakeMesh();
    await mesh.start();
  });

  afterEach(() => mesh.stop());

  const ports = (): VerifyPorts => ({
    chains: new Map(mesh.chains.map((chain) => [chain.eid, chain])),
    venues: new Map(),
    hasher: keccakHasher,
    signal: new AbortController().signal,
  });
  const texts = () => mesh.journal.entries.flatMap((entry) => (entry.kind === "decision" ? [entry.text] : []));
  const replay = (entries: readonly JournalEntry[] = mesh.journal.entries) =>
    replayJournal({ replay: () => ReadableStream.from(entries) }, keccakHasher);

  describe("when its decisions are verified", () => {
    it("finds each of them made again from the chains, byte for byte (P14)", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(130_000);

      const verdicts = await Promise.all(texts().map((text) => verifyDecision(text, POLICY, ports())));

      expect(verdicts.map(({ isSame }) => isSame)).to.deep.equal([true, true]);
      expect(verdicts.map(({ again }) => again)).to.deep.equal(texts());
    });

    it("finds those made again that were made while a chain was in doubt", async () => {
      await mesh.run(5_000);
      mesh.chain(0).reorganise(BEYOND_FINALITY);
      await mesh.run(2_000);
      mesh.trip(mesh.chain(0));
      mesh.trip(mesh.chain(1), CAUTION_M1, 0);
      await mesh.run(400_000);

      const verdicts = await Promise.all(texts().map((text) => verifyDecision(text, POLICY, ports())));

      expect(texts().join()).to.contain('"isSuspect":true');
      expect(verdicts.length).to.be.greaterThan(1);
      expect(verdicts.map(({ again }) => again)).to.deep.equal(texts());
      expect(new Set((await replay()).decisions.map(({ verdict }) => verdict))).to.deep.equal(new Set(["same"]));
    });

    it("names what differs when a decision asks for something else than follows", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(2_000);
      const [text = ""] = texts();
      const forged = text.replace(/"deadline":(\d+)/, (_, at: string) => `"deadline":${Number(at) + 1}`);

      const { isSame, differences } = await verifyDecision(forged, POLICY, ports());

      expect(isSame).to.equal(false);
      expect(differences.map((line) => line.split(":")[0])).to.deep.equal(["- directives", "+ directives"]);
    });

    it("names the input when it was another", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(2_000);
      const [text = ""] = texts();
      const forged = text.replace(/"inputs":"0x../, '"inputs":"0x00');

      const { differences } = await verifyDecision(forged, POLICY, ports());

      expect(differences.map((line) => line.split(":")[0])).to.deep.equal(["- inputs", "+ inputs"]);
    });

    it("says so when a block of the cut is not there any more, or the policy is another", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(2_000);
      const [text = ""] = texts();
      mesh.chain(0).reorganise(4);

      const gone = await verifyDecision(text, POLICY, ports());
      const other = await verifyDecision(text, { ...POLICY, hash: "0x01" }, ports());

      expect([gone.isSame, gone.again]).to.deep.equal([false, null]);
      expect(gone.differences.join()).to.contain("the decision looked at");
      expect(other.differences.join()).to.contain("follows policy");
    });

    it("refuses what is no decision", async () => {
      expect((await failureOf(verifyDecision('{"cut":[]}', POLICY, ports()))).name).to.equal("DECISION_INVALID");
    });
  });

  describe("when its journal is replayed", () => {
    it("makes every decision again in the world of its moment, and tells the incident as it was told live", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(5_000);
      mesh.chain(1).reorganise(2, { keeps: true });
      await mesh.run(130_000);

      const [first, second] = [await replay(), await replay()];

      expect(first.decisions.length).to.be.greaterThan(1);
      expect([...new Set(first.decisions.map(({ verdict }) => verdict))]).to.deep.equal(["same"]);
      const printed = [first, second].map(({ timeline }) => [...timeline.values()].map(printIncident).join("\n"));
      expect(printed[1]).to.equal(printed[0]);
      const [incident] = first.timeline.values();
      const kinds = incident?.timeline.map(({ what }) => what) ?? [];
      expect(kinds.slice(0, 4)).to.deep.equal(["asserted", "decided", "opened", "opened"]);
      expect(kinds).to.include.members(["sent", "merged"]);
      expect(incident?.decisions).to.have.length(first.decisions.length);
    });

    it("tells decisions that do not follow, and those of which it does not hold what was known", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(2_000);
      const changed = mesh.journal.entries.map((entry): JournalEntry => {
        if (entry.kind !== "decision") return entry;
        return { ...entry, text: entry.text.replace(/"deadline":(\d+)/, '"deadline":1') };
      });

      expect((await replay(changed)).decisions.map(({ verdict }) => verdict)).to.deep.equal(["different"]);
      const beheaded = mesh.journal.entries.filter(({ kind }) => kind !== "started");
      expect((await replay(beheaded)).decisions.map(({ verdict }) => verdict)).to.deep.equal(["unknown"]);
    });

    it("begins with nothing at each start of the process", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(2_000);
      const before = [...mesh.journal.entries];
      await mesh.restart();
      mesh.trip(mesh.chain(1), undefined, 0);
      await mesh.run(2_000);

      const { decisions, timeline } = await replay([...before, ...mesh.journal.entries]);

      expect(decisions.map(({ verdict }) => verdict)).to.deep.equal(decisions.map(() => "same"));
      expect(decisions.length).to.be.greaterThan(1);
      expect(timeline.size).to.equal(2);
    });
  });
});
