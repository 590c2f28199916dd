import { expect } from "chai";

import { acknowledge, listGuards, parseAck } from "../../../relayer/cli/ack.ts";
import { FakeGuards } from "../../support/fake-guards.ts";

const GUARD = { name: "beyond-finality.a", chain: "a", raisedAtMs: 0, facts: { wasFinal: 7, wasHash: "0xab" } };

describe("ack", () => {
  let printed: string;
  let guards: FakeGuards;
  const print = { out: (text: string) => void (printed += text), err: (text: string) => void (printed += text) };

  beforeEach(async () => {
    printed = "";
    guards = new FakeGuards();
    await guards.raise(GUARD);
  });

  it("takes a guard down and keeps the reason", async () => {
    const asked = parseAck([GUARD.name, "--reason", "a restored backup", "--config", "x"], print);
    if (typeof asked === "number") return expect.fail("not understood");

    expect(await acknowledge(guards, asked, print)).to.equal(0);

    expect(guards.acknowledged).to.deep.equal([{ name: GUARD.name, reason: "a restored backup" }]);
    expect(await guards.list()).to.deep.equal([]);
  });

  it("names the guards that are raised when there is none of that name", async () => {
    const code = await acknowledge(guards, { guard: "beyond-finality.b", reason: "looked at it" }, print);

    expect(code).to.equal(2);
    expect(printed).to.include("raised: beyond-finality.a");
  });

  for (const [why, args] of [
    ["without a reason", [GUARD.name, "--config", "x"]],
    ["with a reason that says nothing", [GUARD.name, "--reason", "ok", "--config", "x"]],
    ["without a name", ["--reason", "a restored backup", "--config", "x"]],
  ] as const) {
    it(`takes nothing down ${why}`, () => {
      expect(parseAck(args, print)).to.equal(2);
    });
  }

  it("shows a guard with its facts and the way to end it", async () => {
    const [shown] = await listGuards(guards);

    expect(shown?.what).to.equal("guard beyond-finality.a");
    expect(shown?.text).to.include("1970-01-01").and.to.include("wasFinal 7").and.to.include("relayer ack");
  });
});
