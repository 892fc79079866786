/** The number of requests that the page and all its workers have made since it was loaded, by the host that was asked. */
export class Requests extends EventTarget {
  #site;
  /** @type {Map<string, number>} */
  #counts = new Map();

  /** @param {string} site the host of this page */
  constructor(site) {
    super();
    this.#site = site;
  }

  /** @param {string[]} addresses */
  add(addresses) {
    for (const { protocol, host } of addresses.map((address) => new URL(address))) {
      // Others, as `blob:`, stay in the browser.
      if (/^https?:$/.test(protocol)) this.#counts.set(host, (this.#counts.get(host) ?? 0) + 1);
    }
    this.dispatchEvent(new Event("change"));
  }

  /** Those to this site. */
  get own() {
    return this.#counts.get(this.#site) ?? 0;
  }

  /** @returns {{ host: string, count: number }[]} */
  get others() {
    const hosts = [...this.#counts].map(([host, count]) => ({ host, count }));
    return hosts.filter(({ host }) => host !== this.#site);
  }
}

/** Of this page; outside of one, in tests, there is no address. */
export const requests = new Requests(globalThis.location?.host ?? "");
