/**
 * Serves the built page as any static host would: at the root, and from a sub-path too, with the headers
 * of www/_headers. `DIST` names another folder than dist/, `PORT` another port.
 */
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import sirv from "sirv";
import { ORIGIN, PORT, SUB_PATH } from "./browser.js";
import { headersOf } from "./headers.js";

const dist = process.env.DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const serveFile = sirv(dist, { dev: true, etag: true });

createServer((request, response) => {
  let url = request.url ?? "/";
  if (url.startsWith(`${SUB_PATH}/`)) url = url.slice(SUB_PATH.length);
  request.url = url;
  for (const [name, value] of headersOf(url.split("?")[0])) response.setHeader(name, value);
  serveFile(request, response, () => {
    response.statusCode = 404;
    response.end("not found");
  });
}).listen(PORT, "127.0.0.1", () => console.log(ORIGIN));
