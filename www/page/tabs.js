/**
 * The pages behind the tabs at the top, kept in the URL: `?tab=train`. Only the open one is in the
 * document; the other goes on in memory.
 *
 * @typedef {"draw" | "train"} TabName
 */
import { find } from "./dom.js";
import { say } from "./words.js";

const TITLES = /** @type {const} */ ({ draw: "page.title", train: "page.title-train" });

/** @type {TabName[]} in their order, the default first */
const NAMES = ["draw", "train"];

/**
 * @param {string} query as in `location.search`
 * @returns {{ tab: TabName, problem: import("../shared/protocol.js").Words | undefined }}
 */
export function parseTab(query) {
  const value = new URLSearchParams(query).get("tab");
  const tab = NAMES.find((each) => each === value);
  if (tab || value === null) return { tab: tab ?? "draw", problem: undefined };
  return { tab: "draw", problem: { key: "page.unknown-tab", values: { value, choices: NAMES } } };
}

export class Tabs {
  #place;
  #panels;
  #onOpen;
  #buttons = {
    draw: find("tab-draw", HTMLButtonElement),
    train: find("tab-train", HTMLButtonElement),
  };
  /** @type {TabName | undefined} */
  #open;

  /**
   * @param {HTMLElement} place where the open panel goes
   * @param {Record<TabName, HTMLElement>} panels
   * @param {(tab: TabName) => void} onOpen
   */
  constructor(place, panels, onOpen) {
    this.#place = place;
    this.#panels = panels;
    this.#onOpen = onOpen;
    for (const name of NAMES) {
      this.#buttons[name].addEventListener("click", () => this.open(name));
      this.#buttons[name].addEventListener("keydown", (event) => this.#press(event));
    }
    addEventListener("popstate", () => this.#show(parseTab(location.search).tab));
  }

  /** @param {TabName} name */
  open(name) {
    if (name === this.#open) return;
    const url = new URL(location.href);
    if (name === NAMES[0]) url.searchParams.delete("tab");
    else url.searchParams.set("tab", name);
    if (url.href !== location.href) history.pushState(null, "", url);
    this.#show(name);
  }

  /** @param {TabName} name */
  #show(name) {
    this.#open = name;
    document.title = say(TITLES[name]);
    document.body.dataset.tab = name;
    for (const each of NAMES) {
      this.#buttons[each].ariaSelected = String(each === name);
      this.#buttons[each].tabIndex = each === name ? 0 : -1;
    }
    this.#place.replaceChildren(this.#panels[name]);
    this.#onOpen(name);
  }

  /** @param {KeyboardEvent} event */
  #press({ key }) {
    if (key !== "ArrowLeft" && key !== "ArrowRight") return;
    const other = this.#open === "draw" ? "train" : "draw";
    this.open(other);
    this.#buttons[other].focus();
  }
}
