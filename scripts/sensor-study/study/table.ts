/** `rows` under `header` as aligned text: the first column to the left, the others to the right. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    widths
      .map((width, column) => (column === 0 ? (row[column] ?? "").padEnd(width) : (row[column] ?? "").padStart(width)))
      .join("  ")
      .trimEnd();
  return [line(header), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

export function formatShare(share: number, digits = 2): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** Unix seconds as month, day and minute, UTC. */
export function formatTime(time: number): string {
  return new Date(time * 1_000).toISOString().slice(5, 16).replace("T", " ");
}

/** A span of seconds in the unit that fits. */
export function formatSpan(seconds: number): string {
  const minutes = seconds / 60;
  if (Math.abs(minutes) < 90) return `${minutes.toFixed(0)} min`;
  const hours = minutes / 60;
  return Math.abs(hours) < 72 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} d`;
}
