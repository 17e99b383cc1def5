import {expect} from '@loopback/testlab';
import {askFor, dateless, MAC, served, useHost, WAITING_NODE} from '../support';
import type {LogRecord} from '../support/recording-logger';

const SCRIPT = `#!ipxe
kernel http://192.0.2.11/kernel
initrd ../ipa-cacert-bundle?token=S3CRET || goto retry
boot
`;

describe('A script with relative links', () => {
  const host = useHost();
  beforeEach(() => {
    host().conductor.reset();
    host().logger.clear();
  });

  /** What was said besides the requests. */
  function warnings(): LogRecord[] {
    return host().logger.records.filter(
      ({details}) => !('request_id' in details),
    );
  }

  it('is served as it is, and told of with node, line and link', async () => {
    host().conductor.returns(SCRIPT);
    expect(dateless(await askFor(host()))).to.eql(served(SCRIPT));
    expect(host().logger.only).to.match({level: 'info', message: 'served'});
    expect(warnings()).to.match([
      {
        level: 'warn',
        message: new RegExp(
          `${WAITING_NODE} .*"../ipa-cacert-bundle" in line 3, column 8$`,
        ),
        details: {
          node: WAITING_NODE,
          links: [{line: 3, column: 8, link: '../ipa-cacert-bundle'}],
        },
      },
    ]);
    expect(JSON.stringify(host().logger.records)).to.not.match(/S3CRET|goto/);
  });

  it('is told of once, by whatever NIC and method it is asked for', async () => {
    const script = `${SCRIPT}# of a test of its own\n`;
    host().conductor.returns(script);
    await askFor(host());
    await askFor(host(), {mac: MAC.waitingToo});
    await askFor(host(), {method: 'HEAD'});
    expect(warnings()).to.have.length(1);
    host().conductor.returns(`${script}# another\n`);
    await askFor(host());
    expect(warnings()).to.have.length(2);
    host().conductor.returns(script);
    await askFor(host());
    expect(warnings()).to.have.length(2);
  });

  it('with very many and long ones is told of in few words', async () => {
    const line = `initrd ${'x'.repeat(5000)}\n`;
    const script = `#!ipxe\n${line.repeat(40)}`;
    host().conductor.returns(script);
    expect(dateless(await askFor(host()))).to.eql(served(script));
    const [{message, details}] = warnings();
    expect(message).to.match(/; and 35 more$/);
    expect(message.length).to.be.below(1000);
    expect(JSON.stringify(details).length).to.be.below(1000);
  });

  it('is not told of when it is not served', async () => {
    host().conductor.returns(SCRIPT.slice(1));
    await askFor(host());
    expect(warnings()).to.be.empty();
  });

  it('without any, nothing is said', async () => {
    await askFor(host());
    expect(warnings()).to.be.empty();
  });
});
