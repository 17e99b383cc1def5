// LoopBack takes several slashes for one.
const OPERATORS_PATH = /^\/+(explorer|swagger-ui|openapi\.(json|yaml))(\/|$)/i;

/** Whether a path is one of those that only operators get to see. */
export function isOperatorsPath(path: string): boolean {
  return OPERATORS_PATH.test(path);
}
