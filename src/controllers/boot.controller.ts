import type {ServerResponse} from 'node:http';
import {BindingScope, inject, injectable} from '@loopback/core';
import {
  get,
  OperationObject,
  param,
  RestBindings,
  Response,
} from '@loopback/rest';
import {BootConfigOptions} from '../config';
import {BOOT_BRANCH, BootExchangeFactory, MEDIA_TYPE} from '../http';
import {BootConfigBindings} from '../keys';
import {BootConfigService, withDeadline} from '../services';

/** Path of the operation, below the host's base path. */
export const BOOT_PATH = `${BOOT_BRANCH}/{mac}/{name}`;

/** The operation, as it stands in the OpenAPI document. */
export const OPERATION: OperationObject = {
  operationId: 'getBootConfig',
  summary: 'The boot configuration of a node, for its firmware',
  description:
    'Finds the node that has a NIC with this MAC address and returns a boot configuration of it, as the conductor in charge of the node holds it. Takes no part in microversion negotiation and needs no authentication.',
  tags: ['Boot configuration'],
  'x-ironic-unversioned': true,
  responses: {
    200: {
      description: 'The script, as it lies on the disk of the conductor.',
      headers: {
        'Cache-Control': {schema: {type: 'string', enum: ['no-store']}},
        'Content-Length': {schema: {type: 'integer'}},
      },
      content: {
        [MEDIA_TYPE]: {
          schema: {type: 'string'},
          example:
            '#!ipxe\nkernel http://192.0.2.10:8080/deploy_kernel\nboot\n',
        },
      },
    },
    302: {
      description:
        'Where the operator wants it so ([boot_config] serve_mode): the place of the script on the HTTP server of the conductor, so that relative links in it lead there. The checks before are those of a 200.',
      headers: {
        'Cache-Control': {schema: {type: 'string', enum: ['no-store']}},
        'Content-Length': {schema: {type: 'integer', enum: [0]}},
        Location: {
          schema: {type: 'string', format: 'uri'},
          example:
            'http://192.0.2.11:8080/1be26c0b-03f2-4d2e-ae87-c02d7f33c101/config',
        },
      },
    },
    404: {
      description:
        'There is no script for this request, for whatever reason. The answer is the same in every case; the log tells the reason.',
      headers: {
        'Cache-Control': {schema: {type: 'string', enum: ['no-store']}},
        'Content-Length': {schema: {type: 'integer'}},
      },
      content: {
        [MEDIA_TYPE]: {schema: {type: 'string'}, example: 'Not Found\n'},
      },
    },
  },
};

/** Serves boot configurations to firmware. */
@injectable({scope: BindingScope.SINGLETON})
export class BootController {
  constructor(
    @inject(BootConfigBindings.SERVICE)
    private readonly service: BootConfigService,
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.EXCHANGES)
    private readonly exchanges: BootExchangeFactory,
  ) {}

  /**
   * Writes the whole answer, a script, where it is, or the constant 404; never
   * throws.
   *
   * @returns `response`, by which LoopBack knows that it is written
   */
  @get(BOOT_PATH, OPERATION)
  async getBootConfig(
    @param.path.string('mac', {
      description:
        'MAC address of any NIC of the node, with colons, hyphens or dots, or bare; any case.',
      example: '52:54:00:ab:cd:ef',
    })
    mac: string,
    @param.path.string('name', {
      description: 'Name of the boot configuration, case-sensitive.',
      example: 'boot.ipxe',
    })
    name: string,
    @inject(RestBindings.Http.RESPONSE)
    response: Response | ServerResponse,
  ): Promise<Response | ServerResponse> {
    const exchange = this.exchanges.open(response, {mac, name});
    const {trace, sourceAllowed} = exchange;
    const {request_timeout: timeout} = this.options.boot_config;
    try {
      exchange.serve(
        await withDeadline(timeout * 1000, deadline =>
          this.service.getBootConfig(
            {mac, name, sourceAllowed, trace},
            deadline,
          ),
        ),
      );
    } catch (error) {
      exchange.refuse(error);
    }
    return response;
  }
}
