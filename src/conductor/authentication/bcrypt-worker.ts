import {parentPort} from 'node:worker_threads';
import {compareSync} from 'bcryptjs';
import type {Comparison} from './bcrypt-thread';

// The body of a BcryptThread's thread.
parentPort!.on('message', ({id, password, hash}: Comparison) => {
  parentPort!.postMessage({id, equal: compareSync(password, hash)});
});
