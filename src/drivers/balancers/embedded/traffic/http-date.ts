/** Gives the present time as HTTP writes it, made once per second. */
export class HttpDate {
  #second = 0;
  #text = '';

  /** @param now - epoch milliseconds */
  text(now: number): string {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Date(now).toUTCString();
    }
    return this.#text;
  }
}
