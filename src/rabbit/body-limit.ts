import type {AsyncMessage, Channel} from 'rabbitmq-client';

/** A message and what its sender said of its size. */
export interface SizedMessage extends AsyncMessage {
  /** In bytes. If it is above the limit, `body` is but the end of it. */
  bodySize: number;
}

/** By what the client library tells its channel of the parts of a message. */
interface Receiver {
  _onMethod(frame: {params?: {bodySize?: number}}): void;
  _onHeader(frame: {bodySize: number}): void;
  _onBody(frame?: {payload: Buffer}): void;
}

const NOTHING = Buffer.alloc(0);

/**
 * Drops the bodies of larger messages as they come, all but their last frame,
 * and makes each message a `SizedMessage`. The library itself keeps whatever is
 * sent, and has no limit.
 *
 * @param limit - of a body, in bytes
 */
export function limitBodies(channel: Channel, limit: number): void {
  const receiver = channel as unknown as Receiver;
  const onMethod = receiver._onMethod.bind(channel);
  const onHeader = receiver._onHeader.bind(channel);
  const onBody = receiver._onBody.bind(channel);
  let method: Parameters<Receiver['_onMethod']>[0] = {};
  let bodySize = 0;
  let received = 0;
  receiver._onMethod = frame => {
    method = frame;
    onMethod(frame);
  };
  receiver._onHeader = frame => {
    bodySize = Number(frame.bodySize);
    received = 0;
    // The library makes these parameters properties of the message.
    if (method.params) method.params.bodySize = bodySize;
    onHeader(frame);
  };
  receiver._onBody = frame => {
    received += frame?.payload.length ?? 0;
    const isDropped = bodySize > limit && received < bodySize;
    onBody(frame && isDropped ? {...frame, payload: NOTHING} : frame);
  };
}
