interface Entry<T> {
  value: T;
  /** On the clock of `performance.now()`. */
  until: number;
}

/** Values that are kept for a time each, and no more than `size` of them. */
export class ExpiringCache<T> {
  private readonly entries = new Map<string, Entry<T>>();

  /** @param now - a clock in milliseconds */
  constructor(
    private readonly size: number,
    private readonly now = () => performance.now(),
  ) {}

  get(key: string): T | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (this.now() < entry.until) return entry.value;
    this.entries.delete(key);
    return undefined;
  }

  /**
   * The oldest one goes where there is no room.
   *
   * @param milliseconds - to keep it for; not at all below 1
   */
  set(key: string, value: T, milliseconds: number): void {
    this.entries.delete(key);
    if (milliseconds < 1) return;
    this.entries.set(key, {value, until: this.now() + milliseconds});
    if (this.entries.size <= this.size) return;
    const [oldest] = this.entries.keys();
    this.entries.delete(oldest);
  }
}
