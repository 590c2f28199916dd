import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes `text` as the whole of `file`: a crash leaves either the old or the new one. For its owner's eyes. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const fresh = `${file}.new`;
  const handle = await open(fresh, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
}
