import { expect } from "chai";

import { FakeMesh } from "../../support/fake-mesh.ts";
import { T0 } from "../../support/builders.ts";

describe("insight", () => {
  let mesh: FakeMesh;

  afterEach(() => mesh.stop());

  describe("when an incident was handled", () => {
    beforeEach(async () => {
      mesh = new FakeMesh();
      await mesh.start();
      mesh.trip(mesh.chain(0));
      await mesh.run(5_000);
    });

    it("tells it by an id that every relayer gives it, with everything that led to equal words", () => {
      const [summary, ...others] = mesh.status?.incidents() ?? [];
      const incident = mesh.status?.incident(summary?.id ?? "");

      expect(others).to.deep.equal([]);
      expect(summary?.id).to.equal(`inc-50901-${mesh.chain(0).hub.state().seq}`);
      expect([summary?.market, summary?.rungs]).to.deep.equal([1, "halted/m4"]);
      const kinds = incident?.timeline.map(({ what }) => what);
      expect(kinds?.filter((kind) => kind === "sent")).to.have.length(2);
      expect(kinds?.filter((kind) => kind === "merged")).to.have.length(2);
      expect(mesh.status?.incident("inc-0-0")).to.equal(null);
    });

    it("shows the decision's text by its hash", () => {
      const [hash = "0x"] = mesh.status?.incidents()[0]?.decisions ?? [];
      const entry = mesh.journal.entries.find((of) => of.kind === "decision" && of.hash === hash);

      expect(mesh.status?.decision(hash)).to.deep.include({ hash });
      expect(entry).to.deep.include({ text: mesh.status?.decision(hash)?.text });
      expect(mesh.status?.decision("0x00")).to.equal(null);
    });

    it("shows every deployment's markets in the glossary's words", () => {
      const deployments = mesh.status?.deployments() ?? [];

      expect(deployments.map(({ markets }) => markets.map(({ rungs }) => rungs))).to.deep.equal([
        ["normal/base", "halted/m4"],
        ["normal/base", "halted/m4"],
        ["normal/base", "halted/m4"],
      ]);
      expect(deployments[0]?.operators).to.deep.equal(mesh.operators);
      expect(deployments[0]?.timestamp).to.be.greaterThan(T0 - 1);
    });
  });

  describe("halt readiness", () => {
    it("is the part of chains that a halt would be sent to, and says what keeps it from the others", async () => {
      mesh = new FakeMesh();
      await mesh.start();
      const ready = mesh.status?.readiness();
      mesh.chain(2).faults.isDown = true;
      await mesh.restart();

      expect(ready).to.deep.equal({ score: 1, runway: null, reasons: [] });
      expect(mesh.status?.readiness()).to.deep.equal({
        score: 2 / 3,
        runway: null,
        reasons: ["chain-50903: not read yet"],
      });
      const scores = mesh.metrics.of("haltReadiness").map(([score]) => score);
      expect(scores.at(-1)).to.equal(2 / 3);
    });

    it("is nothing where no key is held", async () => {
      mesh = new FakeMesh({ operators: [] });
      await mesh.start();

      expect(mesh.status?.readiness()).to.deep.equal({ score: 0, runway: null, reasons: ["holds no operator key"] });
    });

    it("counts halts that the poorest wallet can still pay for", async () => {
      mesh = new FakeMesh();
      mesh.balances = [10n, 3n, 0n];
      await mesh.start();
      await mesh.run(1_000);

      expect(mesh.status?.nonces().map(({ haltsLeft }) => haltsLeft)).to.deep.equal([5, 1, 0]);
      expect(mesh.status?.readiness()).to.deep.equal({
        score: 2 / 3,
        runway: 0,
        reasons: ["chain-50903: the wallet cannot pay for a halt"],
      });
    });
  });

  describe("in mode shadow", () => {
    it("decides and writes down what it would do, and sends nothing", async () => {
      mesh = new FakeMesh();
      mesh.isShadow = true;
      await mesh.start();
      const warmUps = mesh.signer.signed.length;
      mesh.trip(mesh.chain(0));
      await mesh.run(20_000);

      expect(mesh.journal.entries.filter(({ kind }) => kind === "decision")).to.have.length(1);
      expect(mesh.chains.flatMap(({ mined }) => mined)).to.deep.equal([]);
      expect(mesh.queue.waiting()).to.deep.equal([]);
      expect(mesh.signer.signed).to.have.length(warmUps);
      expect(mesh.status?.actions().map(({ state }) => state)).to.deep.equal(["open", "open"]);
    });
  });
});
