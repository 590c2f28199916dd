import { expect } from "chai";

import { runSoak } from "./run-soak.ts";
import { TEST_TIMEOUT_MS } from "../support/scenario.ts";

/** The short form of `npm run soak`, which is a day. */
describe("a soak of 40 minutes of chain time", function () {
  this.timeout(TEST_TIMEOUT_MS);

  it("ends with equal words, no leaked job, no gap, journals that replay, and no more memory than it began with", async () => {
    const { checks, done, blocks } = await runSoak(
      { blocks: 200, minutes: 2, chains: 3, seed: 7, json: true },
      () => undefined,
    );

    expect(blocks).to.equal(200);
    expect(done.incidents).to.equal(10);
    expect(done.relayerKills + done.redisKills + done.redisWipes + done.chainStops).to.equal(2);
    expect(checks.filter(({ isMet }) => !isMet)).to.deep.equal([]);
  });
});
