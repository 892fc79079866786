/**
 * Serves the built page as any static host would: at the root, and from a sub-path too, with the headers
 * of its _headers. `DIST` names other folders than dist/, `PORT` another port. What is missing in the first
 * folder is taken from the next.
 */
import { createServer } from "node:http";
import { delimiter, join } from "node:path";
import sirv from "sirv";
import { DIST, ORIGIN, PORT, SUB_PATH } from "./browser.js";
import { headersOf } from "./headers.js";

const folders = DIST.split(delimiter);
const servers = folders.map((folder) => sirv(folder, { dev: true, etag: true }));

const server = createServer((request, response) => {
  let url = request.url ?? "/";
  if (url.startsWith(`${SUB_PATH}/`)) url = url.slice(SUB_PATH.length);
  request.url = url;
  for (const [name, value] of headersOf(join(folders[0], "_headers"), url.split("?")[0])) response.setHeader(name, value);
  /** @type {(index: number) => void} */
  const serveFrom = (index) => {
    if (index < servers.length) return servers[index](request, response, () => serveFrom(index + 1));
    response.statusCode = 404;
    response.end("not found");
  };
  serveFrom(0);
});
// Never closes a connection that a test is about to use again.
server.keepAliveTimeout = 0;
server.listen(PORT, "127.0.0.1", () => console.log(ORIGIN));
