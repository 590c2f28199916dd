import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { createFileJournal } from "../../relayer/adapters/journal/file-journal.ts";
import { eid } from "../../relayer/domain/eid.ts";
import { HALTED_M4 as HIGHEST, OPERATORS, SENSOR, aBlock, aHubState, aMarketWord, T0 } from "../support/builders.ts";
import { failureOf } from "../support/failure-of.ts";
import { FakeJournal } from "../support/fake-journal.ts";
import type { Journal, JournalEntry } from "../../relayer/ports/journal.ts";

const MESH_WORD = aMarketWord({ caution: T0, reduceOnly: T0, halted: T0 });

/** One of each kind that holds bigints, and one that holds none. */
const ENTRIES: readonly JournalEntry[] = [
  {
    kind: "observation",
    atMs: 1.5,
    observation: {
      kind: "snapshot-taken",
      eid: eid(50_901),
      snapshot: { ...aHubState({ operators: OPERATORS }), block: aBlock(9) },
    },
  },
  {
    kind: "observation",
    atMs: 2,
    observation: {
      kind: "blocks-read",
      eid: eid(50_901),
      to: aBlock(10),
      isHead: true,
      events: [
        {
          blockNumber: 10,
          blockHash: aBlock(10).hash,
          logIndex: 0,
          txHash: `0x${"ab".repeat(32)}`,
          event: {
            kind: "asserted",
            seq: 9,
            market: 1,
            sensor: SENSOR,
            cause: "price",
            local: HIGHEST,
            mesh: HIGHEST,
            localWord: MESH_WORD,
            meshWord: MESH_WORD,
            posture: aHubState().posture,
          },
        },
      ],
    },
  },
  { kind: "decision", atMs: 3, hash: `0x${"dd".repeat(32)}`, text: '{"cut":[],"why":"a \\" and a \\n"}' },
  {
    kind: "observation",
    atMs: 4,
    observation: { kind: "action-sent", action: "act-1", txHash: `0x${"cd".repeat(32)}`, atMs: 4 },
  },
  {
    ...{ kind: "nonce", atMs: 5, eid: eid(50_901), wallet: `0x${"77".repeat(20)}`, nonce: 12 },
    txHash: `0x${"cd".repeat(32)}`,
  },
];

function behavesAsJournal(open: () => Journal): void {
  it("replays what was appended, bigints and all, in order", async () => {
    const journal = open();

    for (const entry of ENTRIES) await journal.append(entry);

    expect(await all(journal)).to.deep.equal(ENTRIES);
    await journal.close();
  });

  it("keeps the order of entries that are appended at once", async () => {
    const journal = open();
    const many = Array.from({ length: 200 }, (_, atMs): JournalEntry => ({ ...decision, atMs }));

    await Promise.all(many.map((entry) => journal.append(entry)));

    expect((await all(journal)).map(({ atMs }) => atMs)).to.deep.equal(many.map(({ atMs }) => atMs));
    await journal.close();
  });

  it("is empty before anything was appended", async () => {
    const journal = open();

    expect(await all(journal)).to.deep.equal([]);
    await journal.close();
  });
}

const decision: JournalEntry = { kind: "decision", atMs: 0, hash: `0x${"dd".repeat(32)}`, text: "{}" };

