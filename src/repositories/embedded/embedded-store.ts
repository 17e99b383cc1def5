import {readFileSync} from 'node:fs';
import {ConfigurationError} from '../../config/configuration-error';
import {isObject} from '../../rpc/json-rpc';

/** A node in an embedded store's file, columns named as in Ironic's tables. */
export interface EmbeddedNode {
  uuid: string;
  name?: string;
  driver: string;
  conductor_group?: string;
  provision_state?: string;
  /** `hostname` of a conductor. */
  conductor_affinity?: string;
  boot_interface?: string;
  /** MAC addresses, lower case with colons. */
  ports: string[];
}

/** A conductor in an embedded store's file. */
export interface EmbeddedConductor {
  hostname: string;
  conductor_group?: string;
  online?: boolean;
  hardware_types: string[];
}

/** The whole of an embedded store's file. */
export interface EmbeddedStore {
  conductors: EmbeddedConductor[];
  nodes: EmbeddedNode[];
}

const MAC_ADDRESS = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;

/**
 * Reads the file of an embedded store.
 *
 * @throws ConfigurationError when it can't be read or is not such a file
 */
export function readEmbeddedStore(file: string): EmbeddedStore {
  try {
    return checked(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new ConfigurationError([
      {
        section: 'database',
        option: 'connection',
        value: `memory:${file}`,
        expected: `a readable file of nodes and conductors in JSON: ${(error as Error).message}`,
      },
    ]);
  }
}

function checked(store: unknown): EmbeddedStore {
  if (!isObject(store)) throw new Error('it is not an object');
  const {nodes, conductors} = store as Partial<EmbeddedStore>;
  if (!Array.isArray(nodes)) throw new Error('"nodes" is not a list');
  if (!Array.isArray(conductors)) throw new Error('"conductors" is not a list');
  for (const [index, node] of nodes.entries()) {
    if (!isText(node?.uuid) || !isText(node.driver) || !isTexts(node.ports)) {
      throw new Error(`nodes[${index}] needs "uuid", "driver" and "ports"`);
    }
  }
  for (const [index, c] of conductors.entries()) {
    if (!isText(c?.hostname) || !isTexts(c.hardware_types)) {
      throw new Error(
        `conductors[${index}] needs "hostname" and "hardware_types"`,
      );
    }
  }
  const ports = nodes.flatMap(node => node.ports);
  const misspelt = ports.find(port => !MAC_ADDRESS.test(port));
  if (misspelt) {
    throw new Error(
      `port ${misspelt} is no MAC address in lower case with colons`,
    );
  }
  refuseDuplicates('port', ports);
  refuseDuplicates(
    'node',
    nodes.map(node => node.uuid),
  );
  refuseDuplicates(
    'conductor',
    conductors.map(conductor => conductor.hostname),
  );
  return {nodes, conductors};
}

function refuseDuplicates(what: string, values: string[]): void {
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) throw new Error(`${what} ${value} is there twice`);
    seen.add(value);
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}
