/** How much of a tool may be used, as the tool itself says: in one run, or in windows of time by whom it is used for. */
export type ToolLimit =
  | { readonly per: 'run'; readonly unit: string; readonly max: number }
  | {
      readonly per: 'principal' | 'tenant' | 'everybody';
      /** `calls`, or a unit of the tool's `amounts`. */
      readonly unit: string;
      readonly max: number;
      readonly windowMs: number;
    };

/** What every call has one of. */
export const callUnit = 'calls';

/** What is wrong with a tool's limits. */
export function limitFaults({
  limits = [],
  amounts,
}: {
  readonly limits?: readonly ToolLimit[];
  readonly amounts?: unknown;
}): readonly string[] {
  return limits.flatMap((limit) => [
    ...(Number.isSafeInteger(limit.max) && limit.max >= 0 ? [] : ['limits that are whole numbers']),
    ...(limit.per === 'run' || limit.windowMs > 0 ? [] : ['limits in windows that have a length']),
    ...(limit.unit === callUnit || amounts !== undefined
      ? []
      : [`amounts of the ${limit.unit} that it limits`]),
  ]);
}
