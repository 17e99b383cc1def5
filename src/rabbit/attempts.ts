import {setTimeout as pause} from 'node:timers/promises';
import type {ConnectionOptions} from 'rabbitmq-client';
import type {BrokerAddress} from '../config';
import {BrokerConnection} from './broker-connection';

/**
 * Attempts to connect. One that a broker leaves without an answer goes on
 * beside those that come after it; the first that succeeds ends all others.
 */
export class Attempts {
  /** The connection of the one that succeeded. */
  taken?: BrokerConnection;
  /** Why the last one failed that did. */
  failure = new Error('there was no attempt');

  private readonly underWay = new Set<BrokerConnection>();
  private readonly success = new AbortController();
  /** Fires when one has succeeded or none is wanted any more. */
  private readonly over: AbortSignal;

  /** @param stopping - ends all of them */
  constructor(
    stopping: AbortSignal,
    private readonly optionsFor: (
      broker: BrokerAddress,
    ) => Promise<ConnectionOptions>,
    private readonly onFailed: (broker: BrokerAddress, error: Error) => void,
  ) {
    this.over = AbortSignal.any([stopping, this.success.signal]);
    this.over.addEventListener('abort', () => this.abandon(), {once: true});
  }

  /** Whether none has succeeded, nor is under way. */
  get haveFailed(): boolean {
    return !this.taken && this.underWay.size === 0;
  }

  /**
   * Begins one more, and waits until it has come to its end, or another one has
   * succeeded, but no longer than `milliseconds`.
   */
  async begin(broker: BrokerAddress, milliseconds: number): Promise<void> {
    const end = new AbortController();
    void this.attempt(broker).finally(() => end.abort());
    await this.wait(milliseconds, end.signal);
  }

  /** Waits, but not when one has succeeded. */
  async wait(milliseconds: number, end = this.over): Promise<void> {
    const signal = AbortSignal.any([this.over, end]);
    await pause(milliseconds, undefined, {signal}).catch(() => {});
  }

  private async attempt(broker: BrokerAddress): Promise<void> {
    let connection: BrokerConnection | undefined;
    try {
      const options = await this.optionsFor(broker);
      if (this.over.aborted) return;
      connection = new BrokerConnection(broker, options);
      this.underWay.add(connection);
      await connection.made();
      if (this.over.aborted) return;
      this.taken = connection;
      this.success.abort();
    } catch (error) {
      if (this.over.aborted) return;
      this.failure = error as Error;
      this.onFailed(broker, this.failure);
    } finally {
      if (connection) this.underWay.delete(connection);
    }
  }

  private abandon(): void {
    for (const connection of this.underWay) {
      if (connection !== this.taken) connection.lose(new Error('not needed'));
    }
  }
}
