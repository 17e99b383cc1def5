/** What a token bucket is made with. */
export interface TokenBucketOptions {
  /** Tokens that come back in a second. */
  rate: number;
  /** Tokens when it is full. */
  burst: number;
}

/** Lets `burst` requests pass at once and `rate` a second after that. */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;

  /** @param now - monotonic, in milliseconds */
  constructor(
    private readonly options: TokenBucketOptions,
    now: number,
  ) {
    this.tokens = options.burst;
    this.filledAt = now;
  }

  /** Whether a token was left; if so, it is taken. */
  take(now: number): boolean {
    this.fill(now);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Whether nobody has taken a token for so long that all are back. */
  isFull(now: number): boolean {
    this.fill(now);
    return this.tokens >= this.options.burst;
  }

  private fill(now: number): void {
    const {rate, burst} = this.options;
    const gained = ((now - this.filledAt) / 1000) * rate;
    this.tokens = Math.min(burst, this.tokens + gained);
    this.filledAt = now;
  }
}
