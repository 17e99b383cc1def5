import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import {expect} from '@loopback/testlab';
import {
  BootConfigConfig,
  BootEvent,
  ConfigurationError,
  EventFile,
  resolveOptions,
} from '../../../src';
import {RecordingLogger} from '../../acceptance/support/recording-logger';
import {eventually} from '../../support/eventually';
import {TempDir} from '../../support/temp-dir';
import {givenEvent} from './given-event';

const SMALLEST = 64 * 1024;

describe('EventFile', () => {
  let dir: TempDir;
  let logger: RecordingLogger;

  beforeEach(async () => {
    dir = await TempDir.create();
    logger = new RecordingLogger();
  });
  afterEach(() => dir.remove());

  it('gets a line of JSON for each event', async () => {
    const file = await givenFile();
    const events = [givenEvent(), givenEvent({mac: 'x\ny'})];
    for (const event of events) file.take(event);
    await file.stop();
    expect(linesOf('events')).to.eql(plain(events));
  });

  it('is readable by its owner and group alone', async () => {
    const file = await givenFile();
    await file.stop();
    expect(fs.statSync(dir.join('events')).mode & 0o007).to.equal(0);
  });

  it('goes on where a process before it has ended', async () => {
    const before = await givenFile();
    before.take(givenEvent());
    await before.stop();
    const after = await givenFile();
    after.take(givenEvent());
    await after.stop();
    expect(linesOf('events')).to.have.length(2);
  });

  it('is begun anew at its size, and so many older ones are kept', async () => {
    const file = await givenFile({
      event_file_size: SMALLEST,
      event_file_count: 2,
    });
    const events: BootEvent[] = [];
    for (let i = 0; i < 6 * 200; i++) {
      const event = givenEvent();
      events.push(event);
      file.take(event);
      // A batch of its own for each part, as the size is looked at after it.
      if (i % 50 === 49) await file.stop();
    }
    const names = fs.readdirSync(dir.path).sort();
    expect(names.filter(name => name !== 'events')).to.eql([
      'events.1',
      'events.2',
    ]);
    const kept = ['events.2', 'events.1', 'events'].flatMap(linesOf);
    expect(kept).to.eql(plain(events.slice(-kept.length)));
    expect(fs.statSync(dir.join('events.2')).size).to.be.below(2 * SMALLEST);
    expect(file.dropped).to.equal(0);
  });

  it('may be moved away by others', async () => {
    const file = await givenFile();
    file.take(givenEvent());
    await file.stop();
    fs.renameSync(dir.join('events'), dir.join('elsewhere'));
    file.take(givenEvent());
    await file.stop();
    expect(linesOf('events')).to.have.length(1);
    expect(linesOf('elsewhere')).to.have.length(1);
  });

  it('that can not be written costs events, which are counted, one line in the log, and no more', async () => {
    const file = await givenFile();
    fs.rmSync(dir.join('events'));
    fs.mkdirSync(dir.join('events'));
    for (const count of [1, 2, 3]) {
      file.take(givenEvent());
      await file.stop();
      expect(file.dropped).to.equal(count);
    }
    expect(logger.records.map(({level, message}) => [level, message])).to.eql([
      ['error', 'events can not be written'],
    ]);
    fs.rmdirSync(dir.join('events'));
    file.take(givenEvent());
    await file.stop();
    expect(linesOf('events')).to.have.length(1);
  });

  it('takes a bounded number of events while the disk is slow', async () => {
    const file = await givenFile();
    const event = givenEvent();
    const length = JSON.stringify(event).length + 1;
    const count = Math.ceil((2 * 4 * 1024 * 1024) / length);
    // In one turn, in which nothing can be written.
    for (let i = 0; i < count; i++) file.take(event);
    expect(file.dropped)
      .to.be.above(count / 3)
      .and.below(count);
    await file.stop();
    expect(linesOf('events')).to.have.length(count - file.dropped);
  });

  it('that is not there is no fault', async () => {
    const file = new EventFile(resolveOptions({}), logger);
    await file.init();
    file.take(givenEvent());
    await file.stop();
    expect(file.dropped).to.equal(0);
  });

  it('stops the start when it can not be written', async () => {
    fs.mkdirSync(dir.join('events'));
    await expectRefused(/event_file = .*events: expected a file that can be/);
  });

  it('stops the start when it is a pipe, and does not wait for a reader', async () => {
    execFileSync('mkfifo', [dir.join('events')]);
    await expectRefused(/event_file = .*events: expected a file that can be/);
  });

  it('is written while events come', async () => {
    const file = await givenFile();
    file.take(givenEvent());
    await eventually('one is written', () => linesOf('events').length === 1);
    file.take(givenEvent());
    await eventually('another is', () => linesOf('events').length === 2);
  });

  async function expectRefused(message: RegExp) {
    await expect(givenFile()).to.be.rejectedWith(ConfigurationError, {
      message,
    });
  }

  async function givenFile(own: BootConfigConfig['boot_config'] = {}) {
    const options = resolveOptions({
      boot_config: {event_file: dir.join('events'), ...own},
    });
    const file = new EventFile(options, logger);
    await file.init();
    return file;
  }

  function linesOf(name: string): unknown[] {
    return fs
      .readFileSync(dir.join(name), 'utf8')
      .split('\n')
      .filter(line => line)
      .map(line => JSON.parse(line) as unknown);
  }
});

/** Without what JSON does not have. */
function plain(events: BootEvent[]): unknown {
  return JSON.parse(JSON.stringify(events));
}
