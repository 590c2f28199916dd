import { expect } from "chai";

import { parseRetry, retry } from "../../../relayer/cli/retry.ts";
import type { DeadLetter } from "../../../relayer/ports/queue.ts";

const LETTER: DeadLetter = {
  id: "0xaa-50901",
  queue: "actions-50901",
  kind: "raise",
  reason: "CRD-307 sent as often as allowed",
  failedAtMs: 0,
  attempts: 8,
};

describe("retry", () => {
  let printed: string;
  let letters: DeadLetter[];
  const print = { out: (text: string) => void (printed += text), err: (text: string) => void (printed += text) };
  const queue = {
    deadLetters: () => Promise.resolve(letters),
    retry(id: string | null) {
      const before = letters.length;
      letters = letters.filter((letter) => id !== null && letter.id !== id);
      return Promise.resolve(before - letters.length);
    },
  };

  beforeEach(() => {
    printed = "";
    letters = [LETTER, { ...LETTER, id: "0xbb-50902", queue: "actions-50902" }];
  });

  async function run(...args: string[]): Promise<number> {
    const asked = parseRetry([...args, "--config", "x"], print);
    return typeof asked === "number" ? asked : retry(queue, asked, print);
  }

  it("shows what was given up, with its reason, and touches nothing", async () => {
    expect(await run()).to.equal(0);

    expect(printed).to.include("0xaa-50901").and.to.include("actions-50902").and.to.include("CRD-307");
    expect(letters).to.have.length(2);
  });

  it("takes one up again", async () => {
    expect(await run("0xaa-50901")).to.equal(0);

    expect(letters.map(({ id }) => id)).to.deep.equal(["0xbb-50902"]);
    expect(printed).to.equal("1 taken up again\n");
  });

  it("takes all of them up again", async () => {
    expect(await run("--all")).to.equal(0);

    expect(letters).to.deep.equal([]);
    expect(printed).to.equal("2 taken up again\n");
  });

  it("says so when there is none", async () => {
    letters = [];

    expect(await run()).to.equal(0);

    expect(printed).to.equal("no job was given up\n");
  });

  it("names an id that no job has", async () => {
    expect(await run("0xcc")).to.equal(2);

    expect(printed).to.include("0xcc");
    expect(letters).to.have.length(2);
  });

  it("takes an id or all, not both", async () => {
    expect(await run("0xaa-50901", "--all")).to.equal(2);

    expect(letters).to.have.length(2);
  });
});
