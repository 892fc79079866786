/**
 * Serves the built page as any static host would: at the root, and from a sub-path too.
 * `DIST` names another folder than dist/, `PORT` another port.
 */
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import sirv from "sirv";
import { ORIGIN, PORT, SUB_PATH } from "./browser.js";

const dist = process.env.DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const serveFile = sirv(dist, { dev: true, etag: true });

createServer((request, response) => {
  const url = request.url ?? "/";
  if (url.startsWith(`${SUB_PATH}/`)) request.url = url.slice(SUB_PATH.length);
  serveFile(request, response, () => {
    response.statusCode = 404;
    response.end("not found");
  });
}).listen(PORT, "127.0.0.1", () => console.log(ORIGIN));
