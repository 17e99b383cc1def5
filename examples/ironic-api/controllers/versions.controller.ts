import {inject} from '@loopback/core';
import {get, RequestContext, RestBindings} from '@loopback/rest';
import {Link, linksTo} from '../links';
import {formatVersion, MAX_VERSION, MIN_VERSION} from '../microversions';

/** Tells clients which versions there are. */
export class VersionsController {
  constructor(
    @inject(RestBindings.Http.CONTEXT)
    private readonly request: RequestContext,
  ) {}

  @get('/')
  root(): object {
    return {
      name: 'OpenStack Ironic API',
      description: 'A small part of it, read-only.',
      default_version: this.describeV1(),
      versions: [this.describeV1()],
    };
  }

  @get('/v1')
  v1(): object {
    const {requestedBaseUrl: root} = this.request;
    return {
      id: 'v1',
      links: this.linksToV1(),
      nodes: linksTo(root, 'nodes/'),
      ports: linksTo(root, 'ports/'),
      version: this.describeV1(),
    };
  }

  private describeV1(): object {
    return {
      id: 'v1',
      links: this.linksToV1(),
      status: 'CURRENT',
      min_version: formatVersion(MIN_VERSION),
      version: formatVersion(MAX_VERSION),
    };
  }

  private linksToV1(): Link[] {
    return [{href: `${this.request.requestedBaseUrl}/v1/`, rel: 'self'}];
  }
}
