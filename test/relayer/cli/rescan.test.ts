import { expect } from "chai";

import { type Endpoint, parseRescan, rescan } from "../../../relayer/cli/rescan.ts";
import { eid } from "../../../relayer/domain/eid.ts";
import { HALTED_M4 } from "../../support/builders.ts";
import { FakeChain } from "../../support/fake-chain.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const never = new AbortController().signal;

describe("rescan", () => {
  let printed: string;
  let nodes: FakeChain[];
  const print = { out: (text: string) => void (printed += text), err: (text: string) => void (printed += text) };

  /** Two nodes of one chain, on which a sensor has asserted three times. */
  beforeEach(() => {
    printed = "";
    nodes = [0, 1].map(() => {
      const chain = new FakeChain(eid(50_901), { clock: new FakeClock() });
      for (const market of [0, 1, 1]) {
        chain.next((hub, time) => hub.assertRungs(market, HALTED_M4, time));
        chain.mine();
      }
      return chain;
    });
  });

  const run = () => {
    const endpoints = nodes.map((chain, index): Endpoint => ({ host: `node-${index}`, chain, maxLogRange: 7 }));
    return rescan(endpoints, { from: 0, to: nodes[0]?.head.number ?? 0 }, { print, signal: never });
  };
  const lastSeq = () => nodes[0]?.hub.state().seq ?? 0;

  it("ends well when every endpoint tells all events, and reads in spans that are allowed", async () => {
    expect(await run()).to.equal(0);

    expect(printed).to.include(`node-1  ${lastSeq()} events, 1 to ${lastSeq()}, no gap`);
    expect(Math.max(...(nodes[0]?.ranges ?? []).map(({ from, to }) => to - from + 1))).to.equal(7);
  });

  it("names the events that an endpoint hides, and that the two differ", async () => {
    nodes[1]?.faults.hiddenSeqs.add(lastSeq() - 1);

    expect(await run()).to.equal(3);

    expect(printed).to.include(`missing ${lastSeq() - 1}`);
    expect(printed).to.include("endpoints tell different events");
  });

  it("notices an event that is hidden at the end, where no number is missing", async () => {
    nodes[1]?.faults.hiddenSeqs.add(lastSeq());

    expect(await run()).to.equal(3);
  });

  it("tells why an endpoint could not be read, and asks to be run again when none could", async () => {
    for (const node of nodes) node.faults.isDown = true;

    expect(await run()).to.equal(75);
    expect(printed).to.include("node-0  CRD-203");
  });

  const mistakes = [
    { why: "no chain", args: ["--from", "1", "--to", "2", "--config", "x"] },
    { why: "a block that is no number", args: ["--chain", "a", "--from", "0x1", "--to", "2", "--config", "x"] },
    { why: "an end before its beginning", args: ["--chain", "a", "--from", "3", "--to", "2", "--config", "x"] },
  ];
  for (const { why, args } of mistakes) {
    it(`takes no ${why}`, () => {
      expect(parseRescan(args, print)).to.equal(2);
      expect(printed).to.include("error");
    });
  }

  it("reads its arguments", () => {
    const args = ["--chain", "a", "--from", "1", "--to", "2", "--config", "x"];

    expect(parseRescan(args, print)).to.deep.equal({ chain: "a", from: 1, to: 2, configFile: "x" });
  });
});
