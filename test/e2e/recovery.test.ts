import { expect } from "chai";

import { laneOf, word } from "../../relayer/domain/incident/word.ts";
import type { TestHub } from "../localnet/support/hubs.ts";
import { RAISE, gainOf, times } from "./support/gain.ts";
import {
  DIRECTIVE,
  HALTED_M4,
  PACKET,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
  expectPosture,
} from "./support/scenario.ts";
import { useScenario } from "./support/use-scenario.ts";

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

  useScenario("recovery", { chains: 3 }, (started) => {
    scene = started;
    source = scene.hubs[0]!;
  });

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
      expect(await scene.tally.gained(), name).to.deep.equal(gainOf(scene, source, lifted, lifted));
      await expectAgreement(scene.hubs, 1, rungs);
      expect(await source.digest(), name).to.equal(words);
      before = rungs;
    }
  });

  it("starts anew from the top when the condition returns half way down", async () => {
    await scene.raiseDirectly(source, 2, HALTED_M4);
    await scene.deliver();
    await scene.settle();
    await scene.pass(HOUR);
    await scene.localnet.keeper.tick();
    await expectPosture(scene.hubs, 2, 0x23);

    await scene.raiseDirectly(source, 2, HALTED_M4);
    await scene.deliver();
    await scene.settle();

    const there = { ...times(2, { ...DIRECTIVE, ...PACKET }), lifts: 1 };
    expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, { ...times(2, RAISE), lifts: 1 }, there));
    await expectAgreement(scene.hubs, 2, HALTED_M4);
  });
});
