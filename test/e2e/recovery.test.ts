import { expect } from "chai";

import { laneOf, word } from "../../relayer/domain/incident/word.ts";
import type { TestHub } from "../localnet/support/hubs.ts";
import {
  HALTED_M4,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
  expectPosture,
  startScenario,
} from "./support/scenario.ts";

const HOUR = 3_600;
const HALTED_LANE = 3;

/** What is in force once so much time has passed since all of it was asserted, by the leases of the local network. */
const STAGES = [
  { hours: 1, rungs: 0x23, name: "reduce-only and M3" },
  { hours: 3, rungs: 0x12, name: "caution and M2" },
  { hours: 8, rungs: 0x11, name: "caution and M1" },
  { hours: 12, rungs: 0x01, name: "M1" },
  { hours: 24, rungs: 0x00, name: "normal" },
];

describe("staged recovery", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let source: TestHub;

  before(async () => {
    scene = await startScenario("recovery", { chains: 3 });
    source = scene.hubs[0]!;
  });

  after(() => scene.stop());

  it("comes down by itself, a stage at a time, with equal words and one lift a stage on every chain", async () => {
    await scene.raiseDirectly(source, 1, HALTED_M4);
    await scene.deliver();
    await scene.settle();
    const words = await source.digest();
    const assertedAt = laneOf(word(BigInt(await source.hub.getFunction("meshWord")(1))), HALTED_LANE);
    let before = HALTED_M4;

    for (const { hours, rungs, name } of STAGES) {
      const end = assertedAt + hours * HOUR;
      await scene.localnet.advanceTo(end - 60);
      await scene.localnet.keeper.tick();
      await expectPosture(scene.hubs, 1, before);
      // A lease that ends in silence opens nothing: somebody has to lift.
      await scene.localnet.advanceTo(end);
      await expectPosture(scene.hubs, 1, before);

      await scene.tally.mark();
      await scene.localnet.keeper.tick();
      await scene.settle();

      const lifted = { lifts: 1 };
      const gained = await scene.tally.gained();
      expect(gained, name).to.deep.equal({ "chain-a": lifted, "chain-b": lifted, "chain-c": lifted });
      await expectAgreement(scene.hubs, 1, rungs);
      expect(await source.digest(), name).to.equal(words);
      before = rungs;
    }
  });

  it("starts anew from the top when the condition returns half way down", async () => {
    await scene.calm();
    await scene.raiseDirectly(source, 2, HALTED_M4);
    await scene.deliver();
    await scene.settle();
    await scene.pass(HOUR);
    await scene.localnet.keeper.tick();
    await expectPosture(scene.hubs, 2, 0x23);

    await scene.raiseDirectly(source, 2, HALTED_M4);
    await scene.deliver();
    await scene.settle();

    const there = { lifts: 1, directives: 2, submissions: 2, verify1: 2, verify2: 2, commit: 2, execute: 2 };
    expect(await scene.tally.gained()).to.deep.equal({
      "chain-a": { assertions: 2, broadcasts: 2, sent: 4, lifts: 1 },
      "chain-b": there,
      "chain-c": there,
    });
    await expectAgreement(scene.hubs, 2, HALTED_M4);
  });
});
