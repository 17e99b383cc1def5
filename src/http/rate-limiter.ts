import {TokenBucket, TokenBucketOptions} from './token-bucket';

// Sources that are remembered at most. Beyond, one is forgotten, which at worst
// gives it a new burst; the limit on the total holds all the same.
const MAX_SOURCES = 50_000;

// The oldest sources, among which one is sought that may be forgotten.
const CANDIDATES = 16;

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

  /** The first with a full bucket, which is as good as a new one, or the last. */
  private forgetOne(now: number): void {
    let looked = 0;
    // A Map has its oldest keys first.
    for (const [source, bucket] of this.sources) {
      if (bucket.isFull(now) || ++looked === CANDIDATES) {
        this.sources.delete(source);
        return;
      }
    }
  }
}
