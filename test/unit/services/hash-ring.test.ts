import fs from 'node:fs';
import path from 'node:path';
import {expect} from '@loopback/testlab';
import {HashRing} from '../../../src';
import {projectRoot} from '../../support/project';

interface Vector {
  hosts: string[];
  partitionExponent: number;
  algorithm: string;
  /** For each UUID, from the first, the index of its owner in `DIGITS`. */
  owners: string;
}

interface Vectors {
  uuids: string[];
  /** As ironic.common.hash_ring of Ironic 21.4.4 with tooz 3.1.0 has it. */
  ironic: Vector[];
  /** As the HashRing of tooz 3.1.0 has it, for all of the UUIDs. */
  tooz: Vector[];
}

const vectors = JSON.parse(
  fs.readFileSync(
    path.join(projectRoot, 'test/unit/services/hash-ring.vectors.json'),
    'utf8',
  ),
) as Vectors;

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const MD5 = {partitionExponent: 5, algorithm: 'md5'};

function ownersOn(ring: HashRing): (string | undefined)[] {
  return vectors.uuids.map(uuid => ring.ownerOf(uuid));
}

function expectOwners(vector: Vector) {
  const ring = new HashRing(vector.hosts, vector);
  expect(ring.size).to.equal(
    vector.hosts.length * 2 ** vector.partitionExponent,
  );
  const owners = [...vector.owners].map(
    digit => vector.hosts[DIGITS.indexOf(digit)],
  );
  expect(ownersOn(ring).slice(0, owners.length)).to.eql(owners);
}

describe('HashRing', () => {
  for (const vector of vectors.ironic) {
    it(`names the hosts that Ironic names: ${titleOf(vector)}`, () =>
      expectOwners(vector));
  }

  for (const vector of vectors.tooz) {
    it(`names the hosts that tooz names: ${titleOf(vector)}`, () =>
      expectOwners(vector));
  }

  it('does not depend on the order of the hosts', () => {
    const hosts = ['conductor-c', 'conductor-a', 'conductor-b'];
    const owners = ownersOn(new HashRing(hosts, MD5));
    expect(ownersOn(new HashRing([...hosts].sort(), MD5))).to.eql(owners);
    expect(ownersOn(new HashRing(hosts.reverse(), MD5))).to.eql(owners);
  });

  it('takes the partition behind the one that a key falls on', () => {
    // The first partition of a host is the digest of its name twice over, so
    // that as a key falls on just that. With one partition each, the next is
    // the other host's, for one of the two by wrapping around.
    const ring = new HashRing(['conductor-a', 'conductor-b'], {
      partitionExponent: 0,
      algorithm: 'md5',
    });
    expect(ring.ownerOf('conductor-aconductor-a')).to.equal('conductor-b');
    expect(ring.ownerOf('conductor-bconductor-b')).to.equal('conductor-a');
  });

  it('moves no node between the hosts that stay when one leaves', () => {
    const all = ['conductor-a', 'conductor-b', 'conductor-c'];
    const before = ownersOn(new HashRing(all, MD5));
    const after = ownersOn(new HashRing(all.slice(0, 2), MD5));
    const moved = vectors.uuids.filter((_, i) => before[i] !== after[i]);
    const orphans = vectors.uuids.filter((_, i) => before[i] === 'conductor-c');
    expect(moved).to.eql(orphans);
    expect(moved).to.not.be.empty();
  });

  it('names nobody without hosts', () => {
    const ring = new HashRing([], MD5);
    expect(ring.size).to.equal(0);
    expect(ring.ownerOf(vectors.uuids[0])).to.be.undefined();
  });

  it('keeps one partition where two hosts have the same', () => {
    const ring = new HashRing(['conductor-a', 'conductor-a'], MD5);
    expect(ring.size).to.equal(32);
  });
});

function titleOf({hosts, partitionExponent, algorithm}: Vector): string {
  const named = hosts.length < 4 ? hosts.join(', ') : `${hosts.length} hosts`;
  return `${named} with 2^${partitionExponent} partitions, ${algorithm}`;
}
