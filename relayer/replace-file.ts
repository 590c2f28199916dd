import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes what is written the whole of `file`: text, or piece by piece. A crash leaves either the old or the new one. For
 * its owner's eyes.
 */
export async function replaceFile(
  file: string,
  content: string | ((handle: FileHandle) => Promise<void>),
): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const fresh = `${file}.new`;
  const handle = await open(fresh, "w", 0o600);
  try {
    if (typeof content === "string") await handle.writeFile(content);
    else await content(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
}
