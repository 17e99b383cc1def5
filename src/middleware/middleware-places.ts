import {
  Application,
  Binding,
  Context,
  CoreBindings,
  extensionFilter,
} from '@loopback/core';
import {RestTags} from '@loopback/rest';

/** Where a middleware stands in its chain, as told by the tags of its binding. */
export interface Place {
  group?: string;
  upstreamGroups?: string[];
  downstreamGroups?: string[];
}

const chains = [
  RestTags.REST_MIDDLEWARE_CHAIN,
  RestTags.ACTION_MIDDLEWARE_CHAIN,
].map(chain => extensionFilter(chain));

export function isMiddleware(binding: Readonly<Binding>): boolean {
  return chains.some(inChain => inChain(binding));
}

/** The servers of an application that are contexts, as REST servers are. */
export async function serverContextsOf(
  application: Application,
): Promise<Context[]> {
  const servers = await Promise.all(
    application
      .find<unknown>(`${CoreBindings.SERVERS}.*`)
      .map(async binding => binding.getValue(application)),
  );
  return servers.filter(server => server instanceof Context);
}

/** Places of all middleware that is bound in any of these. */
export function placesIn(contexts: Context[]): Place[] {
  return contexts
    .flatMap(context => context.find(isMiddleware))
    .map(binding => binding.tagMap as Place);
}

/** `group`, and the groups that the host put ahead of it by name. */
export function groupsAheadOf(group: string, places: Place[]): Set<string> {
  const ahead = new Set([group]);
  // The loop comes to the groups that are added in it, too.
  for (const later of ahead) {
    for (const place of places) {
      if (place.group && place.downstreamGroups?.includes(later)) {
        ahead.add(place.group);
      }
      if (place.group === later) {
        place.upstreamGroups?.forEach(earlier => ahead.add(earlier));
      }
    }
  }
  return ahead;
}
