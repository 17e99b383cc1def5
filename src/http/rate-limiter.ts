import {TokenBucket, TokenBucketOptions} from './token-bucket';

// Sources that are remembered at most. Beyond, the oldest is forgotten, which
// at worst gives it a new burst; the limit on the total holds all the same.
const MAX_SOURCES = 50_000;

/** Limits requests of each source, and of all together. */
export class RateLimiter {
  private readonly total?: TokenBucket;
  private readonly sources = new Map<string, TokenBucket>();

  /** Without options there is no limit of that kind. */
  constructor(
    private readonly perSource: TokenBucketOptions | undefined,
    total: TokenBucketOptions | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.total = total && new TokenBucket(total, now());
  }

  /** Whether a request from `source` may pass; if so, it is counted. */
  take(source: string): boolean {
    const now = this.now();
    // The source's own limit first, so that one source that asks too often
    // takes nothing from the others.
    if (this.perSource && !this.bucketOf(source, now).take(now)) return false;
    return this.total?.take(now) ?? true;
  }

  private bucketOf(source: string, now: number): TokenBucket {
    const known = this.sources.get(source);
    if (known) return known;
    if (this.sources.size >= MAX_SOURCES) this.forgetOne(now);
    const bucket = new TokenBucket(this.perSource!, now);
    this.sources.set(source, bucket);
    return bucket;
  }

  /** A full bucket is as good as a new one; a Map's first key is its oldest. */
  private forgetOne(now: number): void {
    const LOOK_AT = 16;
    let looked = 0;
    for (const [source, bucket] of this.sources) {
      if (bucket.isFull(now) || ++looked === LOOK_AT) {
        this.sources.delete(source);
        return;
      }
    }
  }
}
