import { expect } from "chai";

import { rungsAt } from "../../../../relayer/domain/incident/posture.ts";
import { nameRungs } from "../../../../relayer/domain/incident/rungs.ts";
import type { FakeChain } from "../../../support/fake-chain.ts";
import { FakeMesh, type FakeMeshOptions } from "../../../support/fake-mesh.ts";

/** A provisional raise is renewed within this time where its evidence is final and believed. */
const RENEWED_MS = 400_000;
const REORG_BEYOND_FINALITY = 12;

describe("finality", () => {
  let mesh: FakeMesh;
  let source: FakeChain;
  let other: FakeChain;

  afterEach(() => mesh.stop());

  async function start(options: FakeMeshOptions = {}): Promise<void> {
    mesh = new FakeMesh({ pollMs: 1_000, ...options });
    [source, , other] = mesh.chains as [FakeChain, FakeChain, FakeChain];
    await mesh.start();
    await mesh.run(5_000);
  }

  const guard = (): string => `beyond-finality.${source.name}`;
  const inForce = (chain: FakeChain): string => nameRungs(rungsAt(chain.hub.state().posture, 1));
  const reasonOf = (chain: FakeChain) =>
    mesh.status?.ready().components.find(({ name }) => name === `chain:${chain.name}`)?.reason;
  const lastCall = (name: string): readonly unknown[] | undefined =>
    mesh.metrics.calls.filter((call) => call.name === name && call.args[0] === source.name).at(-1)?.args;

  describe("when a chain takes back what it had called final", () => {
    beforeEach(async () => {
      await start();
      source.reorganise(REORG_BEYOND_FINALITY);
      await mesh.run(2_000);
    });

    it("raises a guard that names the chain and both blocks, and says so everywhere", () => {
      const raised = mesh.guards.guards.get(guard());

      expect(raised?.chain).to.equal(source.name);
      expect(Object.keys(raised?.facts ?? {})).to.include.members(["wasFinal", "wasHash", "isFinal", "isHash"]);
      expect(lastCall("guarded")).to.deep.equal([source.name, true]);
      expect(reasonOf(source)).to.equal("finality in doubt");
      expect(reasonOf(other)).to.equal(undefined);
    });

    it("still tightens the others at once on that chain's word, and renews nothing by it", async () => {
      mesh.trip(source);
      await mesh.run(1_000);
      expect([inForce(other), other.submitted.length]).to.deep.equal(["halted/m4", 1]);

      await mesh.run(RENEWED_MS);

      expect(other.submitted.length).to.equal(1);
    });

    it("tightens that chain on the word of the others, and renews there", async () => {
      mesh.trip(other);
      await mesh.run(RENEWED_MS);

      expect([inForce(source), source.submitted.length]).to.deep.equal(["halted/m4", 2]);
    });

    it("is forgotten by no restart", async () => {
      await mesh.restart();
      mesh.trip(source);
      await mesh.run(RENEWED_MS);

      expect(other.submitted.length).to.equal(1);
      expect(reasonOf(source)).to.equal("finality in doubt");
    });

    it("ends once a person has acknowledged it, without a restart", async () => {
      mesh.trip(source);
      await mesh.run(RENEWED_MS);
      await mesh.guards.acknowledge(guard(), "the node had been restored from a backup");
      await mesh.run(10_000);

      expect(other.submitted.length).to.equal(2);
      expect(lastCall("guarded")).to.deep.equal([source.name, false]);
      expect(reasonOf(source)).to.equal(undefined);
    });
  });

  describe("when guards cannot be kept or read", () => {
    it("doubts the chain in this process all the same", async () => {
      await start();
      mesh.guards.isFull = true;
      source.reorganise(REORG_BEYOND_FINALITY);
      await mesh.run(2_000);

      mesh.trip(source);
      await mesh.run(RENEWED_MS);

      expect(other.submitted.length).to.equal(1);
      expect(mesh.log.messages()).to.include("guard not kept");
    });

    it("doubts every chain while nobody can tell", async () => {
      await start();
      mesh.guards.isUnreadable = true;
      await mesh.run(3_000);

      mesh.trip(source);
      await mesh.run(RENEWED_MS);
      expect([inForce(other), other.submitted.length]).to.deep.equal(["halted/m4", 1]);

      mesh.guards.isUnreadable = false;
      await mesh.run(10_000);
      expect(other.submitted.length).to.equal(2);
    });
  });

  it("is not doubted for a reorganisation that takes nothing final back", async () => {
    await start();
    source.reorganise(3);
    await mesh.run(3_000);

    expect([mesh.guards.guards.size, reasonOf(source)]).to.deep.equal([0, undefined]);
  });

  describe("with a quorum of two endpoints", () => {
    it("renews when two tell the same, whatever a third says", async () => {
      await start({ quorum: 2 });
      source.faults.endpoints = { honest: 2, lying: 1 };

      mesh.trip(source);
      await mesh.run(RENEWED_MS);

      expect(other.submitted.length).to.equal(2);
    });

    it("tightens at once, but renews nothing while only one tells so", async () => {
      await start({ quorum: 2 });
      source.faults.endpoints = { honest: 1, lying: 2 };

      mesh.trip(source);
      await mesh.run(1_000);
      expect([inForce(other), other.submitted.length]).to.deep.equal(["halted/m4", 1]);
      await mesh.run(RENEWED_MS);
      expect(other.submitted.length).to.equal(1);
      expect(reasonOf(source)).to.equal("finality in doubt");

      source.faults.endpoints = { honest: 2, lying: 1 };
      await mesh.run(10_000);
      expect(other.submitted.length).to.equal(2);
      expect(mesh.guards.guards.size).to.equal(0);
    });

    it("asks the endpoints only when the finalised state has changed", async () => {
      await start({ quorum: 2 });
      await mesh.run(5_000);
      const before = source.calls.agreement;

      await mesh.run(60_000);
      expect(source.calls.agreement).to.equal(before);

      mesh.trip(source);
      await mesh.run(20_000);
      expect(source.calls.agreement).to.equal(before + 1);
    });
  });

  it("raises an alarm when it stands still while the chain goes on, and ends it when it moves", async () => {
    await start({ finalityStallSeconds: 30 });
    expect(lastCall("finalityStalled")).to.deep.equal([source.name, false]);

    source.finalityDepth = 40;
    await mesh.run(60_000);
    expect(lastCall("finalityStalled")).to.deep.equal([source.name, true]);

    source.finalityDepth = 4;
    await mesh.run(2_000);
    expect(lastCall("finalityStalled")).to.deep.equal([source.name, false]);
    const said = mesh.log.messages().filter((message) => message.startsWith("finality"));
    expect(said).to.deep.equal(["finality stalled", "finality moves again"]);
  });
});
