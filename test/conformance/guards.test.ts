import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { createFileGuards } from "../../relayer/adapters/disk/file-guards.ts";
import type { Guard, GuardStore } from "../../relayer/ports/guards.ts";
import { failureOf } from "../support/failure-of.ts";
import { FakeGuards } from "../support/fake-guards.ts";

interface Bench {
  /** A store on what an earlier one has left: the process was killed in between. */
  open(): GuardStore;
  /** What is stored turns into garbage. */
  garble(): void;
  /** Nothing can be written any more. */
  fill(): void;
  close(): void;
}

const GUARD: Guard = { name: "beyond-finality.a", chain: "a", raisedAtMs: 1_000, facts: { block: 7, hash: "0xab" } };

describe("GuardStore", () => {
  describe("FakeGuards", () => behavesAsGuardStore(setUpFake));
  describe("file guards", () => {
    behavesAsGuardStore(setUpFile);

    it("keep why a guard was taken down, readable by nobody else", async () => {
      const dir = mkdtempSync(path.join(os.tmpdir(), "cordon-guards-"));
      const file = path.join(dir, "guards.json");
      const store = createFileGuards({ file, nowMs: () => 9_000 });
      await store.raise(GUARD);

      await store.acknowledge(GUARD.name, "the provider had restored a backup");

      const kept = JSON.parse(readFileSync(`${file}.acknowledged`, "utf8")) as object;
      expect(kept).to.deep.equal({ ...GUARD, acknowledgedAtMs: 9_000, reason: "the provider had restored a backup" });
      rmSync(dir, { recursive: true });
    });
  });
});

function behavesAsGuardStore(setUp: () => Bench): void {
  let bench: Bench;
  let store: GuardStore;

  beforeEach(() => {
    bench = setUp();
    store = bench.open();
  });
  afterEach(() => bench.close());

  it("holds none to begin with", async () => {
    expect(await store.list()).to.deep.equal([]);
  });

  it("keeps a guard over the end of the process, as it was raised first", async () => {
    await store.raise(GUARD);
    await store.raise({ ...GUARD, raisedAtMs: 2_000 });
    await store.raise({ ...GUARD, name: "beyond-finality.b", chain: "b" });

    const names = (await bench.open().list()).map(({ name }) => name);

    expect(names).to.deep.equal(["beyond-finality.a", "beyond-finality.b"]);
    expect((await bench.open().list())[0]).to.deep.equal(GUARD);
  });

  it("forgets a guard once it is acknowledged, for every process, and no other", async () => {
    await store.raise(GUARD);
    await store.raise({ ...GUARD, name: "beyond-finality.b", chain: "b" });

    expect(await bench.open().acknowledge(GUARD.name, "looked at it")).to.equal(true);

    expect((await store.list()).map(({ name }) => name)).to.deep.equal(["beyond-finality.b"]);
  });

  it("says so when there is no such guard", async () => {
    expect(await store.acknowledge("beyond-finality.x", "why not")).to.equal(false);
  });

  it("fails rather than call garbage an empty list", async () => {
    await store.raise(GUARD);
    bench.garble();

    expect((await failureOf(store.list())).name).to.equal("GUARDS_UNREADABLE");
  });

  it("holds in this process what could not be written", async () => {
    bench.fill();

    expect((await failureOf(store.raise(GUARD))).name).to.equal("GUARDS_UNWRITABLE");
    expect(await store.list()).to.deep.equal([GUARD]);
  });
}

function setUpFake(): Bench {
  const store = new FakeGuards();
  return {
    open: () => store,
    garble: () => (store.isUnreadable = true),
    fill: () => (store.isFull = true),
    close: () => undefined,
  };
}

function setUpFile(): Bench {
  const dir = mkdtempSync(path.join(os.tmpdir(), "cordon-guards-"));
  const file = path.join(dir, "state", "guards.json");
  return {
    open: () => createFileGuards({ file, nowMs: () => 0 }),
    garble: () => writeFileSync(file, "{"),
    // A directory where the new file would go: root writes through every permission.
    fill: () => mkdirSync(`${file}.new`, { recursive: true }),
    close() {
      chmodSync(dir, 0o700);
      rmSync(dir, { recursive: true });
    },
  };
}
