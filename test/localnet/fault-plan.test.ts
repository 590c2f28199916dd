import { expect } from "chai";
import fc from "fast-check";

import {
  FAULTS,
  FAULT_NAMES,
  isMessagingFault,
  listFaults,
  parseFaultName,
} from "../../localnet/faults/fault-names.ts";
import { type PacketPlace, createFaultPlan } from "../../localnet/faults/fault-plan.ts";

const MESSAGING = FAULT_NAMES.filter(isMessagingFault);
const PATHWAY = { srcEid: 50_901, dstEid: 50_902 };

const places = fc.record({
  srcEid: fc.integer({ min: 1, max: 0xffff_ffff }),
  dstEid: fc.integer({ min: 1, max: 0xffff_ffff }),
  nonce: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
});

const packetsOf = (count: number): PacketPlace[] =>
  Array.from({ length: count }, (_, index) => ({ ...PATHWAY, nonce: BigInt(index + 1) }));

describe("createFaultPlan", () => {
  describe("when asked the same twice", () => {
    it("answers the same, from any plan with the same seed and names", () => {
      const names = fc.subarray(MESSAGING);
      const property = fc.property(fc.integer(), names, places, (seed, of, place) => {
        const answer = createFaultPlan(seed, of).decide(place);

        expect(createFaultPlan(seed, [...of].reverse()).decide(place)).to.deep.equal(answer);
      });
      fc.assert(property);
    });

    it("answers otherwise for another seed", () => {
      const dropped = (seed: number) =>
        packetsOf(64).map((place) => createFaultPlan(seed, ["drop"]).decide(place).isDropped);

      expect(dropped(1)).to.not.deep.equal(dropped(2));
    });
  });

  describe("when no fault is named", () => {
    it("does nothing to any packet", () => {
      const property = fc.property(fc.integer(), places, (seed, place) => {
        expect(createFaultPlan(seed, []).decide(place)).to.deep.equal({
          isDropped: false,
          isDuplicated: false,
          delayMs: 0,
          isReordered: false,
          isWithheld: false,
          isForged: false,
        });
      });
      fc.assert(property);
    });
  });

  describe("when packets are dropped", () => {
    it("drops the first packet of every pathway", () => {
      const property = fc.property(fc.integer(), places, (seed, place) => {
        expect(createFaultPlan(seed, ["drop"]).decide({ ...place, nonce: 1n }).isDropped).to.be.true;
      });
      fc.assert(property);
    });

    it("drops about half of the others", () => {
      const plan = createFaultPlan(7, ["drop"]);

      const dropped = packetsOf(2_001).filter((place) => plan.decide(place).isDropped).length;

      expect(dropped).to.be.within(900, 1_100);
    });
  });

  describe("when packets are delayed", () => {
    it("draws delays from all of 200 to 1500 ms", () => {
      const plan = createFaultPlan(7, ["delay"]);

      const delays = packetsOf(4_000).map((place) => plan.decide(place).delayMs);

      expect(Math.min(...delays)).to.be.within(200, 210);
      expect(Math.max(...delays)).to.be.within(1_490, 1_500);
    });
  });

  describe("when packets are reordered", () => {
    it("returns each packet once, and not in the order in which they came", () => {
      const property = fc.property(fc.integer(), fc.integer({ min: 2, max: 12 }), (seed, count) => {
        const packets = packetsOf(count);

        const shuffled = createFaultPlan(seed, ["reorder"]).shuffle(packets, (place) => place);

        expect(shuffled).to.have.members(packets);
        expect(shuffled).to.not.deep.equal(packets);
      });
      fc.assert(property);
    });

    it("leaves a packet that is alone", () => {
      expect(createFaultPlan(1, ["reorder"]).shuffle(packetsOf(1), (place) => place)).to.deep.equal(packetsOf(1));
    });
  });

  describe("when the DVNs misbehave", () => {
    it("withholds and forges every packet", () => {
      const property = fc.property(fc.integer(), places, (seed, place) => {
        const { isWithheld, isForged } = createFaultPlan(seed, ["withhold", "forge"]).decide(place);
        expect({ isWithheld, isForged }).to.deep.equal({ isWithheld: true, isForged: true });
      });
      fc.assert(property);
    });
  });
});

describe("fault names", () => {
  it("says of every fault in one line what it does", () => {
    const lines = listFaults();

    expect(lines).to.have.lengthOf(Object.keys(FAULTS).length);
    for (const [index, name] of FAULT_NAMES.entries()) {
      expect(lines[index]).to.match(new RegExp(`^${name} +(messaging|process) +\\S.{20,}$`));
    }
  });

  it("refuses a name that is not a fault as wrong usage, also one that every object has", () => {
    for (const name of ["nothing", "toString", ""]) {
      expect(() => parseFaultName(name))
        .to.throw()
        .with.property("exitCode", 2);
    }
  });
});
