import {expect} from '@loopback/testlab';
import {EventStore} from '../../../src';
import {givenEvent} from './given-event';

const ANY = () => true;

describe('EventStore', () => {
  it('gives the latest events first, a page at a time', () => {
    const {store, ids} = givenStore(10, 5);
    const first = store.page(ANY, 2);
    expect(idsOf(first)).to.eql([ids[4], ids[3]]);
    expect(first.more).to.be.true();
    const second = store.page(ANY, 2, ids[3]);
    expect(idsOf(second)).to.eql([ids[2], ids[1]]);
    const last = store.page(ANY, 2, ids[1]);
    expect(idsOf(last)).to.eql([ids[0]]);
    expect(last.more).to.be.false();
  });

  it('promises no further page when the last one is just full', () => {
    const {store} = givenStore(10, 4);
    expect(store.page(ANY, 4).more).to.be.false();
  });

  it('keeps no more events than it was told to', () => {
    const {store, ids} = givenStore(3, 8);
    expect(idsOf(store.page(ANY, 100))).to.eql([ids[7], ids[6], ids[5]]);
  });

  it('counts those only that are looked for', () => {
    const {store, ids} = givenStore(10, 6);
    const wanted = new Set([ids[0], ids[2], ids[4]]);
    const page = store.page(({id}) => wanted.has(id), 2);
    expect(idsOf(page)).to.eql([ids[4], ids[2]]);
    expect(page.more).to.be.true();
  });

  it('is empty at first, and before its first event', () => {
    const {store} = givenStore(3, 0);
    expect(store.page(ANY, 10)).to.eql({events: [], more: false});
    const {store: filled, ids} = givenStore(3, 8);
    // One that has been overwritten.
    expect(filled.page(ANY, 10, ids[1]).events).to.eql([]);
  });

  it('finds where to go on after an event, whether it is kept or not', () => {
    const {store, ids} = givenStore(3, 8);
    expect(store.at(store.numberAfter(ids[5])).id).to.equal(ids[6]);
    expect(store.numberAfter(ids[7])).to.equal(store.next);
    expect(store.at(store.numberAfter(ids[0])).id).to.equal(ids[5]);
  });
});

function givenStore(capacity: number, count: number) {
  const store = new EventStore(capacity);
  const events = Array.from({length: count}, () => givenEvent());
  for (const event of events) store.take(event);
  return {store, ids: events.map(event => event.id)};
}

function idsOf({events}: {events: {id: number}[]}): number[] {
  return events.map(({id}) => id);
}
