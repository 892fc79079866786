/** Numbers that follow from a seed, so that a chaos run can be had again. */
export class Random {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** @returns {number} from 0 to below 1: mulberry32 */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /**
   * @param {number} least
   * @param {number} most
   * @returns {number} a whole number, both ends included
   */
  between(least, most) {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /**
   * @template T
   * @param {T[]} list
   * @returns {T[]} the same in another order
   */
  shuffled(list) {
    const mixed = [...list];
    for (let i = mixed.length - 1; i > 0; i -= 1) {
      const other = this.between(0, i);
      [mixed[i], mixed[other]] = [mixed[other], mixed[i]];
    }
    return mixed;
  }
}
