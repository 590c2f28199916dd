import { expect } from "chai";

import { Lifecycle } from "../../../relayer/app/lifecycle.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeLog } from "../../support/fake-log.ts";
import { FakeMesh } from "../../support/fake-mesh.ts";

describe("lifecycle", () => {
  const clock = new FakeClock();
  let log: FakeLog;
  let life: Lifecycle;
  let stopped: string[];
  const stopping = (name: string) => async () => void stopped.push(name);

  beforeEach(() => {
    log = new FakeLog();
    life = new Lifecycle(log, clock);
    stopped = [];
  });

  describe("when stopped", () => {
    it("aborts first, then stops the last that was started first", async () => {
      life.add("first", 1, stopping("first"));
      life.add("second", 2, stopping("second"));
      life.signal.addEventListener("abort", () => stopped.push("signal"));

      await life.stop();

      expect(stopped).to.deep.equal(["signal", "second", "first"]);
    });

    it("stops each thing once, however often it is asked", async () => {
      life.add("thing", 1, stopping("thing"));

      await Promise.all([life.stop(), life.stop()]);
      await life.stop();

      expect(stopped).to.deep.equal(["thing"]);
    });
  });

  describe("when a thing does not stop, or fails to", () => {
    it("goes on after ten seconds and says which one it was", async () => {
      life.add("first", 1, stopping("first"));
      life.add("failing", 2, () => Promise.reject(new TypeError("no")));
      life.add("hanging", 3, () => new Promise(() => undefined));

      const stop = life.stop();
      await clock.advance(10_000);
      await stop;

      expect(stopped).to.deep.equal(["first"]);
      expect(log.lines.map(({ level, facts }) => [level, facts["name"]])).to.deep.equal([
        ["error", "hanging"],
        ["error", "failing"],
      ]);
    });
  });

  describe("when a relayer in the middle of an incident is stopped", () => {
    it("ends every loop, though a chain hangs, and sends nothing afterwards", async () => {
      const mesh = new FakeMesh();
      await mesh.start();
      mesh.chain(1).faults.hanging.add("heads");
      mesh.chain(2).faults.refusesSubmits = true;
      mesh.trip(mesh.chain(0));
      await mesh.run(500);

      await mesh.stop();
      const sent = mesh.chains.map(({ submitted }) => submitted.length);
      const read = mesh.chains.map(({ calls }) => calls.heads);
      mesh.chain(2).faults.refusesSubmits = false;
      await mesh.run(30_000);

      expect(mesh.queue.isClosed).to.equal(true);
      expect(mesh.chains.map(({ submitted }) => submitted.length)).to.deep.equal(sent);
      expect(mesh.chains.map(({ calls }) => calls.heads)).to.deep.equal(read);
      expect(mesh.log.messages("error")).to.deep.equal([]);
    });
  });
});
