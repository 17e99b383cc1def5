import {BindingKey, CoreBindings} from '@loopback/core';
import type {FirmwareServer} from './firmware.server';
import type {OperatorsServer} from './operators.server';

export const FIRMWARE_SERVER = BindingKey.create<FirmwareServer>(
  `${CoreBindings.SERVERS}.FirmwareServer`,
);

export const OPERATORS_SERVER = BindingKey.create<OperatorsServer>(
  `${CoreBindings.SERVERS}.OperatorsServer`,
);
