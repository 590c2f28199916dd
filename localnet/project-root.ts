import { fileURLToPath } from "node:url";

/** The project's own directory, whatever the working directory is. Ends without a slash. */
export const PROJECT_ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/[/\\]$/, "");
