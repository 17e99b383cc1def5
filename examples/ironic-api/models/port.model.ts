import {model, property} from '@loopback/repository';
import * as bootConfig from 'loopback4-ironic-boot-config';

/**
 * A port with what this API shows of it: the columns that the component reads,
 * and one more.
 */
@model({
  name: bootConfig.Port.modelName,
  settings: {strict: true, mysql: {table: 'ports'}},
})
export class Port extends bootConfig.Port {
  @property({type: 'string', required: true})
  uuid: string;

  constructor(data?: Partial<Port>) {
    super(data);
  }
}