describe("Journal", () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "cordon-journal-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const files = async () => (await readdir(dir)).filter((name) => name.endsWith(".jsonl")).toSorted();

  describe("FakeJournal", () => behavesAsJournal(() => new FakeJournal()));

  describe("FileJournal", () => {
    behavesAsJournal(() => createFileJournal({ dir }));

    it("goes on where an earlier process stopped", async () => {
      await appendTo(dir, ...ENTRIES.slice(0, 2));
      await appendTo(dir, ...ENTRIES.slice(2));

      expect(await replayOf(dir)).to.deep.equal(ENTRIES);
      expect(await files()).to.have.length(1);
    });

    it("skips a last line that a kill left torn, and goes on behind it", async () => {
      await appendTo(dir, ...ENTRIES.slice(0, 2));
      await tear(join(dir, (await files())[0] ?? ""), JSON.stringify({ ...decision, text: "x".repeat(200_000) }));

      const journal = createFileJournal({ dir });
      const before = await all(journal);
      await journal.append(decision);
      const after = await all(journal);
      await journal.close();

      expect(before).to.deep.equal(ENTRIES.slice(0, 2));
      expect(after).to.deep.equal([...ENTRIES.slice(0, 2), decision]);
    });

    it("survives a file that holds nothing but a torn line", async () => {
      await writeFile(join(dir, "journal-00000000.jsonl"), '{"kind":"deci');

      await appendTo(dir, decision);

      expect(await replayOf(dir)).to.deep.equal([decision]);
    });

    it("finds a line that was changed, taken out or put in, and says which follows it", async () => {
      const many = Array.from({ length: 5 }, (_, atMs): JournalEntry => ({ ...decision, atMs }));
      await appendTo(dir, ...many.slice(0, 3));
      await appendTo(dir, ...many.slice(3));
      const path = join(dir, (await files())[0] ?? "");
      const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
      const [first = "", second = "", third = "", ...rest] = lines;
      const brokenWith = async (changed: readonly string[]) => {
        await writeFile(path, `${changed.join("\n")}\n`);
        const failure = await failureOf(replayOf(dir));
        return [failure.name, failure.facts["line"]];
      };

      expect(await brokenWith([first, second.replace('"atMs":1', '"atMs":7'), third, ...rest])).to.deep.equal([
        "JOURNAL_BROKEN",
        3,
      ]);
      expect(await brokenWith([first, third, ...rest])).to.deep.equal(["JOURNAL_BROKEN", 2]);
      expect(await brokenWith([first, second, second, third, ...rest])).to.deep.equal(["JOURNAL_BROKEN", 3]);
      expect(await brokenWith([second, third, ...rest])).to.deep.equal(["JOURNAL_BROKEN", 1]);
      await writeFile(path, `${lines.join("\n")}\n`);
      expect(await replayOf(dir)).to.deep.equal(many);
    });

    it("recalls what is in its last two files, as far as that can be read", async () => {
      const journal = createFileJournal({ dir, maxFileBytes: 1 });
      for (let atMs = 0; atMs < 5; atMs++) await journal.append({ ...decision, atMs });
      const recalled = async () => {
        const seen: number[] = [];
        for await (const { atMs } of journal.recent()) seen.push(atMs);
        return seen;
      };
      expect(await recalled()).to.deep.equal([3, 4]);

      await writeFile(join(dir, (await files()).at(-1) ?? ""), "nonsense\nand more\n");
      expect(await recalled()).to.deep.equal([3]);
      await journal.close();
    });

    describe("when lines are cut from its end", () => {
      const many = Array.from({ length: 5 }, (_, atMs): JournalEntry => ({ ...decision, atMs }));
      const cutTo = async (lines: number) => {
        const path = join(dir, (await files())[0] ?? "");
        const all = (await readFile(path, "utf8")).split("\n");
        await writeFile(
          path,
          all
            .slice(0, lines)
            .map((line) => `${line}\n`)
            .join(""),
        );
      };
      /** What a replay tells before it says what is missing. */
      const told = async () => {
        const [journal, seen] = [createFileJournal({ dir }), [] as number[]];
        const failure = await failureOf(
          (async () => {
            for await (const { atMs } of journal.replay()) seen.push(atMs);
          })(),
        );
        await journal.close();
        return { seen, name: failure.name, line: failure.facts["line"] };
      };
      const goOn = async (entry: JournalEntry) => {
        const said: string[] = [];
        const journal = createFileJournal({ dir, onCut: ({ name, fate }) => void said.push(name, fate) });
        await journal.append(entry);
        await journal.close();
        return said;
      };

      it("tells all that is there, and then that it is not all", async () => {
        await appendTo(dir, ...many);
        await cutTo(3);

        expect(await told()).to.deep.equal({ seen: [0, 1, 2], name: "JOURNAL_CUT", line: 5 });
      });

      it("says so at the start, goes on, and keeps the evidence until a person takes it away", async () => {
        await appendTo(dir, ...many);
        await cutTo(3);

        expect(await goOn({ ...decision, atMs: 9 })).to.deep.equal(["JOURNAL_CUT", "drop"]);
        expect(await goOn({ ...decision, atMs: 10 })).to.deep.equal(["JOURNAL_CUT", "drop"]);
        expect(await told()).to.deep.equal({ seen: [0, 1, 2, 9, 10], name: "JOURNAL_CUT", line: 5 });
        await rm(join(dir, "journal-head.lost.json"));
        expect((await replayOf(dir)).map(({ atMs }) => atMs)).to.deep.equal([0, 1, 2, 9, 10]);
        expect(await goOn({ ...decision, atMs: 11 })).to.deep.equal([]);
      });

      it("finds a whole file that is gone, and a last line that is another", async () => {
        await appendTo(dir, ...many);
        const path = join(dir, (await files())[0] ?? "");
        const text = await readFile(path, "utf8");
        await writeFile(path, text.replace('"atMs":4', '"atMs":6'));
        expect((await told()).name).to.equal("JOURNAL_CUT");

        await rm(path);
        expect(await told()).to.deep.include({ seen: [], name: "JOURNAL_CUT" });
      });

      it("is not taken for cut by a kill: what was not on the disk for certain is not in the head", async () => {
        await appendTo(dir, ...many.slice(0, 2));
        const journal = createFileJournal({ dir });
        // An observation is forced to the disk within a second, and this process does not live so long.
        await journal.append(ENTRIES[0]!);
        await cutTo(2);

        expect((await replayOf(dir)).map(({ atMs }) => atMs)).to.deep.equal([0, 1]);
      });

      it("does not go by a head that is no head", async () => {
        await appendTo(dir, decision);
        await writeFile(join(dir, "journal-head.json"), "{}");

        expect((await failureOf(replayOf(dir))).name).to.equal("JOURNAL_CORRUPT");
        expect(await goOn(decision)).to.deep.equal(["JOURNAL_CORRUPT", "drop"]);
      });
    });

    it("binds files to each other, and begins anywhere once the oldest are gone", async () => {
      const many = Array.from({ length: 6 }, (_, atMs): JournalEntry => ({ ...decision, atMs }));
      const journal = createFileJournal({ dir, maxFileBytes: 1 });
      for (const entry of many) await journal.append(entry);
      await journal.close();
      const names = await files();
      expect(names.length).to.be.greaterThan(2);

      expect(await replayOf(dir)).to.deep.equal(many);
      await rm(join(dir, names[0] ?? ""));
      expect((await replayOf(dir)).length).to.be.greaterThan(2);
      await rm(join(dir, names[2] ?? ""));
      expect((await failureOf(replayOf(dir))).name).to.equal("JOURNAL_BROKEN");
    });

    it("says which line is broken when it is not the last", async () => {
      await appendTo(dir, decision, decision);
      const path = join(dir, (await files())[0] ?? "");
      const [, second] = (await readFile(path, "utf8")).split("\n");
      await writeFile(path, `{"kind":"dec\n${second}\n`);

      const failure = await failureOf(replayOf(dir));

      expect([failure.name, failure.facts["line"]]).to.deep.equal(["JOURNAL_CORRUPT", 1]);
    });

    it("begins a new file when one is full, and deletes the oldest", async () => {
      const journal = createFileJournal({ dir, maxFileBytes: 1_000, maxFiles: 3 });
      for (let atMs = 0; atMs < 60; atMs++) await journal.append({ ...decision, atMs });
      const kept = (await all(journal)).map(({ atMs }) => atMs);
      await journal.close();

      expect(await files()).to.have.length(3);
      expect(kept.at(-1)).to.equal(59);
      expect(kept).to.deep.equal(Array.from({ length: kept.length }, (_, index) => 60 - kept.length + index));
    });

    it("refuses with fate retry while it cannot write, and works again when it can", async () => {
      const blocked = join(dir, "blocked");
      await writeFile(blocked, "a file stands where the directory should be");
      const journal = createFileJournal({ dir: blocked });

      const failure = await failureOf(journal.append(decision));
      await rm(blocked);
      await journal.append({ ...decision, atMs: 7 });
      await journal.close();

      expect([failure.name, failure.fate]).to.deep.equal(["JOURNAL_UNAVAILABLE", "retry"]);
      expect(await replayOf(blocked)).to.deep.equal([{ ...decision, atMs: 7 }]);
    });

    it("goes on after a file was taken away under it", async () => {
      const journal = createFileJournal({ dir, maxFileBytes: 1 });
      await journal.append(decision);
      await rm(dir, { recursive: true });

      await journal.append({ ...decision, atMs: 7 });
      await journal.close();

      expect(await replayOf(dir)).to.deep.equal([{ ...decision, atMs: 7 }]);
    });
  });
});

async function appendTo(dir: string, ...entries: readonly JournalEntry[]): Promise<void> {
  const journal = createFileJournal({ dir });
  for (const entry of entries) await journal.append(entry);
  await journal.close();
}

async function replayOf(dir: string): Promise<JournalEntry[]> {
  const journal = createFileJournal({ dir });
  try {
    return await all(journal);
  } finally {
    await journal.close();
  }
}

async function all(journal: Journal): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of journal.replay()) entries.push(entry);
  return entries;
}

/** Appends the beginning of `line`, as a process that is killed while it writes does. */
function tear(path: string, line: string): Promise<void> {
  return appendFile(path, line.slice(0, -20));
}
