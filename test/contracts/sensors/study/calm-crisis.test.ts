import { expect } from "chai";

import { readAll, readSeries } from "../../../../scripts/sensor-study/data/read-series.ts";
import type { Candidate, Kind } from "../../../../scripts/sensor-study/study/candidates.ts";
import {
  measureKind,
  renderCalmCrisis,
  type CandidateRow,
} from "../../../../scripts/sensor-study/study/calm-crisis-study.ts";
import { measureForce } from "../../../../scripts/sensor-study/study/in-force.ts";
import { StudyError } from "../../../../scripts/study-command.ts";
import { createRecordedFolder, type RecordedFolder } from "./recorded-folder.ts";

const HOUR = 3_600;
const DAY = 86_400;
const FILE = "made-up/prices.csv.gz";
const FROM = Date.parse("2022-01-01T00:00:00Z") / 1_000;
const CALM = { name: "calm", from: "2022-01-01", to: "2022-01-03" };
const CRISIS = { name: "crisis", from: "2022-01-03", to: "2022-01-05" };
const LEASES = [6 * HOUR, 2 * HOUR];

/** Asserts tier 1 where the price is below 95 and tier 2 where it is below 80. */
const threshold: Candidate = {
  sensor: "band",
  name: "below 95, 80",
  isDefault: true,
  leases: LEASES,
  replay: (ticks) => ticks.map(({ price }) => (price < 80 ? 2 : price < 95 ? 1 : 0)),
};

describe("study of calm and crisis", () => {
  let folder: RecordedFolder;

  beforeEach(() => {
    folder = createRecordedFolder();
  });

  afterEach(() => {
    folder.remove();
  });

  /** Hourly from the first of January: 100, but at the hours named. */
  const record = (prices: Readonly<Record<number, number>>): Kind => {
    const rows = Array.from({ length: 96 }, (_, hour) => [(FROM + hour * HOUR) * 1_000, prices[hour] ?? 100]);
    folder.write(FILE, "ts_ms,close", rows);
    const series = { name: "X", sources: [{ file: FILE, barSeconds: 0 }] };
    return { name: "made up", markets: [{ series, calm: [CALM], crises: [CRISIS] }], candidates: [threshold] };
  };
  const rowOf = (kind: Kind): CandidateRow | undefined => measureKind(folder.at, kind).presets[0];

  it("counts a trip in calm once until its lease has lapsed, by tier", () => {
    const row = rowOf(record({ 10: 90, 12: 90, 20: 70 }));

    expect(row?.calmDays).to.equal(2);
    expect(row?.falseTrips).to.deep.equal([2, 1]);
    // In force from 10 to 18 o'clock and from 20 to 26, of 48 hours.
    expect(row?.calmShare).to.equal(14 / 48);
  });

  it("sees a crisis at the tiers that it reached, and how long before the low", () => {
    const kind = record({ 60: 90, 64: 75, 70: 60 });

    const { presets, incidents } = measureKind(folder.at, kind);

    expect(presets[0]?.falseTrips).to.deep.equal([0, 0]);
    expect(presets[0]?.seen).to.deep.equal([1, 1]);
    expect(presets[0]?.leadSeconds).to.deep.equal([10 * HOUR, 6 * HOUR]);
    expect(incidents).to.have.length(1);
    expect(incidents[0]?.lowestAt).to.equal(FROM + 70 * HOUR);
    expect(incidents[0]?.fall.toFixed(9)).to.equal("0.400000000");
    expect(incidents[0]?.standings).to.deep.equal([{ sensor: "band", tier: 2, leadSeconds: 10 * HOUR, isHeld: false }]);
  });

  it("says that a sensor was in force before an incident began, and none that was silent", () => {
    const held = measureKind(folder.at, record({ 46: 90, 60: 97 })).incidents[0];
    const silent = measureKind(folder.at, record({ 60: 97 }));

    expect(held?.standings[0]).to.deep.equal({ sensor: "band", tier: 1, leadSeconds: 12 * HOUR, isHeld: true });
    expect(silent.incidents[0]?.standings[0]?.tier).to.equal(0);
    expect(silent.presets[0]?.seen).to.deep.equal([0, 0]);
    expect(silent.presets[0]?.leadSeconds).to.deep.equal([null, null]);
  });

  it("prints a line for each candidate and each incident, with a star for a default", () => {
    const text = renderCalmCrisis(measureKind(folder.at, record({ 60: 90, 64: 75 })));

    expect(text).to.contain("band, below 95, 80 *").and.to.contain("0 / 0").and.to.contain("crisis, X");
    expect(text).to.contain("2, 4.0 h");
  });

  it("does not count what was asserted longer ago than the longest lease", () => {
    const ticks = [0, 5 * DAY].map((time) => ({ time: FROM + time, price: 1 }));
    const window = { name: "later", from: "2022-01-06", to: "2022-01-07" };

    const force = measureForce({ ticks, asserted: [2, 0], leases: LEASES }, 1, window);

    expect(force).to.include({ trips: 0, since: null, isHeld: false });
  });
});

describe("recorded prices", () => {
  let folder: RecordedFolder;

  beforeEach(() => {
    folder = createRecordedFolder();
    folder.write("a.csv.gz", "ts_ms,close", [
      [60_000, 10],
      [120_000, 0],
      [180_000, 30],
      [240_000, 40],
    ]);
    folder.write("b.csv.gz", "ts_ms,close", [
      [60_000, 5],
      [240_000, 8],
    ]);
  });

  afterEach(() => {
    folder.remove();
  });

  it("are the closes at the end of their bars, without those that are no price", () => {
    const ticks = readSeries(folder.at, { file: "a.csv.gz", barSeconds: 60 });

    expect(ticks.map(({ time }) => time)).to.deep.equal([120, 240, 300]);
    expect(ticks.map(({ price }) => price)).to.deep.equal([10, 30, 40]);
  });

  it("are cut to the span that is asked for", () => {
    const ticks = readSeries(folder.at, { file: "a.csv.gz", barSeconds: 60, from: 240, to: 300 });

    expect(ticks).to.deep.equal([{ time: 240, price: 30 }]);
  });

  it("are counted in those of a second file where both have one", () => {
    const ticks = readSeries(folder.at, { file: "a.csv.gz", barSeconds: 0, dividedBy: "b.csv.gz" });

    expect(ticks).to.deep.equal([
      { time: 60, price: 2 },
      { time: 240, price: 5 },
    ]);
  });

  it("of several files follow one another, the earlier file counting where they overlap", () => {
    const sources = ["b.csv.gz", "a.csv.gz"].map((file) => ({ file, barSeconds: 0 }));

    expect(readAll(folder.at, sources).map(({ price }) => price)).to.deep.equal([5, 8]);
  });

  it("say which file cannot be read, and which column is not there", () => {
    folder.write("c.csv.gz", "when,close", [[1, 1]]);

    expect(() => readSeries(folder.at, { file: "none.csv.gz", barSeconds: 0 })).to.throw(StudyError, "none.csv.gz");
    expect(() => readSeries(folder.at, { file: "c.csv.gz", barSeconds: 0 })).to.throw(StudyError, "ts_ms");
  });
});
