/** Programs that the tests start, none of which outlives them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** @typedef {import("node:child_process").ChildProcessByStdio<null, import("node:stream").Readable, import("node:stream").Readable>} Program */

/**
 * @param {string} name
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv }} [options]
 * @returns {Program}
 */
export function begin(name, args, options) {
  const program = spawn(name, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  // What nobody reads would fill a pipe, and stop it.
  program.stdout.resume();
  program.stderr.resume();
  process.once("exit", () => program.kill());
  return program;
}

/**
 * @param {import("node:stream").Readable} stream
 * @param {RegExp} pattern
 * @returns {Promise<RegExpExecArray>} of the first line that matches
 */
export async function lineOf(stream, pattern) {
  const lines = createInterface(stream);
  const timer = setTimeout(() => lines.close(), 30_000);
  try {
    for await (const line of lines) {
      const match = pattern.exec(line);
      if (match) return match;
    }
  } finally {
    clearTimeout(timer);
    lines.close();
    stream.resume();
  }
  throw new Error(`no line such as ${pattern} within 30 seconds`);
}

/** @param {Program} program */
export async function ended(program) {
  if (program.exitCode === null && program.signalCode === null) await once(program, "exit");
}
