import { expect } from "chai";
import { Redis } from "ioredis";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { findRedis } from "../../localnet/redis/find-redis.ts";
import { type RedisServer, startRedis } from "../../localnet/redis/start-redis.ts";

const quiet = () => {};

describe("startRedis", function () {
  // The first run on a machine fetches the server.
  this.timeout(120_000);

  let dir: string;
  let server: RedisServer | undefined;
  const givenUrl = process.env["REDIS_URL"];

  const run = async <T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = new Redis(url, { maxRetriesPerRequest: 1 });
    redis.on("error", quiet);
    try {
      return await use(redis);
    } finally {
      redis.disconnect();
    }
  };

  beforeEach(() => {
    delete process.env["REDIS_URL"];
    dir = mkdtempSync(path.join(os.tmpdir(), "cordon-redis-test-"));
  });

  afterEach(async () => {
    delete process.env["REDIS_URL"];
    if (givenUrl !== undefined) process.env["REDIS_URL"] = givenUrl;
    await server?.stop();
    server = undefined;
    rmSync(dir, { recursive: true, force: true });
  });

  describe("when no server is named", () => {
    it("starts a private one, on this machine only, that keeps every write and evicts nothing", async () => {
      server = await startRedis({ dir, log: quiet });

      const settings = await run(server.url, (redis) => redis.config("GET", "*")).then(pairs);

      expect(server.isPrivate).to.be.true;
      expect(server.url).to.match(/^redis:\/\/127\.0\.0\.1:\d+\/0$/);
      expect(settings.get("bind")).to.equal("127.0.0.1");
      expect(settings.get("appendonly")).to.equal("yes");
      expect(settings.get("appendfsync")).to.equal("everysec");
      expect(settings.get("maxmemory-policy")).to.equal("noeviction");
    });

    it("comes back after a crash on the same port with what was written", async () => {
      server = await startRedis({ dir, log: quiet });
      const { url } = server;
      await run(url, (redis) => redis.set("market", "halted"));

      await server.kill();
      const isRunningAfterKill = server.isRunning();
      await server.restart();

      expect(isRunningAfterKill).to.be.false;
      expect(server.url).to.equal(url);
      expect(await run(url, (redis) => redis.get("market"))).to.equal("halted");
    });

    it("forgets everything when flushed", async () => {
      server = await startRedis({ dir, log: quiet });
      const { url } = server;
      await run(url, (redis) => redis.set("market", "halted"));

      await server.flush();

      expect(await run(url, (redis) => redis.dbsize())).to.equal(0);
    });

    it("ends when stopped", async () => {
      server = await startRedis({ dir, log: quiet });

      await server.stop();

      expect(server.isRunning()).to.be.false;
      expect(await failureOf(run(server.url, (redis) => redis.ping()))).to.not.equal(null);
    });
  });

  describe("when REDIS_URL names a server", () => {
    it("uses it, and neither stops nor wipes it", async () => {
      server = await startRedis({ dir, log: quiet });
      process.env["REDIS_URL"] = server.url;
      await run(server.url, (redis) => redis.set("market", "halted"));

      const given = await startRedis({ dir, log: quiet });
      await given.stop();

      expect(given).to.include({ url: server.url, isPrivate: false });
      expect(await failureOf(given.flush())).to.have.property("exitCode", 2);
      expect(await failureOf(given.kill())).to.have.property("exitCode", 2);
      expect(await run(server.url, (redis) => redis.get("market"))).to.equal("halted");
    });

    it("says which variable is wrong when nobody answers, without the password", async () => {
      process.env["REDIS_URL"] = "redis://:planted-secret@127.0.0.1:1/0";

      const failure = await failureOf(startRedis({ dir, log: quiet }));

      expect(failure).to.have.property("exitCode", 75);
      expect(String(failure))
        .to.match(/REDIS_URL/)
        .and.not.match(/planted-secret/);
    });
  });

  describe("when REDIS_SERVER_BIN names no executable file", () => {
    it("names the variable and the file", async () => {
      process.env["REDIS_SERVER_BIN"] = "/nowhere/redis-server";

      const failure = await failureOf(findRedis({ log: quiet }));
      delete process.env["REDIS_SERVER_BIN"];

      expect(failure).to.have.property("exitCode", 78);
      expect(String(failure)).to.match(/REDIS_SERVER_BIN is \/nowhere\/redis-server/);
    });
  });

  describe("when there is no server, and none can be fetched", () => {
    it("says in one message how to get one", async () => {
      const givenPath = process.env["PATH"];
      process.env["PATH"] = dir;

      const failure = await failureOf(findRedis({ log: quiet, cacheDir: dir }));
      process.env["PATH"] = givenPath;

      expect(failure).to.have.property("exitCode", 78);
      expect(String(failure)).to.match(/REDIS_URL.*REDIS_SERVER_BIN.*apt-get install.*brew install.*docker compose/);
    });
  });
});

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

function pairs(flat: unknown): Map<string, string> {
  const list = Array.isArray(flat) ? flat.map(String) : Object.entries(Object(flat)).flat().map(String);
  return new Map(list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] ?? ""]] : [])));
}
