// One TCP connection of a machine under test, on standard input and output,
// carried to a port of this host's loopback. QEMU starts one per connection.

import {connect} from 'node:net';

const upstream = connect(Number(process.argv[2]), '127.0.0.1');
process.stdin.pipe(upstream).pipe(process.stdout);
process.stdin.on('error', () => upstream.destroy());
process.stdout.on('error', () => upstream.destroy());
// Nobody listens: the machine sees its connection closed. An open standard
// input would keep this process alive.
upstream.on('error', () => process.stdin.destroy());
upstream.on('close', () => process.stdin.destroy());
