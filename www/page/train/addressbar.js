/** Safari refuses the hundredth change of an address within half a minute. */
const EVERY_MS = 500;

/** Shows the address of what is chosen: at once, and then at most every half second, the last choice in the end. */
export class AddressBar {
  #url;
  #isStale = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} until it may be written again */
  #timer;

  /** @param {() => URL} url what it should be now */
  constructor(url) {
    this.#url = url;
  }

  update() {
    this.#isStale = true;
    if (this.#timer === undefined) this.#write();
  }

  #write() {
    this.#timer = undefined;
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#timer = setTimeout(() => this.#write(), EVERY_MS);
    try {
      history.replaceState(null, "", this.#url());
    } catch {
      // Others change it too, and may have used up what Safari allows: the next change writes it.
    }
  }
}
