import {createHash} from 'node:crypto';

/** Names of hashlib's algorithms where OpenSSL's differ. */
const OPENSSL_NAMES: Record<string, string> = {
  blake2b: 'blake2b512',
  blake2s: 'blake2s256',
  sha3_224: 'sha3-224',
  sha3_256: 'sha3-256',
  sha3_384: 'sha3-384',
  sha3_512: 'sha3-512',
};

export interface HashRingOptions {
  /** `[DEFAULT] hash_partition_exponent`: 2^exponent partitions a host. */
  partitionExponent: number;
  /** `[DEFAULT] hash_ring_algorithm`, as hashlib names it. */
  algorithm: string;
}

interface Partition {
  position: Buffer;
  host: string;
}

/**
 * The consistent hash ring of tooz, as Ironic uses it: for the same hosts and
 * options it names the same host for a node as Ironic does.
 *
 * A host's partitions are the successive digests of one hash that begins with
 * the host's name and is fed it again before each of them.
 */
export class HashRing {
  private readonly partitions: Partition[];
  private readonly algorithm: string;

  constructor(
    readonly hosts: readonly string[],
    {partitionExponent, algorithm}: HashRingOptions,
  ) {
    this.algorithm = OPENSSL_NAMES[algorithm] ?? algorithm;
    this.partitions = sorted(
      hosts.flatMap(host => this.partitionsOf(host, 2 ** partitionExponent)),
    );
  }

  /** Number of partitions. */
  get size(): number {
    return this.partitions.length;
  }

  /**
   * The host that owns `key`, the UUID of a node; `undefined` on an empty ring.
   */
  ownerOf(key: string): string | undefined {
    const position = createHash(this.algorithm).update(key, 'utf8').digest();
    let low = 0;
    let high = this.partitions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.partitions[middle].position, position) > 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return this.partitions[low % this.partitions.length]?.host;
  }

  private partitionsOf(host: string, count: number): Partition[] {
    const hash = createHash(this.algorithm).update(host, 'utf8');
    return Array.from({length: count}, () => {
      hash.update(host, 'utf8');
      return {position: hash.copy().digest(), host};
    });
  }
}

/** Ascending; of equal positions only the one that came last stays. */
function sorted(partitions: Partition[]): Partition[] {
  const ascending = partitions.sort((a, b) =>
    Buffer.compare(a.position, b.position),
  );
  return ascending.filter((partition, index) => {
    const next = ascending[index + 1];
    return !next || !partition.position.equals(next.position);
  });
}
