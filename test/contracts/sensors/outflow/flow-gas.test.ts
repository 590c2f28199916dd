import { expect } from "chai";

import { startFlowGauges, HELD, type FlowGas, type FlowGauges } from "../../../bench/flow-gauges.ts";

/** What a recorded flow may add to a venue's call, in gas, the call included. */
const COLD = 12_000;
const WARM = 1_000;
/** Less than any recorder can do with: a figure below it was not measured. */
const COLD_LEAST = 9_700;
const WARM_LEAST = 400;

const TICKS = 10;
const MINUTE = 60;
const DAY = 86_400;

describe("gas of a recorded flow", () => {
  let gauges: FlowGauges;

  before(async () => {
    gauges = await startFlowGauges();
  });

  after(() => gauges.close());

  it("adds at most 12,000 cold and 1,000 warm to an outflow", async () => {
    const { cold, warm } = await gauges.gauge("outflow");

    expect(cold).to.be.within(COLD_LEAST, COLD);
    expect(warm).to.be.within(WARM_LEAST, WARM);
  });

  it("adds at most 12,000 cold to an inflow, and 2,100 warm, which reads the limit", async () => {
    const { cold, warm } = await gauges.gauge("inflow");

    expect(cold).to.be.within(COLD_LEAST, COLD);
    expect(warm).to.be.within(WARM_LEAST, 2_100);
  });

  it("costs no more after a net inflow", async () => {
    await gauges.record("inflow", HELD / 1_000n);

    expect((await gauges.gauge("outflow")).cold).to.be.within(COLD_LEAST, COLD);
    expect((await gauges.gauge("inflow")).cold).to.be.within(COLD_LEAST, COLD);
  });

  it("costs the same after a second and after years", async () => {
    const idle = [1, MINUTE, 41 * 5 * MINUTE, DAY, 30 * DAY, 3_650 * DAY];

    const figures: FlowGas[] = [];
    for (const idleSeconds of idle) figures.push(await gauges.gauge("outflow", { idleSeconds }));

    expect(new Set(figures.map(({ cold }) => cold)).size).to.equal(1);
    expect(new Set(figures.map(({ warm }) => warm)).size).to.equal(1);
  });

  it("costs less than 600 more when the venue's report is not believed", async () => {
    const [usual, disbelieved] = [await gauges.gauge("outflow"), await gauges.gauge("outflow", { held: 9n * HELD })];

    expect(disbelieved.cold).to.be.within(usual.cold + 1, usual.cold + 600);
  });

  it("costs at most half of what two OpenZeppelin buckets cost warm, and less cold", async () => {
    const { cold, warm } = await gauges.gauge("outflow");
    const { twoBuckets, bareCall } = await gauges.gaugeOthers();

    expect(cold).to.be.below(twoBuckets.cold);
    expect(2 * warm).to.be.below(twoBuckets.warm);
    expect(bareCall.cold).to.be.within(2_600, cold);
  });

  it("does not grow with what was recorded before, as a list of ticks does", async () => {
    const ours = await gauges.gauge("outflow", { idleSeconds: DAY });
    const before = (await gauges.gaugeOthers({ idleSeconds: DAY })).tickList;
    for (let tick = 0; tick < TICKS; tick++) await gauges.recordTick(5 * MINUTE);
    for (let flow = 0; flow < TICKS; flow++) await gauges.record("outflow", 1n);

    expect(await gauges.gauge("outflow", { idleSeconds: DAY })).to.deep.equal(ours);
    expect((await gauges.gaugeOthers({ idleSeconds: DAY })).tickList.cold).to.be.above(before.cold + TICKS * 4_000);
  });
});
