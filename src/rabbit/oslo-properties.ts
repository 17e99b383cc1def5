/** Properties that oslo.messaging gives to each of its messages. */
export const OSLO_PROPERTIES = {
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  durable: true,
  priority: 0,
  headers: {},
  // The client would put one in.
  timestamp: undefined,
};
