import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** An auditor must be able to hold the hub in their head. */
const MAX_SOLIDITY_LINES = 300;
const MAX_SOLIDITY_TEST_LINES = 600;

/** Lint measures TypeScript files; nothing else measures Solidity ones. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.sol"], {
  encoding: "utf8",
});
const tooLong = files
  .split("\n")
  .filter((file) => file !== "")
  .map((file) => ({ file, lines: readFileSync(file, "utf8").split("\n").length - 1 }))
  .filter(({ file, lines }) => lines > (file.startsWith("test/") ? MAX_SOLIDITY_TEST_LINES : MAX_SOLIDITY_LINES));

for (const { file, lines } of tooLong) {
  process.stdout.write(`${file}: ${String(lines)} lines; split it by what it is about\n`);
}
process.exitCode = tooLong.length === 0 ? 0 : 1;
