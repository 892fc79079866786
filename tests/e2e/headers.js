/** The headers of a site's _headers: paths, some with a `*` at their end, and below each its headers, indented. */
import { existsSync, readFileSync } from "node:fs";

/**
 * @param {string | URL} file
 * @param {string} path from the root of the site
 * @returns {[name: string, value: string][]}
 */
export function headersOf(file, path) {
  /** @type {[string, string][]} */
  const headers = [];
  if (!existsSync(file)) return headers;
  let applies = false;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const [, name, value] = /^\s+([\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (line.startsWith("/")) applies = matches(line, path);
    else if (applies && name) headers.push([name, value]);
  }
  return headers;
}

/**
 * @param {string} pattern
 * @param {string} path
 */
function matches(pattern, path) {
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}
