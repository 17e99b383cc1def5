import {
  Binding,
  BindingScope,
  Constructor,
  ContextTags,
  createBindingFromClass,
  inject,
  Provider,
} from '@loopback/core';
import {BootConfigOptions} from '../config';
import {BootConfigBindings, BootConfigTags} from '../keys';
import {NodeRepository} from '../repositories';
import {HashRingManager} from '../services/hash-ring-manager';
import {RpcService} from '../services/rpc.service';
import type {ReadyCheck} from './health';

// Sooner than the check as a whole is given up, so that the reason is told.
const MILLISECONDS = 1500;

// An address that no NIC has (RFC 7042, section 2.1).
const NOBODY = '00:00:00:00:00:00';

/** Whether this instance is switched on. */
class EnabledCheck implements Provider<ReadyCheck> {
  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
  ) {}

  value(): ReadyCheck {
    return async () => {
      if (this.options.boot_config.enabled) return;
      throw new Error('[boot_config] enabled = False');
    };
  }
}

/** Whether the database answers the query that every request begins with. */
class DatabaseCheck implements Provider<ReadyCheck> {
  constructor(
    @inject(BootConfigBindings.NODE_REPOSITORY)
    private readonly nodes: NodeRepository,
  ) {}

  value(): ReadyCheck {
    return async () => {
      await this.nodes.findByMac(NOBODY, AbortSignal.timeout(MILLISECONDS));
    };
  }
}

/** Whether there is a conductor to ask. */
class RingCheck implements Provider<ReadyCheck> {
  constructor(
    @inject(BootConfigBindings.HASH_RING_MANAGER)
    private readonly hashRings: HashRingManager,
  ) {}

  value(): ReadyCheck {
    return async () => {
      const live = await this.hashRings.liveConductors();
      if (!live.length) {
        throw new Error('no live conductor is registered in the database');
      }
    };
  }
}

/** Whether conductors can be called. */
class TransportCheck implements Provider<ReadyCheck> {
  constructor(
    @inject(BootConfigBindings.RPC_SERVICE)
    private readonly rpc: RpcService,
  ) {}

  value(): ReadyCheck {
    return () => this.rpc.checkTransport(AbortSignal.timeout(MILLISECONDS));
  }
}

const CHECKS: Record<string, Constructor<Provider<ReadyCheck>>> = {
  enabled: EnabledCheck,
  database: DatabaseCheck,
  ring: RingCheck,
  transport: TransportCheck,
};

/** Bindings of the component's checks, for a host's health component too. */
export function readyChecks(): Binding[] {
  return Object.entries(CHECKS).map(([name, check]) =>
    createBindingFromClass(check, {
      key: `bootConfig.readyChecks.${name}`,
      defaultScope: BindingScope.SINGLETON,
    }).tag(BootConfigTags.READY_CHECK, {[ContextTags.NAME]: name}),
  );
}
